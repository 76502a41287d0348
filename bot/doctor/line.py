"""What `sanbao doctor` says of one thing: well, doubtful or ill, what was found, and what to do about it."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    level: Level
    name: str
    found: str
    todo: str = ""

    def __str__(self) -> str:
        head = f"{self.level.value:<5} {self.name}: {self.found}"
        return f"{head}\n      -> {self.todo}" if self.todo else head


def ok(name: str, found: str) -> Line:
    return Line(level=Level.OK, name=name, found=found)


def warn(name: str, found: str, todo: str) -> Line:
    return Line(level=Level.WARN, name=name, found=found, todo=todo)


def fail(name: str, found: str, todo: str) -> Line:
    return Line(level=Level.FAIL, name=name, found=found, todo=todo)
