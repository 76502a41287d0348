"""What is being planned: the file, the registry as it will be, and what has been found so far.

Each subject (units, people, projects, milestones) has its own module and adds to the plan in this order, for
each refers to the ones before. Nothing here writes. A row that is not registered yet is known by the
negative of its row number in the file (`Entry.new_key`).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rules.kinds import Role
from storage.cells import plain
from storage.entries import PROJECTS, Book, CellError, Entry
from storage.preview import FieldChange, Key, RowChange, SheetPreview, Values, Work, Writes
from storage.registered import Registry
from storage.sheets import TOLD_EVERY, Progress, nobody
from storage.tables.registry import Milestone, Person, Project, Unit, YearPlan

PLANNING = "Planning"


@dataclass(slots=True)
class Sheet:
    """One sheet while it is compared."""

    name: str
    claimed: set[int] = field(default_factory=set)
    added: list[str] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)  # the same, with what else is written of them
    changed: list[RowChange] = field(default_factory=list)
    unchanged: int = 0

    def note(
        self, entry: Entry, key: Key, label: str, changes: list[FieldChange], more: Iterable[str] = ()
    ) -> bool:
        """Counts a row; says whether there is anything to write. `more`: what is shown of a new one besides."""
        if key < 0:
            self.added.append(label)
            self.begun.append("，".join((label, *more)))
        elif changes:
            self.changed.append(RowChange(entry.row, label, tuple(changes), entry.sheet))
        else:
            self.unchanged += 1
        return key < 0 or bool(changes)

    def shown(self, missing: Iterable[str]) -> SheetPreview:
        return SheetPreview(
            self.name,
            tuple(self.added),
            tuple(self.changed),
            self.unchanged,
            tuple(missing),
            tuple(self.begun),
        )


@dataclass(slots=True)
class Draft:
    """`Writes` while it is gathered."""

    new: dict[Key, Values] = field(default_factory=dict)
    old: dict[int, Values] = field(default_factory=dict)

    def put(self, key: Key, values: Values, registered: Values | None) -> None:
        if registered is None:
            self.new[key] = values
        elif changed := {name: value for name, value in values.items() if registered[name] != value}:
            self.old[key] = changed

    def done(self) -> Writes:
        return Writes(self.new, self.old)


class Plan:
    """What one file would do, while it is found out."""

    def __init__(self, registry: Registry, book: Book, progress: Progress = nobody) -> None:
        self.registry, self.book, self.progress = registry, book, progress
        self.errors: list[CellError] = []
        self.drafts = {table: Draft() for table in (Unit, Person, Project, YearPlan, Milestone)}
        self.touched: dict[Key, Counter[str]] = defaultdict(Counter)
        self.roles_begun: list[tuple[Key, Role]] = []
        self.roles_ended: list[int] = []
        self.responsible_begun: list[tuple[Key, Key, Role]] = []
        self.responsible_ended: list[int] = []
        # The registry as it will be: registered rows, with those of the file over them.
        self.all_units: dict[Key, Values] = dict(registry.units)
        self.all_people: dict[Key, Values] = {
            key: {**row, "roles": set(registry.roles.get(key, ()))}
            for key, row in registry.people.items()
            if row["active"]
        }
        self.unit_keys: dict[str, Key] = {name: row["id"] for name, row in registry.by_unit_name.items()}
        self.person_keys: dict[Key, Key] = {}  # whom each row of the file means
        self.project_keys: dict[int, Key] = {row["number"]: key for key, row in registry.projects.items()}
        self.parents: dict[Key, Key | None] = {
            key: row["parent_id"] for key, row in registry.projects.items()
        }

    def work(self) -> Work:
        units, people, projects, plans, milestones = (draft.done() for draft in self.drafts.values())
        return Work(
            units=units,
            people=people,
            projects=projects,
            plans=plans,
            milestones=milestones,
            roles_begun=tuple(self.roles_begun),
            roles_ended=tuple(self.roles_ended),
            responsible_begun=tuple(self.responsible_begun),
            responsible_ended=tuple(self.responsible_ended),
            touched={unit: dict(counts) for unit, counts in self.touched.items()},
        )

    def told(self, done: int, of: int) -> None:
        if done % TOLD_EVERY == 0:
            self.progress(PLANNING, done, of)

    def wrong(self, sheet: str, entry: Entry, column: str, found: object, expected: str) -> None:
        error = CellError(
            sheet=entry.sheet or sheet,
            row=entry.row,
            column=self.book.heading(sheet, column, entry),
            found=f"写的是“{found}”" if found not in (None, "") else "",
            expected=expected,
        )
        self.errors.append(error)

    def once(self, sheet: str, column: str, rows: Iterable[tuple[Entry, object, object]]) -> None:
        """Every value at most once in the file; `rows` gives what is compared and what is shown."""
        first: dict[object, Entry] = {}
        for entry, compared, shown in rows:
            if compared is not None and (before := first.setdefault(compared, entry)) is not entry:
                place = f"“{before.sheet}”表" if before.sheet != entry.sheet else ""
                self.wrong(sheet, entry, column, shown, f"不重复；{place}第{before.row}行已经有了")

    def certain(
        self, sheet: str, entries: Iterable[Entry], keys: dict[Key, Key], rows: Mapping[int, Values],
        column: str, free: str,
    ) -> None:  # fmt: skip
        """Which row is meant for certain is not looked for; only what tells rows apart must not be another's."""
        for entry in entries:
            if entry.known is None:
                continue
            owner = keys[entry.new_key]
            if owner > 0 and owner != entry.known:
                expected = f"{free}；“{rows[owner]['name']}”登记的就是它"
                self.wrong(sheet, entry, column, getattr(entry, column), expected)
            keys[entry.new_key] = entry.known

    def spoiled(self, name: object) -> bool:
        """Whether a row of this name or number was left out for an error of its own, which is said already."""
        return plain(str(name)) in self.book.spoiled

    def missing(self, sheet: str, names: Iterable[str]) -> Iterable[str]:
        """Of the registered rows that were not met, those that the file really leaves out.

        A ledger lists projects only; of units and people it names a few.
        """
        if self.book.ledger is not None and sheet != PROJECTS:
            return ()
        return (name for name in names if plain(name) not in self.book.left)
