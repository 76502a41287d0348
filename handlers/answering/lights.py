"""灯色: which projects are red and why, how many there are of each light, and by district or unit with a picture."""

from dataclasses import replace

from handlers.answering.asked import LINE, SHOWN, Asked, short
from handlers.asking.question import Ask, What
from handlers.asking.vocabulary import called
from handlers.moments import day
from rules.kinds import Light, PlaceKind
from rules.light_words import briefly
from storage import asking
from storage import lights as stored
from storage.charts import LightsBar, LightsChart
from storage.messages import Option, Outgoing

Counts = dict[Light | None, int]
BARS = 12
GROUPS = 8  # lines


def answer_lights(asked: Asked) -> Outgoing:
    counts = counted(asked)
    if asked.ask.by is not None or asked.ask.light is None:
        return _by_groups(asked, counts)
    words, wanted = asked.words, [each for each in (asked.ask.light, asked.ask.also) if each]
    count = sum(counts.get(each, 0) for each in wanted)
    judged = sum(number for each, number in counts.items() if each is not None)
    lines = [
        words.told_lights_of.format(light=called(words, asked.ask), count=count, judged=judged),
    ]
    found = stored.by_light(
        asked.turn.session, wanted, asked.which, limit=SHOWN, offset=asked.ask.page * SHOWN
    )
    for each in found:
        since = words.told_light_since.format(
            since=day(each.since, asked.turn.city.zone), reason=briefly(each.why, asked.turn.today)
        )
        mark = _mark(asked, each.light) if asked.ask.also else ""
        name = f"{mark}{each.number}号 {short(each.name)}"
        lines.append(short(words.told_line_about.format(name=name, about=since), LINE))
    projects = tuple(
        option
        for each in found
        for option in asked.button(f"{each.number}号", Ask(What.PROJECT, number=each.project_id))
    )
    return asked.says(lines, _deeper(asked, counts), rows=in_rows(projects))


def _mark(asked: Asked, light: Light) -> str:
    return asked.words.light_marks.split("、")[(Light.GREEN, Light.YELLOW, Light.RED).index(light)]


def in_rows(options: tuple[Option, ...]) -> tuple[tuple[Option, ...], ...]:
    return tuple(options[at : at + 3] for at in range(0, len(options), 3))


def counted(asked: Asked) -> Counts:
    """How many projects stand at each light."""
    return asking.lights(asked.turn.session, asked.which, None).get("", {})


def line(asked: Asked, counts: Counts) -> str:
    marks = asked.words.light_marks.split("、")
    return asked.words.told_lights.format(
        red=marks[2], red_count=counts.get(Light.RED, 0), yellow=marks[1], yellow_count=counts.get(Light.YELLOW, 0),
        green=marks[0], green_count=counts.get(Light.GREEN, 0), none_count=counts.get(None, 0),
    )  # fmt: skip


def _deeper(asked: Asked, counts: Counts) -> list[Option]:
    """The other lights, and the same by district."""
    ask = asked.ask
    shown = sum(counts.get(each, 0) for each in (ask.light, ask.also) if each)
    options = list(asked.further(shown)) if ask.light and not ask.by else []
    for light in (Light.RED, Light.YELLOW):
        if light is not ask.light or ask.also or ask.by:
            other = replace(ask, light=light, also=None, by=None, page=0)
            options += asked.counted(other, counts.get(light, 0))
    words = asked.words
    grouped = ((PlaceKind.DISTRICT, words.button_by_district), (PlaceKind.UNIT, words.button_by_unit))
    for by, label in grouped:
        if (ask.by or (None if ask.light else asked.view.by)) is not by:
            options += asked.button(label, replace(ask, light=None, also=None, by=by, page=0))
    return options


def _by_groups(asked: Asked, counts: Counts) -> Outgoing:
    """By district or unit, the most red first; with the picture."""
    by = asked.ask.by or asked.view.by
    groups = asking.lights(asked.turn.session, asked.which, by)
    ranked = sorted(groups.items(), key=lambda each: _worst(each[1]))
    lines = [line(asked, counts)]
    for name, found in ranked[:GROUPS]:
        lines.append(
            asked.words.told_group_lights.format(
                name=short(name), red=found.get(Light.RED, 0), yellow=found.get(Light.YELLOW, 0),
                green=found.get(Light.GREEN, 0),
            )
        )  # fmt: skip
    if len(ranked) > GROUPS:
        lines.append(asked.words.told_more.format(count=len(ranked) - GROUPS))
    return asked.says(lines, _deeper(asked, counts), chart=_chart(asked, ranked[:BARS]))


def _chart(asked: Asked, groups: list[tuple[str, Counts]]) -> LightsChart | None:
    """The picture of the same figures; none of one group alone, or where nothing was judged."""
    bars = tuple(
        LightsBar(
            name=name, green=found.get(Light.GREEN, 0), yellow=found.get(Light.YELLOW, 0),
            red=found.get(Light.RED, 0),
        )
        for name, found in groups
        if any(each is not None for each in found)
    )  # fmt: skip
    if len(bars) < 2:
        return None
    return LightsChart(title=asked.title, as_of=asked.picture_of(asked.turn.today), bars=bars)


def _worst(counts: Counts) -> tuple[int, int]:
    return -counts.get(Light.RED, 0), -counts.get(Light.YELLOW, 0)
