"""A project's light as it is shown to somebody: its colour, since when, and why."""

from collections.abc import Collection
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from handlers.moments import day
from handlers.words import Words
from rules.kinds import Light, Measure
from rules.light_facts import About
from rules.light_words import LIGHTS, month_named, reason
from storage import lights
from storage.lights import StoredLight

# What is true as of the end of a month only; the others say themselves which month or day they are about.
_OF_A_MONTH = frozenset({Measure.BEHIND_POINTS, Measure.BEHIND_PERCENT, About.TO_START})
ORDER = (Light.GREEN, Light.YELLOW, Light.RED, None)


def light_lines(
    session: Session, project_ids: Collection[int], words: Words, today: date, zone: ZoneInfo
) -> dict[int, str]:
    """🔴红灯（4月11日起）：完成12.3%，……, for each of these projects that was judged."""
    found = lights.current(session, project_ids)
    return {project: light_line(light, words, today, zone) for project, light in found.items()}


def light_line(light: StoredLight, words: Words, today: date, zone: ZoneInfo) -> str:
    why = reason(light.why, today)
    if _OF_A_MONTH & {each.about for each in (light.why, *light.why.also)}:
        why = words.light_as_of.format(month=month_named(light.month, today), reason=why)
    mark = words.light_marks.split("、")[ORDER.index(light.light)]
    return words.light_line.format(
        mark=mark, light=LIGHTS[light.light], since=day(light.since, zone), reason=why
    )
