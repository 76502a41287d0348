"""Groups that are told things and say nothing: each is an account of a channel of its own, with one chat.

What a group could not be told within a day it is not told at all: a mended key must not bring old news in a pile.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from rules.kinds import Lane
from storage import outbox
from storage.messages import Account, Address, Outgoing
from storage.parts import Limit

CHANNEL = "wecom_group"
NEWS_FOR = timedelta(days=1)


def any_runs(running: Collection[Account]) -> bool:
    return any(channel == CHANNEL for channel, _ in running)


def tell(
    session: Session,
    running: Collection[Account],
    message: Outgoing,
    lane: Lane,
    *,
    now: datetime,
    limit: Limit,
    number: str = "",
    once: str = "",
    inbox_id: int | None = None,
) -> None:
    """One message for each group that runs. `once` names the occurrence: what was written before is not again."""
    for channel, account in sorted(running):
        if channel == CHANNEL:
            outbox.write(
                session, address=Address(channel=CHANNEL, account=account, user="", chat=account), person_id=None,
                message=message, lane=lane, now=now, limit=limit, number=number, inbox_id=inbox_id,
                once=f"{once}:{account}" if once else None, useless_after=now + NEWS_FOR,
            )  # fmt: skip
