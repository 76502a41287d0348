"""A leave said in one sentence (7月1日到7月10日 由李四代): its conversation begins with what was said, a tap confirms.

Rule 1  Who is named in front must be somebody of the sender's unit (for the office of any); else it is no leave.
Rule 2  Who is named to stand in and is no colleague is asked for again, with the reason above.
"""

from typing import Any

from handlers import talking
from handlers.conversations.take_leave import NOBODY
from handlers.facts import PersonFacts
from handlers.loading.base import Loading
from handlers.loading.leave import whose
from handlers.loading.registry import base, listed
from handlers.oneline.absence import LONGEST, Absence, days_of_leave, read_absence
from handlers.plain import plain
from handlers.registry_facts import Someone
from handlers.spans import stored, why_no_days
from handlers.turning import Turn
from storage.messages import Outgoing


def take_leave_line(turn: Turn, text: str) -> bool:
    """Whether the text was a leave, and has been answered."""
    absence = read_absence(text, turn.today)
    if absence is None:
        return _asks_again(turn, text)
    loading = Loading(turn.session, turn.city, turn.person, {}, turn.now, turn.today)
    facts = base(loading)
    mine = whose(loading, facts)
    named = _named(mine, absence.who, turn.person)
    if len(named) == 1:
        _begin(turn, loading, named[0], absence, several=len(mine) > 1)
        return True
    known = _named(listed(loading, None if facts.office else turn.person.unit_id), absence.who, turn.person)
    if not named and known:
        turn.answer(Outgoing(text=turn.city.words.leave_not_for.format(name=absence.who)))
        return True
    if named:
        talking.open_prefilled(turn, "take_leave", {})
    return bool(named)


def _asks_again(turn: Turn, text: str) -> bool:
    """请假 with days that are none (请假三天, 2月30日请假): the conversation asks for them, and says why."""
    typed, words = plain(text), turn.city.words
    opens = (words.word_leave, *words.aliases(words.leave_words))
    days, opened = (
        days_of_leave(text),
        next((word for word in map(plain, opens) if typed.startswith(word)), ""),
    )
    if len(typed) > LONGEST or not (days or opened):
        return False
    why = why_no_days(days or typed.removeprefix(opened), turn.today, words)
    talking.open_prefilled(turn, "take_leave", {}, why)
    return True


def _named(people: tuple[Someone, ...], who: str, me: PersonFacts) -> list[Someone]:
    return [each for each in people if (each.name == who if who else each.id == me.id)]


def _begin(turn: Turn, loading: Loading, person: Someone, absence: Absence, *, several: bool) -> None:
    answers: dict[str, Any] = {f"days@{person.id}": stored(absence.days)}
    if several:
        answers["subject"] = str(person.id)
    stand_in, note = _stand_in(loading, person, absence.stand_in)
    if stand_in:
        answers[f"stand_in@{person.id}"] = stand_in
    talking.end_drafts(turn, "take_leave", f"days@{person.id}")  # said again: the later sentence counts
    talking.open_prefilled(turn, "take_leave", answers, note)


def _stand_in(loading: Loading, person: Someone, named: str | None) -> tuple[str, str]:
    """The answer that a name is, or why it is none; both are empty where it has to be asked."""
    words = loading.city.words
    if not named:
        return (NOBODY if named == "" else ""), ""
    found = [each for each in listed(loading, person.unit_id) if each.name == named]
    if not found:
        return "", words.leave_no_such_colleague.format(name=named)
    if len(found) > 1:
        return "", ""
    return ("", words.leave_stand_in_self) if found[0].id == person.id else (str(found[0].id), "")
