"""A step on a problem that was typed (退单 W12 不归我局) or came under a photo: taken at once, or asked about first."""

from datetime import date
from typing import Any

from handlers import talking
from handlers.dates import read_coming_day
from handlers.lengths import is_too_long
from handlers.loading.base import kept_media
from handlers.step_words import StepOf
from handlers.turning import Turn
from rules.issue_life import LIFE, Ask
from storage import departments


def take(turn: Turn, said: StepOf) -> None:
    if is_too_long(turn, said.note):
        return
    answers = {"step": f"{said.issue}.{said.step}", **_given(turn, said)}
    talking.open_prefilled(turn, "handle_issue", answers)


def _given(turn: Turn, said: StepOf) -> dict[str, Any]:
    """What was said along, as the answers that it gives."""
    ask = next((each.ask for each in LIFE if each.step == said.step), None)
    name = f"{said.issue}.{said.step}"
    if ask is Ask.EVIDENCE and turn.incoming.media:
        sent = kept_media(turn.session, turn.person.id, turn.now, turn.today)
        return {f"proof@{name}": {"ids": list(sent), "text": said.note}}
    if not said.note:
        return {}
    if ask is Ask.EVIDENCE:
        return {f"proof@{name}": {"text": said.note}}
    if ask is Ask.DAY:
        day, why = _day_and_why(said.note, turn.today)
        found = {f"until@{name}": {"day": day.isoformat()}} if day else {}
        return {**found, f"why@{name}": {"text": why}} if why else found
    if ask is Ask.UNIT:
        named = [
            unit
            for unit, unit_name in departments.able(turn.session, turn.today).items()
            if said.note in unit_name
        ]
        return {f"lead@{said.issue}": str(named[0])} if len(named) == 1 else {}
    return {f"why@{name}": {"text": said.note}}


def _day_and_why(note: str, today: date) -> tuple[date | None, str]:
    """`到7月20日 等批文`: the day, and what stands behind it."""
    first, _, rest = note.removeprefix("到").partition(" ")
    day = read_coming_day(first.rstrip(",，:：。"), today)
    return (day, rest.strip()) if day else (None, note)
