"""What differs between two versions of rules or sentences, key by key: `due_day` of `[monthly]` is monthly.due_day."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Change:
    """A key with its values as JSON would hold them; None where one version has no such key."""

    key: str
    before: Any
    after: Any

    def __str__(self) -> str:
        return f"{self.key}: {_said(self.before)} -> {_said(self.after)}"


def changes(before: BaseModel, after: BaseModel) -> tuple[Change, ...]:
    """Every key whose value differs, in the order of the model. The order of categories is no difference."""
    old, new = (dict(_leaves("", book.model_dump(mode="json"))) for book in (before, after))
    keys = dict.fromkeys([*old, *new])
    found = (Change(key, old.get(key), new.get(key)) for key in keys)
    return tuple(change for change in found if change.before != change.after)


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - whatever a book holds
    """Values by their path. What has a key of its own, as categories do, is found by that and not by its place."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(f"{path}.{name}" if path else name, inner)
    elif isinstance(value, list) and any(isinstance(each, dict) for each in value):
        for each in value:
            yield from _leaves(f"{path}.{each['key']}", each)
    else:
        yield path, value


def _said(value: Any) -> str:  # noqa: ANN401 - as above
    return "nothing" if value is None else str(value)
