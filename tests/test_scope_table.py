"""The whole matrix (权限): every command and step x every role x ours and others' x every state, each cell in a table.

    r d h   联络人, 分管领导, 一把手 of the unit whose project it is; p somebody of elsewhere who raised its problem
    t       stands in for r, who is on leave today
    l s m   牵头领导 of the project, their secretary, 牵头部门
    v a o   督查室, 管理员, 市项目办
    c       speaks for the department that holds the problem; k for one that helps
    R H     联络人 and 一把手 of the other unit and its project
    x y z   no longer: reported until yesterday, will from tomorrow, was of the office until yesterday
    n       somebody without any role

Rows come from the code's own list of commands and steps, so none can be forgotten; what stands beside each is
written by hand, and every letter that does not stand there must be refused. The state of a project, a problem or an
order decides what a deed answers, and never lets in whom the table does not name.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import pytest
from sqlalchemy.orm import Session

from handlers import scope
from handlers.commands import (
    AppointSecretary,
    CallFalse,
    ChangeRegistry,
    ChooseDigest,
    Command,
    ConfirmHandover,
    DirectIssue,
    DirectSource,
    DismissSecretary,
    DisownProject,
    DrawChecks,
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
    ForwardIssue,
    GiveCode,
    HandOver,
    ImportWorkbook,
    JudgeDuty,
    LeaveWorkbook,
    MakeOrder,
    PauseProject,
    ResumeProject,
    ReturnReport,
    SendNotice,
    SetLeave,
    StartDrill,
    TakeBackExemption,
    TakeOrderStep,
    TakeStep,
    Tell,
    Unbind,
    UnlockDuty,
    WithdrawReport,
)
from handlers.facts import PersonFacts
from handlers.scope import allows
from handlers.turning import Turn
from rules.kinds import IssueState, IssueStep, OrderState, OrderStep, ProjectState, Role
from storage import order_scope
from storage.messages import Address, Incoming, IncomingKind
from storage.tables.registry import Handover, Person, Project, Unit
from storage.tables.reporting import IssueHolding
from tests.builders import (
    a_leave,
    a_person,
    a_project,
    a_report,
    a_responsibility,
    a_role,
    a_secretary,
    a_unit,
    added,
    an_issue,
    an_order,
)
from tests.chat import CITY, START
from tests.test_scope import BY_PROJECT, COMMANDS, EXAMPLES, OF_PEOPLE, Subject
from tests.town import Town

TODAY = START.date()
DAY = timedelta(days=1)
EVERYBODY = "rdhptlsmvaockRHxyzn"

# Who may, of what is ours | of what is the other unit's.
COMMANDS_BY: dict[type[Command], str] = {
    Tell: f"{EVERYBODY}|{EVERYBODY}",
    FileProgress: "rdhto|RHo",
    FileSame: "rdht|RH",
    WithdrawReport: "rdhto|RHo",
    FileIssue: "rdhto|RHo",
    FollowUp: "rdhtpo|RHpo",
    CallFalse: "rdht|RH",
    FileZeros: "rdhto|RHo",
    DisownProject: "rdht|RH",
    DirectIssue: "lsmoc|oc",
    ForwardIssue: "lsmoc|oc",
    DirectSource: "lsmvo|vo",
    **dict.fromkeys(
        (
            ReturnReport, UnlockDuty, ExemptDuty, TakeBackExemption, ExemptLight, EndLightExemption, JudgeDuty,
            PauseProject, EndProject, ResumeProject, SendNotice, StartDrill, MakeOrder, DrawChecks, ImportWorkbook,
            LeaveWorkbook, ChangeRegistry, AppointSecretary, DismissSecretary,
        ),
        "o|o",
    ),
    Unbind: "dho|Ho",
    GiveCode: "dho|Ho",
    HandOver: "rdho|RHo",
    SetLeave: "rdho|RHo",
    EndLeave: "rdho|RHo",
    ConfirmHandover: "rd|RH",
    ChooseDigest: "hHlmcko|hHlmcko",
}  # fmt: skip
ISSUE_STEPS_BY: dict[IssueStep, str] = {
    **dict.fromkeys((IssueStep.SIGN, IssueStep.REFUSE, IssueStep.FINISH, IssueStep.EXTEND), "co|co"),
    IssueStep.FEEDBACK: "cko|cko",
    IssueStep.REOPEN: "rdhtpo|RHpo",
    IssueStep.RAISE: "rdhtplmo|RHpo",
    IssueStep.LOWER: "lo|o",
    **dict.fromkeys(
        (
            IssueStep.ASSIGN, IssueStep.UPHOLD, IssueStep.APPROVE, IssueStep.DENY, IssueStep.CLOSE,
            IssueStep.SEND_BACK, IssueStep.IS_FALSE, IssueStep.NOT_FALSE, IssueStep.CONCEALED,
            IssueStep.NOT_CONCEALED,
        ),
        "o|o",
    ),
}  # fmt: skip
# Orders go to the department that c speaks for, by l's word.
ORDER_STEPS_BY: dict[OrderStep, str] = {
    **dict.fromkeys(
        (OrderStep.SIGN, OrderStep.REFUSE, OrderStep.FEEDBACK, OrderStep.FINISH), "co|co"
    ),
    OrderStep.EXTEND: "c|c",
    **dict.fromkeys((OrderStep.SEND_BACK, OrderStep.CLOSE, OrderStep.WITHDRAW), "lso|lso"),
    **dict.fromkeys(
        (
            OrderStep.CONFIRM, OrderStep.RECEIVER, OrderStep.LIMIT, OrderStep.TEXT, OrderStep.DELIVER,
            OrderStep.APPROVE, OrderStep.DENY, OrderStep.AGREE,
        ),
        "o|o",
    ),
}  # fmt: skip
Row = type[Command] | IssueStep | OrderStep
# By name, for a step of an order may be called as one of a problem is.
TABLE: dict[str, tuple[Row, str]] = {
    **{row.__name__: (row, who) for row, who in COMMANDS_BY.items()},
    **{f"problem: {row}": (row, who) for row, who in ISSUE_STEPS_BY.items()},
    **{f"order: {row}": (row, who) for row, who in ORDER_STEPS_BY.items()},
}
STATES = [
    (
        list(ProjectState)[number % len(ProjectState)],
        issue,
        list(OrderState)[1:][number % (len(OrderState) - 1)],
    )
    for number, issue in enumerate(IssueState)
]


@pytest.fixture(autouse=True)
def asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """How somebody stands to a problem or an order is worked out once for all its steps: nothing changes meanwhile."""
    monkeypatch.setattr(scope, "whos", cache(scope.whos))
    monkeypatch.setattr(order_scope, "whos", cache(order_scope.whos))


@dataclass(frozen=True)
class About(Subject):
    """What is whose: a project with its problem, report and order, and who reports for it."""

    person: int = 0
    leave: int = 0
    handover: int = 0


@dataclass(frozen=True)
class City:
    """Everybody by their letter, and what is ours and the other unit's."""

    people: dict[str, int]
    ours: About
    theirs: About


def a_city(session: Session, town: Town, state: tuple[ProjectState, IssueState, OrderState]) -> City:
    people = everybody(session, town)
    project = a_project(session, unit_id=session.get_one(Person, people["R"]).unit_id)
    for letter, role in (("R", Role.REPORTER), ("H", Role.HEAD)):
        a_responsibility(session, project, session.get_one(Person, people[letter]), role)
    pairs = ((session.get_one(Project, town.north), "rd"), (project, "RH"))
    ours, theirs = (about(session, people, project, state, *whose) for project, whose in pairs)
    return City(people, ours, theirs)


def everybody(session: Session, town: Town) -> dict[str, int]:
    north, yesterday = session.get_one(Project, town.north), TODAY - DAY
    known = (town.reporter, town.deputy, town.head, town.leader, town.department, town.office)
    people = {letter: int(chat.user) - 1000 for letter, chat in zip("rdhlmo", known, strict=True)}
    other, unit = a_unit(session), session.get_one(Unit, north.unit_id)
    made = {
        "p": a_person(session),
        "t": a_person(session, unit=unit),
        "s": a_secretary(session, leader_id=people["l"]).person_id,
        "v": a_person(session, role=Role.SUPERVISION),
        "a": a_person(session, role=Role.ADMIN),
        "c": a_person(session, role=Role.LEAD_DEPARTMENT),
        "k": a_person(session, role=Role.LEAD_DEPARTMENT),
        "R": a_person(session, unit=other),
        "H": a_person(session, unit=other, role=Role.HEAD),
        "x": a_person(session, unit=unit),
        "y": a_person(session, unit=unit),
        "z": a_person(session, role=None),
        "n": a_person(session, role=None),
    }
    people |= {letter: each if isinstance(each, int) else each.id for letter, each in made.items()}
    a_responsibility(session, north, session.get_one(Person, people["x"]), since=yesterday - DAY, until=TODAY)
    a_responsibility(session, north, session.get_one(Person, people["y"]), since=TODAY + DAY)
    a_role(session, session.get_one(Person, people["z"]), Role.OFFICE, since=yesterday, until=TODAY)
    away, stand_in = (session.get_one(Person, people[letter]) for letter in "rt")
    a_leave(session, person=away, stand_in=stand_in, since=TODAY, until=TODAY + DAY)
    return people


def about(
    session: Session,
    people: dict[str, int],
    project: Project,
    state: tuple[ProjectState, IssueState, OrderState],
    first: str,
    second: str,
) -> About:
    """`first` and `second` are of its unit: it is the first's leave, and the first hands over to the second."""
    project.state, issue_state, order_state = state
    person, (holding, helping) = people[first], (unit_of(session, people[letter]) for letter in "ck")
    raiser = session.get_one(Person, people["p"])
    issue = an_issue(session, project=project, person=raiser, state=issue_state)
    for unit, helps in ((holding, False), (helping, True)):
        added(session, IssueHolding(issue_id=issue.id, unit_id=unit, helping=helps, since=START))
    order = an_order(session, project=project, unit_id=holding, leader_id=people["l"], state=order_state)
    return About(
        project=project.id,
        issue=issue.id,
        report=a_report(session, project=project, person=raiser).id,
        order=order.id,
        person=person,
        leave=a_leave(session, person=session.get_one(Person, person)).id,
        handover=added(
            session,
            Handover(from_id=person, to_id=people[second], role=Role.REPORTER, project_ids=[], at=START),
        ).id,
    )


def unit_of(session: Session, person_id: int) -> int:
    return session.get_one(Person, person_id).unit_id


def a_command(row: Row, what: About) -> Command:
    """What the row's command looks like about something."""
    if isinstance(row, IssueStep):
        return TakeStep(what.issue, row)
    if isinstance(row, OrderStep):
        return TakeOrderStep(what.order, row)
    if row is EndLeave:
        return EndLeave(what.leave)
    if row is ConfirmHandover:
        return ConfirmHandover(what.handover)
    return OF_PEOPLE[row](what.person) if row in OF_PEOPLE else EXAMPLES[row][0](what)


def a_turn(session: Session, person_id: int) -> Turn:
    person = session.get_one(Person, person_id)
    facts = PersonFacts(person.id, person.name, person.unit_id, "")
    address = Address(channel="chat", account="bot", user="1", chat="1")
    return Turn(
        session, CITY, 0, Incoming(address=address, kind=IncomingKind.TEXT), facts, START, START, TODAY
    )


def who_may(session: Session, city: City, row: Row, what: About) -> str:
    """The letters of those to whom it is allowed."""
    command = a_command(row, what)
    return "".join(who for who in EVERYBODY if allows(a_turn(session, city.people[who]), command))


def test_every_command_and_every_step_has_a_row() -> None:
    assert {*COMMANDS_BY} == {*COMMANDS} - {TakeStep, TakeOrderStep}
    assert {*ISSUE_STEPS_BY} == {*IssueStep}
    assert {*ORDER_STEPS_BY} == {*OrderStep}


@pytest.mark.parametrize("state", STATES, ids=lambda state: "-".join(state))
def test_each_is_allowed_to_whom_the_table_names_and_to_nobody_else(
    town: Town, state: tuple[ProjectState, IssueState, OrderState]
) -> None:
    """What is about no project, problem or order knows no state and is asked once, in the first."""
    table = {name: cell for name, cell in TABLE.items() if state == STATES[0] or has_states(cell[0])}

    def asked(session: Session) -> dict[str, str]:
        city = a_city(session, town, state)
        both = (city.ours, city.theirs)
        return {
            name: "|".join(who_may(session, city, row, what) for what in both)
            for name, (row, _) in table.items()
        }

    assert town.do(asked) == {name: in_order(cell) for name, (_, cell) in table.items()}


def has_states(row: Row) -> bool:
    return row in BY_PROJECT if isinstance(row, type) else True


def in_order(cell: str) -> str:
    return "|".join("".join(who for who in EVERYBODY if who in part) for part in cell.split("|"))


def test_an_order_that_is_not_out_yet_is_nothing_to_its_receiver(town: Town) -> None:
    def asked(session: Session) -> list[str]:
        city = a_city(session, town, (ProjectState.ACTIVE, IssueState.REGISTERED, OrderState.DRAFTED))
        steps = (OrderStep.SIGN, OrderStep.REFUSE, OrderStep.FEEDBACK, OrderStep.EXTEND, OrderStep.FINISH)
        return [who_may(session, city, step, city.ours) for step in steps]

    assert town.do(asked) == ["o", "o", "o", "", "o"]
