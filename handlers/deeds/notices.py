"""通知: writing to many at once, and looking up whom it has reached."""

from handlers.commands import SendNotice
from handlers.conversations.send_notice import audiences
from handlers.loading.base import Loading
from handlers.loading.notice import meant
from handlers.moments import day_and_hour
from handlers.outcome import Outcome, digest, enter
from handlers.turning import Turn
from handlers.words import Words
from rules.kinds import Lane, Role
from storage import notices, people
from storage.messages import Outgoing
from storage.notices import Reached
from storage.tables.registry import Unit
from storage.tables.traffic import Notice


def send_notice(turn: Turn, command: SendNotice) -> Outcome:
    words = turn.city.words
    unit = turn.session.get(Unit, command.unit_id) if command.unit_id is not None else None
    audience = unit.name if unit else audiences(words)[command.audience]
    loading = Loading(turn.session, turn.city, turn.person, {}, turn.now, turn.today)
    ids = meant(loading, command.audience, command.unit_id)
    notice = notices.write(turn.session, turn.person.id, command.text, audience, turn.now)
    message = Outgoing(title=words.notice_title, text=command.text)
    contacts = people.contacts(turn.session, ids, turn.city.running)
    for contact in contacts:
        once = notices.occurrence(notice.number, contact.id)
        turn.push(contact, message, Lane.REMINDER, number=notice.number, once=once)
    enter(
        turn, turn.person.unit_id, "send_notice", notice=notice.number, audience=command.audience,
        unit=command.unit_id, people=len(contacts), text=digest(turn, command.text),
    )  # fmt: skip
    title = words.notice_sent.format(number=notice.number, count=len(contacts))
    text = words.notice_sent_text.format(number=notice.number)
    return Outcome(Outgoing(title=title, text=text), summary=title)


def look_up(turn: Turn, notice_id: int) -> Outgoing | None:
    """Who received a notice, who not yet, and who cannot be reached; None for everybody but the office."""
    words, notice = turn.city.words, turn.session.get(Notice, notice_id)
    if Role.OFFICE not in people.roles_of(turn.session, turn.person.id, turn.today):
        return None
    if notice is None:
        return Outgoing(text=words.no_such_notice.format(number=f"T{notice_id}"))
    title = words.notice_look_up.format(
        number=notice.number, time=day_and_hour(notice.at, turn.city.zone), audience=notice.audience
    )
    return Outgoing(title=title, text="\n".join(_lines(words, notices.reached(turn.session, notice))))


def _lines(words: Words, people_: list[Reached]) -> list[str]:
    received = [each for each in people_ if each.received]
    waiting = [each for each in people_ if each.on_its_way]
    missed = [each for each in people_ if not each.received and not each.on_its_way]
    counts = words.notice_counts.format(
        count=len(people_), received=len(received), waiting=len(waiting), missed=len(missed)
    )
    names = words.list_separator.join
    lines = [counts]
    if missed:
        with_phones = names(
            words.caller.format(name=each.name, phone=each.phone or words.no_phone) for each in missed
        )
        lines.append(words.notice_missed.format(names=with_phones))
    if waiting:
        lines.append(words.notice_waiting.format(names=names(each.name for each in waiting)))
    if received:
        lines.append(words.notice_received.format(names=names(each.name for each in received)))
    return lines
