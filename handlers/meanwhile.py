"""What a text means in the middle of a talk, apart from an answer to its open question.

Rule 1  A whole report in one line is one at any question with ready answers. Where a text is asked for it is one only
        if it says a month's amount, of another project or where this one's progress is asked: its project and amount
        would be lost in a reason or a description. All else that names projects is what was asked for.
Rule 2  Where an instruction is asked for, a question, a number or a word on a problem is what it is anywhere else, and
        the talk waits; only what means nothing by itself can be an instruction.
Rule 3  A ready answer of the open question goes first. What is none may be a text that means something by itself, a
        word of the person's own menu or, in the middle of what who asks about projects does, a question.
Rule 4  Who was asked for an instruction and has not given it for a while speaks of something else: the talk is set
        aside.
Rule 5  Who agrees twice in one breath has seen one card: the next one, which comes by itself, is shown once more.
"""

import re
from datetime import timedelta

from handlers import by_itself, lines, talking
from handlers.answering.answer import answer_if_understood, answer_question
from handlers.asking.question import Ask
from handlers.buttons import read_button
from handlers.conversation import navigation
from handlers.drafts import QUEUED
from handlers.loading.part import own_menu
from handlers.opening import instructs, is_no_instruction
from handlers.plain import plain
from handlers.questions import Text
from handlers.reading import Said
from handlers.scripts import ASKING, REPORTING, SOON
from handlers.turning import Turn
from storage import talks
from storage.talks import TalkRow

A_WHILE = timedelta(hours=2)
UNREAD = timedelta(seconds=3)
_MONTH = re.compile("[本当这上]个?月")


def listening(turn: Turn) -> TalkRow | None:
    """The talk that a text is said to; one that waits for an instruction too long is set aside."""
    talk = talks.current(turn.session, turn.person.id)
    if talk is not None and talk.script in SOON and talk.touched < turn.now - A_WHILE:
        talks.turn_to(turn.session, talk, "paused", turn.now)
        return None
    return talk


def taken(turn: Turn, talk: TalkRow, text: str) -> bool:
    """Whether the text was something else than what is asked for, and has been answered."""
    if talk.script in REPORTING:
        if _is_unread(turn, talk, text):
            talking.show_again(turn, talk)
            return True
        return _is_report(turn, talk, text) and lines.take_lines(turn, text)
    if talk.script not in SOON or navigation(Said(text=text), turn.city.words):
        return False
    question = talking.open_question(turn, talk)
    if not isinstance(question, Text):
        return False
    if is_no_instruction(text, turn.city.words):
        text = f"{question.key.rpartition('@')[2]} {text}"
    return otherwise(turn, talk, text)


def _is_unread(turn: Turn, talk: TalkRow, text: str) -> bool:
    """Whether it agrees to a card that came by itself below a receipt a moment ago: it is said of the one before."""
    return (
        talk.answers.get(QUEUED) is False
        and turn.now < talk.touched + UNREAD
        and plain(text) in turn.city.words.aliases(turn.city.words.yes_words)
    )


def _is_report(turn: Turn, talk: TalkRow, text: str) -> bool:
    said = lines.says_a_report(turn, text)
    question = talking.open_question(turn, talk) if said else None
    if not isinstance(question, Text):
        return bool(said)
    here = str(talk.answers.get("project", "")).partition(".")[0]
    of_here = question.key.startswith("progress@")
    return any(
        line.amount is not None and (line.month is not None or _MONTH.search(text) is not None)
        and (of_here or str(line.projects[0].id) != here)
        for line in said
    )  # fmt: skip


def otherwise(turn: Turn, talk: TalkRow, text: str) -> bool:
    """Whether a text that is none of the ready answers means something else, and has been answered."""
    if by_itself.taken(turn, text) or _is_word_of_the_menu(turn, text):
        return True
    if talk.script in SOON and instructs(text):
        return False
    return talk.script in ASKING and answer_if_understood(turn, text) != ""


def _is_word_of_the_menu(turn: Turn, text: str) -> bool:
    """A question of the own menu; its other words break out of any question before this."""
    typed = plain(text)
    options = (option for row in own_menu(turn) for option in row if plain(option.label) == typed)
    ask = next((read_button(option.data) for option in options), None)
    return isinstance(ask, Ask) and answer_question(turn, ask) != ""
