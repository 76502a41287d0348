"""Deeds about the registry: which one a command asks for."""

from handlers.commands import (
    AppointSecretary,
    ChangeRegistry,
    ConfirmHandover,
    DismissSecretary,
    EndLeave,
    GiveCode,
    HandOver,
    ImportWorkbook,
    LeaveWorkbook,
    Registering,
    SetLeave,
    Unbind,
)
from handlers.deeds.accounts import give_code, unbind
from handlers.deeds.handovers import confirm_handover, hand_over
from handlers.deeds.leaves import end_leave, set_leave
from handlers.deeds.registry import change_registry, import_workbook, leave_workbook
from handlers.deeds.secretaries import appoint_secretary, dismiss_secretary
from handlers.outcome import Outcome
from handlers.turning import Turn


def register(turn: Turn, command: Registering) -> Outcome:
    match command:
        case ImportWorkbook():
            return import_workbook(turn, command)
        case LeaveWorkbook():
            return leave_workbook(turn, command)
        case ChangeRegistry():
            return change_registry(turn, command)
        case Unbind():
            return unbind(turn, command)
        case GiveCode():
            return give_code(turn, command)
        case HandOver():
            return hand_over(turn, command)
        case ConfirmHandover():
            return confirm_handover(turn, command)
        case AppointSecretary():
            return appoint_secretary(turn, command)
        case DismissSecretary():
            return dismiss_secretary(turn, command)
        case SetLeave():
            return set_leave(turn, command)
        case EndLeave():
            return end_leave(turn, command)
