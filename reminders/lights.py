"""灯色: lights are judged again where something has touched them, and once a day where only the day may turn them.

A sweep that finds nothing costs three short look-ups, however many projects there are; the close of a month or new
rules judge everything once, in slices (storage/light_marks.py).
"""

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy.orm import Session

from reminders.moment import SLICE, Moment
from storage import light_marks, lighting
from storage.light_marks import Pass


def light_some(session: Session, moment: Moment) -> bool:
    """Judges some projects; True if there may be more."""
    return _touched(session, moment) or _passed(session, moment)


def _touched(session: Session, moment: Moment) -> bool:
    tail = light_marks.tail(session, SLICE)
    if tail is None:
        return False
    going = light_marks.passing(session)
    if tail.everything and going is not None:
        light_marks.keep_pass(session, replace(going, whole=True, after=0, over=False))
    _judge(session, moment, tail.projects)
    light_marks.see(session, tail.through)
    session.flush()
    return True


def _passed(session: Session, moment: Moment) -> bool:
    today, version = moment.now.astimezone(moment.zone).date(), moment.rules.version
    going = light_marks.passing(session)
    going = (going.asks_for(today, version) or going) if going else Pass(today, version, whole=True)
    if going.over:
        return False
    ids, going = light_marks.next_of(session, going, SLICE)
    _judge(session, moment, ids)
    light_marks.keep_pass(session, going)
    session.flush()
    return True


def _judge(session: Session, moment: Moment, ids: Collection[int]) -> None:
    if ids:
        lighted = lighting.judged(session, ids, moment.rules.book, moment.said, moment.zone)
        lighting.keep(session, lighted, moment.rules.version, moment.now)
