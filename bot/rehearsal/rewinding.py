"""Putting a copy back to how it stood at a moment, so that it can live on from there once more.

Rule 1  Every table stands in TABLES with what becomes of it; a test fails where one is missing.
Rule 2  What sweeps wrote since the moment is taken out for good: they write it anew.
Rule 3  What people did since is taken back and returned as deeds, each to be done at its own moment. Duties are named
        by project, kind, period and subject, for the sweep opens them under other ids.
Rule 4  Where a row keeps only its last word (a state, a pause), the ledger tells what stood before it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table, and_, delete, insert, or_, select, text, update
from sqlalchemy.orm import Session

from bot.rehearsal.living import Deed
from bot.rehearsal.messages import swept
from rules.kinds import DutyKind, DutyState, EscalationState, IssueState, OrderState, ProjectState
from rules.periods import latest_opened
from rules.workdays import local_date
from storage import city_facts, light_marks, opened
from storage import rules as stored_rules
from storage.duties import ON_PROBLEMS
from storage.migrations.append_only import APPEND_ONLY
from storage.tables.all import metadata
from storage.tables.ledger import LedgerRow
from storage.tables.registry import Project
from storage.tables.reporting import Duty
from storage.tables.traffic import OutboxRow

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stands:
    """It stays as it is now."""

    why: str


@dataclass(frozen=True, slots=True)
class Swept:
    """Sweeps alone write it; `since` is the column that says when, `over` one that they fill in later."""

    since: str
    over: str | None = None


@dataclass(frozen=True, slots=True)
class Hangs:
    """It belongs to rows of another table, by a column, and goes with them."""

    on: str
    by: str


@dataclass(frozen=True, slots=True)
class Noted:
    """What was noted later in a row that was there: columns, and how they were `before` (None if not said)."""

    at: str
    columns: tuple[str, ...]
    before: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lived:
    """People made its rows at the moment of column `born` (None: sweeps did), and noted things in them later.

    `key` names a row. Rows that sweeps may make too come back under a `new_id`, for theirs may have taken the old one.
    """

    born: str | None
    noted: tuple[Noted, ...] = ()
    key: tuple[str, ...] = ("id",)
    new_id: bool = False


REGISTRY = Stands(
    "the registry is as it is now; roles and responsibilities are dated and say themselves since when"
)
TABLES: Mapping[str, Stands | Swept | Hangs | Lived] = {
    "units": REGISTRY,
    "people": REGISTRY,
    "person_roles": REGISTRY,
    "projects": Stands("as it is now, but for pauses and ends: `_lists`"),
    "milestones": REGISTRY,
    "year_plans": REGISTRY,
    "responsibilities": REGISTRY,
    "secretaries": REGISTRY,
    "leaves": REGISTRY,
    "handovers": REGISTRY,
    "bindings": Stands("who can be reached is as it is now, so that the difference is not one of telephones"),
    "invites": Stands("codes for accounts, by the machine's clock"),
    "duties": Lived(
        None,
        (
            Noted("settled", ("settled", "report_id")),
            Noted("exempt", ("exempt", "exempt_by")),
            Noted("judged", ("judged", "judged_by")),
        ),
        key=("project_id", "kind", "period", "subject"),
    ),
    "reports": Lived(
        "filed",
        (Noted("withdrawn", ("withdrawn",)), Noted("returned", ("returned", "returned_by", "mend_by"))),
    ),
    "report_versions": Lived("filed"),
    "issues": Lived(
        "filed",
        (
            Noted(
                "stands_since",
                ("state", "stands_since", "stands_until", "chase_at", "chased"),
                {"state": IssueState.REGISTERED, "chased": 0},
            ),
            Noted("closed", ("closed",)),
            Noted("closed_out", ("closed_out",)),
            Noted("last_word", ("last_word",)),
        ),
    ),
    "issue_events": Lived("at", new_id=True),
    "issue_holdings": Lived(
        "since", (Noted("until", ("until", "refused"), {"refused": False}),), new_id=True
    ),
    "escalations": Lived(
        "opened", (Noted("taken", ("taken", "taken_by", "state"), {"state": EscalationState.RUNNING}),)
    ),
    "escalation_alerts": Swept("at"),
    "issue_chats": Stands("groups of problems; whoever must know is told alone"),
    "orders": Lived(
        "drafted",
        (
            Noted("since", ("state", "chase_at", "chased"), {"state": OrderState.DRAFTED, "chased": 0}),
            Noted("confirmed", ("confirmed",)),
            Noted("signed", ("signed",)),
            Noted("done", ("done", "late"), {"late": False}),
            Noted("ended", ("ended",)),
        ),
    ),
    "order_events": Lived("at", new_id=True),
    "order_draws": Lived("at"),
    "media": Stands("photos and files; a message is written without looking at them"),
    "inbox": Stands("what people said; what came of it is done again as it was written"),
    "talks": Stands("drafts; nothing that is said unasked depends on them"),
    "attempts": Stands("tries to send what was written; a replay sends nothing"),
    "outbox": Stands("answers to people; what sweeps wrote is taken out: `_unsaid`"),
    "occurrences": Swept("at"),
    "reminder_rounds": Swept("begun"),
    "nudges": Swept("at"),
    "nudge_duties": Hangs("nudges", "nudge_id"),
    "snoozed_nudges": Hangs("nudges", "nudge_id"),  # who put a reminder off named one that is written anew
    "digest_choices": Stands("how often somebody wants a digest, as it is now"),
    "digests": Swept("at"),
    "figure_codes": Hangs("digests", "digest_id"),
    "reviews": Swept("as_of"),
    "told_at_once": Stands("how far what is told at once has been told; it is not told again in a replay"),
    "absences": Lived("ended", (Noted("told", ("told", "after"), {"after": 0}),)),
    "lights": Swept("at", over="replaced"),
    "light_exemptions": Lived("approved", (Noted("ended", ("ended", "ended_by")),)),
    "awaited_photos": Stands("photos on their way; nothing that is said unasked depends on them"),
    "notices": Stands("texts of the office to many"),
    "workbooks": Stands("registry files that were sent in chat"),
    "ledger": Swept("at"),
    "ledger_roots": Swept("at"),
    "ledger_salts": Stands("keys of people's words; nothing that is said depends on them"),
    "rules_versions": Stands("the rules in force are the question, not the past"),
    "leases": Stands("what a process has; a copy is lived by one"),
    "budgets": Stands("what accounts have sent lately; a copy sends nothing"),
    "city_facts": Stands("single facts, the moved clock among them; how far sweeps have come is forgotten"),
    "tryout_messages": Stands("what the try-out page shows"),
}


@dataclass(frozen=True, slots=True)
class Act:
    """What the ledger says was done."""

    at: datetime
    name: str
    facts: Mapping[str, Any]


def rewind(session: Session, to: datetime, zone: ZoneInfo) -> list[Deed]:
    """Puts the copy back; returns what people did since, in order of time. Foreign keys must be off."""
    acts = list(_acts(session))
    deeds = [*_states(session, acts, to), *_unlocks(session, acts, to), *_lists(session, acts, to, zone)]
    for name, treatment in TABLES.items():
        if isinstance(treatment, Lived):
            deeds += _take_back(session, metadata.tables[name], treatment, to)
    _unopen(session, to, zone)
    _unsaid(session, to)
    for name, treatment in TABLES.items():
        if isinstance(treatment, Swept):
            _take_out(session, metadata.tables[name], treatment, to)
    for name, treatment in TABLES.items():
        if isinstance(treatment, Hangs):
            _let_go(session, metadata.tables[name], treatment)
    city_facts.forget(session, (opened.SEEN, opened.PASS, light_marks.SEEN, light_marks.PASS))
    _count_versions(session)
    return sorted(deeds, key=lambda deed: deed.at)


# What people did


def _take_back(session: Session, table: Table, treatment: Lived, to: datetime) -> Iterator[Deed]:
    columns = [*([treatment.born] if treatment.born else []), *(each.at for each in treatment.noted)]
    rows = session.execute(select(table).where(or_(*(table.c[name] >= to for name in columns)))).all()
    for row in rows:
        yield from _take_back_row(session, table, treatment, row._asdict(), to)


def _take_back_row(
    session: Session, table: Table, treatment: Lived, row: Row, to: datetime
) -> Iterator[Deed]:
    late = [each for each in treatment.noted if row[each.at] is not None and row[each.at] >= to]
    blank = {name: each.before.get(name) for each in late for name in each.columns}
    key = and_(*(table.c[name] == row[name] for name in treatment.key))
    if treatment.born is not None and row[treatment.born] >= to:
        session.execute(delete(table).where(key))
        born = {**row, **blank}
        if treatment.new_id:
            del born["id"]
        yield Deed(row[treatment.born], lambda session: _write(session, insert(table).values(**born)))
    elif blank:
        session.execute(update(table).where(key).values(**blank))
    for each in late:
        noted = update(table).where(key).values(**{name: row[name] for name in each.columns})
        yield Deed(row[each.at], lambda session, noted=noted: _write(session, noted))  # type: ignore[misc]  # a default for the loop


def _write(session: Session, statement: Any) -> None:  # noqa: ANN401 - an INSERT or an UPDATE
    session.execute(statement)
    _count_versions(session)


def _count_versions(session: Session) -> None:
    """The version of a report that counts is the newest that is there."""
    session.execute(
        text(
            "UPDATE reports SET version = newest FROM (SELECT report_id, max(version) AS newest FROM report_versions"
            " GROUP BY report_id) WHERE report_id = reports.id AND version != newest"
        )
    )


# What the ledger remembers


def _acts(session: Session) -> Iterator[Act]:
    """Only of these kinds: a city's ledger is long."""
    wanted = ("close_duty", "restate_duty", "unlock_duty", *_LISTS)
    named = or_(*(LedgerRow.canonical.contains(f'"act":"{name}"') for name in wanted))
    for row in session.scalars(select(LedgerRow).where(named).order_by(LedgerRow.at, LedgerRow.id)):
        told = json.loads(row.canonical)
        yield Act(row.at, told["act"], told["facts"])


def _named(session: Session, duty_id: int) -> Any:  # noqa: ANN401 - a condition
    """A condition that finds the duty again, under whatever id."""
    duty = session.get_one(Duty, duty_id)
    return and_(
        Duty.project_id == duty.project_id, Duty.kind == duty.kind, Duty.period == duty.period,
        Duty.subject == duty.subject,
    )  # fmt: skip


def _states(session: Session, acts: Iterable[Act], to: datetime) -> list[Deed]:
    """States written since: taken back to what stood before; those that no sweep wrote come again."""
    deeds, seen = list[Deed](), set[int]()
    for act in acts:
        if act.at < to or act.name not in ("close_duty", "restate_duty"):
            continue
        duty_id, key = act.facts["duty"], _named(session, act.facts["duty"])
        if duty_id not in seen:
            seen.add(duty_id)
            stood = act.facts.get("before") and DutyState(act.facts["before"])
            session.execute(
                update(Duty)
                .where(key)
                .values(
                    state=stood, missed=Duty.closes if stood is DutyState.MISSED else None, answerable=None
                )
            )
        if act.name == "restate_duty":
            after = act.facts["after"] and DutyState(act.facts["after"])
            missed = act.at if after is DutyState.MISSED else None
            deeds.append(_updating(act.at, Duty, key, {"state": after, "missed": missed}))
    return deeds


def _unlocks(session: Session, acts: Iterable[Act], to: datetime) -> list[Deed]:
    """A row keeps its last unlocking; it is done when that was done."""
    last = {act.facts["duty"]: act.at for act in acts if act.name == "unlock_duty"}
    deeds = []
    for duty_id, at in last.items():
        if at >= to:
            duty, key = session.get_one(Duty, duty_id), _named(session, duty_id)
            kept = {"unlocked_until": duty.unlocked_until, "unlocked_by": duty.unlocked_by}
            session.execute(update(Duty).where(key).values(unlocked_until=None, unlocked_by=None))
            deeds.append(_updating(at, Duty, key, kept))
    return deeds


_LISTS = ("pause_project", "end_project", "resume_project")


def _lists(session: Session, acts: Iterable[Act], to: datetime, zone: ZoneInfo) -> list[Deed]:
    """Pauses and ends since: the project is as the acts before made it, and each comes again."""
    deeds, moved = list[Deed](), {act.facts["project"] for act in acts if act.name in _LISTS and act.at >= to}
    for project_id in moved:
        standing: dict[str, object] = {
            "state": ProjectState.ACTIVE, "paused": None, "ended": None, "resumed": None,
        }  # fmt: skip
        of_project = [each for each in acts if each.name in _LISTS and each.facts["project"] == project_id]
        key = Project.id == project_id
        for act in of_project:
            if act.at >= to:
                break
            standing |= _as_listed(act, zone)
        session.execute(update(Project).where(key).values(**standing))
        deeds += [
            _updating(act.at, Project, key, _as_listed(act, zone)) for act in of_project if act.at >= to
        ]
    return deeds


def _as_listed(act: Act, zone: ZoneInfo) -> dict[str, object]:
    """What handlers/deeds/listing.py writes. A pause that was taken back on its day counts as one of a day here."""
    day = local_date(act.at, zone)
    match act.name:
        case "pause_project":
            return {"state": ProjectState.PAUSED, "paused": day, "ended": None}
        case "end_project":
            return {"state": ProjectState.ENDED, "ended": day, "paused": None}
        case _:
            return {"state": ProjectState.ACTIVE, "paused": None, "ended": None, "resumed": day}


def _updating(at: datetime, table: Any, key: Any, values: Mapping[str, object]) -> Deed:  # noqa: ANN401 - a model, a condition
    def work(session: Session) -> None:
        session.execute(update(table).where(key).values(**values))

    return Deed(at, work)


# What sweeps wrote


def _unopen(session: Session, to: datetime, zone: ZoneInfo) -> None:
    """Duties of periods that had not been opened ahead yet are opened anew."""
    book = stored_rules.in_force(session).book
    for kind in (DutyKind.PROGRESS, DutyKind.ZERO):
        ahead = latest_opened(kind, to, book, zone).next()
        session.execute(delete(Duty).where(Duty.kind == kind, Duty.period > str(ahead)))
    session.execute(delete(Duty).where(Duty.kind.in_(ON_PROBLEMS), Duty.opens >= to))


def _unsaid(session: Session, to: datetime) -> None:
    session.execute(delete(OutboxRow).where(*swept(), OutboxRow.written >= to))


def _take_out(session: Session, table: Table, treatment: Swept, to: datetime) -> None:
    """The triggers that guard the ledger guard the city's own; this is a copy."""
    if table.name in APPEND_ONLY:
        session.execute(text(f"DROP TRIGGER IF EXISTS {table.name}_no_delete"))
    session.execute(delete(table).where(table.c[treatment.since] >= to))
    if treatment.over is not None:
        column = table.c[treatment.over]
        session.execute(update(table).where(column >= to).values({column: None}))


def _let_go(session: Session, table: Table, treatment: Hangs) -> None:
    kept = select(metadata.tables[treatment.on].c.id)
    session.execute(delete(table).where(table.c[treatment.by].not_in(kept)))
