"""Facts for a talk as its answers stand, and when an answer asks for others."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from handlers.conversation import Asking, Finished
from handlers.facts import Facts
from handlers.loading.base import Loading
from handlers.loading.issue import shows_who_is_told
from handlers.loading.load import load
from handlers.scripts import FOLLOWING
from handlers.searching import Search
from handlers.turning import Turn
from storage.talks import TalkRow

# Answers that other facts hang on: when one changes, they are loaded anew before the next question is asked.
LOADED_BY = frozenset({"project", "for", "kind", "month", "audience", "unit", "sentence"})


def need_new_facts(talk: TalkRow, after: Asking | Finished) -> bool:
    """Facts are loaded for the answers at hand; another project has its own, a problem's card its readers.

    Where they follow every answer, even an end is looked at again: without them a script may see none to choose.
    """
    if talk.script in FOLLOWING:
        return _off_the_card(after.draft.answers) != _off_the_card(talk.answers)
    if isinstance(after, Asking) and after.note:
        return False
    before, now = talk.answers, after.draft.answers
    if shows_who_is_told(now) and not shows_who_is_told(before):
        return True
    return any(now.get(key) != before.get(key) for key in now if key.partition("@")[0] in LOADED_BY)


def resolved(position: Asking | Finished) -> Asking | Finished:
    """What a search has found is stored as chosen, so that it is the same tomorrow."""
    if isinstance(position, Finished):
        return position
    found = {
        question.key: question.restore(position.draft.answers[question.key])
        for question in position.path
        if isinstance(question, Search)
    }
    answers = {**position.draft.answers, **found}
    return replace(position, draft=replace(position.draft, answers=answers))


def _off_the_card(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers without the card's own, whose key has a hash: to agree changes no facts."""
    return {key: answer for key, answer in answers.items() if "#" not in key}


def facts_for(turn: Turn, script: str, answers: Mapping[str, Any]) -> Facts:
    loading = Loading(
        turn.session, turn.city, turn.person, answers, turn.now, turn.today, plans=turn.plans
    )  # fmt: skip
    return load(loading, script)
