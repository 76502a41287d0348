"""What comes right behind 办结 goes with it: the other photos of an album, and the words that stand under one of them.

What one album brings is evidence together, though only its first photo has answered the question.
"""

from datetime import timedelta

from handlers.deeds.issue_steps import add_to_finished
from handlers.deeds.order_steps import add_to_finished_order
from handlers.turning import Turn
from rules.kinds import IssueState, IssueStep
from storage import issue_life, issues, orders
from storage import rules as stored_rules
from storage.tables.ordering import OrderEvent
from storage.tables.reporting import IssueEvent

_TOGETHER = timedelta(minutes=10)


def add(turn: Turn, ids: tuple[int, ...]) -> str:
    """Adds it to what its sender has reported done last; gives back what is said, or nothing."""
    words, caption = turn.city.words, turn.incoming.text.strip()
    longest = stored_rules.in_force(turn.session).book.caps.text_length
    note = caption if len(caption) <= longest else ""
    match _done_last(turn):
        case None:
            return ""
        case IssueEvent() as done:
            number = add_to_finished(turn, done, ids, note)
        case OrderEvent() as done:
            number = add_to_finished_order(turn, done, ids, note)
    if caption and not note:
        too_long = words.too_long.format(found=len(caption), longest=longest)
        return f"{words.took_more.format(number=number)}{words.caption_unnoted}{too_long}"
    return (words.took_more_words if note else words.took_more).format(number=number)


def _done_last(turn: Turn) -> IssueEvent | OrderEvent | None:
    found: list[IssueEvent | OrderEvent] = [*_problems(turn)]
    if (order := orders.done_by(turn.session, turn.person.id, turn.now - _TOGETHER)) is not None:
        found.append(order)
    return max(found, key=lambda each: each.at, default=None)


def _problems(turn: Turn) -> list[IssueEvent]:
    """What the person has just said of problems that still wait for an answer to it."""
    found = []
    for number in issue_life.held_by(turn.session, turn.person.unit_id):
        event = issues.newest(turn.session, number, (IssueStep.FINISH,))
        if event is None or event.person_id != turn.person.id or turn.now - event.at > _TOGETHER:
            continue
        if issue_life.state_of(turn.session, number) is IssueState.DONE:
            found.append(event)
    return found
