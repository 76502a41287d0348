"""One turn: a person's one message, read, decided and carried out in one transaction.

What an input is read as, in this order (decisions: 13): button, exact menu word, open question, one-line report,
question about projects (handlers/answering).
Nothing here waits for anything, and nothing here is sent: answers are rows.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handlers import (
    by_itself,
    evidence,
    meanwhile,
    more_proof,
    quoting,
    reserved,
    strangers,
    talking,
    turning,
)
from handlers.answering.answer import answer_question, ask_in_words
from handlers.asking.question import Ask
from handlers.buttons import (
    Acknowledge,
    Drop,
    Handle,
    LookUpFigure,
    Opener,
    PutOff,
    Resume,
    SayOf,
    TalkButton,
    read_button,
)
from handlers.card import Confirm
from handlers.city import City
from handlers.deeds.figures import look_up_figure
from handlers.deeds.noting import acknowledge
from handlers.deeds.putting_off import put_off
from handlers.facts import PersonFacts
from handlers.following import follow
from handlers.loading.base import kept_media
from handlers.loading.part import own_menu
from handlers.opening import read_menu_word
from handlers.proof import Proof
from handlers.questions import Photos
from handlers.reading import Said
from handlers.screen import under_warning
from handlers.turning import Turn
from handlers.when_and_where import Place
from rules.kinds import Role
from storage import inbox, media, people, policy, talks, workbooks
from storage.inbox import Waiting
from storage.messages import Incoming, IncomingKind, Outgoing
from storage.talks import TalkRow


class AlreadyTaken(Exception):  # noqa: N818 - it is news, not an error
    """Another turn has ended this inbox row: this one's transaction must leave nothing behind."""


def take_turns(
    session: Session,
    city: City,
    rows: Iterable[tuple[Waiting, Incoming | None]],
    now: datetime,
    machine: datetime,
) -> None:
    """Several turns in one transaction, one after the other: each sees what those before it have done."""
    for row, incoming in rows:
        take_turn(session, city, row, incoming, now, machine)
        session.flush()
        session.expunge_all()  # what one turn has read as an object, a later one may have changed as a row


def take_turn(
    session: Session, city: City, row: Waiting, incoming: Incoming | None, now: datetime, machine: datetime
) -> None:
    """Takes one inbox row to its end. `now` is the city's clock, `machine` the computer's."""
    state, note, person_id = "ignored", "says nothing", None
    if incoming is not None:
        state, note, person_id = _meet(session, city, row, incoming, now, machine)
    if not inbox.end(session, row.id, state, now, person_id, note):
        raise AlreadyTaken(row.id)


def _meet(
    session: Session, city: City, row: Waiting, incoming: Incoming, now: datetime, machine: datetime
) -> tuple[str, str, int | None]:
    # What counts is when it was said, not when we came to it: a report sent before the close is not late by our delay.
    said = now - max(timedelta(), machine - row.received)
    known = people.known(session, incoming.address)
    if known is None and incoming.vouched:
        # By the same clock as the answer that follows, so that the greeting goes first.
        strangers.recognise(strangers.Meeting(session, city, row.id, row.sender, incoming, said, machine))
        known = people.known(session, incoming.address)
    if incoming.kind is IncomingKind.BLOCKED:
        address = incoming.address
        people.mark_blocked(session, address.channel, address.account, address.chat)
        return "done", "blocked", known.id if known else None
    if known is None:
        return strangers.meet(strangers.Meeting(session, city, row.id, row.sender, incoming, now, machine))
    people.touch(session, known, now)
    if policy.bars(session, incoming.address.channel, known.unit):
        turning.answer(session, city, row.id, incoming, known.id, Outgoing(text=city.words.wecom_only), now)
        return "refused", "wecom only", known.id
    if incoming.kind is IncomingKind.UNBLOCKED:
        return "done", "unblocked", known.id
    person = PersonFacts(known.id, known.name, known.unit_id, known.unit, phone=known.phone)
    turn = Turn(session, city, row.id, incoming, person, said, machine, said.astimezone(city.zone).date())
    return "done", _take(turn), known.id


def _take(turn: Turn) -> str:
    """Reads the input as the first thing that it can be; gives back what it was read as."""
    incoming, words = turn.incoming, turn.city.words
    if incoming.group:
        if incoming.to_me:
            turn.answer(Outgoing(text=words.in_private_only))
        return "group"
    match incoming.kind:
        case IncomingKind.BUTTON:
            return _press(turn)
        case IncomingKind.EDITED:
            turn.answer(Outgoing(text=words.edited_too_late))
            return "edited"
        case IncomingKind.MEDIA if incoming.media:
            return _receive(turn)
        case IncomingKind.TEXT:
            return _hear(turn)
    turn.answer(Outgoing(text=words.only_words))
    return "other"


def _press(turn: Turn) -> str:
    meaning = read_button(turn.incoming.text)
    match meaning:
        case TalkButton():
            talking.press(turn, meaning)
        case Opener():
            talking.open_talk(turn, meaning)
        case Resume(talk_id):
            talking.resume(turn, talk_id)
        case Drop(talk_id):
            talking.drop(turn, talk_id)
        case Acknowledge(issue_id):
            turn.answer(acknowledge(turn, issue_id).message)
        case Handle(issue_id):
            turn.answer(acknowledge(turn, issue_id, handles=True).message)
        case SayOf():
            follow(turn, meaning)
        case PutOff():
            put_off(turn, meaning)
        case Ask():
            answer_question(turn, meaning)
        case LookUpFigure(figure, part):
            turn.answer(look_up_figure(turn, figure, part))
        case None:
            turn.answer(Outgoing(text=turn.city.words.button_of_nothing, rows=own_menu(turn)))
            return "unknown button"
    return type(meaning).__name__


def _hear(turn: Turn, kept: tuple[int, ...] = ()) -> str:
    """Reads a text, alone or under media that are kept."""
    text, words = turn.incoming.text, turn.city.words
    opener = _opened_by(turn, text)
    if opener is not None:
        talking.open_talk(turn, opener)
        return "menu"
    if strangers.is_start(text):
        turn.answer(Outgoing(text=words.already_bound, rows=own_menu(turn)))
        return "bound already"
    if (about := quoting.with_code(turn, text)) and (taken := by_itself.taken(turn, about)):
        return taken
    talk = meanwhile.listening(turn)
    if talk is not None and meanwhile.taken(turn, talk, text):
        return "meanwhile"
    if talk is not None:
        talking.answer(
            turn, talk, Said(text=text, media=kept), otherwise=lambda: meanwhile.otherwise(turn, talk, text)
        )
        return "answer"
    return by_itself.taken(turn, text) or ask_in_words(turn, text)


def _opened_by(turn: Turn, text: str) -> Opener | None:
    return read_menu_word(text, turn.city.words) or reserved.opened_by(turn, text)


def _receive(turn: Turn) -> str:
    """Media answer an open photo question; else they are kept, to be offered at the next (decisions: 17).

    Words that came along with media that answer go with them to the question. Those that came along with kept media
    answer the open question, or mean something by themselves, as if they had come alone. Else media first fill the
    place of what was refused, and it is said that the words were not noted.
    """
    ids = media.want(turn.session, turn.person.id, turn.inbox_id, turn.incoming, turn.now, turn.machine)
    talk = talks.current(turn.session, turn.person.id)
    question = talking.open_question(turn, talk) if talk is not None else None
    if talk is not None and isinstance(question, Photos | Proof):
        talk = evidence.without_missing(turn, talk)
        media.drop(turn.session, ids[question.room(talk.answers.get(question.key)) :])
        _pass_workbooks_over(turn, ids)
        # What the first photo of an album has answered stands, whatever is said of the others.
        heard = turn.apart() if isinstance(question, Proof) else turn
        talking.answer(heard, talk, Said(media=ids, caption=turn.incoming.text))
        more_proof.remember(turn)
        return "answer"
    if talk is not None and isinstance(question, Place) and (place := _written_place(turn)):
        talking.answer(turn, talk, Said(media=ids, place=place))
        return "answer"
    if read_as := _hear_caption(turn, talk, ids):
        more_proof.remember(turn)
        _say_if_left_out(turn, ids, talk)
        return f"kept, {read_as}"
    if _is_workbook(turn):
        turn.answer(Outgoing(text=_warned(turn, turn.city.words.workbook_received)))
        return "workbook"
    if said := evidence.put(turn, talk, ids):
        turn.apart().answer(Outgoing(text=_warned(turn, said)))
        return "put where one was missing"
    if said := more_proof.add(turn, ids):
        turn.answer(Outgoing(text=said))
        return "more evidence"
    count = len(kept_media(turn.session, turn.person.id, turn.now, turn.today))
    turn.answer(Outgoing(text=_warned(turn, turn.city.words.media_kept.format(count=count))))
    return "kept"


def _say_if_left_out(turn: Turn, ids: tuple[int, ...], before: TalkRow | None) -> None:
    """Where the words under kept media have ended a talk or shown a card, these are not with it."""
    kept = kept_media(turn.session, turn.person.id, turn.now, turn.today)
    if set(ids).isdisjoint(kept):
        return
    talk, words = talks.current(turn.session, turn.person.id), turn.city.words
    if talk is None:
        turn.answer(Outgoing(text=words.media_kept.format(count=len(kept))))
    elif before is None or (talk.id, talk.asked) != (before.id, before.asked):
        question = talking.open_question(turn, talk)
        if isinstance(question, Confirm):
            turn.answer(Outgoing(text=question.without_photos(words)))


def _hear_caption(turn: Turn, talk: TalkRow | None, kept: tuple[int, ...]) -> str:
    """What the words under kept media were read as; empty if they mean nothing here, for a photo asks no question."""
    apart, caption = turn.apart(), turn.incoming.text
    if not caption.strip():
        return ""
    if talk is not None or _opened_by(turn, caption) is not None:
        return _hear(apart, kept)
    about = quoting.with_code(turn, caption)
    return (about and by_itself.taken(apart, about)) or by_itself.taken(apart, caption)


def _warned(turn: Turn, text: str) -> str:
    """The text, under what is said of words that came along and were not noted."""
    return under_warning(turn.city.words.caption_unnoted, text) if turn.incoming.text.strip() else text


def _is_workbook(turn: Turn) -> bool:
    """Whether the office has sent a registry workbook: it is read once it is fetched, and its preview follows."""
    if not any(workbooks.is_workbook(each.kind, each.name) for each in turn.incoming.media):
        return False
    return Role.OFFICE in people.roles_of(turn.session, turn.person.id, turn.today)


def _pass_workbooks_over(turn: Turn, ids: tuple[int, ...]) -> None:
    """What the office sends as an answer is evidence, and not read as a registry."""
    if _is_workbook(turn):
        sent = zip(ids, turn.incoming.media, strict=True)
        books = [number for number, each in sent if workbooks.is_workbook(each.kind, each.name)]
        workbooks.pass_over(turn.session, books, turn.person.id, turn.now)


def _written_place(turn: Turn) -> str:
    """The location that was sent, in words; empty if none was."""
    words = turn.city.words
    for each in turn.incoming.media:
        if each.latitude is not None and each.longitude is not None:
            return words.place_sent.format(
                name=each.name or words.place_unnamed,
                latitude=f"{each.latitude:.5f}",
                longitude=f"{each.longitude:.5f}",
            )
    return ""
