"""The registry workbook against the registry: first a plan that can be shown, then all of it or nothing.

Rule 1  identity (docs/decisions.md 38): a unit is its name; a person the phone, else name and unit; a project
        its code, else name and unit. What comes close to a registered row without being it is an error.
Rule 2  the file says what holds: an empty cell empties a field. Only phone and code, being identity, stay, and
        what a report that stands has said of a project's start or a milestone (an older file knows nothing of it).
        What is missing from the file is listed, never ended; without a sheet 节点 the milestones stay.
Rule 3  responsibility and roles are dated: `until` is exclusive, a successor begins where the other ends.
Rule 4  `apply` writes what `plan` found, so both belong in one transaction. Neither commits.
Rule 5  with `skip_bad_rows` a row is left out whole, and is neither missing nor changed.
Rule 6  the ledger gets counts and the file's hash, no name and no telephone number.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, case, func, insert, select, update
from sqlalchemy.orm import Session

from rules.initials import initials
from rules.kinds import Role
from storage import ledger, passing
from storage.cells import plain
from storage.entries import (
    HEADINGS,
    MILESTONES,
    PEOPLE,
    PROJECTS,
    UNITS,
    Book,
    CellError,
)
from storage.handovers import Passed
from storage.leaving import rows_with_errors, without, without_unreadable
from storage.planning.milestones import plan_milestones
from storage.planning.people import plan_people, roles_still_needed
from storage.planning.plan import Plan
from storage.planning.projects import plan_projects
from storage.planning.units import plan_units
from storage.preview import NOTHING, Key, Preview, Values, Work, Writes
from storage.registered import Registry, load
from storage.sheets import Progress, nobody
from storage.tables.base import Base
from storage.tables.registry import Milestone, Person, PersonRole, Project, Responsibility, Unit, YearPlan
from storage.tables.reporting import Duty

WRITING = "Writing"
SLICE = 1000  # rows of one statement, between two words about the progress


def plan(session: Session, book: Book, skip_bad_rows: bool = False, progress: Progress = nobody) -> Preview:
    """What the file would change, and everything that speaks against it. Writes nothing.

    With `skip_bad_rows` rows with an error are left out, and then whatever refers to them, until no row is wrong.
    """
    if not book.whole:
        # Against half a file nearly everything would be an error; what matters would drown.
        return Preview(book.sha256, book.errors, (), NOTHING, notes=book.notes)
    registered = load(session)
    left: tuple[CellError, ...] = ()
    if skip_bad_rows:
        book, left = without_unreadable(book)
    preview = _planned(registered, book, progress)
    while skip_bad_rows and (bad := rows_with_errors(book, preview.errors)):
        left += tuple(error for error in preview.errors if (error.sheet, error.row) in bad)
        book = without(book, bad)
        preview = _planned(registered, book, progress)
    return replace(preview, left=left)


def _planned(registered: Registry, book: Book, progress: Progress) -> Preview:
    if book.ledger is not None:
        from storage.flat.drafting import drafted  # with dozens of patterns, which a start does without

        book = drafted(book, book.ledger, registered, progress)
    found = Plan(registered, book, progress)
    sheets = [plan_units(found), plan_people(found), plan_projects(found)]
    roles_still_needed(found)
    if book.milestones is not None:
        sheets.append(plan_milestones(found, book.milestones))
    order = [*HEADINGS, *book.columns]
    return Preview(
        sha256=book.sha256,
        errors=tuple(sorted((*book.errors, *found.errors), key=lambda error: _place(order, error))),
        sheets=tuple(sheets),
        work=found.work(),
        notes=book.notes,
        initials=book.initials,
    )


def spelled(book: Book) -> Book:
    """The same with the initials of its projects' names: they take long to make, and no transaction need wait."""
    names = {each.name for each in book.projects} | {each.name for each in book.ledger or ()}
    return book.model_copy(update={"initials": {name: initials(name) for name in sorted(names)}})


def _place(order: list[str], error: CellError) -> tuple[int, int]:
    return (order.index(error.sheet) if error.sheet in order else -1, error.row)


def apply(
    session: Session,
    preview: Preview,
    today: date,
    now: datetime,
    progress: Progress = nobody,
    who: str = "office",
    inbox: int | None = None,
) -> tuple[Passed, ...]:
    """Writes the whole preview into the caller's transaction; one with errors is refused.

    `today` is the city's date: what ends, ends there, and what begins, begins there. Gives back which projects
    have passed from one reporter to another, for the caller to tell both (`storage.handovers`).
    """
    if preview.errors:
        raise ValueError(f"a preview with {len(preview.errors)} errors; expected none: {preview.errors[0]}")
    if preview.changes_nothing:
        return ()
    passed = write(session, preview, today, now, progress)
    _record(session, preview, who, inbox, now)
    return passed


def write(
    session: Session, preview: Preview, today: date, now: datetime, progress: Progress = nobody
) -> tuple[Passed, ...]:
    """The same without a ledger row, for a caller who has more to say there."""
    work = preview.work
    before = passing.reporters_before(session, work, today)
    writer = Writer(session, work, today, progress, preview.initials)
    writer.write()
    _move_duties(session, writer, now)
    session.expire_all()
    return _passed(writer, before)


def newest(session: Session, table: type[Person] | type[Project]) -> int:
    """The id of the row that was added last."""
    return session.scalars(select(func.max(table.id))).one()


def _passed(writer: "Writer", before: list[tuple[int, int]]) -> tuple[Passed, ...]:
    real = [
        (writer.real(Project, project), writer.real(Person, person))
        for project, person, role in writer.work.responsible_begun
        if role is Role.REPORTER
    ]
    return passing.passed(before, real)


def _move_duties(session: Session, writer: "Writer", now: datetime) -> None:
    """A duty's unit is frozen as of its due date: one that is not due yet goes along with its project."""
    for project, row in writer.work.projects.old.items():
        if (unit := writer.real(Unit, row.get("unit_id"))) is not None:
            session.execute(
                update(Duty)
                .where(Duty.project_id == project, Duty.state.is_(None), Duty.due > now)
                .values(unit_id=unit)
                .execution_options(synchronize_session=False)
            )


class Writer:
    """Puts `Work` into the tables, in an order that no foreign key and no unique column stands against."""

    def __init__(
        self, session: Session, work: Work, today: date, progress: Progress, known: Mapping[str, str]
    ) -> None:
        self.session, self.work, self.today, self.progress = session, work, today, progress
        self.initials = known
        self.written = 0
        self.of = work.size
        self.ids: dict[type[Base], dict[Key, int]] = {}

    def write(self) -> None:
        work = self.work
        self.put(Unit, work.units)
        # Two people may swap phones, two projects numbers: what changes is freed before it is given.
        self.free(Person, work.people, {"phone": lambda _: None, "wecom_userid": lambda _: None})
        self.put(Person, work.people, unit_id=Unit)
        self.free(Project, work.projects, {"number": lambda key: -key, "code": lambda _: None})
        self.put_projects(work.projects)
        self.put(YearPlan, work.plans, project_id=Project)
        self.put(Milestone, work.milestones, project_id=Project)
        self.end(PersonRole, work.roles_ended)
        self.end(Responsibility, work.responsible_ended)
        self.begin(PersonRole, ({"person_id": who, "role": role} for who, role in work.roles_begun))
        self.begin(
            Responsibility,
            (
                {"project_id": project, "person_id": who, "role": role}
                for project, who, role in work.responsible_begun
            ),
        )

    def real(self, table: type[Base], key: Key | None) -> int | None:
        return self.ids[table][key] if key is not None and key < 0 else key

    def settled(self, values: Values, references: Mapping[str, type[Base]]) -> dict[str, Any]:
        """The same columns with every Key turned into an id."""
        real = {
            column: self.real(table, values[column])
            for column, table in references.items()
            if column in values
        }
        return {**values, **real}

    def put(self, table: type[Base], writes: Writes, **references: type[Base]) -> None:
        if writes.old:
            rows = [{"id": key, **self.settled(row, references)} for key, row in writes.old.items()]
            self.session.execute(update(table), rows)
            self.told(len(rows))
        new = [self.settled(row, references) for row in writes.new.values()]
        self.ids[table] = dict(zip(writes.new, self.insert(table, new), strict=True))

    def put_projects(self, writes: Writes) -> None:
        """Parents may be new too, so they are set once every project has its id."""
        bare_new = {
            key: {**row, "parent_id": None, "registered": row["registered"] or self.today}
            for key, row in writes.new.items()
        }
        bare_old = {
            key: kept
            for key, row in writes.old.items()
            if (kept := {name: value for name, value in row.items() if name != "parent_id"})
        }
        for row in (*bare_new.values(), *bare_old.values()):
            if "name" in row:
                row["initials"] = self.initials.get(row["name"]) or initials(row["name"])
        self.put(Project, Writes(bare_new, bare_old), unit_id=Unit)
        parents = [
            {"id": self.real(Project, key), "parent_id": self.real(Project, row["parent_id"])}
            for key, row in (*writes.new.items(), *writes.old.items())
            if "parent_id" in row and (key > 0 or row["parent_id"] is not None)
        ]
        if parents:
            self.session.execute(update(Project), parents)

    def free(self, table: type[Base], writes: Writes, columns: Mapping[str, Callable[[int], object]]) -> None:
        for column, nothing in columns.items():
            if rows := [
                {"id": key, column: nothing(key)} for key, row in writes.old.items() if column in row
            ]:
                self.session.execute(update(table), rows)

    def insert(self, table: type[Base], rows: list[dict[str, Any]]) -> list[int]:
        if not rows:
            return []
        key = table.__table__.c.id
        query = insert(table).returning(key, sort_by_parameter_order=True)
        ids: list[int] = []
        for first in range(0, len(rows), SLICE):
            ids += self.session.scalars(query, rows[first : first + SLICE])
            self.told(len(rows[first : first + SLICE]))
        return ids

    def told(self, rows: int) -> None:
        self.written += rows
        self.progress(WRITING, self.written, self.of)

    def end(self, table: type[Base], ids: Iterable[int]) -> None:
        """What has not begun never begins."""
        rows_of = table.metadata.tables[table.__tablename__]
        until = case((rows_of.c.since > self.today, rows_of.c.since), else_=self.today)
        if rows := [{"row": row} for row in ids]:
            ending = update(rows_of).where(rows_of.c.id == bindparam("row")).values(until=until)
            self.session.connection().execute(ending, rows)

    def begin(self, table: type[Base], rows: Iterable[dict[str, Any]]) -> None:
        references = {"person_id": Person, "project_id": Project}
        begun = [{**self.settled(row, references), "since": self.today, "until": None} for row in rows]
        self.insert(table, begun)


def _record(session: Session, preview: Preview, who: str, inbox: int | None, now: datetime) -> None:
    """One row in the chain of every unit that was touched."""
    registered = session.execute(select(Unit.name, Unit.id)).all()
    ids = {plain(name): unit for name, unit in registered}
    for key, counts in preview.work.touched.items():
        unit = key if key > 0 else ids[plain(preview.work.units.new[key]["name"])]
        message = {} if inbox is None else {"inbox": inbox}
        facts = {
            "sha256": preview.sha256,
            **message,
            **{NAMES[sheet]: count for sheet, count in counts.items()},
        }
        ledger.append(session, chain=f"unit:{unit}", who=who, act="import", facts=facts, now=now)


NAMES = {UNITS: "units", PEOPLE: "people", PROJECTS: "projects", MILESTONES: "milestones"}
