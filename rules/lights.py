"""灯色 (lights): how a project stands by the city's rules, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Why:
    """What decided a light: the rule's key, and whole numbers by name, from which everything is said exactly."""

    rule: str
    numbers: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"rule": self.rule, "numbers": dict(self.numbers)}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> "Why":
        return cls(kept["rule"], kept["numbers"])
