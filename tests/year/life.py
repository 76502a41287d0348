"""The year as the program lives it: its people act, and sweeps run at every instant but in outages.

What people do is written as their deeds write it, through storage, and must be possible at that moment; what the office
does goes through its conversation. Nothing here knows what is to come of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot.rehearsal.living import arrive
from reminders.reach import Reach
from reminders.sweep import next_instant, sweep
from rules.duties import DutyFacts, filing_that_counts, state_of
from rules.kinds import DutyKind, IssueWord, Often, ProjectKind, ReportKind, Role, Severity
from rules.periods import Window
from storage import digests, duties, issues, ledger, reports
from storage import rules as stored_rules
from storage.database import Database
from storage.digests import Choice
from storage.issue_life import Rules
from storage.reports import Content, Filed
from storage.tables.registry import Person, Project, Responsibility, Unit
from storage.tables.reporting import Duty, Issue, Report
from tests.builders import (
    a_binding,
    a_leave,
    a_milestone,
    a_person,
    a_project,
    a_responsibility,
    a_unit,
    a_year_plan,
)
from tests.chat import Chat, Clock
from tests.year.courses import BEGINS, ENDS, OUTAGES, PUT_BACK
from tests.year.expected import ADMIN, AWAY, LEADERS, OFFICE, TAKEN_OVER, UNREACHABLE
from tests.year.leading import Leader
from tests.year.model import CITY, EDITED, Course, Did

# The rules file as it is edited in the year (model.EDITED).
# A problem that lasts does not rise to a major one here: the ladder's messages are tested by themselves.
FIRST_RULES = """
[problems]
rise_days = 0
rise_times = 0
"""
OTHER_RULES = (
    FIRST_RULES
    + """
[monthly]
due_day = 6
closes_day = 12
[digests]
at = "08:11"
[[lights]]
key = "progress"
name = "投资进度"
measure = "behind_points"
pace = "own"
yellow = { at_least = 15 }
red = { more_than = 30 }
[[lights]]
key = "start"
name = "开工"
measure = "start_months"
yellow = { at_least = 1 }
red = { at_least = 1, months = 3 }
[[lights]]
key = "milestone"
name = "节点"
measure = "milestone_days"
yellow = { more_than = 15 }
red = { more_than = 45 }
[[lights]]
key = "problem"
name = "问题办理"
measure = "problem_days"
yellow = { at_least = 30 }
red = { at_least = 45 }
"""
)
REACH = Reach(running=frozenset({("chat", "bot")}))


@dataclass
class City:
    database: Database
    clock: Clock
    courses: Sequence[Course]
    office: Chat
    ends: datetime = ENDS
    steps: int = 0


def settle(database: Database, courses: Sequence[Course]) -> City:
    """The city before its year begins: each unit with its head and deputy, each project with its contact."""

    def work(session: Session) -> int:
        stored_rules.take(session, FIRST_RULES, BEGINS)
        units = {name: a_unit(session, name=name) for name in sorted({each.unit for each in courses})}
        hall = a_unit(session, name="市政府")
        office = _someone(session, hall, OFFICE, Role.OFFICE)
        _someone(session, hall, ADMIN, Role.ADMIN)
        heads = {name: _someone(session, unit, f"{name}一把手", Role.HEAD) for name, unit in units.items()}
        deputies = {name: _someone(session, unit, f"{name}分管", Role.DEPUTY) for name, unit in units.items()}
        contacts: dict[str, Person] = {}
        projects: dict[str, Project] = {}
        for number, course in enumerate(courses, start=1):
            unit = units[course.unit]
            if course.reporter not in contacts:
                contacts[course.reporter] = _someone(session, unit, course.reporter, Role.REPORTER)
            project = a_project(
                session, unit=unit, reporter=contacts[course.reporter], name=course.name, number=number,
                registered=course.registered, parent_id=None if course.owes else 1,
                opening_month=course.opening_month, opening_year_done=course.opening_done,
                opening_total_done=course.opening_done, total_investment=4 * course.plan(2026) or 10**8,
                start_planned=course.start_planned, finish_planned=course.finish_planned,
                start_actual=None if course.start_planned else date(2024, 5, 1),
            )  # fmt: skip
            for year, amount in course.plans:
                a_year_plan(session, project, year=year, amount=amount)
            for planned in course.milestones:
                a_milestone(session, project, planned=planned)
            a_responsibility(session, project, deputies[course.unit], Role.DEPUTY)
            a_responsibility(session, project, heads[course.unit], Role.HEAD)
            projects[course.name] = project
        _hand_over(session, courses, projects, contacts)
        for leader in LEADERS:
            _lead(session, hall, leader, courses, projects)
        for away in AWAY:
            a_leave(
                session, person=contacts[away.person], stand_in=contacts[away.stand_in] if away.stand_in else None,
                since=away.since, until=away.back, at=BEGINS,
            )  # fmt: skip
        return office.id

    clock = Clock(BEGINS)
    office = database.run_now(work)
    return City(database, clock, courses, Chat(database, str(office + 1000), clock))


def _hand_over(
    session: Session, courses: Sequence[Course], projects: dict[str, Project], contacts: dict[str, Person]
) -> None:
    """Who reports a project from some day on."""
    for course in courses:
        if course.successor is not None and course.successor[1] in contacts:
            day, name = course.successor
            project = projects[course.name]
            held = select(Responsibility).where(
                Responsibility.project_id == project.id, Responsibility.role == Role.REPORTER
            )
            session.scalars(held).one().until = day
            a_responsibility(session, project, contacts[name], since=day)


def _lead(
    session: Session, hall: Unit, leader: Leader, courses: Sequence[Course], projects: dict[str, Project]
) -> None:
    """A leader with the projects of the model's days, and how the leader wants to be told."""
    role = Role.LEAD_DEPARTMENT if leader.often == "weekly" else Role.LEAD_LEADER
    person = _someone(session, hall, leader.name, role)
    for course in courses:
        assert leader.leads is not None
        at_first, at_last = leader.leads(course, BEGINS.date()), leader.leads(course, ENDS.date())
        if at_first or at_last:
            a_responsibility(
                session, projects[course.name], person, role, since=BEGINS.date() if at_first else TAKEN_OVER,
                until=None if at_last else TAKEN_OVER,
            )  # fmt: skip
    if (leader.often, leader.hour, leader.silent) != ("daily", None, False):
        choice = Choice(Often(leader.often), leader.hour or time(8, 3), leader.silent)
        digests.choose(session, person.id, choice, BEGINS)


def _someone(session: Session, unit: Unit, name: str, role: Role) -> Person:
    person = a_person(session, unit=unit, role=role, name=name)
    if name not in UNREACHABLE:
        a_binding(session, person, channel="chat")
    return person


def live(city: City) -> None:
    waiting = sorted(
        ((did.at, course, did) for course in city.courses for did in course.did), key=lambda each: each[0]
    )
    put_back = False
    while True:
        while waiting and waiting[0][0] <= city.clock.now:
            _, course, did = waiting.pop(0)
            _do(city, course, did)
        if city.clock.now >= EDITED:
            city.database.run_now(lambda session: stored_rules.take(session, OTHER_RULES, city.clock.now))
        _sweep(city)
        if city.clock.now >= city.ends:
            return
        if not put_back and city.clock.now >= PUT_BACK:
            put_back = True
            city.clock.now -= timedelta(hours=1)
        following = city.database.run_now(lambda session: next_instant(session, city.clock.now, CITY))
        edited = [EDITED] if city.clock.now < EDITED else []
        city.clock.now = _up(
            min(following.astimezone(CITY), city.ends, *edited, *(at for at, _, _ in waiting[:1]))
        )


def _up(moment: datetime) -> datetime:
    """The first moment from then on at which the program runs."""
    return next((each.ends for each in OUTAGES if each.begins <= moment < each.ends), moment)


def _sweep(city: City) -> None:
    city.steps += 1
    while city.database.run_now(
        lambda session: sweep(session, city.clock.now, CITY, reach=REACH, enough=_never)
    ):
        pass
    city.database.run_now(lambda session: arrive(session, REACH, city.clock.now, CITY))


def _never() -> bool:
    """All slices of a moment in one transaction: nobody waits for them here."""
    return False


def _do(city: City, course: Course, did: Did) -> None:
    match did.what:
        case "exempt":
            _office_says(city, "免报", course.name, f"{_chinese(did.period)}进展", "汛期", "确认")
        case "pause":
            _office_says(city, "暂停", course.name, "停工", "确认")
        case "resume":
            _office_says(city, "恢复", course.name, "确认")
        case "return":
            _office_says(city, "退回", course.name, "数字有误", "全部重报", "确认")
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
    reporter = course.contact(did.at.date())
    person = session.scalars(select(Person).where(Person.name == reporter)).one()
    # As every deed it stands in the ledger: what is to be judged anew is read off there.
    ledger.append(
        session, chain=f"unit:{project.unit_id}", who=f"person:{person.id}", act=f"file_{did.what}",
        facts={"project": project.id, "period": did.period}, now=did.at,
    )  # fmt: skip
    match did.what:
        case "report" | "zero":
            kind = ReportKind.PROGRESS if did.what == "report" else ReportKind.ZERO
            _file(session, project, person, kind, did)
        case "correct":
            _write(session, project, person, ReportKind.PROGRESS, did)
        case "withdraw":
            duty = session.scalars(_of(project, did)).one()
            assert duty.report_id is not None
            reports.withdraw(session, duty.report_id, did.at)
            duties.unsettle(session, duty.id)
        case "problem":
            issue = Issue(
                project_id=project.id, unit_id=project.unit_id, severity=Severity.GENERAL, category="land",
                what="两户没签", found=did.at, filed_by=person.id, filed=did.at,
                rules_version=stored_rules.in_force(session).version,
            )  # fmt: skip
            issues.register(session, issue, did.at, _rules(session))
        case "word" | "solved":
            issue = session.scalars(select(Issue).where(Issue.project_id == project.id)).one()
            word = IssueWord.SOLVED if did.what == "solved" else IssueWord.STILL
            issues.say(session, issue, person.id, word, "", did.at, _rules(session))
            duties.keep_word(session, issue.id, did.at)


def _file(session: Session, project: Project, person: Person, kind: ReportKind, did: Did) -> None:
    duty = session.scalars(
        select(Duty).where(
            Duty.project_id == project.id, Duty.kind == DutyKind(kind), Duty.period == did.period,
            duties.takes_reports(did.at), duties.awaited(),
        )
    ).one_or_none()  # fmt: skip
    assert duty is not None, f"{did.at:%m-%d %H:%M}: {project.name} has nothing open for {did.period}"
    mend_by = _mend_by(session, duty)
    filed = _write(session, project, person, kind, did)
    first = duty.settled
    duties.settle(session, duty.id, filed.report_id, did.at)
    if mend_by is not None:
        counts = filing_that_counts(first, mended=did.at, mend_by=mend_by)
        duties.mend(session, duty.id, counts)
    if duty.state is not None:
        facts = DutyFacts(
            Window(duty.opens, duty.due, duty.closes), filed_at=did.at, written=duty.state,
            unlocked_until=duty.unlocked_until,
        )  # fmt: skip
        duties.restate(session, duty.id, state_of(facts, did.at), did.at)


def _rules(session: Session) -> Rules:
    return Rules(stored_rules.in_force(session).book, CITY)


def _mend_by(session: Session, duty: Duty) -> datetime | None:
    """Until when the duty's report, if it was returned, can be mended."""
    report = session.get(Report, duty.report_id) if duty.report_id else None
    return report.mend_by if report is not None else None


def _of(project: Project, did: Did) -> Select[tuple[Duty]]:
    return select(Duty).where(
        Duty.project_id == project.id, Duty.kind == DutyKind.PROGRESS, Duty.period == did.period
    )


def _write(session: Session, project: Project, person: Person, kind: ReportKind, did: Did) -> Filed:
    owes_amount = kind is ReportKind.PROGRESS and project.kind is ProjectKind.CONSTRUCTION
    content = Content(
        amount=did.amount if owes_amount else None, progress="主体施工", backfill_year=did.made_up,
        backfill_total=did.made_up, backfilled=list(did.made_up_for),
    )  # fmt: skip
    return reports.file(
        session, project_id=project.id, unit_id=project.unit_id, kind=kind, period=did.period, person_id=person.id,
        content=content, talk_id=None, now=did.at,
    )  # fmt: skip
