"""What each account has sent lately, as rows that its processes share: counted by `bot/rates.py`, kept here.

Rule 1  Whoever claims for an account first has its row, and changes it if something was claimed: so one process at a
        time claims for an account, and sees all that was claimed before.
Rule 2  Nobody waits for the row. Who has it takes what the others have written too.
Rule 3  All is counted by the server's clock, which the processes of several machines have in common.
Rule 4  A state carries the moment at which it was counted. If the clock has been put back since, what was counted moves
        back along with it: an hour's jump is not an hour's silence.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.orm import Session

from storage.claiming import free, held_briefly
from storage.messages import Account
from storage.tables.sharing import Budget
from storage.upsert import insert

_T = Budget.metadata.tables["budgets"]
WHOLE = ""  # the chat that stands for the account

State = dict[str, Any]


class Opened(NamedTuple):
    """An account's state, and the server's clock when it was taken."""

    whole: State
    at: datetime


class Kept(NamedTuple):
    state: State
    held: datetime


_OF_ACCOUNT = (_T.c.channel == bindparam("of_channel"), _T.c.account == bindparam("of_account"))
_NOW = func.clock_timestamp(type_=_T.c.held.type).label("at")
_WHOLE = free(select(_T.c.state, _NOW).where(*_OF_ACCOUNT, _T.c.chat == WHOLE))
_IS_THERE = select(_T.c.chat).where(*_OF_ACCOUNT, _T.c.chat == WHOLE)
_HELD = select(_T.c.chat, _T.c.state).where(*_OF_ACCOUNT, _T.c.held > bindparam("now"), _T.c.chat != WHOLE)
_CHATS = select(_T.c.chat, _T.c.state).where(*_OF_ACCOUNT, _T.c.chat.in_(bindparam("chats", expanding=True)))
_COUNT = update(_T).where(*_OF_ACCOUNT, _T.c.chat == WHOLE).values(state=bindparam("counted"))
_NEW = insert(_T)
_KEEP = _NEW.on_conflict_do_update(
    index_elements=["channel", "account", "chat"],
    set_={"state": _NEW.excluded.state, "held": _NEW.excluded.held},
)


def take(session: Session, account: Account) -> Opened | None:
    """The account until the transaction ends; None if another process is claiming for it."""
    held_briefly(session)
    row = session.execute(_WHOLE, _given(account)).first() or _made(session, account)
    return None if row is None else Opened(row.state, row.at)


def _made(session: Session, account: Account) -> Row[Any] | None:
    """Makes the row of an account that has none. Asked first, for an INSERT would wait for who has the row."""
    if session.execute(_IS_THERE, _given(account)).first() is not None:
        return None
    channel, name = account
    new = insert(_T).values(channel=channel, account=name, chat=WHOLE, state={}, held=func.now())
    return session.execute(new.on_conflict_do_nothing().returning(_T.c.state, _NOW)).first()


def held(session: Session, account: Account, now: datetime) -> dict[str, State]:
    """What was counted for the chats that are closed to something now."""
    rows = session.execute(_HELD, {**_given(account), "now": now})
    return {row.chat: row.state for row in rows}


def chats(session: Session, account: Account, wanted: Collection[str]) -> dict[str, State]:
    """What was counted for chats that may be free by now."""
    if not wanted:
        return {}
    rows = session.execute(_CHATS, {**_given(account), "chats": list(wanted)})
    return {row.chat: row.state for row in rows}


def keep(session: Session, account: Account, whole: State, changed: Mapping[str, Kept]) -> None:
    session.execute(_COUNT, {**_given(account), "counted": whole})
    if changed:
        channel, name = account
        rows = [
            {"channel": channel, "account": name, "chat": chat, "state": kept.state, "held": kept.held}
            for chat, kept in changed.items()
        ]
        session.execute(_KEEP, rows)


def _given(account: Account) -> dict[str, str]:
    return {"of_channel": account[0], "of_account": account[1]}
