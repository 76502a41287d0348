"""Which channel may carry what: the city's policy ([channels] in the rules), in one place.

Telegram's servers stand abroad. A city may say that units are heard and reached in WeCom only, or that Telegram is told
nothing unasked but that there is something to be read elsewhere (PIPL, articles 36 and 38-40).
"""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from rules.book import ChannelRules
from rules.kinds import Lane
from storage import rules as stored_rules
from storage.messages import Address, Outgoing
from storage.tables.registry import Person, Unit

ABROAD = frozenset({"telegram"})
EVERY_UNIT = "*"


def bars(session: Session, channel: str, unit: str) -> bool:
    """Whether a unit's people are not heard on this channel."""
    if channel not in ABROAD:
        return False
    units = _rules(session).wecom_only
    return EVERY_UNIT in units or unit in units


def kept_at_home(session: Session, person_ids: Collection[int]) -> Collection[int]:
    """Those of these people who are not reached on a channel abroad."""
    units = _rules(session).wecom_only
    if not units or EVERY_UNIT in units:
        return person_ids if units else ()
    wanted = select(Person.id).join(Unit, Unit.id == Person.unit_id)
    return set(session.scalars(wanted.where(Unit.name.in_(units), Person.id.in_(person_ids))))


def discreet(
    session: Session, address: Address | None, message: Outgoing, lane: Lane, number: str
) -> Outgoing:
    """The message as its channel may carry it: what nobody asked for may be no more than a notice."""
    if address is None or address.channel not in ABROAD or lane is Lane.REPLY:
        return message
    notice = _rules(session).telegram_notice
    return Outgoing(text=notice.format(number=number).strip()) if notice else message


def _rules(session: Session) -> ChannelRules:
    rules = stored_rules.newest(session)
    return rules.book.channels if rules is not None else ChannelRules()
