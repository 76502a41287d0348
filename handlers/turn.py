"""One turn: a person's one message, read, decided and carried out in one transaction.

What an input is read as, in this order (decisions: 13): button, exact menu word, open question, search. Nothing here
waits for anything, and nothing here is sent: answers are rows.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from handlers import deeds, strangers
from handlers.city import City
from handlers.conversation import Asking, Cancelled, Draft, Finished, replay, say
from handlers.facts import Facts, PersonFacts
from handlers.loading import Loading, load
from handlers.opening import (
    SCRIPTS,
    Acknowledge,
    Drop,
    Opener,
    Resume,
    TalkButton,
    button_data,
    menu,
    read_acknowledgement,
    read_button,
    read_menu_word,
)
from handlers.plain import plain
from handlers.questions import Choice, Photos, Question, Said
from handlers.turning import Turn
from storage import inbox, media, people, projects, talks
from storage.inbox import Waiting
from storage.messages import Incoming, IncomingKind, Option, Outgoing
from storage.talks import TalkRow


class AlreadyTaken(Exception):  # noqa: N818 - it is news, not an error
    """Another turn has ended this inbox row: this one's transaction must leave nothing behind."""


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
    known = people.known(session, incoming.address)
    if incoming.kind is IncomingKind.BLOCKED:
        people.mark_blocked(
            session, incoming.address.channel, incoming.address.account, incoming.address.chat
        )
        return "done", "blocked", known.id if known else None
    if known is None:
        return strangers.meet(session, city, row.id, row.sender, incoming, now, machine)
    people.touch(session, known, now)
    if incoming.kind is IncomingKind.UNBLOCKED:
        return "done", "unblocked", known.id
    person = PersonFacts(known.id, known.name, known.unit_id, known.unit, phone=known.phone)
    turn = Turn(session, city, row.id, incoming, person, now, machine, now.astimezone(city.zone).date())
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
        case IncomingKind.OTHER:
            turn.answer(Outgoing(text=words.only_words))
            return "other"
        case IncomingKind.MEDIA:
            return _receive(turn)
    return _hear(turn)


# --- buttons ----------------------------------------------------------------------------------------------------------


def _press(turn: Turn) -> str:
    meaning = read_button(turn.incoming.text)
    match meaning:
        case TalkButton():
            _press_in_talk(turn, meaning)
        case Opener():
            _open(turn, meaning)
        case Resume(talk_id):
            _resume(turn, talk_id)
        case Drop(talk_id):
            _drop(turn, talk_id)
        case Acknowledge(issue_id):
            _acknowledge(turn, issue_id)
        case None:
            turn.answer(Outgoing(text=turn.city.words.button_out_of_date))
    return type(meaning).__name__


def _press_in_talk(turn: Turn, button: TalkButton) -> None:
    words = turn.city.words
    talk = talks.find(turn.session, button.talk)
    if talk is None:
        turn.answer(Outgoing(text=words.button_out_of_date))
    elif talk.person_id != turn.person.id:
        turn.answer(Outgoing(text=words.not_your_button))
    elif talk.state == "paused":
        _resume(turn, talk.id)
    elif talk.state != "current":
        turn.answer(
            Outgoing(text=words.talk_is_over.format(outcome=talk.outcome or words.button_of_other_talk))
        )
    else:
        _say(turn, talk, Said(value=button.value), button.key)


# --- typed text and media ---------------------------------------------------------------------------------------------


def _hear(turn: Turn) -> str:
    text = turn.incoming.text
    opener = read_menu_word(text, turn.city.words)
    if opener is not None:
        _open(turn, opener)
        return "menu"
    talk = talks.current(turn.session, turn.person.id)
    if talk is not None:
        _say(turn, talk, Said(text=text))
        return "answer"
    acknowledgement = read_acknowledgement(text)
    if acknowledgement is not None:
        _acknowledge(turn, acknowledgement.issue)
        return "acknowledge"
    return _search(turn, text)


def _receive(turn: Turn) -> str:
    """Media: an answer to an open photo question, else kept and offered when one comes (decisions: 17)."""
    ids = media.want(turn.session, turn.person.id, turn.inbox_id, turn.incoming, turn.now, turn.machine)
    talk = talks.current(turn.session, turn.person.id)
    if talk is not None:
        facts = _facts(turn, talk.script, talk.answers)
        position = replay(SCRIPTS[talk.script], facts, Draft(talk.answers, talk.asked))
        if isinstance(position, Asking) and isinstance(position.question, Photos):
            _say(turn, talk, Said(media=ids))
            return "answer"
    turn.answer(Outgoing(text=turn.city.words.media_kept.format(count=len(ids))))
    return "kept"


def _search(turn: Turn, text: str) -> str:
    """Nothing else fits: a project by part of its name or its number, else the menu."""
    words, wanted = turn.city.words, plain(text)
    mine = projects.of_person(turn.session, turn.person.id, turn.today)
    found = [
        row
        for row in mine
        if wanted and (wanted in plain(row.name) or wanted in {str(row.number), f"{row.number}号"})
    ]
    if found:
        open_now = {
            row.id: row.period
            for row in projects.open_for_progress(turn.session, turn.person.id, turn.now, turn.today)
        }
        rows = []
        for row in found[:3]:
            buttons = [Option(label=f"{words.menu_issue}：{row.name}", data=f"o|report_issue|{row.id}")]
            if row.id in open_now:
                label = words.duties_button_progress.format(project=row.name)
                buttons.insert(0, Option(label=label, data=f"o|report_progress|{row.id}.{open_now[row.id]}"))
            rows += [(button,) for button in buttons]
        turn.answer(Outgoing(text=words.ask_project if len(found) > 1 else found[0].name, rows=tuple(rows)))
        return "search"
    turn.answer(Outgoing(text=words.not_understood, rows=_menu_rows(turn)))
    return "not understood"


def _menu_rows(turn: Turn) -> tuple[tuple[Option, ...], ...]:
    options = [Option(label=word, data=f"o|{script}|") for word, script in menu(turn.city.words)]
    return (tuple(options[:3]), tuple(options[3:]))


# --- talks ------------------------------------------------------------------------------------------------------------


def _facts(turn: Turn, script: str, answers: Mapping[str, Any]) -> Facts:
    return load(Loading(turn.session, turn.city, turn.person, answers, turn.now, turn.today), script)


def _open(turn: Turn, opener: Opener) -> None:
    """Begins a conversation. One that asks nothing (我的待办, 帮助) leaves the open talk as it is."""
    position = _begin(turn, opener.script, opener.answers)
    if isinstance(position, Finished):
        outcome = deeds.carry_out(turn, position.command, None)
        _tell(turn, outcome, talks.current(turn.session, turn.person.id))
        return
    if not opener.answers and (only := _only_choice(position)):
        position = _begin(turn, opener.script, {"project": only})
    paused = _set_aside(turn)
    talk = talks.open_talk(turn.session, turn.person.id, opener.script, {}, turn.now)
    _show(turn, talk, position, paused=paused)


def _begin(turn: Turn, script: str, answers: dict[str, Any]) -> Asking | Finished:
    return replay(SCRIPTS[script], _facts(turn, script, answers), Draft(answers))


def _only_choice(position: Asking) -> str | None:
    """Nothing is asked that has one answer only: the person's single project."""
    question = position.question
    if isinstance(question, Choice) and question.key == "project" and len(question.items) == 1:
        return question.items[0].id
    return None


def _set_aside(turn: Turn) -> TalkRow | None:
    """Pauses the current talk if it holds an answer, ends it otherwise; gives back the one paused."""
    before = talks.current(turn.session, turn.person.id)
    if before is None:
        return None
    worth = any(key != "project" for key in before.answers)
    talks.turn_to(turn.session, before, "paused" if worth else "cancelled", turn.now)
    return before if worth else None


def _say(turn: Turn, talk: TalkRow, said: Said, key: str | None = None) -> None:
    """One input to a talk, then what follows from it."""
    script, draft = SCRIPTS[talk.script], Draft(talk.answers, talk.asked)
    after = say(script, _facts(turn, talk.script, talk.answers), draft, said, key)
    if isinstance(after, Cancelled):
        talks.turn_to(turn.session, talk, "cancelled", turn.now, turn.city.words.cancelled)
        _tell(
            turn,
            deeds.Outcome(Outgoing(text=turn.city.words.cancelled)),
            talks.newest_paused(turn.session, turn.person.id),
        )
        return
    if isinstance(after, Asking) and not after.fresh:
        return
    if _needs_new_facts(talk, after):
        facts = _facts(turn, talk.script, after.draft.answers)
        after = replay(script, facts, after.draft)
    _show(turn, talk, after, in_place=key is not None and key == talk.asked)


def _needs_new_facts(talk: TalkRow, after: Asking | Finished) -> bool:
    """Facts are loaded for the answers at hand; another project needs its own, the card of a problem its readers."""
    if not isinstance(after, Asking) or after.note:
        return False
    before = talk.answers
    return after.draft.answers.get("project") != before.get("project") or (
        "category" in after.draft.answers and "category" not in before
    )


def _show(
    turn: Turn,
    talk: TalkRow,
    position: Asking | Finished,
    *,
    in_place: bool = False,
    paused: TalkRow | None = None,
) -> None:
    if isinstance(position, Finished):
        outcome = deeds.carry_out(turn, position.command, talk.id)
        talks.turn_to(turn.session, talk, "done", turn.now, outcome.summary)
        _tell(turn, outcome, talks.newest_paused(turn.session, turn.person.id), in_place=in_place)
        return
    if position.draft.answers != talk.answers or position.draft.asked != talk.asked:
        talks.remember(turn.session, talk, dict(position.draft.answers), position.draft.asked, turn.now)
    message = _render(turn, talk, position)
    if paused is not None:
        note = turn.city.words.paused.format(title=_title(turn, paused))
        message = message.model_copy(update={"text": "\n".join(filter(None, (message.text, note)))})
    turn.answer(message, in_place=in_place)


def _tell(turn: Turn, outcome: deeds.Outcome, unfinished: TalkRow | None, *, in_place: bool = False) -> None:
    """Gives an outcome, and offers what is not finished."""
    message = outcome.message
    if unfinished is not None:
        label = turn.city.words.resume_button.format(title=_title(turn, unfinished))
        drop = Option(label=turn.city.words.drop_button, data=f"x|{unfinished.id}")
        rows = (*message.rows, (Option(label=label, data=f"r|{unfinished.id}"), drop))
        message = message.model_copy(update={"rows": rows})
    turn.answer(message, number=outcome.number, in_place=in_place)


def _resume(turn: Turn, talk_id: int) -> None:
    talk = talks.find(turn.session, talk_id)
    words = turn.city.words
    if talk is None or talk.person_id != turn.person.id or talk.state not in {"paused", "current"}:
        turn.answer(Outgoing(text=words.button_out_of_date))
        return
    if talk.state == "paused":
        _set_aside(turn)
        talks.turn_to(turn.session, talk, "current", turn.now)
    facts = _facts(turn, talk.script, talk.answers)
    _show(turn, talk, replay(SCRIPTS[talk.script], facts, Draft(talk.answers, talk.asked)))


def _drop(turn: Turn, talk_id: int) -> None:
    talk = talks.find(turn.session, talk_id)
    if talk is not None and talk.person_id == turn.person.id and talk.state in {"paused", "current"}:
        talks.turn_to(turn.session, talk, "cancelled", turn.now, turn.city.words.cancelled)
    turn.answer(Outgoing(text=turn.city.words.cancelled), in_place=True)


def _acknowledge(turn: Turn, issue_id: int) -> None:
    turn.answer(deeds.acknowledge(turn, issue_id).message)


# --- rendering --------------------------------------------------------------------------------------------------------


def _render(turn: Turn, talk: TalkRow, position: Asking) -> Outgoing:
    question, words = position.question, turn.city.words
    stored = position.draft.answers.get(question.key)
    note = position.note
    if isinstance(question, Photos) and isinstance(stored, dict) and stored.get("ids") and not note:
        note = words.photos_got.format(count=len(stored["ids"]))
        hint = ""
    else:
        hint = question.hint
    rows = [
        [(label, button_data(talk.id, question.key, value)) for label, value in row]
        for row in question.buttons(stored, position.page, words)
    ]
    steps = [
        (label, button_data(talk.id, question.key, value))
        for label, value in _steps(position, question, stored, turn)
    ]
    return Outgoing(
        title=question.prompt,
        text="\n".join(filter(None, (f"⚠ {note}" if position.note else note, hint))),
        rows=tuple(tuple(Option(label=label, data=data) for label, data in row) for row in [*rows, steps]),
    )


def _steps(position: Asking, question: Question[Any], stored: Any, turn: Turn) -> list[tuple[str, str]]:
    words = turn.city.words
    steps = [(words.cancel_button, "cancel")]
    if question.optional or question.restore(stored) is not None:
        steps.insert(0, (words.keep_button, "keep"))
    elif position.path:
        steps.insert(0, (words.back_button, "back"))
    return steps


def _title(turn: Turn, talk: TalkRow) -> str:
    words = turn.city.words
    return {
        "report_progress": words.progress_title,
        "report_issue": words.issue_title,
        "report_zero": words.zero_title,
    }.get(talk.script, talk.script)
