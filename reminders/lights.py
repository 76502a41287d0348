"""灯色: lights are judged again where something has touched them, and once a day where only the day may turn them.

A sweep that finds nothing costs three short look-ups, however many projects there are; the close of a month or new
rules judge everything once, in slices (storage/light_marks.py).
"""

import time
from collections.abc import Collection
from dataclasses import replace

from sqlalchemy.orm import Session

from reminders.moment import Moment
from storage import light_marks, lighting
from storage.light_marks import Pass

# How long judging takes depends on what a project has: figures of many months, milestones, problems. So a slice is
# as many times a few projects as fit into it.
TOGETHER = 25
SLICE_SECONDS = 0.015


def light_some(session: Session, moment: Moment) -> bool:
    """Judges some projects; True if there may be more."""
    enough = time.monotonic() + SLICE_SECONDS
    while more := _touched(session, moment) or _passed(session, moment):
        if time.monotonic() >= enough:
            break
    return more


def _touched(session: Session, moment: Moment) -> bool:
    tail = light_marks.tail(session, TOGETHER)
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
    ids, going = light_marks.next_of(session, going, TOGETHER)
    _judge(session, moment, ids)
    light_marks.keep_pass(session, going)
    session.flush()
    return True


def _judge(session: Session, moment: Moment, ids: Collection[int]) -> None:
    if ids:
        lighted = lighting.judged(session, ids, moment.rules.book, moment.said, moment.zone)
        lighting.keep(session, lighted, moment.rules.version, moment.now)
