"""A ledger's projects beside the registry: each becomes a whole ProjectEntry, with its unit and its people.

Rule 1  what the ledger says counts; what it does not say stays as registered; a new project begins with little.
Rule 2  a registered project keeps its number: 3号 is no position in a list. A new one takes the ledger's if free.
Rule 3  what was chosen here is noted; what a new project must have and nobody said is an error.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rules.kinds import Role
from storage.cells import plain
from storage.entries import (
    HEADINGS,
    PROJECTS,
    Book,
    CellError,
    Entry,
    LedgerEntry,
    ProjectEntry,
    UnitEntry,
    against_itself,
)
from storage.flat.completing import Completing
from storage.flat.frame import MONTH_EXPECTED
from storage.flat.notes import Notes, numbers
from storage.flat.people import LedgerPeople
from storage.identity import Wanted, project_keys
from storage.likeness import near
from storage.preview import Key, Values
from storage.registered import Registry
from storage.sheets import TOLD_EVERY, Progress, nobody

EXPECTED = {
    "kind": "重大建设、重大前期：写在分组标题、表名或一列“项目类型”里",
    "stage": "看得出开工没有：写实际开工日期、累计完成投资，或一列“是否开工”",
}
DRAFTING = "Comparing"


def drafted(
    book: Book, ledger: tuple[LedgerEntry, ...], registry: Registry, progress: Progress = nobody
) -> Book:
    """The same book with units, people and projects in full."""
    return Drafting(book, ledger, registry, progress).book_in_full()


@dataclass(slots=True)
class Drafting:
    book: Book
    ledger: tuple[LedgerEntry, ...]
    registry: Registry
    progress: Progress
    notes: Notes = field(default_factory=Notes)
    errors: list[CellError] = field(default_factory=list)
    units: dict[str, UnitEntry] = field(default_factory=dict)
    staffed: frozenset[Key] = frozenset()  # units with people who lead as a department

    def __post_init__(self) -> None:
        roles = self.registry.roles.items()
        leading = (person for person, held in roles if Role.LEAD_DEPARTMENT in held)
        self.staffed = frozenset(self.registry.people[person]["unit_id"] for person in leading)

    @property
    def completing(self) -> Completing:
        return Completing(self.registry, self.notes, self.wrong)

    def book_in_full(self) -> Book:
        registered = {plain(row["name"]): key for key, row in self.registry.units.items()}
        for entry in self.ledger:
            self.unit(entry, entry.unit, "unit")
        self.near_units(registered)
        wanted = [
            Wanted(self.key(nth), entry.name, registered.get(plain(entry.unit)), entry.code)
            for nth, entry in enumerate(self.ledger, start=1)
        ]
        keys = project_keys(self.registry, wanted)
        people = LedgerPeople(self)
        chosen = self.chosen_numbers(keys)
        projects = []
        for nth, entry in enumerate(self.ledger, start=1):
            projects.append(self.project(entry, nth, keys[self.key(nth)], chosen[nth], people))
            if nth % TOLD_EVERY == 0:
                self.progress(DRAFTING, nth, len(self.ledger))
        if any(self.key(nth) == keys[self.key(nth)] for nth in chosen):
            self.notes.add("", "新项目的登记日期是导入当天，从下一个完整的月起报")
        return self.book.model_copy(
            update={
                "units": tuple(self.units.values()),
                "people": people.entries(),
                "projects": tuple(each for each in projects if each is not None),
                "errors": (*self.book.errors, *self.errors),
                "notes": (*self.book.notes, *self.notes.sentences()),
            }
        )

    @staticmethod
    def key(nth: int) -> Key:
        return -nth

    def wrong(self, entry: Entry, column: str, found: str, expected: str) -> None:
        error = CellError(sheet=entry.sheet, row=entry.row, column=column, found=found, expected=expected)
        self.errors.append(error)

    def title(self, entry: Entry, name: str) -> str:
        return self.book.heading(PROJECTS, name, entry)

    # Units

    def unit(self, entry: Entry, name: str, column: str) -> None:
        """Notes a unit that a row names; a known one keeps its spelling and its district."""
        if plain(name) in self.units:
            return
        known = self.registry.by_unit_name.get(plain(name))
        self.units[plain(name)] = UnitEntry(
            row=entry.row,
            sheet=entry.sheet,
            column=self.title(entry, column),
            nth=len(self.units) + 1,
            name=known["name"] if known else name,
            district=known["district"] if known else "",
        )

    def near_units(self, registered: Mapping[str, Key]) -> None:
        """Two spellings of one unit in the file would become two units."""
        seen: list[UnitEntry] = []
        for name, entry in self.units.items():
            for other in seen:
                both_known = name in registered and plain(other.name) in registered
                if not both_known and _share_letters(name, other.name) and near(name, other.name):
                    place = f"“{other.sheet}”表" if other.sheet != entry.sheet else ""
                    expected = (
                        f"和{place}第{other.row}行的“{other.name}”写成一样；若是两个单位，先用登记表登记它们"
                    )
                    self.wrong(entry, entry.column, f"写的是“{entry.name}”", expected)
                    break
            seen.append(entry)

    # Projects

    def chosen_numbers(self, keys: Mapping[Key, Key]) -> dict[int, int]:
        """nth row -> its registered number: kept, else the ledger's if it is free, else the next free one."""
        used = {row["number"] for row in self.registry.projects.values()}
        chosen: dict[int, int] = {}
        waiting: list[int] = []
        for nth, entry in enumerate(self.ledger, start=1):
            wanted = entry.said.get("number")
            if (key := keys[self.key(nth)]) > 0:
                chosen[nth] = self.registry.projects[key]["number"]
                if wanted not in (None, chosen[nth]):
                    self.notes.add(entry.sheet, "序号和登记的不同，登记的不变", entry.row)
            elif isinstance(wanted, int) and wanted not in used:
                chosen[nth] = wanted
                used.add(wanted)
            else:
                waiting.append(nth)
        self.number(waiting, max(used | {self.book.highest_number}) + 1, chosen)
        return chosen

    def number(self, waiting: list[int], free: int, chosen: dict[int, int]) -> None:
        given: dict[str, list[int]] = defaultdict(list)
        for number, nth in enumerate(waiting, start=free):
            chosen[nth] = number
            given[self.ledger[nth - 1].sheet].append(number)
        for sheet, new in given.items():
            self.notes.add(
                sheet,
                f"{len(new)}个新项目没有序号、序号另从1开始或已有别的项目在用，登记的序号另编：{numbers(new)}",
            )

    def project(
        self, entry: LedgerEntry, nth: int, key: Key, number: int, people: LedgerPeople
    ) -> ProjectEntry | None:
        registered = self.registry.projects.get(key)
        values = self.completing.values(entry, registered) | {"number": number}
        lacking = [
            name for name in ("kind", "stage", "total_investment", "opening_month") if not values.get(name)
        ]
        if registered is None and not self.complete(entry, lacking):
            return None
        known = self.registry.by_unit_name.get(plain(entry.unit))
        project = ProjectEntry.model_validate(
            {
                **values,
                **self.completing.year_plan(entry, key),
                **people.of(entry, registered is None),
                "row": entry.row,
                "sheet": entry.sheet,
                "nth": nth,
                "name": _spelling(entry.name, registered),
                "code": entry.code,
                "unit": known["name"] if known else entry.unit,
                "parent": self.completing.parent(registered),
            }
        )
        for name, expected in against_itself(project):
            self.wrong(entry, self.title(entry, name), _shown(getattr(project, name)), expected)
        return project

    def complete(self, entry: LedgerEntry, lacking: list[str]) -> bool:
        """Whether a new project has what it needs; a column that is missing is said once for its sheet."""
        for name in lacking:
            if name in EXPECTED:
                self.wrong(entry, HEADINGS[PROJECTS][name], "", EXPECTED[name])
            elif name in entry.said:
                continue
            else:
                expected = MONTH_EXPECTED if name == "opening_month" else "一列总投资（新项目要有）"
                self.once(entry, HEADINGS[PROJECTS][name], expected)
        if "reporters" not in entry.people:
            self.once(entry, HEADINGS[PROJECTS]["reporters"], "一列联络人或责任人（新项目要有）")
        return not lacking or (lacking == ["total_investment"] and "total_investment" in entry.said)

    def once(self, entry: LedgerEntry, column: str, expected: str) -> None:
        error = CellError(sheet=entry.sheet, row=0, column=column, found="没有", expected=expected)
        if error not in self.errors:
            self.errors.append(error)

    def departments(self, entry: LedgerEntry) -> Iterator[str]:
        """Lead departments that have somebody registered for it; the others are noted."""
        for name in entry.departments or ():
            unit = self.registry.by_unit_name.get(plain(name))
            if unit and unit["id"] in self.staffed:
                yield name
            else:
                self.notes.add(entry.sheet, f"牵头部门“{name}”还没有登记的人，没有写入", entry.row)


def _share_letters(one: str, other: str) -> bool:
    """The cheap question before the dear one: names that are near have most letters in common."""
    short, long = sorted(({*one}, {*other}), key=len)
    return len(short & long) * 10 >= len(short) * 7


def _spelling(name: str, registered: Values | None) -> str:
    """A known project keeps the spaces and brackets of its registered name."""
    return str(registered["name"]) if registered and plain(registered["name"]) == plain(name) else name


def _shown(value: object) -> str:
    return f"写的是“{value}”" if value not in (None, "", ()) else ""
