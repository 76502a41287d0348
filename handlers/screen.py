"""How a question looks: its words, its buttons, and the steps under every question."""

from typing import Any

from handlers.buttons import button_data
from handlers.conversation import Asking
from handlers.conversations.desk import desk_menu
from handlers.opening import for_all, leader_words, registry_words
from handlers.questions import Question
from handlers.reading import Stored
from handlers.words import Words
from storage.messages import Option, Outgoing

Rows = tuple[tuple[Option, ...], ...]

_WARNING = "⚠ "


def render(words: Words, talk_id: int, position: Asking) -> Outgoing:
    question = position.question
    stored = position.draft.answers.get(question.key)
    rows = [*question.buttons(stored, position.page, words), steps(words, position, stored)]
    guidance = question.guidance(stored, words)
    return Outgoing(
        title=question.prompt,
        text=under_warning(position.note, guidance) if position.note else guidance,
        rows=tuple(
            tuple(Option(label=label, data=button_data(talk_id, question.key, value)) for label, value in row)
            for row in rows
        ),
    )


def under_warning(note: str, text: str) -> str:
    return f"{_WARNING}{note}\n{text}".rstrip("\n")


def warning(message: Outgoing) -> str:
    """The line which says that something was not taken; empty if there is none."""
    first = message.text.partition("\n")[0]
    return first if first.startswith(_WARNING) else ""


def steps(words: Words, position: Asking, stored: Stored) -> list[tuple[str, str]]:
    """Back where there is a way back, keep where something can be left as it is, and always a way out."""
    question: Question[Any] = position.question
    found = [(words.back_button, "back")] if position.path else []
    if question.kept(stored):
        found.append((words.keep_button, "keep"))
    return [*found, (words.cancel_button, "cancel")]


def talk_title(words: Words, script: str) -> str:
    """How a talk is called when it is offered again."""
    listed = (*registry_words(words), *leader_words(words))
    titles = {script: word for word, script in listed} | {
        "report_progress": words.progress_title,
        "report_issue": words.issue_title,
        "report_zero": words.zero_title,
        **{script: word for word, script in for_all(words)},
        **{script: word for word, script in desk_menu(words)},
    }
    return titles.get(script, script)
