"""Talks: opened, answered, set aside, taken up again, dropped. What they decide, `deeds/` carries out."""

from collections.abc import Mapping
from typing import Any

from handlers.conversation import Asking, Cancelled, Draft, Finished, replay, say
from handlers.deeds.carry_out import carry_out
from handlers.facts import Facts
from handlers.loading.base import Loading
from handlers.loading.load import load
from handlers.opening import FOLLOWING, SCRIPTS, Opener, TalkButton
from handlers.outcome import Outcome
from handlers.questions import Choice, Photos
from handlers.reading import Said
from handlers.screen import render, talk_title
from handlers.turning import Turn
from storage import projects, talks
from storage.messages import Option, Outgoing
from storage.talks import TalkRow

OPEN = frozenset({"current", "paused"})


def open_talk(turn: Turn, opener: Opener) -> None:
    """Begins a conversation. One that asks nothing (我的待办, 帮助) leaves the open talk as it is."""
    position = _begin(turn, opener.script, opener.answers)
    if isinstance(position, Finished):
        outcome = carry_out(turn, position.command, None)
        _tell(turn, outcome, _unfinished(turn))
        return
    if opener.answers and position.question.key == "project":
        position = _begin(turn, opener.script, {})  # what the button was for has gone
    elif not opener.answers and (only := _only_choice(position)):
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


def answer(turn: Turn, talk: TalkRow, said: Said, key: str | None = None) -> None:
    """One input to a talk, then what follows from it."""
    script, draft, words = SCRIPTS[talk.script], Draft(talk.answers, talk.asked), turn.city.words
    in_place = key is not None and key == talk.asked
    facts = _facts(turn, talk.script, talk.answers)
    after = say(script, facts, draft, said, key)
    if isinstance(after, Cancelled):
        text = words.cancelled_change if talk.script in FOLLOWING else words.cancelled
        talks.turn_to(turn.session, talk, "cancelled", turn.now, text)
        _tell(turn, Outcome(Outgoing(text=text)), _unfinished(turn), in_place=in_place)
        return
    if _is_gone(talk, facts, after):
        _end_gone(turn, talk)
        return
    if isinstance(after, Asking) and not after.fresh:
        return
    if _needs_new_facts(talk, after):
        after = replay(script, _facts(turn, talk.script, after.draft.answers), after.draft)
    _show(turn, talk, after, in_place=in_place)


def _is_gone(talk: TalkRow, facts: Facts, after: Asking | Finished) -> bool:
    """Whether what the talk is about has left the person's choices: its period has closed, or it is another's now."""
    chosen = talk.answers.get("project")
    asks_anew = isinstance(after, Asking) and after.question.key == "project"
    if chosen is None or talk.asked == "project" or not (asks_anew or isinstance(after, Finished)):
        return False
    position = replay(SCRIPTS[talk.script], facts, Draft({"project": chosen}))
    return isinstance(position, Finished) or position.question.key == "project"


def _end_gone(turn: Turn, talk: TalkRow) -> None:
    """Says plainly that it was not taken, instead of asking for another project as if nothing had happened."""
    words = turn.city.words
    project = projects.named(turn.session, int(str(talk.answers["project"]).partition(".")[0])).name
    text = words.talk_gone.format(title=talk_title(words, talk.script), project=project)
    talks.turn_to(turn.session, talk, "cancelled", turn.now, text)
    _tell(turn, Outcome(Outgoing(text=text)), _unfinished(turn))


def _needs_new_facts(talk: TalkRow, after: Asking | Finished) -> bool:
    """Facts are loaded for the answers at hand; another project has its own, a problem's card its readers.

    Where they follow every answer, even an end is looked at again: without them a script may see none to choose.
    """
    if talk.script in FOLLOWING:
        return _off_the_card(after.draft.answers) != _off_the_card(talk.answers)
    if not isinstance(after, Asking) or after.note:
        return False
    before = talk.answers
    return after.draft.answers.get("project") != before.get("project") or (
        "category" in after.draft.answers and "category" not in before
    )


def _off_the_card(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers without the card's own, whose key has a hash: to agree changes no facts."""
    return {key: answer for key, answer in answers.items() if "#" not in key}


def press(turn: Turn, button: TalkButton) -> None:
    """A button of a talk: an answer if that is the current one, else the talk is taken up or has ended."""
    talk = talks.find(turn.session, button.talk)
    if talk is not None and talk.person_id == turn.person.id and talk.state == "current":
        answer(turn, talk, Said(value=button.value), button.key)
    else:
        resume(turn, button.talk)


def resume(turn: Turn, talk_id: int) -> None:
    talk = _own(turn, talk_id)
    if talk is None:
        return
    if talk.state == "paused":
        _set_aside(turn)
        talks.turn_to(turn.session, talk, "current", turn.now)
    facts = _facts(turn, talk.script, talk.answers)
    position = replay(SCRIPTS[talk.script], facts, Draft(talk.answers, talk.asked))
    if _is_gone(talk, facts, position):
        _end_gone(turn, talk)
    else:
        _show(turn, talk, position)


def drop(turn: Turn, talk_id: int) -> None:
    talk = _own(turn, talk_id)
    if talk is None:
        return
    words = turn.city.words
    talks.turn_to(turn.session, talk, "cancelled", turn.now, words.cancelled)
    turn.answer(Outgoing(text=words.dropped.format(title=talk_title(words, talk.script))))


def _own(turn: Turn, talk_id: int) -> TalkRow | None:
    """The person's own talk if it is open; otherwise says why its buttons do nothing any more."""
    words = turn.city.words
    talk = talks.find(turn.session, talk_id)
    if talk is None:
        turn.answer(Outgoing(text=words.button_of_nothing))
    elif talk.person_id != turn.person.id:
        turn.answer(Outgoing(text=words.not_your_button))
    elif talk.state not in OPEN:
        outcome = words.talk_is_over.format(outcome=talk.outcome) if talk.outcome else words.talk_was_left
        turn.answer(Outgoing(text=outcome))
    else:
        return talk
    return None


def asks_for_photos(turn: Turn, talk: TalkRow) -> bool:
    position = replay(
        SCRIPTS[talk.script], _facts(turn, talk.script, talk.answers), Draft(talk.answers, talk.asked)
    )
    return isinstance(position, Asking) and isinstance(position.question, Photos)


def _facts(turn: Turn, script: str, answers: Mapping[str, Any]) -> Facts:
    return load(Loading(turn.session, turn.city, turn.person, answers, turn.now, turn.today), script)


def _unfinished(turn: Turn) -> TalkRow | None:
    """What is offered to be taken up again: the current talk, or the one paused last."""
    session, person = turn.session, turn.person.id
    return talks.current(session, person) or talks.newest_paused(session, person)


def _show(
    turn: Turn,
    talk: TalkRow,
    position: Asking | Finished,
    *,
    in_place: bool = False,
    paused: TalkRow | None = None,
) -> None:
    if isinstance(position, Finished):
        outcome = carry_out(turn, position.command, talk.id)
        talks.turn_to(turn.session, talk, "done", turn.now, outcome.summary or outcome.message.plain)
        _tell(turn, outcome, _unfinished(turn), in_place=in_place)
        return
    if position.draft.answers != talk.answers or position.draft.asked != talk.asked:
        talks.remember(turn.session, talk, dict(position.draft.answers), position.draft.asked, turn.now)
    message = render(turn.city.words, talk.id, position)
    if paused is not None:
        note = turn.city.words.paused.format(title=talk_title(turn.city.words, paused.script))
        message = message.model_copy(update={"text": "\n".join(filter(None, (message.text, note)))})
    turn.answer(message, in_place=in_place)


def _tell(turn: Turn, outcome: Outcome, unfinished: TalkRow | None, *, in_place: bool = False) -> None:
    """Gives an outcome, and offers what is not finished."""
    message, words = outcome.message, turn.city.words
    if unfinished is not None:
        label = words.resume_button.format(title=talk_title(words, unfinished.script))
        drop = Option(label=words.drop_button, data=f"x|{unfinished.id}")
        rows = (*message.rows, (Option(label=label, data=f"r|{unfinished.id}"), drop))
        message = message.model_copy(update={"rows": rows})
    turn.answer(message, number=outcome.number, in_place=in_place)
