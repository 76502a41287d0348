"""Someone whose account is not bound: a code binds it, all else gets one sentence, floods get nothing."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from handlers.city import City
from handlers.loading.part import part
from handlers.menus import menu_rows
from handlers.turning import answer
from rules.kinds import Lane
from rules.workdays import local_date
from storage import inbox, invites, ledger, outbox, people
from storage import rules as stored_rules
from storage.messages import Incoming, Outgoing
from storage.tables.registry import Person, Unit

WRONG_CODE = "wrong code"
WRONG_PER_HOUR = 5

# What `storage.invites` makes: URL-safe base 64 of at least 12 bytes. Anything shorter was just said.
_CODE = re.compile(r"(?:/start\s+)?([A-Za-z0-9_-]{16,64})")

Ended = tuple[str, str, int | None]  # how the inbox row ends: state, note, and the person if now bound


@dataclass(frozen=True, slots=True)
class Meeting:
    """The turn of someone unknown."""

    session: Session
    city: City
    inbox_id: int
    sender: str
    incoming: Incoming
    now: datetime  # the city's clock
    machine: datetime  # the computer's

    def answer(self, message: Outgoing, person_id: int | None = None) -> None:
        answer(self.session, self.city, self.inbox_id, self.incoming, person_id, message, self.now)


def read_code(text: str) -> str | None:
    found = _CODE.fullmatch(text.strip())
    return found[1] if found else None


def is_start(text: str) -> bool:
    """Whether a deep link was opened; for someone bound it does nothing any more."""
    return text.startswith("/start ") and read_code(text) is not None


def meet(meeting: Meeting) -> Ended:
    """Answers a stranger."""
    session, words = meeting.session, meeting.city.words
    limit = stored_rules.in_force(session).book.caps.unknown_per_minute
    recent = inbox.count_since(
        session, meeting.sender, meeting.machine - inbox.MINUTE, until=meeting.inbox_id
    )
    if recent > limit:
        return "ignored", "flood", None
    if meeting.incoming.group:
        if meeting.incoming.to_me:
            meeting.answer(Outgoing(text=words.in_private_only))
        return "refused", "group", None
    code = read_code(meeting.incoming.text)
    if code is None:
        meeting.answer(Outgoing(text=words.stranger))
        return "refused", "stranger", None
    return _redeem(meeting, code)


def recognise(meeting: Meeting) -> None:
    """Binds who the company's own address book names (decisions: 14); whose binding was ended needs a code again."""
    person_id = people.vouched_for(meeting.session, meeting.incoming.address)
    if person_id is not None:
        _bind(meeting, person_id)


def _redeem(meeting: Meeting, code: str) -> Ended:
    session, words = meeting.session, meeting.city.words
    since = meeting.machine - inbox.HOUR
    if inbox.count_since(session, meeting.sender, since, note=WRONG_CODE) >= WRONG_PER_HOUR:
        meeting.answer(Outgoing(text=words.code_too_often))
        return "refused", "too many wrong codes", None
    person_id = invites.redeem(session, code, meeting.machine)
    if person_id is None:
        meeting.answer(Outgoing(text=words.code_wrong))
        return "refused", WRONG_CODE, None
    _bind(meeting, person_id)
    return "done", "bound", person_id


def _bind(meeting: Meeting, person_id: int) -> None:
    """Ends an old binding of the person on this channel, and tells both."""
    session, city, address = meeting.session, meeting.city, meeting.incoming.address
    for old in people.bind(session, person_id, address, meeting.now):
        if old.user != address.user:
            message, limit = Outgoing(text=city.words.bound_elsewhere), city.show(old.channel).text_limit
            outbox.write(
                session, address=old, person_id=None, message=message, lane=Lane.REPLY, now=meeting.now,
                limit=limit,
            )  # fmt: skip
    ledger.append(
        session,
        chain="city",
        who=f"person:{person_id}",
        act="bind",
        facts={"channel": address.channel, "inbox": meeting.inbox_id},
        now=meeting.now,
    )
    person = session.get_one(Person, person_id)
    unit = session.get_one(Unit, person.unit_id)
    title = city.words.bound.format(name=person.name, unit=unit.name)
    years = stored_rules.in_force(session).book.media.keep_years
    notice = city.words.bound_notice.format(years=years)
    rows = menu_rows(city.words, part(session, person_id, local_date(meeting.now, city.zone)))
    meeting.answer(Outgoing(title=title, text=notice, rows=rows), person_id)
