"""Someone whose account is not bound: a code binds it, everything else gets one sentence, floods get nothing."""

import re
from datetime import datetime

from sqlalchemy.orm import Session

from handlers.city import City
from handlers.opening import SCRIPTS, menu
from handlers.turning import answer
from rules.kinds import Lane
from storage import inbox, invites, ledger, outbox, people
from storage import rules as stored_rules
from storage.messages import Incoming, Option, Outgoing
from storage.tables.registry import Person, Unit

WRONG_CODE = "wrong code"
WRONG_PER_HOUR = 5

# What `storage.invites` makes: URL-safe base 64 of at least 12 bytes. Anything shorter is just something said.
_CODE = re.compile(r"(?:/start\s+)?([A-Za-z0-9_-]{16,64})")


def read_code(text: str) -> str | None:
    found = _CODE.fullmatch(text.strip())
    return found[1] if found else None


def meet(
    session: Session,
    city: City,
    inbox_id: int,
    sender: str,
    incoming: Incoming,
    now: datetime,
    machine: datetime,
) -> tuple[str, str, int | None]:
    """Answers a stranger; gives back how the inbox row ends: state, note, and the person if now bound."""
    limit = stored_rules.in_force(session).book.caps.unknown_per_minute
    if inbox.count_since(session, sender, machine - inbox.MINUTE) > limit:
        return "ignored", "flood", None
    if incoming.group:
        if incoming.to_me:
            answer(session, city, inbox_id, incoming, None, Outgoing(text=city.words.in_private_only), now)
        return "refused", "group", None
    code = read_code(incoming.text)
    if code is None:
        answer(session, city, inbox_id, incoming, None, Outgoing(text=city.words.stranger), now)
        return "refused", "stranger", None
    return _redeem(session, city, inbox_id, sender, incoming, code, now, machine)


def _redeem(
    session: Session,
    city: City,
    inbox_id: int,
    sender: str,
    incoming: Incoming,
    code: str,
    now: datetime,
    machine: datetime,
) -> tuple[str, str, int | None]:
    words = city.words
    if inbox.count_since(session, sender, machine - inbox.HOUR, WRONG_CODE) >= WRONG_PER_HOUR:
        answer(session, city, inbox_id, incoming, None, Outgoing(text=words.code_too_often), now)
        return "refused", "too many wrong codes", None
    person_id = invites.redeem(session, code, machine)
    if person_id is None:
        answer(session, city, inbox_id, incoming, None, Outgoing(text=words.code_wrong), now)
        return "refused", WRONG_CODE, None
    bind(session, city, inbox_id, incoming, person_id, now)
    return "done", "bound", person_id


def bind(
    session: Session, city: City, inbox_id: int, incoming: Incoming, person_id: int, now: datetime
) -> None:
    """Ends an old binding of the person on this channel, and tells both."""
    words = city.words
    for old in people.bind(session, person_id, incoming.address, now):
        if old.user != incoming.address.user:
            text = words.bound_elsewhere.format(channel=old.channel)
            outbox.write(
                session, address=old, person_id=None, message=Outgoing(text=text), lane=Lane.REPLY, now=now,
                limit=city.show(old.channel).text_limit,
            )  # fmt: skip
    ledger.append(
        session, chain="city", who=f"person:{person_id}", act="bind",
        facts={"channel": incoming.address.channel, "inbox": inbox_id}, now=now,
    )  # fmt: skip
    person = session.get_one(Person, person_id)
    unit = session.get_one(Unit, person.unit_id)
    rows = tuple(
        (Option(label=word, data=f"o|{script}|"),) for word, script in menu(words) if script in SCRIPTS
    )
    message = Outgoing(
        title=words.bound.format(name=person.name, unit=unit.name), text=words.bound_notice, rows=rows
    )
    answer(session, city, inbox_id, incoming, person_id, message, now)
