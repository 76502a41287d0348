"""How duties stand (应报台账), each as of a moment.

Rule 1  A state that was written at the close is told as it is; an open one follows from the clock, by `rules.duties`.
Rule 2  Rows come as a stream, for there may be very many. Nothing is counted here: that is `rules/figures.py`.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.orm import Session

from rules.duties import DutyFacts, filing_that_counts, state_of
from rules.figures import Tally, tally
from rules.kinds import DutyKind, DutyState
from rules.periods import Period, Window, span
from storage import issues
from storage.tables.registry import Person, Project, Unit
from storage.tables.reporting import Duty, Report

# Rows in memory at a time.
STREAMED = 1000


class Standing(NamedTuple):
    """A duty and how it stands. `final`: its state was written at the close.

    `settled` is the filing that counts: none while a report waits to be mended (退回), nor if it never is.
    """

    unit: str
    number: int
    project: str
    kind: DutyKind
    period: str
    subject: str  # of a monthly word: the problem's id
    opens: datetime
    due: datetime
    closes: datetime
    settled: datetime | None
    report_id: int | None
    filer: str | None
    state: DutyState
    final: bool


_AS_STORED = set(Standing._fields) - {"settled", "state", "final"}
_DUTIES: Select[*tuple[Any, ...]] = (
    select(
        Unit.name.label("unit"),
        Project.number,
        Project.name.label("project"),
        Duty.kind,
        Duty.period,
        Duty.subject,
        Duty.opens,
        Duty.due,
        Duty.closes,
        Duty.settled,
        Duty.report_id,
        Person.name.label("filer"),
        Duty.state,
        Duty.project_id,
        Duty.exempt,
        Duty.unlocked_until,
        Report.returned,
    )
    .join(Project, Project.id == Duty.project_id)
    .join(Unit, Unit.id == Duty.unit_id)
    .outerjoin(Report, Report.id == Duty.report_id)
    .outerjoin(Person, Person.id == Report.filed_by)
)


def standings(
    session: Session, now: datetime, zone: ZoneInfo, *which: ColumnElement[bool]
) -> Iterator[Standing]:
    """The duties (those of `which` conditions on Duty), by period and the projects' numbers."""
    wanted = _DUTIES.where(*which).order_by(Duty.period, Project.number, Duty.kind)
    for rows in session.execute(wanted.execution_options(yield_per=STREAMED)).partitions():
        barred = _barred(session, rows, zone)
        for row in rows:
            settled = filing_that_counts(row.settled, returned=row.returned is not None)
            facts = DutyFacts(
                window=Window(row.opens, row.due, row.closes),
                filed_at=settled,
                answered=(row.project_id, row.period) in barred and row.kind is DutyKind.ZERO,
                exempt=row.exempt is not None,
                written=row.state,
                unlocked_until=row.unlocked_until,
            )
            told = {name: getattr(row, name) for name in _AS_STORED}
            final = row.state is not None
            yield Standing(**told, settled=settled, state=state_of(facts, now), final=final)


def by_unit(duties: Iterable[Standing]) -> dict[tuple[str, DutyKind, str], Tally]:
    """Counts per period, kind and unit, in the order of first appearance. What has not opened is left out."""
    found: dict[tuple[str, DutyKind, str], Tally] = {}
    for duty in duties:
        if duty.state is not DutyState.UPCOMING:
            key = (duty.period, duty.kind, duty.unit)
            one = tally(duty.state, filed=duty.settled is not None, final=duty.final)
            found[key] = found.get(key, Tally()) + one
    return found


def _barred(session: Session, rows: Sequence[Row[*tuple[Any, ...]]], zone: ZoneInfo) -> set[tuple[int, str]]:
    """Project and half-year of the zeros, still open, that a problem has answered for (decisions: 3)."""
    zeros: dict[str, list[int]] = {}
    for row in rows:
        if row.kind is DutyKind.ZERO and row.state is None:
            zeros.setdefault(row.period, []).append(row.project_id)
    return {
        (project, period)
        for period, projects in zeros.items()
        for project in issues.barring(session, projects, *span(Period.parse(period), zone))
    }
