"""What an import would do: as it is shown before anything is written, and as it is then written.

All frozen: what was shown is what is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rules.kinds import Role
from storage.entries import CellError

SHOWN = 20  # lines a section of the summary; the rest is counted

Key = int  # the id of a registered row; of a new one, the negative of its row in the file
Values = Mapping[str, Any]  # columns of a table; foreign keys are Keys


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one row, as people read it."""

    field: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.field} {self.old or '空'} → {self.new or '空'}"


@dataclass(frozen=True, slots=True)
class RowChange:
    """A registered row that changes. `sheet` is the file's own where that is not the one of the preview."""

    row: int
    name: str
    changes: tuple[FieldChange, ...]
    sheet: str = ""

    def __str__(self) -> str:
        place = f"（“{self.sheet}”表）" if self.sheet else ""
        return f"{place}第{self.row}行 {self.name}：{'；'.join(map(str, self.changes))}"


@dataclass(frozen=True, slots=True)
class SheetPreview:
    """One sheet against the registry. `missing`: registered, not in the file, left as it is.

    `begun` are the added ones again, each with what is to be checked of it before it is written.
    """

    sheet: str
    added: tuple[str, ...]
    changed: tuple[RowChange, ...]
    unchanged: int
    missing: tuple[str, ...]
    begun: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"{self.sheet}：新增 {len(self.added)}，变更 {len(self.changed)}，"
            f"不变 {self.unchanged}，文件里没有 {len(self.missing)}"
        )


@dataclass(frozen=True, slots=True)
class Writes:
    """Rows of one table: new ones by Key, changed columns of old ones by id."""

    new: Mapping[Key, Values]
    old: Mapping[int, Values]


@dataclass(frozen=True, slots=True)
class Work:
    """Everything that is to be written. Ended rows are ids; begun ones name person and role."""

    units: Writes
    people: Writes
    projects: Writes
    plans: Writes
    milestones: Writes
    roles_begun: tuple[tuple[Key, Role], ...]
    roles_ended: tuple[int, ...]
    responsible_begun: tuple[tuple[Key, Key, Role], ...]  # project, person, role
    responsible_ended: tuple[int, ...]
    touched: Mapping[Key, Mapping[str, int]]  # unit -> sheet -> rows added or changed

    @property
    def size(self) -> int:
        """How many rows are to be written, give or take those that end."""
        writes = (self.units, self.people, self.projects, self.plans, self.milestones)
        begun = len(self.roles_begun) + len(self.responsible_begun)
        return begun + sum(len(each.new) + len(each.old) for each in writes)


NO_ROWS = Writes({}, {})
NOTHING = Work(NO_ROWS, NO_ROWS, NO_ROWS, NO_ROWS, NO_ROWS, (), (), (), (), {})


@dataclass(frozen=True, slots=True)
class Preview:
    """The answer to "what would this file do?". With errors, nothing is ever written.

    `left` are the errors whose rows were left out on request; `notes` say what was derived or not taken.
    """

    sha256: str
    errors: tuple[CellError, ...]
    sheets: tuple[SheetPreview, ...]
    work: Work
    left: tuple[CellError, ...] = ()
    notes: tuple[str, ...] = ()
    initials: Mapping[str, str] = field(default_factory=dict)  # of names, where they were made ahead

    @property
    def ok(self) -> bool:
        return not self.errors

    @property
    def changes_nothing(self) -> bool:
        return self.ok and not any(sheet.added or sheet.changed for sheet in self.sheets)

    def summary(self, shown: int = SHOWN) -> str:
        """A short Chinese text: counts, what was derived, then the errors, or what is new, changes and is left out."""
        lines = [str(sheet) for sheet in self.sheets]
        if self.notes:
            lines += ["请核对：", *_some(self.notes, shown)]
        if self.errors:
            lines += [
                f"有 {len(self.errors)} 处错误，什么都不写入；改好后再导入：",
                *_some(self.errors, shown),
            ]
            return "\n".join(lines)
        begun = [f"{sheet.sheet} {new}" for sheet in self.sheets for new in sheet.begun]
        changed = [f"{sheet.sheet}{change}" for sheet in self.sheets for change in sheet.changed]
        missing = [f"{sheet.sheet} {name}" for sheet in self.sheets for name in sheet.missing]
        if self.left:
            lines += [f"有 {len(self.left)} 处错误，这些行没有导入：", *_some(self.left, shown)]
        if begun:
            lines += ["新增：", *_some(begun, shown)]
        if changed:
            lines += ["变更：", *_some(changed, shown)]
        if missing:
            lines += ["文件里没有，保留不动：", *_some(missing, shown)]
        return "\n".join(lines)


def _some(things: Sequence[object], shown: int) -> list[str]:
    lines = [f"  {thing}" for thing in things[:shown]]
    return lines + ([f"  …另有 {len(things) - shown} 处"] if len(things) > shown else [])
