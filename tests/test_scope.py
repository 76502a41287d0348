"""Who may do what: every command, tried by every kind of person, on their own project and on another's.

The matrix is made from the code's own list of commands, so that a new one cannot be forgotten: it needs an
example and a row of its own here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import get_args

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handlers.commands import (
    AppointSecretary,
    CallFalse,
    ChangeRegistry,
    ChooseDigest,
    Command,
    ConfirmHandover,
    DismissSecretary,
    DisownProject,
    EndLeave,
    EndLightExemption,
    EndProject,
    ExemptDuty,
    ExemptLight,
    FileIssue,
    FileProgress,
    FileSame,
    FileZeros,
    FollowUp,
    GiveCode,
    HandOver,
    ImportWorkbook,
    JudgeDuty,
    LeaveWorkbook,
    PauseProject,
    ResumeProject,
    ReturnReport,
    SendNotice,
    SetLeave,
    TakeBackExemption,
    Tell,
    Unbind,
    UnlockDuty,
    WithdrawReport,
)
from handlers.deeds.carry_out import carry_out
from handlers.facts import PersonFacts
from handlers.scope import ALLOWED, allows
from handlers.turning import Turn
from rules.kinds import IssueWord, Often, Role, Severity
from rules.scope import OUT_OF_REACH
from storage.messages import Incoming, IncomingKind
from storage.tables.ledger import LedgerRow
from storage.tables.registry import Handover, Person, Project
from tests.builders import a_leave, a_person, a_project, a_role, a_secretary, added, an_issue
from tests.chat import CITY, START, ZONE
from tests.town import Town

COMMANDS = get_args(Command)
PEOPLE = ("reporter", "deputy", "head", "leader", "department", "office")
REPORTERS = {"reporter", "deputy", "head"}
OFFICE = {"office"}
HEADS = {"deputy", "head", "office"}  # those of the reporter's unit, and the office
REPORTER, DAY = 1, date(2012, 3, 26)  # the town's first person


@dataclass(frozen=True)
class Subject:
    """What a command can be about."""

    project: int
    issue: int


# What each command looks like for a project, and which of the town's people may give it for 城北水厂.
EXAMPLES: dict[type[Command], tuple[Callable[[Subject], Command], set[str]]] = {
    Tell: (lambda _about: Tell(text="x"), {*PEOPLE}),
    # The office files what was reported by telephone (代报).
    FileProgress: (lambda about: FileProgress(about.project, "2012-03", 0, "x"), REPORTERS | OFFICE),
    FileSame: (lambda about: FileSame(((about.project, "2012-03"),)), REPORTERS),
    WithdrawReport: (lambda about: WithdrawReport(about.project, "2012-03"), REPORTERS | OFFICE),
    FileIssue: (lambda about: FileIssue(about.project, Severity.GENERAL, "land", "x"), REPORTERS | OFFICE),
    FollowUp: (lambda about: FollowUp(about.issue, IssueWord.STILL), REPORTERS | OFFICE),
    CallFalse: (lambda about: CallFalse(about.issue), REPORTERS),
    FileZeros: (lambda about: FileZeros((about.project,), "2011H2"), REPORTERS | OFFICE),
    DisownProject: (lambda about: DisownProject(about.project, "other"), REPORTERS),
    ReturnReport: (lambda _about: ReturnReport(1, "x"), OFFICE),
    UnlockDuty: (lambda _about: UnlockDuty(1, "x", date(2012, 4, 12)), OFFICE),
    ExemptDuty: (lambda _about: ExemptDuty(1, "x"), OFFICE),
    TakeBackExemption: (lambda _about: TakeBackExemption(1), OFFICE),
    ExemptLight: (lambda about: ExemptLight(about.project, "x", date(2012, 4, 30)), OFFICE),
    EndLightExemption: (lambda about: EndLightExemption(about.project), OFFICE),
    JudgeDuty: (lambda _about: JudgeDuty(1, True, "x"), OFFICE),
    PauseProject: (lambda about: PauseProject(about.project, "x"), OFFICE),
    EndProject: (lambda about: EndProject(about.project, "x"), OFFICE),
    ResumeProject: (lambda about: ResumeProject(about.project), OFFICE),
    SendNotice: (lambda _about: SendNotice("x", "bound"), OFFICE),
    ImportWorkbook: (lambda _about: ImportWorkbook(1), {"office"}),
    LeaveWorkbook: (lambda _about: LeaveWorkbook(1), {"office"}),
    ChangeRegistry: (lambda _about: ChangeRegistry("人员", None, ()), {"office"}),
    Unbind: (lambda _about: Unbind(REPORTER), HEADS),
    GiveCode: (lambda _about: GiveCode(REPORTER), HEADS),
    HandOver: (lambda _about: HandOver(REPORTER, 2, Role.REPORTER, (), DAY), {"reporter", *HEADS}),
    ConfirmHandover: (lambda _about: ConfirmHandover(1), {"reporter", "deputy"}),
    AppointSecretary: (lambda _about: AppointSecretary(1, 4, DAY), {"office"}),
    DismissSecretary: (lambda _about: DismissSecretary(1), {"office"}),
    SetLeave: (lambda _about: SetLeave(REPORTER, DAY, DAY + timedelta(days=1)), {"reporter", *HEADS}),
    EndLeave: (lambda _about: EndLeave(1), {"reporter", *HEADS}),
    ChooseDigest: (
        lambda _about: ChooseDigest(Often.DAILY, time(7, 30), False),
        {"head", "leader", "department", "office"},
    ),
}
# Commands about a person, by whose id.
OF_PEOPLE: dict[type[Command], Callable[[int], Command]] = {
    Unbind: Unbind,
    GiveCode: GiveCode,
    HandOver: lambda person: HandOver(person, REPORTER, Role.REPORTER, (), DAY),
    SetLeave: lambda person: SetLeave(person, DAY, DAY + timedelta(days=1)),
}
BY_PROJECT = [
    command
    for command in COMMANDS
    if EXAMPLES[command][0](Subject(1, 1)) != EXAMPLES[command][0](Subject(2, 2))
]


def a_subject(session: Session, project: Project) -> Subject:
    return Subject(project.id, an_issue(session, project=project).id)


def a_turn(town: Town, session: Session, who: str) -> Turn:
    chat = getattr(town, who)
    person = session.get_one(Person, int(chat.user) - 1000)
    facts = PersonFacts(person.id, person.name, person.unit_id, "")
    incoming = Incoming(address=chat.address, kind=IncomingKind.TEXT, text="")
    now = town.clock.now
    return Turn(session, CITY, 0, incoming, facts, now, now, now.astimezone(ZONE).date())


def test_every_command_has_a_permission_and_a_row_in_this_matrix() -> None:
    assert set(COMMANDS) == set(ALLOWED) == set(EXAMPLES)


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_a_command_is_allowed_to_those_whose_it_is_and_nobody_else(
    town: Town, command: type[Command], who: str
) -> None:
    example, may = EXAMPLES[command]

    def tried(session: Session) -> bool:
        about = a_subject(session, session.get_one(Project, town.north))
        added(session, Handover(from_id=1, to_id=2, role=Role.REPORTER, project_ids=[], at=START))
        a_leave(session, person=session.get_one(Person, REPORTER))
        return allows(a_turn(town, session, who), example(about))

    assert town.do(tried) is (who in may)


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("command", BY_PROJECT, ids=lambda command: command.__name__)
def test_nobody_may_report_for_a_project_of_others(town: Town, command: type[Command], who: str) -> None:
    example, may = EXAMPLES[command]

    def tried(session: Session) -> bool:
        others = a_subject(session, a_project(session, name="别人的项目"))
        return allows(a_turn(town, session, who), example(others))

    still_may = may if may == {*PEOPLE} else may - REPORTERS
    assert town.do(tried) is (who in still_may)


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("command", OF_PEOPLE, ids=lambda command: command.__name__)
def test_only_the_office_acts_on_people_of_another_unit(town: Town, command: type[Command], who: str) -> None:
    def tried(session: Session) -> bool:
        stranger = a_person(session).id
        return allows(a_turn(town, session, who), OF_PEOPLE[command](stranger))

    assert town.do(tried) is (who == "office")


@pytest.mark.parametrize("who", ["deputy", "head"])
@pytest.mark.parametrize("role", OUT_OF_REACH)
@pytest.mark.parametrize("command", OF_PEOPLE, ids=lambda command: command.__name__)
def test_a_units_head_decides_nothing_about_another_head_or_the_citys_people(
    town: Town, command: type[Command], role: Role, who: str
) -> None:
    def tried(session: Session) -> bool:
        unit_id = session.get_one(Person, REPORTER).unit_id
        above = a_person(session, unit_id=unit_id, role=Role.REPORTER)
        a_role(session, above, role)
        return allows(a_turn(town, session, who), OF_PEOPLE[command](above.id))

    assert not town.do(tried)


@pytest.mark.parametrize("since", [DAY, date(2012, 4, 1)], ids=["today", "ahead"])
@pytest.mark.parametrize("command", OF_PEOPLE, ids=lambda command: command.__name__)
def test_a_units_head_decides_nothing_about_a_secretary(
    town: Town, command: type[Command], since: date
) -> None:
    def tried(session: Session) -> bool:
        helper = a_person(session, unit_id=session.get_one(Person, REPORTER).unit_id)
        a_secretary(session, leader_id=4, person=helper, since=since)
        return allows(a_turn(town, session, "head"), OF_PEOPLE[command](helper.id))

    assert not town.do(tried)


@pytest.mark.parametrize(("who", "subject"), [("head", 3), ("head", 2), ("deputy", 2), ("office", 3)])
@pytest.mark.parametrize("command", OF_PEOPLE, ids=lambda command: command.__name__)
def test_a_head_decides_about_themselves_and_those_below(
    town: Town, command: type[Command], who: str, subject: int
) -> None:
    assert town.do(lambda session: allows(a_turn(town, session, who), OF_PEOPLE[command](subject)))


@pytest.mark.parametrize(
    ("command", "who"),
    [(command, who) for command in COMMANDS for who in PEOPLE if who not in EXAMPLES[command][1]],
    ids=lambda each: each if isinstance(each, str) else each.__name__,
)
def test_a_command_that_is_not_allowed_is_refused_where_it_is_carried_out_and_leaves_nothing(
    town: Town, command: type[Command], who: str
) -> None:
    """The matrix asks `allows`; this shows that nothing is carried out without asking it."""

    def tried(session: Session) -> tuple[str, int]:
        about = a_subject(session, session.get_one(Project, town.north))
        added(session, Handover(from_id=1, to_id=2, role=Role.REPORTER, project_ids=[], at=START))
        before = session.scalar(select(func.count()).select_from(LedgerRow)) or 0
        outcome = carry_out(a_turn(town, session, who), EXAMPLES[command][0](about), None)
        after = session.scalar(select(func.count()).select_from(LedgerRow)) or 0
        return outcome.message.text, after - before

    assert town.do(tried) == (CITY.words.not_for_you, 0)
