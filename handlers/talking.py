"""Talks: opened, answered, set aside, taken up again, dropped. What they decide, `deeds/` carries out."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from handlers import drafts, evidence
from handlers.buttons import Opener, TalkButton
from handlers.card import Confirm
from handlers.conversation import Asking, Cancelled, Draft, Finished, replay, say
from handlers.conversations.desk import desk_menu
from handlers.deeds.carry_out import carry_out
from handlers.loading.fresh import facts_for, need_new_facts, resolved
from handlers.outcome import Outcome
from handlers.questions import Choice, Question, Several
from handlers.reading import Said
from handlers.screen import render, talk_title
from handlers.scripts import FOLLOWING, REPORTING, SCRIPTS, SETTINGS
from handlers.turning import Turn
from handlers.words import Words
from rules.periods import Period
from storage import talks
from storage.messages import Outgoing
from storage.talks import TalkRow

OPEN = frozenset({"current", "paused"})


def open_talk(turn: Turn, opener: Opener) -> None:
    """Begins a conversation. One that asks nothing (我的待办, 帮助) leaves the open talk as it is."""
    position, note = _begin(turn, opener.script, opener.answers), opener.note
    if isinstance(position, Finished):
        outcome = _with_note(carry_out(turn, position.command, None), _closed(turn, opener))
        _tell(turn, outcome, all_drafts=opener.script == "my_duties")
        return
    if opener.answers and position.question.key == "project":
        position = _begin(turn, opener.script, {})  # what the button was for has gone
        note = _closed(turn, opener)
    elif not opener.answers and (only := _only_choice(position)):
        position = _begin(turn, opener.script, {"project": only})
    if (begun := _draft_about(turn, opener.script, position)) is not None:
        _take_up(turn, begun, again=True)
        return
    paused = _set_aside(turn)
    talk = talks.open_talk(turn.session, turn.person.id, opener.script, {}, turn.now)
    _show(turn, talk, position, paused=paused, note=note)


def _closed(turn: Turn, opener: Opener) -> str:
    """What is said of a month that a button was for and that cannot be chosen any more."""
    try:
        period = Period.parse(opener.preset.partition(".")[2])
    except ValueError:
        return ""
    return turn.city.words.month_closed.format(period=period.chinese)


def _with_note(outcome: Outcome, note: str) -> Outcome:
    text = "\n".join(filter(None, (note, outcome.message.text)))
    return replace(outcome, message=outcome.message.model_copy(update={"text": text}))


def open_prefilled(turn: Turn, script: str, answers: dict[str, Any], note: str = "") -> None:
    """Begins a conversation with what was said already; `note` stands above what is shown."""
    draft = drafts.of_month(turn, script, answers)
    position = _begin(turn, script, drafts.together(draft.answers, answers) if draft else answers)
    if isinstance(position, Finished):
        _tell(turn, carry_out(turn, position.command, None))
        return
    current = draft is not None and draft.state == "current"
    in_between = not current and talks.current(turn.session, turn.person.id) is not None
    paused = None if current else _set_aside(turn)
    talk = draft or talks.open_talk(turn.session, turn.person.id, script, {}, turn.now)
    if draft is not None and not current:
        talks.turn_to(turn.session, draft, "current", turn.now)
    if in_between and (name := drafts.project_of(turn, replace(talk, answers=dict(position.draft.answers)))):
        note = "\n".join(filter(None, (turn.city.words.turned_to.format(project=name), note)))
    _show(turn, talk, position, paused=paused, again=draft is not None, note=note)


def end_drafts(turn: Turn, script: str, key: str) -> None:
    """Ends the drafts of this conversation that hold this answer: what is said anew takes their place."""
    for talk in drafts.unfinished(turn):
        if talk.script == script and key in talk.answers:
            talks.turn_to(turn.session, talk, "cancelled", turn.now, turn.city.words.replaced)


def lay_aside(turn: Turn, script: str, answers: dict[str, Any], *, queued: bool = False) -> int:
    """A draft with what was said already, to be taken up later, or `queued`: when the report before it is done. Gives
    back the talk."""
    answers = {**answers, drafts.QUEUED: True} if queued else answers
    if (draft := drafts.of_month(turn, script, answers)) is not None:
        asked = draft.asked if draft.state == "current" else ""  # a draft goes on with what is missing now
        talks.remember(turn.session, draft, drafts.together(draft.answers, answers), asked, turn.now)
        return draft.id
    talk = talks.open_talk(turn.session, turn.person.id, script, answers, turn.now, state="paused")
    return talk.id


def prepare(turn: Turn, script: str, answers: dict[str, Any], note: str) -> Outgoing | str:
    """A draft for the person of the turn, and its next screen to be sent to them: its buttons take it up.

    What they have said themselves in a draft of theirs stands. If nothing is left to ask, why that is: what would
    be told needs no card.
    """
    draft = drafts.of_month(turn, script, answers)
    position = _begin(turn, script, drafts.together(answers, draft.answers) if draft else answers)
    if isinstance(position, Finished):
        return carry_out(turn, position.command, None).message.plain
    # Who is in the middle of nothing may answer it by typing too; else it waits beside.
    state = "paused" if talks.current(turn.session, turn.person.id) else "current"
    talk = draft or talks.open_talk(turn.session, turn.person.id, script, {}, turn.now, state=state)
    talks.remember(turn.session, talk, dict(position.draft.answers), position.draft.asked, turn.now)
    message = render(turn.city.words, talk.id, position)
    return message.model_copy(update={"text": "\n".join(filter(None, (note, message.text)))})


def _begin(turn: Turn, script: str, answers: dict[str, Any]) -> Asking | Finished:
    return replay(SCRIPTS[script], facts_for(turn, script, answers), Draft(answers))


def _only_choice(position: Asking) -> str | None:
    """Nothing is asked that has one answer only: the person's single project."""
    question = position.question
    if isinstance(question, Choice) and question.key == "project" and len(question.items) == 1:
        return question.items[0].id
    return None


def _draft_about(turn: Turn, script: str, position: Asking | Finished) -> TalkRow | None:
    """A draft on what has just been chosen: nobody is made to fill in the same report twice."""
    if isinstance(position, Finished) or position.question.key == "project" or script in FOLLOWING:
        return None
    return drafts.about(turn, script, position.draft.answers.get("project"))


def _set_aside(turn: Turn) -> TalkRow | None:
    """Pauses the current talk if it holds an answer, ends it otherwise; gives back a paused one that is offered."""
    before = talks.current(turn.session, turn.person.id)
    if before is None:
        return None
    worth = drafts.holds_answers(before)
    talks.turn_to(turn.session, before, "paused" if worth else "cancelled", turn.now)
    return before if worth and drafts.is_worth_offering(before) else None


def answer(
    turn: Turn,
    talk: TalkRow,
    said: Said,
    key: str | None = None,
    otherwise: Callable[[], bool] | None = None,
) -> None:
    """One input to a talk, then what follows from it.

    `otherwise` is asked about a text that is none of an open question's ready answers: it may mean something else.
    """
    talk = evidence.without_missing(turn, talk)
    script, draft, words = SCRIPTS[talk.script], Draft(talk.answers, talk.asked), turn.city.words
    in_place = key is not None and key == talk.asked
    facts = facts_for(turn, talk.script, talk.answers)
    after = say(script, facts, draft, said, key)
    if isinstance(after, Cancelled):
        text = words.cancelled if talk.script in REPORTING else words.desk_cancelled
        talks.turn_to(turn.session, talk, "cancelled", turn.now, text)
        message = Outgoing(text=text, rows=drafts.restore_row(turn, talk))
        _tell(turn, Outcome(message), in_place=in_place)
        return
    if drafts.is_gone(talk, facts, after):
        _end_gone(turn, talk)
        return
    if isinstance(after, Asking) and not after.fresh:
        return
    if otherwise is not None and _is_none_of_the_answers(after) and otherwise():
        return
    if need_new_facts(talk, after):
        facts = facts_for(turn, talk.script, after.draft.answers)
        # Where facts follow every answer, a question of several taps stays open with each of them.
        draft = after.draft if talk.script in FOLLOWING else Draft(after.draft.answers)
        after = resolved(replay(script, facts, draft))
    if not drafts.holds_answers(talk) and (begun := _draft_about(turn, talk.script, after)) is not None:
        talks.turn_to(turn.session, talk, "cancelled", turn.now)
        _take_up(turn, begun, again=True, in_place=in_place)
        return
    _show(turn, talk, after, in_place=in_place)


def _is_none_of_the_answers(after: Asking | Finished) -> bool:
    return (
        isinstance(after, Asking)
        and after.note != ""
        and isinstance(after.question, Choice | Several | Confirm)
    )


def _end_gone(turn: Turn, talk: TalkRow) -> None:
    """Says plainly that it was not taken, instead of asking for another project as if nothing had happened."""
    words = turn.city.words
    title, project = talk_title(words, talk.script), drafts.project_of(turn, talk)
    template = words.desk_gone if _of_the_office(talk, words) else words.talk_gone
    text = template.format(title=title, project=project)
    talks.turn_to(turn.session, talk, "gone", turn.now, text)
    _tell(turn, Outcome(Outgoing(text=text)))


def _of_the_office(talk: TalkRow, words: Words) -> bool:
    return any(script == talk.script for _, script in desk_menu(words))


def press(turn: Turn, button: TalkButton) -> None:
    """A button of a talk: an answer if that is the current one, else the talk is taken up or has ended."""
    talk = talks.find(turn.session, button.talk)
    mine = talk is not None and talk.person_id == turn.person.id
    if talk is not None and mine and talk.state == "paused" and talk.asked == button.key:
        _set_aside(turn)  # the very question that the draft waits with: its answer takes the draft up
        talks.turn_to(turn.session, talk, "current", turn.now)
        answer(turn, talk, Said(value=button.value), button.key)
    elif talk is not None and mine and talk.state == "current":
        answer(turn, talk, Said(value=button.value), button.key)
    elif talk is not None and mine and talk.state == "done" and talk.script in SETTINGS:
        open_talk(turn, Opener(talk.script, button.value))
    elif (own := _own(turn, talk)) is not None:
        _take_up(turn, own)


def resume(turn: Turn, talk_id: int) -> None:
    """Takes up a talk that was set aside, or that its person has cancelled not long ago."""
    talk = talks.find(turn.session, talk_id)
    if (own := _own(turn, talk, cancelled=True)) is not None:
        _take_up(turn, own)


def restore_last(turn: Turn) -> None:
    """What the button under a cancelled talk does, when it is typed."""
    talk = drafts.last_cancelled(turn)
    if talk is None:
        turn.answer(Outgoing(text=turn.city.words.nothing_to_restore))
    else:
        _take_up(turn, talk)


def _take_up(
    turn: Turn, talk: TalkRow, *, again: bool = False, in_place: bool = False, note: str = ""
) -> None:
    """Makes a talk the current one, where it stood; `again` if the person did not ask for this very draft."""
    facts = facts_for(turn, talk.script, talk.answers)
    position = replay(SCRIPTS[talk.script], facts, Draft(talk.answers, talk.asked))
    if drafts.is_gone(talk, facts, position):
        _end_gone(turn, talk)
        return
    paused = None
    if talk.state != "current":
        paused = _set_aside(turn)
        talks.turn_to(turn.session, talk, "current", turn.now)
    _show(turn, talk, position, in_place=in_place, paused=paused, again=again, note=note)


def show_again(turn: Turn, talk: TalkRow) -> None:
    """The current talk's question, as it stands."""
    _take_up(turn, talk)


def drop(turn: Turn, talk_id: int) -> None:
    talk = _own(turn, talks.find(turn.session, talk_id))
    if talk is None:
        return
    words = turn.city.words
    talks.turn_to(turn.session, talk, "cancelled", turn.now, words.cancelled)
    text = words.dropped.format(talk=drafts.called(turn, talk))
    turn.answer(Outgoing(text=text, rows=drafts.restore_row(turn, talk)))


def _own(turn: Turn, talk: TalkRow | None, *, cancelled: bool = False) -> TalkRow | None:
    """The person's own talk if it is open (or `cancelled` and still kept); otherwise says why its buttons do
    nothing any more."""
    words = turn.city.words
    if talk is None:
        turn.answer(Outgoing(text=words.button_of_nothing))
    elif talk.person_id != turn.person.id:
        turn.answer(Outgoing(text=words.not_your_button))
    elif talk.state not in OPEN and not (cancelled and drafts.may_be_restored(turn, talk)):
        outcome = words.talk_is_over.format(outcome=talk.outcome) if talk.outcome else words.talk_was_left
        turn.answer(Outgoing(text=outcome))
    else:
        return talk
    return None


def open_question(turn: Turn, talk: TalkRow) -> Question[Any] | None:
    """The question that the talk stands at."""
    position = replay(
        SCRIPTS[talk.script], facts_for(turn, talk.script, talk.answers), Draft(talk.answers, talk.asked)
    )
    return position.question if isinstance(position, Asking) else None


def _show(
    turn: Turn,
    talk: TalkRow,
    position: Asking | Finished,
    *,
    in_place: bool = False,
    paused: TalkRow | None = None,
    again: bool = False,
    note: str = "",
) -> None:
    """Asks what the talk asks next, or carries out what it has decided. `paused` has been set aside for it."""
    if isinstance(position, Finished):
        outcome = carry_out(turn, position.command, talk.id)
        talks.turn_to(turn.session, talk, "done", turn.now, outcome.summary or outcome.message.plain)
        following = drafts.next_queued(turn) if talk.script in REPORTING else None
        if following is None:
            _tell(turn, outcome, in_place=in_place)
        else:
            _go_on_to(turn, following, outcome, in_place=in_place)
        return
    if position.draft.answers != talk.answers or position.draft.asked != talk.asked:
        talks.remember(turn.session, talk, dict(position.draft.answers), position.draft.asked, turn.now)
    words, message = turn.city.words, render(turn.city.words, talk.id, position)
    taken_up = words.taken_up if again else ""
    set_aside = words.paused.format(talk=drafts.called(turn, paused)) if paused is not None else ""
    text = "\n".join(filter(None, (taken_up, note, message.text, set_aside)))
    turn.answer(message.model_copy(update={"text": text}), in_place=in_place)


def _go_on_to(turn: Turn, queued: TalkRow, outcome: Outcome, *, in_place: bool) -> None:
    """The receipt, and the report that waited for it; it comes by itself once."""
    message = drafts.without_next_project(outcome.message)
    turn.answer(message, number=outcome.number, in_place=in_place)
    _take_up(turn, queued, note=turn.city.words.lines_next)
    if (shown := talks.current(turn.session, turn.person.id)) is not None:
        talks.remember(turn.session, shown, {**shown.answers, drafts.QUEUED: False}, shown.asked, turn.now)


def _tell(turn: Turn, outcome: Outcome, *, in_place: bool = False, all_drafts: bool = False) -> None:
    """Gives an outcome, and offers what is not finished."""
    with_drafts = drafts.with_all if all_drafts else drafts.with_newest
    turn.answer(with_drafts(turn, outcome.message), number=outcome.number, in_place=in_place)
