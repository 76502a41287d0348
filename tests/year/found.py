"""What the life has brought, in the model's words, and how the two differ: one readable line for each difference."""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage import figures
from storage.messages import Outgoing
from storage.tables.registry import Person, Project, Unit
from storage.tables.reporting import Duty as DutyRow
from storage.tables.traffic import OutboxRow
from tests.year.life import City
from tests.year.model import CITY, Duty, Said, Span
from tests.year.reading import leaders_message

# By what a message is known, beginning with what is said least often; what is known by nothing is `unknown`.
KNOWN_BY = (
    ("calendar", re.compile("放假调休还没有录入")),
    ("undelivered", re.compile("没有送达的凭据")),
    ("unreachable", re.compile(r"^这次催报有\d+人联系不上")),
    ("above", re.compile(r"^还有(\d+)项没报，请过问")),
    ("reminder", re.compile(r"^(?:⚠ )?(?:还有|今天到期：|已过期限：|被退回：)(\d+)项")),
)


# The ledger's monthly root is no word about a duty; tests/test_anchoring.py holds it to its day.
OF_THE_LEDGER = func.coalesce(OutboxRow.once, "").startswith("root of ")


def duties(city: City) -> list[Duty]:
    def work(session: Session) -> list[Duty]:
        rows = session.execute(
            select(DutyRow, Project.name, Unit.name)
            .join(Project, Project.id == DutyRow.project_id)
            .join(Unit, Unit.id == DutyRow.unit_id)
        )
        return [_duty(row, project, unit) for row, project, unit in rows]

    return city.database.read_now(work)


def _duty(row: DutyRow, project: str, unit: str) -> Duty:
    span = Span(*(moment.astimezone(CITY) for moment in (row.opens, row.due, row.closes)))
    return Duty(project, unit, row.kind.value, row.period, span, row.state and row.state.value)


def shares(city: City) -> dict[tuple[str, str, str], dict[str, int]]:
    """The program's own count of completeness and timeliness, of what has closed."""

    def work(session: Session) -> dict[tuple[str, str, str], dict[str, int]]:
        counted: dict[tuple[str, str, str], dict[str, int]] = {}
        for each in figures.standings(session, city.clock.now, CITY):
            if each.final:
                states = counted.setdefault((each.unit, each.kind.value, each.period), {})
                states[each.state.value] = states.get(each.state.value, 0) + 1
        return counted

    return city.database.read_now(work)


def said(city: City, names_in: Callable[[str], str] = str) -> list[Said]:
    """Every message that nobody asked for: whatever answers no message of a person. `names_in` puts names into the
    model's words where a leader's message is read."""
    names = [course.name for course in city.courses]

    def work(session: Session) -> list[Said]:
        rows = session.execute(
            select(OutboxRow, Person.name)
            .outerjoin(Person, Person.id == OutboxRow.person_id)
            .where(OutboxRow.inbox_id.is_(None), OutboxRow.state != "expired", ~OF_THE_LEDGER)
        )
        return sorted(_said(row, person or "", names, names_in) for row, person in rows)

    return city.database.read_now(work)


def _said(row: OutboxRow, person: str, names: Sequence[str], names_in: Callable[[str], str]) -> Said:
    text = Outgoing.model_validate(row.body).plain
    at = row.due.astimezone(CITY)
    for about, words in KNOWN_BY:
        if match := words.search(text):
            count = int(match[1]) if match.groups() else 0
            named = tuple(sorted(name for name in names if f"{name} " in text)) if about == "reminder" else ()
            return Said(at, person, about, named, count)
    return leaders_message(at, person, names_in(text)) or Said(at, person, f"unknown: {text[:60]}")


def differences(expected: Iterable[Hashable], found: Iterable[Hashable]) -> list[str]:
    """What is on one side only, as often as it is."""
    wanted, got = Counter(expected), Counter(found)
    missing = [f"expected, not found: {each}" for each in (wanted - got).elements()]
    return missing + [f"found, not expected: {each}" for each in (got - wanted).elements()]
