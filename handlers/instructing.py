"""批示 and 转办 as a typed line: carried out at once for who may take note of the problem, and for nobody else."""

from handlers.buttons import Direct, Forward
from handlers.commands import Command, DirectIssue, ForwardIssue
from handlers.deeds.carry_out import carry_out
from handlers.lengths import is_too_long
from handlers.scope import allows
from handlers.turning import Turn
from storage import departments


def instruct(turn: Turn, said: Direct | Forward) -> bool:
    """Whether it was taken as an instruction. One whose department is not known is kept as it was said."""
    command: Command = DirectIssue(said.issue, said.text)
    if not allows(turn, command):
        return False
    if is_too_long(turn, said.text):
        return True
    if (
        isinstance(said, Forward)
        and (unit := departments.called(turn.session, said.whom, turn.today)) is not None
    ):
        command = ForwardIssue(said.issue, unit)
    turn.answer(carry_out(turn, command, None).message)
    return True
