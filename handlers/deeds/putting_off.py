"""稍后提醒我: a reminder is wanted again, some hours later or on the next working morning, each once."""

from handlers.buttons import PutOff
from handlers.moments import day_and_hour
from handlers.turning import Turn
from rules.reminding import snoozed
from storage import nudges
from storage import rules as stored_rules
from storage.messages import Outgoing
from storage.tables.reminding import Nudge


def put_off(turn: Turn, wanted: PutOff) -> None:
    words, session = turn.city.words, turn.session
    nudge = session.get(Nudge, wanted.nudge) if wanted.nudge else nudges.newest_of(session, turn.person.id)
    if nudge is not None and nudge.person_id != turn.person.id:
        text = words.not_your_button
    elif nudge is None or not nudges.still_owed_of(session, nudge.id, turn.now):
        text = words.put_off_nothing
    else:
        book = stored_rules.in_force(session).book
        before = nudges.put_off_until(session, nudge, wanted.choice)
        until = before or snoozed(turn.now, wanted.choice, book, turn.city.zone)
        if before is None:
            nudges.put_off(session, nudge, wanted.choice, until, turn.now)
            text = words.put_off_until
        else:
            text = words.put_off_already if before > turn.now else words.put_off_over
        text = text.format(time=day_and_hour(until, turn.city.zone))
    turn.answer(Outgoing(text=text))
