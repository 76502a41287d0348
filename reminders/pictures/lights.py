"""灯色: how many projects stand at each light; the longer the bar, the more projects."""

from reminders.pictures import palette
from reminders.pictures.lettering import fitted, literal, width
from reminders.pictures.numbers import MOST
from reminders.pictures.rows import ROOMY_MOST, foot, foot_height, pitch
from reminders.pictures.sheet import BODY, LEFT, RIGHT, Key, Sheet, head
from reminders.wording import pictures as words
from rules.kinds import Light
from storage.charts import LightsBar, LightsChart

_NAME_MOST = 380.0
_COLUMN = 112.0  # px: a shape and a count
_BARS_END = RIGHT - len(Light) * _COLUMN - 24


def counts(bar: LightsBar) -> dict[Light, int]:
    """How many projects stand at each light, none below nought."""
    return {
        Light.GREEN: max(0, bar.green), Light.YELLOW: max(0, bar.yellow), Light.RED: max(0, bar.red),
    }  # fmt: skip


def draw_lights(chart: LightsChart) -> bytes:
    bars = chart.bars[:MOST]
    widest = max(width(literal(bar.name), BODY) for bar in bars)
    roomy = len(bars) <= ROOMY_MOST and widest > _NAME_MOST
    begin = LEFT if roomy else LEFT + max(120.0, min(widest, _NAME_MOST)) + 24
    step = 108.0 if roomy else pitch(len(bars))
    lights = [
        Key(words.LIGHT_NAMES[light], look.colour, look.shape) for light, look in palette.LIGHTS.items()
    ]
    above = head(chart.title, chart.as_of, [Key(words.BY_LIGHT, palette.INK), *lights])
    sheet = Sheet(above.height + len(bars) * step + foot_height(len(chart.bars)))
    top = sheet.begin(above)
    most = max(1, *(sum(counts(bar).values()) for bar in bars))
    for place, bar in enumerate(bars):
        y = top + place * step
        middle = y + (24 if roomy else step / 2)
        sheet.write(LEFT, middle, fitted(bar.name, BODY, _BARS_END - LEFT if roomy else begin - LEFT - 20))
        high = min(34.0, step - 16)
        _segments(sheet, begin, y + 52 if roomy else middle - high / 2, high, _BARS_END - begin, bar, most)
        _figures(sheet, middle, bar)
    foot(sheet, top + len(bars) * step, len(chart.bars))
    return sheet.png()


def _segments(sheet: Sheet, x: float, y: float, high: float, room: float, bar: LightsBar, most: int) -> None:
    for light, count in counts(bar).items():
        wide = room * count / most
        sheet.bar(x, y, max(0.0, wide - 3), high, palette.LIGHTS[light].colour, 4)
        x += wide


def _figures(sheet: Sheet, y: float, bar: LightsBar) -> None:
    """Every count in its column, so that no short segment hides one; a nought is pale."""
    for place, (light, count) in enumerate(counts(bar).items()):
        x = _BARS_END + 24 + place * _COLUMN
        look = palette.LIGHTS[light]
        sheet.mark(x + 14, y, look.colour if count else palette.RULE, look.shape)
        colour = palette.INK if count else palette.QUIET
        sheet.write(x + 34, y, fitted(str(count), BODY, _COLUMN - 34), BODY, colour)
