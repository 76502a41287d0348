"""What comes right behind 办结 goes with it: more photos, and the words that stand under one of the same album.

What one album brings is evidence together, though only its first photo has answered the question. Words under any
other photo may be about anything: they are no part of what was reported done.
"""

from datetime import timedelta

from handlers import albums
from handlers.deeds.issue_steps import add_to_finished
from handlers.deeds.order_steps import add_to_finished_order
from handlers.screen import under_warning
from handlers.turning import Turn
from rules.kinds import IssueState, IssueStep
from storage import issue_life, issues, occurrences, orders
from storage import rules as stored_rules
from storage.tables.ordering import OrderEvent
from storage.tables.reporting import IssueEvent

_TOGETHER = timedelta(minutes=10)
_Done = IssueEvent | OrderEvent


def remember(turn: Turn) -> None:
    """Keeps which album it was whose photo has just reported something done."""
    if not turn.incoming.album or (done := _done_last(turn)) is None or done.at != turn.now:
        return
    if not occurrences.happened(turn.session, key := _key(turn, done)):
        occurrences.claim(turn.session, key, turn.now)


def add(turn: Turn, ids: tuple[int, ...]) -> str:
    """Adds it to what its sender has reported done last; gives back what is said, or nothing."""
    if (done := _done_last(turn)) is None:
        return ""
    words, caption = turn.city.words, turn.incoming.text.strip()
    belongs = bool(caption) and _is_of_its_album(turn, done)
    known = belongs and _is_said(turn, done, caption)
    whole = _with_more(turn, done, caption) if belongs and not known else done.note
    more = caption if whole != done.note else ""
    match done:
        case IssueEvent():
            number = add_to_finished(turn, done, ids, more, whole)
        case OrderEvent():
            number = add_to_finished_order(turn, done, ids, more, whole)
    added = (words.took_more_words if more else words.took_more).format(number=number)
    return under_warning(words.caption_unnoted, added) if caption and not (more or known) else added


def _is_said(turn: Turn, done: _Done, caption: str) -> bool:
    """Whether it stands there already, as when an album bears the same words under each photo."""
    between = turn.city.words.said_more.format(said="", more="")
    return f"{between}{caption}{between}" in f"{between}{done.note}{between}"


def _with_more(turn: Turn, done: _Done, caption: str) -> str:
    """What is said of it as a whole: with these words, unless it were longer then than a text may be."""
    whole = turn.city.words.said_more.format(said=done.note, more=caption) if done.note else caption
    longest = stored_rules.in_force(turn.session).book.caps.text_length
    return whole if len(whole) <= longest else done.note


def _is_of_its_album(turn: Turn, done: _Done) -> bool:
    """Whether this photo and the one that reported it done came as one album."""
    return bool(turn.incoming.album) and occurrences.happened(turn.session, _key(turn, done))


def _key(turn: Turn, done: _Done) -> str:
    number = f"W{done.issue_id}" if isinstance(done, IssueEvent) else f"D{done.order_id}"
    return f"done:{number}:{done.id}:{albums.album(turn.incoming)}"


def _done_last(turn: Turn) -> _Done | None:
    found: list[_Done] = [*_problems(turn)]
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
