"""完成年度计划 against 序时进度: a bar for each, and one line through all of them where the year stands."""

from typing import NamedTuple

from reminders.pictures import palette
from reminders.pictures.lettering import fitted, literal, width
from reminders.pictures.numbers import MOST, percent
from reminders.pictures.rows import ROOMY_MOST, foot, foot_height, pitch
from reminders.pictures.sheet import BODY, LEFT, RIGHT, SMALL, Head, Key, Sheet, head
from reminders.wording import pictures as words
from storage.charts import ProgressBar, ProgressChart

_NAME_MOST, _FIGURE = 380.0, 150.0  # px: the room of a name beside its bar, and of the figure
_SCALE_MOST = (
    150.0  # a bar longer than this many per cent is cut short, with a notch; its figure is printed in full
)


class _Places(NamedTuple):
    """Where the rows of one chart stand."""

    roomy: bool  # a name has a line of its own, above its bar
    names: float  # where the names begin: beside their lights, if there are any
    bars: float  # where the bars begin
    long: float  # how long the bar of `scale` is
    scale: float
    pitch: float

    @property
    def high(self) -> float:
        return min(34.0, self.pitch - 16)

    def under(self, top: float) -> float:
        """Where the bar of a row begins."""
        return top + (52.0 if self.roomy else (self.pitch - self.high) / 2)

    def at(self, share: float) -> float:
        return self.bars + self.long * min(max(share, 0.0), self.scale) / self.scale


def draw_progress(chart: ProgressChart) -> bytes:
    bars = chart.bars[:MOST]
    places = _places(bars, chart.time_progress)
    above = _head(chart)
    sheet = Sheet(above.height + 60 + len(bars) * places.pitch + foot_height(len(chart.bars)))
    top = sheet.begin(above) + 60
    for place, bar in enumerate(bars):
        _row(sheet, places, top + place * places.pitch, bar)
    _time(sheet, places, chart.time_progress, top, len(bars))
    foot(sheet, top + len(bars) * places.pitch, len(chart.bars))
    return sheet.png()


def _head(chart: ProgressChart) -> Head:
    shown = {bar.light for bar in chart.bars[:MOST]}
    lights = [Key(words.LIGHT_NAMES[light], look.colour, look.shape)
              for light, look in palette.LIGHTS.items() if light in shown]  # fmt: skip
    return head(chart.title, chart.as_of, [Key(words.DONE_SHARE, palette.INK), *lights])


def _places(bars: tuple[ProgressBar, ...], time: float) -> _Places:
    widest = max(width(literal(bar.name), BODY) for bar in bars)
    roomy = len(bars) <= ROOMY_MOST and widest > _NAME_MOST
    names = LEFT + (40.0 if any(bar.light for bar in bars) else 0.0)
    begin = names + (0 if roomy else max(120.0, min(widest, _NAME_MOST)) + 20)
    most = max(100.0, time, *(bar.percent or 0 for bar in bars))
    long = RIGHT - begin - (0 if roomy else _FIGURE)
    return _Places(roomy, names, begin, long, min(most, _SCALE_MOST), 108.0 if roomy else pitch(len(bars)))


def _row(sheet: Sheet, places: _Places, top: float, bar: ProgressBar) -> None:
    high = places.high
    middle = top + (24.0 if places.roomy else places.pitch / 2)
    under = places.under(top)
    _name(sheet, places, middle, bar)
    sheet.bar(places.bars, under, places.at(100) - places.bars, high, palette.TRACK, 6)  # the whole plan
    if bar.percent is None:
        sheet.write(RIGHT, middle, words.NO_PLAN, SMALL, palette.QUIET, "right")
        return
    colour = palette.LIGHTS[bar.light].colour if bar.light else palette.DONE
    sheet.bar(places.bars, under, places.at(bar.percent) - places.bars, high, colour, 6)
    if bar.percent > places.scale:
        _notch(sheet, places.bars + places.long - 30, under, high)
    sheet.write(RIGHT, middle, fitted(percent(bar.percent), BODY, _FIGURE), BODY, align="right")


def _name(sheet: Sheet, places: _Places, y: float, bar: ProgressBar) -> None:
    room = (RIGHT - _FIGURE if places.roomy else places.bars) - places.names - 20
    if bar.light:
        look = palette.LIGHTS[bar.light]
        sheet.mark(LEFT + 12, y, look.colour, look.shape)
    sheet.write(places.names, y, fitted(bar.name, BODY, room))


def _notch(sheet: Sheet, x: float, y: float, high: float) -> None:
    sheet.line([x, x + 12], [y + high + 4, y - 4], palette.GROUND, 6)


def _time(sheet: Sheet, places: _Places, time: float, top: float, rows: int) -> None:
    """序时进度 as a line through all rows; where names stand above their bars, through each bar."""
    x, bottom = places.at(time), top + rows * places.pitch
    if places.roomy:
        for place in range(rows):
            under = places.under(top + place * places.pitch)
            sheet.line([x, x], [under - 8, under + places.high + 8], palette.TIME, 4)
    else:
        sheet.line([x, x], [top - 8, bottom], palette.TIME, 3, "--")
    label = fitted(words.TIME_PROGRESS.format(percent=percent(time)), SMALL, RIGHT - LEFT)
    half = width(label, SMALL) / 2
    middle = min(max(x, LEFT + half), RIGHT - half)
    sheet.write(middle, top - 42, label, SMALL, palette.TIME, "center")
    sheet.mark(x, top - 14, palette.TIME, "v", 12)
