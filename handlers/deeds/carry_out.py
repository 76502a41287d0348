"""Commands carried out, in the turn's own transaction: rows, ledger, messages to others.

Rule 1  What two people could both change is looked up and checked here, not in the conversation.
Rule 2  Every deed leaves a ledger row in the chain of the unit it concerns, without names or free text.
Rule 3  A deed answers with an `Outcome`: what the person is told, and one line for buttons pressed later.
"""

from handlers.commands import (
    CallFalse,
    ChooseDigest,
    Command,
    DisownProject,
    EndLightExemption,
    EndProject,
    ExemptDuty,
    ExemptLight,
    FileIssue,
    FileProgress,
    FileSame,
    FileZeros,
    FollowUp,
    JudgeDuty,
    OfTheOffice,
    PauseProject,
    Registering,
    ResumeProject,
    ReturnReport,
    SendNotice,
    TakeBackExemption,
    Tell,
    UnlockDuty,
    WithdrawReport,
)
from handlers.deeds.digests import choose_digest
from handlers.deeds.disowning import disown_project
from handlers.deeds.exempting import exempt_duty, take_back_exemption
from handlers.deeds.judging import judge_duty
from handlers.deeds.lights import end_light_exemption, exempt_light
from handlers.deeds.listing import end_project, pause_project, resume_project
from handlers.deeds.notices import send_notice
from handlers.deeds.problems import file_issue
from handlers.deeds.progress import file_progress
from handlers.deeds.registering import register
from handlers.deeds.returns import return_report
from handlers.deeds.same import file_same
from handlers.deeds.threads import call_false, follow_up
from handlers.deeds.unlocking import unlock_duty
from handlers.deeds.withdrawing import withdraw_report
from handlers.deeds.zeros import file_zeros
from handlers.outcome import Outcome, refusal
from handlers.reading import in_rows
from handlers.scope import allows
from handlers.turning import Turn
from storage.messages import Option, Outgoing


def carry_out(turn: Turn, command: Command, talk_id: int | None) -> Outcome:
    if not allows(turn, command):
        return refusal(turn.city.words.not_for_you)
    match command:
        case FileProgress():
            return file_progress(turn, command, talk_id)
        case FileSame():
            return file_same(turn, command, talk_id)
        case WithdrawReport():
            return withdraw_report(turn, command)
        case FileIssue():
            return file_issue(turn, command, talk_id)
        case FollowUp():
            return follow_up(turn, command)
        case CallFalse():
            return call_false(turn, command)
        case FileZeros():
            return file_zeros(turn, command, talk_id)
        case Tell():
            return tell(command)
        case ChooseDigest():
            return choose_digest(turn, command)
        case DisownProject():
            return disown_project(turn, command)
    return _of_the_office(turn, command)


def _of_the_office(turn: Turn, command: OfTheOffice | Registering) -> Outcome:
    match command:
        case ReturnReport():
            return return_report(turn, command)
        case UnlockDuty():
            return unlock_duty(turn, command)
        case ExemptDuty():
            return exempt_duty(turn, command)
        case TakeBackExemption():
            return take_back_exemption(turn, command)
        case ExemptLight():
            return exempt_light(turn, command)
        case EndLightExemption():
            return end_light_exemption(turn, command)
        case JudgeDuty():
            return judge_duty(turn, command)
        case PauseProject():
            return pause_project(turn, command)
        case EndProject():
            return end_project(turn, command)
        case ResumeProject():
            return resume_project(turn, command)
        case SendNotice():
            return send_notice(turn, command)
        case _:
            return register(turn, command)


def tell(command: Tell) -> Outcome:
    shown = (*in_rows(command.buttons, command.columns), *command.rows)
    rows = tuple(tuple(Option(label=label, data=data) for label, data in row) for row in shown)
    return Outcome(Outgoing(title=command.title, text=command.text, rows=rows))
