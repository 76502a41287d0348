"""Who may do what: every command, tried by every kind of person, on their own project and on another's.

The matrix is made from the code's own list of commands, so that a new one cannot be forgotten: it needs an
example and a row of its own here.
"""

from collections.abc import Callable
from datetime import date
from typing import get_args

import pytest
from sqlalchemy.orm import Session

from handlers.commands import (
    Command,
    DisownProject,
    EndProject,
    ExemptDuty,
    FileIssue,
    FileProgress,
    FileSame,
    FileZeros,
    PauseProject,
    ResumeProject,
    ReturnReport,
    SendNotice,
    TakeBackExemption,
    Tell,
    UnlockDuty,
    WithdrawReport,
)
from handlers.facts import PersonFacts
from handlers.scope import ALLOWED, allows
from handlers.turning import Turn
from rules.kinds import Severity
from storage.messages import Incoming, IncomingKind
from storage.tables.registry import Person
from tests.builders import a_project
from tests.chat import CITY, ZONE
from tests.town import Town

COMMANDS = get_args(Command)
PEOPLE = ("reporter", "deputy", "head", "leader", "department", "office")
REPORTERS = {"reporter", "deputy", "head"}
OFFICE = {"office"}

# What each command looks like for a project, and which of the town's people may give it for 城北水厂.
EXAMPLES: dict[type[Command], tuple[Callable[[int], Command], set[str]]] = {
    Tell: (lambda _project: Tell(text="x"), {*PEOPLE}),
    # The office files what was reported by telephone (代报).
    FileProgress: (lambda project: FileProgress(project, "2012-03", 0, "x"), REPORTERS | OFFICE),
    FileSame: (lambda project: FileSame(((project, "2012-03"),)), REPORTERS),
    WithdrawReport: (lambda project: WithdrawReport(project, "2012-03"), REPORTERS | OFFICE),
    FileIssue: (lambda project: FileIssue(project, Severity.GENERAL, "land", "x"), REPORTERS | OFFICE),
    FileZeros: (lambda project: FileZeros((project,), "2011H2"), REPORTERS | OFFICE),
    DisownProject: (lambda project: DisownProject(project, "other"), REPORTERS),
    ReturnReport: (lambda _project: ReturnReport(1, "x"), OFFICE),
    UnlockDuty: (lambda _project: UnlockDuty(1, "x", date(2012, 4, 12)), OFFICE),
    ExemptDuty: (lambda _project: ExemptDuty(1, "x"), OFFICE),
    TakeBackExemption: (lambda _project: TakeBackExemption(1), OFFICE),
    PauseProject: (lambda project: PauseProject(project, "x"), OFFICE),
    EndProject: (lambda project: EndProject(project, "x"), OFFICE),
    ResumeProject: (lambda project: ResumeProject(project), OFFICE),
    SendNotice: (lambda _project: SendNotice("x", "bound"), OFFICE),
}


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
    allowed = town.do(lambda session: allows(a_turn(town, session, who), example(town.north)))
    assert allowed is (who in may)


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_nobody_may_report_for_a_project_of_others(town: Town, command: type[Command], who: str) -> None:
    example, may = EXAMPLES[command]

    def tried(session: Session) -> bool:
        others = a_project(session, name="别人的项目")
        return allows(a_turn(town, session, who), example(others.id))

    still_may = may if may == {*PEOPLE} else may - REPORTERS
    assert town.do(tried) is (who in still_may)
