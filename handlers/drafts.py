"""Drafts: talks that were begun and not finished, how they are called, and when they are offered again.

Rule 1  An outcome offers the newest draft; 我的待办 shows several and counts the rest.
Rule 2  One project and month has one draft: what a line says of it goes into that one. A problem that is told again
        in the same words is the one whose draft waits.
Rule 3  What its person cancelled can be taken up again for a week; what is gone (closed, or another's) cannot.
Rule 4  Offered is what would have to be said again: a report that was begun, and elsewhere what was typed or sent,
        days too. A menu or a setting that was left open is none, though its buttons go on where it stood.
Rule 5  What cannot go on today (its period has closed) is kept and not offered: an unlocking brings it back.
Rule 6  What waits in a queue (the other lines of one message) comes by itself, once, when the report before it is done.
Rule 7  A line can lay aside any number of drafts, so what they are about is looked up once for all of them.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from itertools import islice
from typing import Any

from handlers.conversation import Asking, Draft, Finished, replay
from handlers.conversations.progress_checks import SAME
from handlers.facts import Facts
from handlers.loading.fresh import facts_for
from handlers.screen import Rows, talk_title
from handlers.scripts import REPORTING, SCRIPTS
from handlers.turning import Turn
from storage import projects, talks
from storage.messages import Option, Outgoing
from storage.talks import TalkRow

A_MOMENT = timedelta(minutes=10)
RESTORED_FOR = timedelta(days=7)
SHOWN = 3
QUEUED_FOR = timedelta(hours=2)
# Among the answers of a draft: True while it waits to be shown when the report before it is done, False once it has
# been, until something is answered.
QUEUED = "queued"
TYPED = frozenset({"text", "yuan", "day", "first"})  # what answers that were typed are stored under


def holds_answers(talk: TalkRow) -> bool:
    """Whether there is more to lose than the choice of a project."""
    return any(key != "project" for key in talk.answers)


def is_worth_offering(talk: TalkRow) -> bool:
    """Whether it is a report of which something was said, or something would have to be typed again."""
    if talk.script in REPORTING:
        return bool(talk.answers)
    typed = any(isinstance(each, dict) and not TYPED.isdisjoint(each) for each in talk.answers.values())
    return typed or bool(talks.media_in(talk.answers))


def is_gone(talk: TalkRow, facts: Facts, after: Asking | Finished) -> bool:
    """Whether what the talk is about has left the person's choices: its period has closed, or it is another's now."""
    chosen = talk.answers.get("project")
    asks_anew = isinstance(after, Asking) and after.question.key == "project"
    if chosen is None or talk.asked == "project" or not (asks_anew or isinstance(after, Finished)):
        return False
    position = replay(SCRIPTS[talk.script], facts, Draft({"project": chosen}))
    return isinstance(position, Finished) or position.question.key == "project"


def can_go_on(turn: Turn, talk: TalkRow) -> bool:
    """Whether there is still a question to which what was said leads."""
    return _leads_on(turn, talk, _choices(turn, {talk.script}))


def _choices(turn: Turn, scripts: Collection[str]) -> dict[str, frozenset[str]]:
    """What may be reported on today by those of these conversations of which a person can have many drafts."""
    found = {}
    if "report_progress" in scripts:
        months = projects.open_for_progress(turn.session, turn.person.id, turn.now, turn.today)
        found["report_progress"] = frozenset(f"{row.id}.{row.period}" for row in months)
    if "report_issue" in scripts:
        known = facts_for(turn, "report_issue", {}).projects
        found["report_issue"] = frozenset(str(each.id) for each in known)
    return found


def _leads_on(turn: Turn, talk: TalkRow, choices: Mapping[str, frozenset[str]]) -> bool:
    """A report by what it is about; any other, and 同上月 for several, by the question that it stands at."""
    subjects = _subjects(talk.answers)
    if talk.script not in choices or not subjects or SAME in subjects:
        return _has_a_question(turn, talk)
    return not choices[talk.script].isdisjoint(subjects)


def _subjects(answers: Mapping[str, Any]) -> frozenset[str]:
    """What was chosen; as long as nothing is, all that a line can have meant."""
    chosen = answers.get("project")
    return frozenset([chosen] if chosen else answers.get("among", ()))


def _has_a_question(turn: Turn, talk: TalkRow) -> bool:
    facts = facts_for(turn, talk.script, talk.answers)
    position = replay(SCRIPTS[talk.script], facts, Draft(talk.answers, talk.asked))
    if isinstance(position, Finished) or is_gone(talk, facts, position):
        return False
    return not talk.answers or any(
        question.key in talk.answers for question in (*position.path, position.question)
    )


def may_be_restored(turn: Turn, talk: TalkRow) -> bool:
    recent = talk.touched >= turn.now - RESTORED_FOR
    return talk.state == "cancelled" and recent and holds_answers(talk)


def last_cancelled(turn: Turn) -> TalkRow | None:
    found = talks.cancelled_since(turn.session, turn.person.id, turn.now - RESTORED_FOR)
    return next((talk for talk in found if holds_answers(talk)), None)


def just_cancelled(turn: Turn) -> bool:
    """Whether 恢复 can only mean what the person cancelled a moment ago."""
    talk = last_cancelled(turn)
    return talk is not None and talk.touched >= turn.now - A_MOMENT


def about(turn: Turn, script: str, project: object) -> TalkRow | None:
    """The draft of this conversation on this project and month, if there is one."""
    return next(_about(turn, script, project), None)


def _about(turn: Turn, script: str, project: object) -> Iterator[TalkRow]:
    return (
        talk
        for talk in unfinished(turn)
        if talk.script == script and talk.answers.get("project") == project and holds_answers(talk)
    )


def of_month(turn: Turn, script: str, answers: Mapping[str, Any]) -> TalkRow | None:
    """The draft that a line about one project and month belongs to; a problem in other words is another one."""
    project = answers.get("project")
    if not project or script not in ("report_progress", "report_issue"):
        return None
    if script == "report_progress":
        return about(turn, script, project)
    what = f"what@{project}"
    found = (talk for talk in _about(turn, script, project) if talk.answers.get(what) == answers.get(what))
    return next(found, None)


def together(before: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """A draft's answers with what was said since in their place; photos stay, for a line only says that it has none."""
    newer = {key: answer for key, answer in said.items() if not (key.startswith("photos@") and key in before)}
    return {**before, **newer}


def unfinished(turn: Turn) -> list[TalkRow]:
    """The current talk, then those set aside, the newest first."""
    current = talks.current(turn.session, turn.person.id)
    return [*([current] if current else []), *talks.paused(turn.session, turn.person.id)]


def project_of(turn: Turn, talk: TalkRow) -> str:
    """The name of the project that a talk is about; empty as long as none is chosen, or it is about several."""
    chosen = str(talk.answers.get("project", "")).partition(".")[0]
    return projects.named(turn.session, int(chosen)).name if chosen.isdecimal() else ""


def called(turn: Turn, talk: TalkRow) -> str:
    words = turn.city.words
    return words.talk_called.format(title=talk_title(words, talk.script), project=project_of(turn, talk))


def with_newest(turn: Turn, message: Outgoing) -> Outgoing:
    """The outcome, with the newest draft offered below; the button to the very report that it is stands there once."""
    found = list(islice(_offered(turn), 1))
    begun = {f"o|{talk.script}|{talk.answers.get('project')}" for talk in found}
    rows = tuple(row for row in message.rows if begun.isdisjoint(option.data for option in row))
    return message.model_copy(update={"rows": (*rows, *_offer(turn, found))})


def next_queued(turn: Turn) -> TalkRow | None:
    """The draft of a line that waits for the report before it; later nobody would know where it comes from."""
    waiting = (
        talk
        for talk in talks.paused(turn.session, turn.person.id)
        if talk.answers.get(QUEUED) and turn.now < talk.touched + QUEUED_FOR
    )
    return next((talk for talk in waiting if can_go_on(turn, talk)), None)


def without_next_project(message: Outgoing) -> Outgoing:
    """The receipt without its way to another report: one is shown below it."""
    rows = (
        row for row in message.rows if not any(each.data.startswith("o|report_progress|") for each in row)
    )
    return message.model_copy(update={"rows": tuple(rows)})


def with_all(turn: Turn, message: Outgoing) -> Outgoing:
    """The message, with all drafts named below: the newest ones with their buttons, the others counted."""
    found, words = list(_offered(turn)), turn.city.words
    if not found:
        return message
    lines = [message.text, "", words.drafts_title, *(called(turn, talk) for talk in found[:SHOWN])]
    if len(found) > SHOWN:
        lines.append(words.drafts_more.format(count=len(found) - SHOWN))
    rows = (*message.rows, *_offer(turn, found[:SHOWN]))
    return message.model_copy(update={"text": "\n".join(lines), "rows": rows})


def _offered(turn: Turn) -> Iterator[TalkRow]:
    worth = [talk for talk in unfinished(turn) if is_worth_offering(talk)]
    choices = _choices(turn, {talk.script for talk in worth})
    return (talk for talk in worth if _leads_on(turn, talk, choices))


def _offer(turn: Turn, found: list[TalkRow]) -> Rows:
    """A row for each button: a project's name needs the whole width of a phone."""
    words, rows = turn.city.words, []
    for talk in found:
        name = called(turn, talk)
        rows.append((Option(label=words.resume_button.format(talk=name), data=f"r|{talk.id}"),))
        rows.append((Option(label=words.drop_button.format(talk=name), data=f"x|{talk.id}"),))
    return tuple(rows)


def restore_row(turn: Turn, talk: TalkRow) -> Rows:
    """The way back from a cancelled talk, if it held anything."""
    if not holds_answers(talk) or not can_go_on(turn, talk):
        return ()
    return ((Option(label=turn.city.words.restore_button, data=f"r|{talk.id}"),),)
