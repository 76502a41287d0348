"""What a channel could not bring goes to the person's next one, or whoever must know is told."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot import wecom
from bot.channels.wecom_chat import WecomChatChannel
from bot.dispatch import tell_admins
from handlers.city import City
from handlers.deeds import problems
from storage import elsewhere, people, quiet_hours
from storage.sends import Claimed, End, Outcome
from storage.tables.traffic import OutboxRow


def note_failure(session: Session, outcome: Outcome, now: datetime, city: City, admin: str) -> None:
    """What a channel cannot bring goes to the person's next one; if there is none, whoever must know is told."""
    row, blocked = outcome.row, outcome.end is End.BLOCKED
    if blocked and row.channel == WecomChatChannel.name:
        fault = wecom.give_up_chat(session, row, now)
        text = city.words.wecom_no_chat.format(fault=fault[:80])
        day = now.astimezone(city.zone).date()  # what is over may come back
        tell_admins(session, city, admin, text, now, once=f"no chat {fault.partition(' ')[0]} on {day}")
        return
    if blocked:
        people.mark_blocked(session, row.channel, row.account, row.chat)
    onwards = blocked or not elsewhere.was_sent_on(session, row.id)
    for person_id, failed in elsewhere.failed_with(session, row, now).items():
        carried = _send_on(session, row, person_id, failed, now, city) if onwards else set()
        for number in elsewhere.unheard(failed, carried):
            problems.tell_unreached(session, city, number, person_id, now)


def _send_on(
    session: Session, row: Claimed, person_id: int, failed: Sequence[OutboxRow], now: datetime, city: City
) -> set[int]:
    """Sends these to the person's next channel; returns which of them go there."""
    others = city.running - {(row.channel, row.account)}
    contacts = people.contacts(session, [person_id], others)
    address = next((contact.address for contact in contacts), None)
    if address is None:
        return set()
    limit, bulk_from = city.show(address.channel).text_limit, quiet_hours.may_go(session, now, city.zone)
    return elsewhere.send_elsewhere(session, failed, address, now, limit, bulk_from)
