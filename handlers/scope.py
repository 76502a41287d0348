"""Which command needs which permission: the one place where it is decided, in the act's own transaction.

Rule 1  Every command stands in ALLOWED; a test fails for one that does not.
Rule 2  What counts is who the sender is now, never what a button carries or an earlier screen offered.
Rule 3  A command about several projects needs its permission for each of them.
Rule 4  A head of a unit decides about its contacts and deputies. Another head, the city's people and their
        secretaries are the office's: whoever is given a code for an account has all that its person may do.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

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
from handlers.turning import Turn
from rules.scope import (
    HEADING,
    OUT_OF_REACH,
    Permission,
    Standing,
    anyone,
    gets_digests,
    heads_the_unit,
    is_their_own,
    office,
    reports_for_it,
)
from storage import issues, people, secretaries
from storage.tables.registry import Handover, Leave, Person, Project

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
    ExemptLight: (office,),
    EndLightExemption: (office,),
    JudgeDuty: (office,),
    PauseProject: (office,),
    EndProject: (office,),
    ResumeProject: (office,),
    SendNotice: (office,),
    ImportWorkbook: (office,),
    LeaveWorkbook: (office,),
    ChangeRegistry: (office,),
    Unbind: (office, heads_the_unit),
    GiveCode: (office, heads_the_unit),
    HandOver: (office, heads_the_unit, is_their_own),
    ConfirmHandover: (is_their_own,),
    AppointSecretary: (office,),
    DismissSecretary: (office,),
    SetLeave: (office, heads_the_unit, is_their_own),
    EndLeave: (office, heads_the_unit, is_their_own),
    ChooseDigest: (gets_digests,),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a command is about: a project, or people (the unit is the first one's)."""

    project_id: int | None = None
    person_ids: tuple[int, ...] = ()


NOTHING = Subject()


def allows(turn: Turn, command: Command) -> bool:
    """Whether who sent this may have it carried out."""
    permissions = ALLOWED[type(command)]
    if permissions == (anyone,):
        return True
    return all(_may(turn, permissions, subject) for subject in subjects_of(turn.session, command))


def may_add_evidence(turn: Turn, project_id: int) -> bool:
    """Whether a photo sent for one that was refused may still go to its report: no command says so, it is only sent."""
    return _may(turn, (reports_for_it, office), Subject(project_id))


def _may(turn: Turn, permissions: tuple[Permission, ...], subject: Subject) -> bool:
    stands = standing(turn.session, turn.person.id, subject, turn.today)
    return any(permission(stands) for permission in permissions)


def subjects_of(session: Session, command: Command) -> tuple[Subject, ...]:
    """What a command is about; (NOTHING,) if it is about the city."""
    match command:
        case FileProgress() | FileIssue() | WithdrawReport() | DisownProject():
            return (Subject(command.project_id),)
        case FollowUp(issue_id=issue) | CallFalse(issue_id=issue):
            return (Subject(issues.project_of(session, issue)),)
        case FileSame(projects=pairs):
            return tuple(Subject(project) for project, _ in pairs)
        case FileZeros(project_ids=projects):
            return tuple(Subject(project) for project in projects)
        case (
            Unbind(person_id=person) | GiveCode(person_id=person) | HandOver(from_id=person)
            | SetLeave(person_id=person)
        ):  # fmt: skip
            return (Subject(person_ids=(person,)),)
        case EndLeave(leave_id=leave_id):
            leave = session.get(Leave, leave_id)
            return (Subject(person_ids=(leave.person_id,)) if leave else NOTHING,)
        case ConfirmHandover(handover_id=packet_id):
            packet = session.get(Handover, packet_id)
            return (Subject(person_ids=(packet.from_id, packet.to_id)) if packet else NOTHING,)
        case _:
            return (NOTHING,)


def standing(session: Session, person_id: int, subject: Subject, today: date) -> Standing:
    roles = people.roles_of(session, person_id, today)
    project = subject.project_id
    return Standing(
        roles=roles,
        answers=people.answers_as(session, person_id, project, today) if project else frozenset(),
        heads_unit=not roles.isdisjoint(HEADING)
        and _of_their_unit(session, person_id, subject)
        and {*subject.person_ids} - {person_id} <= within_reach(session, subject.person_ids, today),
        own=person_id in subject.person_ids,
    )


def _of_their_unit(session: Session, person_id: int, subject: Subject) -> bool:
    unit_id = None
    if subject.project_id is not None:
        project = session.get(Project, subject.project_id)
        unit_id = project.unit_id if project else None
    elif subject.person_ids:
        person = session.get(Person, subject.person_ids[0])
        unit_id = person.unit_id if person else None
    return unit_id is not None and session.get_one(Person, person_id).unit_id == unit_id


def within_reach(session: Session, person_ids: Iterable[int], today: date) -> set[int]:
    """Those of these people about whom the head of a unit may decide (rule 4)."""
    above = people.holding(session, OUT_OF_REACH, today)
    acting = {row.person_id for row in secretaries.current(session, today)}
    return {*person_ids} - above - acting
