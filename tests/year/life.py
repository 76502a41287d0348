"""The year as the program lives it: its people act, and sweeps run at every instant but in outages.

What people do is written as their deeds write it, through storage, and must be possible at that moment; what the office
does goes through its conversation. Nothing here knows what is to come of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.rehearsal.living import arrive
from reminders.reach import Reach
from reminders.sweep import next_instant, sweep
from rules.duties import DutyFacts, state_of
from rules.kinds import DutyKind, IssueWord, ReportKind, Role, Severity
from rules.periods import Window
from storage import duties, issues, reports
from storage import rules as stored_rules
from storage.database import Database
from storage.reports import Content
from storage.tables.registry import Person, Project, Unit
from storage.tables.reporting import Duty, Issue
from tests.builders import a_binding, a_leave, a_person, a_project, a_responsibility, a_unit
from tests.chat import Chat, Clock
from tests.year.courses import BEGINS, ENDS, OUTAGES
from tests.year.expected import ADMIN, AWAY, OFFICE, UNREACHABLE
from tests.year.model import CITY, Course, Did

REACH = Reach(running=frozenset({("chat", "bot")}))


@dataclass
class City:
    database: Database
    clock: Clock
    courses: Sequence[Course]
    office: Chat
    steps: int = 0


def settle(database: Database, courses: Sequence[Course]) -> City:
    """The city before its year begins: each unit with its head and deputy, each project with its contact."""

    def work(session: Session) -> int:
        stored_rules.take(session, None, BEGINS)
        units = {name: a_unit(session, name=name) for name in sorted({each.unit for each in courses})}
        hall = a_unit(session, name="市政府")
        office = _someone(session, hall, OFFICE, Role.OFFICE)
        _someone(session, hall, ADMIN, Role.ADMIN)
        heads = {name: _someone(session, unit, f"{name}一把手", Role.HEAD) for name, unit in units.items()}
        deputies = {name: _someone(session, unit, f"{name}分管", Role.DEPUTY) for name, unit in units.items()}
        contacts: dict[str, Person] = {}
        for number, course in enumerate(courses, start=1):
            unit = units[course.unit]
            if course.reporter not in contacts:
                contacts[course.reporter] = _someone(session, unit, course.reporter, Role.REPORTER)
            project = a_project(
                session, unit=unit, reporter=contacts[course.reporter], name=course.name, number=number,
                registered=course.registered, parent_id=None if course.owes else 1,
            )  # fmt: skip
            a_responsibility(session, project, deputies[course.unit], Role.DEPUTY)
            a_responsibility(session, project, heads[course.unit], Role.HEAD)
        for away in AWAY:
            a_leave(
                session, person=contacts[away.person], stand_in=contacts[away.stand_in] if away.stand_in else None,
                since=away.since, until=away.back, at=BEGINS,
            )  # fmt: skip
        return office.id

    clock = Clock(BEGINS)
    office = database.run_now(work)
    return City(database, clock, courses, Chat(database, str(office + 1000), clock))


def _someone(session: Session, unit: Unit, name: str, role: Role) -> Person:
    person = a_person(session, unit=unit, role=role, name=name)
    if name not in UNREACHABLE:
        a_binding(session, person, channel="chat")
    return person


def live(city: City) -> None:
    waiting = sorted(
        ((did.at, course, did) for course in city.courses for did in course.did), key=lambda each: each[0]
    )
    while True:
        while waiting and waiting[0][0] <= city.clock.now:
            _, course, did = waiting.pop(0)
            _do(city, course, did)
        _sweep(city)
        if city.clock.now >= ENDS:
            return
        following = city.database.run_now(lambda session: next_instant(session, city.clock.now, CITY))
        city.clock.now = _up(min(following.astimezone(CITY), ENDS, *(at for at, _, _ in waiting[:1])))


def _up(moment: datetime) -> datetime:
    """The first moment from then on at which the program runs."""
    return next((each.ends for each in OUTAGES if each.begins <= moment < each.ends), moment)


def _sweep(city: City) -> None:
    city.steps += 1
    while city.database.run_now(lambda session: sweep(session, city.clock.now, CITY, reach=REACH)):
        pass
    city.database.run_now(lambda session: arrive(session, REACH, city.clock.now))


def _do(city: City, course: Course, did: Did) -> None:
    match did.what:
        case "exempt":
            _office_says(city, "免报", course.name, f"{_chinese(did.period)}进展", "汛期", "确认")
        case "pause":
            _office_says(city, "暂停", course.name, "停工", "确认")
        case "resume":
            _office_says(city, "恢复", course.name, "确认")
        case "unlock":
            assert did.until is not None
            until = f"{did.until.month}月{did.until.day}日"
            _office_says(city, "解锁", course.name, f"{_chinese(did.period)}进展", "情况特殊", until, "确认")
        case _:
            city.database.run_now(lambda session: _act(session, course, did))


def _chinese(period: str) -> str:
    return f"{period[:4]}年{int(period[5:])}月"


def _office_says(city: City, *words: str) -> None:
    """Questions that the conversation does not ask, because there is one answer only, are passed over."""
    for word in words:
        before = city.office.says(word)
        if word == words[-1]:
            assert before.plain.startswith("已"), f"{city.clock.now:%m-%d} {words}: {before}"


def _act(session: Session, course: Course, did: Did) -> None:
    project = session.scalars(select(Project).where(Project.name == course.name)).one()
    person = session.scalars(select(Person).where(Person.name == course.reporter)).one()
    match did.what:
        case "report" | "zero":
            kind = ReportKind.PROGRESS if did.what == "report" else ReportKind.ZERO
            _file(session, project, person, kind, did)
        case "problem":
            issue = Issue(
                project_id=project.id, unit_id=project.unit_id, severity=Severity.GENERAL, category="land",
                what="两户没签", found=did.at, filed_by=person.id, filed=did.at,
                rules_version=stored_rules.in_force(session).version,
            )  # fmt: skip
            issues.register(session, issue, did.at)
        case "word" | "solved":
            issue = session.scalars(select(Issue).where(Issue.project_id == project.id)).one()
            word = IssueWord.SOLVED if did.what == "solved" else IssueWord.STILL
            issues.say(session, issue, person.id, word, "", did.at)
            duties.keep_word(session, issue.id, did.at)


def _file(session: Session, project: Project, person: Person, kind: ReportKind, did: Did) -> None:
    duty = session.scalars(
        select(Duty).where(
            Duty.project_id == project.id, Duty.kind == DutyKind(kind), Duty.period == did.period,
            duties.takes_reports(did.at), duties.awaited(),
        )
    ).one_or_none()  # fmt: skip
    assert duty is not None, f"{did.at:%m-%d %H:%M}: {project.name} has nothing open for {did.period}"
    amount = 2_000_000 if kind is ReportKind.PROGRESS else None
    filed = reports.file(
        session, project_id=project.id, unit_id=project.unit_id, kind=kind, period=did.period, person_id=person.id,
        content=Content(amount=amount, progress="主体施工"), talk_id=None, now=did.at,
    )  # fmt: skip
    duties.settle(session, duty.id, filed.report_id, did.at)
    if duty.state is not None:
        facts = DutyFacts(
            Window(duty.opens, duty.due, duty.closes), filed_at=did.at, written=duty.state,
            unlocked_until=duty.unlocked_until,
        )  # fmt: skip
        duties.restate(session, duty.id, state_of(facts, did.at))
