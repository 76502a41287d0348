"""静默时段 for what waits to be sent: neither urgent nor an answer, it does not go out in the quiet hours.

Rule 1  A row's `due` lies in working hours, unless whoever wrote it means another hour: a digest has the hour that its
        leader chose, and the daily word on a major problem is asked for on rest days too.
Rule 2  What had not gone when the quiet hours began (a channel was down, a wave was long) waits for the next
        working hours; it ends here if it will be useless by then. What fell due within them was meant for them.
Rule 3  What has begun is finished: the later parts of a long text follow the first one at any hour.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select, text, update
from sqlalchemy.orm import Session

from rules import reminding
from rules.kinds import Lane
from rules.workdays import quiet_since
from storage import rules as stored_rules
from storage.outbox import State
from storage.tables.traffic import OutboxRow

NOTE = "useless before the quiet hours end"
_T = OutboxRow.metadata.tables["outbox"]
_later = _T.alias("later")
_GOING = (State.SENDING, State.SENT, State.UNKNOWN)
_BULK = tuple(lane.order for lane in Lane if lane.bulk)
# Word for word the condition of the index of what is open.
_OPEN = text("outbox.state IN ('due', 'sending')")


def may_go(session: Session, now: datetime, zone: ZoneInfo) -> datetime:
    """When what is neither urgent nor an answer may go: now, or in the next working hours."""
    return reminding.may_go(now, stored_rules.in_force(session).book, zone)


def hold_back(session: Session, channel: str, account: str, now: datetime, zone: ZoneInfo) -> None:
    """To be called before an account's messages are claimed (rule 2). In working hours it costs one look-up."""
    rules = stored_rules.newest(session)
    since = quiet_since(now, rules.book, zone) if rules else None
    if rules is None or since is None:
        return
    morning = reminding.may_go(now, rules.book, zone)
    left_over = (
        _OPEN, _T.c.channel == channel, _T.c.account == account, _T.c.lane.in_(_BULK), _T.c.due < since,
        _T.c.state == State.DUE, _T.c.id.not_in(_of_what_has_begun(channel, account)),
    )  # fmt: skip
    useless = update(_T).where(*left_over, _T.c.useless_after < morning)
    session.execute(useless.values(state=State.EXPIRED, ended=now, retry=None, note=NOTE))
    session.execute(update(_T).where(*left_over).values(due=morning))


def _of_what_has_begun(channel: str, account: str) -> Select[int]:
    """The later parts that wait behind a part which has gone or is on its way."""
    before = _T.alias("before")
    behind = (
        select(_T.c.id)
        .join(before, before.c.id == _T.c.part_of)
        .where(
            _OPEN, _T.c.channel == channel, _T.c.account == account, _T.c.lane.in_(_BULK),
            before.c.state.in_(_GOING),
        )
        .cte("behind", recursive=True)
    )  # fmt: skip
    return select(behind.union(select(_later.c.id).where(_later.c.part_of == behind.c.id)).c.id)
