"""The replay engine: a conversation is a generator, its memory a dictionary of answers.

Each turn the script runs again from the start with today's facts. Answers are fed to its questions in order
until one is unanswered (or is the one that the person has opened to change); that one is shown.

Rule 1  An answer that no longer fits today's facts is asked again; answers off the path are dropped at the
        card.
Rule 2  An input is read only by the question that the person saw: `asked` is its key.
Rule 3  A press on an earlier question of this talk is an edit; the same answer twice changes nothing.
Rule 4  A doubt lives as long as the answer that it is about: another answer ends it, and the way back leads to
        the answer itself.
Rule 5  Nothing here knows a database, a clock or a platform.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

from handlers.card import Confirm
from handlers.plain import bare, plain
from handlers.questions import Question, Text
from handlers.reading import Edit, More, Refused, Said, Taken
from handlers.words import Words

T = TypeVar("T")
Dialogue = Generator[Question[Any], Any, T]


class HasWords(Protocol):
    @property
    def words(self) -> Words: ...


Script = Callable[[Any], Dialogue[Any]]


@dataclass(frozen=True, slots=True)
class Draft:
    """What a talk remembers: answers by key (JSON), and the key of the question last shown."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Asking:
    """The talk goes on: `question` is to be shown, with a `note` above it; unless `fresh` is False."""

    draft: Draft
    question: Question[Any]
    path: tuple[Question[Any], ...]
    note: str = ""
    page: int = 0
    fresh: bool = True


@dataclass(frozen=True, slots=True)
class Finished:
    """The script has returned its command."""

    draft: Draft
    command: Any


@dataclass(frozen=True, slots=True)
class Cancelled:
    draft: Draft


Position = Asking | Finished


def replay(script: Script, facts: HasWords, draft: Draft) -> Position:
    """Where the talk stands with today's facts."""
    dialogue = script(facts)
    kept: dict[str, Any] = {}
    path: list[Question[Any]] = []
    try:
        question = next(dialogue)
        while True:
            stored = draft.answers.get(question.key)
            answer = question.restore(stored) if stored is not None else None
            if stored is not None:
                kept[question.key] = stored
            if question.key == draft.asked or (answer is None and not question.optional):
                answers = kept if isinstance(question, Confirm) else draft.answers
                return Asking(Draft(answers, question.key), question, tuple(path))
            if answer is not None:
                path.append(question)
            question = dialogue.send(answer)
    except StopIteration as end:
        return Finished(Draft(kept, ""), end.value)
    finally:
        dialogue.close()


def say(
    script: Script, facts: HasWords, draft: Draft, said: Said, key: str | None = None
) -> Asking | Finished | Cancelled:
    """One input. `key` is the question that a pressed button belongs to; None for typed text and media."""
    before = replay(script, facts, draft)
    if isinstance(before, Finished):
        return before
    if navigation(said, facts.words) == "cancel":
        return Cancelled(before.draft)
    changed = draft.asked != "" and before.question.key != draft.asked
    if changed and key in (None, draft.asked):
        return _again(before, facts.words.question_changed)
    if key is None or key == before.question.key:
        return _answer(script, facts, before, said)
    return _earlier(script, facts, before, said, key)


def _answer(script: Script, facts: HasWords, before: Asking, said: Said) -> Asking | Finished:
    stored = before.draft.answers.get(before.question.key)
    match navigation(said, facts.words):
        case "back" if before.path:
            last = before.path[-1]
            return _open(script, facts, before.draft, last.doubts or last.key)
        case "keep" if before.question.kept(stored):
            return replay(script, facts, Draft(_left(before)))
    if _agrees(before.question, said, facts.words):
        return replay(script, facts, Draft(before.draft.answers))
    if said.value is None and said.text:
        said = replace(said, value=before.question.pressed(said.text, stored, facts.words))
    return _take(script, facts, before, said)


def _left(at: Asking) -> dict[str, Any]:
    """The answers where this question is left as it is."""
    key, others = at.question.key, dict(at.draft.answers)
    stands = at.question.left(others.pop(key, None))
    return others if stands is None else {**others, key: stands}


def _agrees(question: Question[Any], said: Said, words: Words) -> bool:
    """确认 where a card's optional text is open: it is meant for the card, and is no text."""
    typed = said.value is None and isinstance(question, Text) and question.optional
    return typed and plain(said.text) in words.aliases(words.yes_words)


def _take(script: Script, facts: HasWords, at: Asking, said: Said) -> Asking | Finished:
    answers, key = dict(at.draft.answers), at.question.key
    match at.question.read(said, answers.get(key), facts.words):
        case Taken(value):
            kept = _without_doubts(script, facts, answers, key)
            return replay(script, facts, Draft({**kept, key: value}))
        case More(value, page, note):
            answers = answers if value is None else {**answers, key: value}
            return Asking(Draft(answers, key), at.question, at.path, note=note, page=page)
        case Edit(other):
            return _open(script, facts, at.draft, other)
        case Refused(sentence):
            return _again(at, sentence)


def _without_doubts(script: Script, facts: HasWords, answers: dict[str, Any], key: str) -> dict[str, Any]:
    """The answers without those to doubts about this one: said again, it is doubted again."""
    position = replay(script, facts, Draft(answers)) if key in answers else None
    if not isinstance(position, Asking):
        return answers
    doubts = {each.key for each in position.path if each.doubts == key}
    return {each: answer for each, answer in answers.items() if each not in doubts}


def _earlier(script: Script, facts: HasWords, before: Asking, said: Said, key: str) -> Asking | Finished:
    """A press on a button of an earlier question: an edit, unless it says what is stored already."""
    place = next((at for at, asked in enumerate(before.path) if asked.key == key), None)
    if place is None or navigation(said, facts.words):
        return _again(before, facts.words.button_out_of_date)
    earlier = Asking(before.draft, before.path[place], before.path[:place])
    match earlier.question.read(said, before.draft.answers.get(key), facts.words):
        case Taken(value) if value == before.draft.answers.get(key):
            return Asking(before.draft, before.question, before.path, fresh=False)
        case Refused():
            return _again(before, facts.words.button_out_of_date)
    return _take(script, facts, earlier, said)


def _open(script: Script, facts: HasWords, draft: Draft, key: str) -> Position:
    """Asks one question again, keeping its answer until another is given."""
    return replay(script, facts, Draft(draft.answers, key))


def _again(before: Asking, note: str) -> Asking:
    return Asking(before.draft, before.question, before.path, note=note)


def navigation(said: Said, words: Words) -> str:
    """cancel, back, keep, or empty: the steps that the engine itself understands, by button or exact word."""
    if said.value is not None:
        return said.value if said.value in {"cancel", "back", "keep"} else ""
    typed = plain(said.text)
    for step, aliases, label in (
        ("cancel", words.cancel_words, words.cancel_button),
        ("back", words.back_words, words.back_button),
        ("keep", words.keep_words, words.keep_button),
    ):
        if typed in words.aliases(aliases) | {plain(label), bare(label)}:
            return step
    return ""
