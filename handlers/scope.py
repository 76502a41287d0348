"""Which command needs which permission: the one place where it is decided, in the act's own transaction.

Rule 1  Every command stands in ALLOWED; a test fails for one that does not.
Rule 2  What counts is who the sender is now, never what a button carries or an earlier screen offered.
Rule 3  A command about several projects needs its permission for each of them.
"""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from handlers.commands import (
    CallFalse,
    Command,
    DisownProject,
    EndProject,
    ExemptDuty,
    FileIssue,
    FileProgress,
    FileSame,
    FileZeros,
    FollowUp,
    PauseProject,
    ResumeProject,
    ReturnReport,
    SendNotice,
    TakeBackExemption,
    Tell,
    UnlockDuty,
    WithdrawReport,
)
from handlers.turning import Turn
from rules.scope import Permission, Standing, anyone, office, reports_for_it
from storage import issues, people

ALLOWED: Mapping[type[Command], tuple[Permission, ...]] = {
    Tell: (anyone,),
    FileProgress: (reports_for_it, office),
    FileSame: (reports_for_it,),
    WithdrawReport: (reports_for_it, office),
    FileIssue: (reports_for_it, office),
    FollowUp: (reports_for_it, office),
    CallFalse: (reports_for_it,),
    FileZeros: (reports_for_it, office),
    DisownProject: (reports_for_it,),
    ReturnReport: (office,),
    UnlockDuty: (office,),
    ExemptDuty: (office,),
    TakeBackExemption: (office,),
    PauseProject: (office,),
    EndProject: (office,),
    ResumeProject: (office,),
    SendNotice: (office,),
}


def allows(turn: Turn, command: Command) -> bool:
    """Whether who sent this may have it carried out."""
    permissions = ALLOWED[type(command)]
    if permissions == (anyone,):
        return True
    return all(_may(turn, permissions, project) for project in projects_of(turn.session, command))


def may_add_evidence(turn: Turn, project_id: int) -> bool:
    """Whether a photo sent for one that was refused may still go to its report: no command says so, it is only sent."""
    return _may(turn, (reports_for_it, office), project_id)


def _may(turn: Turn, permissions: tuple[Permission, ...], project_id: int | None) -> bool:
    stands = standing(turn.session, turn.person.id, project_id, turn.today)
    return any(permission(stands) for permission in permissions)


def projects_of(session: Session, command: Command) -> tuple[int | None, ...]:
    """The projects that a command is about; (None,) if it is about none. A problem's is the one in its row."""
    match command:
        case FileProgress() | FileIssue() | WithdrawReport() | DisownProject():
            return (command.project_id,)
        case FollowUp(issue_id=issue) | CallFalse(issue_id=issue):
            return (issues.project_of(session, issue),)
        case FileSame(projects=pairs):
            return tuple(project for project, _ in pairs)
        case FileZeros(project_ids=projects):
            return projects
        case _:
            return (None,)


def standing(session: Session, person_id: int, project_id: int | None, today: date) -> Standing:
    return Standing(
        roles=people.roles_of(session, person_id, today),
        answers=people.answers_as(session, person_id, project_id, today) if project_id else frozenset(),
    )
