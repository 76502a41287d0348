"""累计完成投资 month by month, against the plan: done is a full line with dots, planned a dashed one with diamonds."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from matplotlib.ticker import MaxNLocator

from reminders.pictures import palette
from reminders.pictures.lettering import fitted, width
from reminders.pictures.numbers import Unit, unit_for
from reminders.pictures.sheet import BODY, LEFT, MARGIN, RIGHT, SMALL, Dashes, Key, Sheet, head
from reminders.wording import pictures as words
from storage.charts import TrendChart

_HIGH = 560.0
_MARKER = 13.0


class _Grid(NamedTuple):
    """Where months and amounts lie on the sheet."""

    left: float
    top: float
    lowest: float
    highest: float
    months: int

    def x(self, place: int) -> float:
        begin, end = self.left + 36, RIGHT - 60
        return (begin + end) / 2 if self.months == 1 else begin + (end - begin) * place / (self.months - 1)

    def y(self, yuan: float) -> float:
        return self.top + _HIGH * (self.highest - yuan) / (self.highest - self.lowest)


class _Series(NamedTuple):
    amounts: Sequence[int | None]
    colour: str
    marker: str
    dashes: Dashes


def draw_trend(chart: TrendChart) -> bytes:
    plan = _Series([point.plan for point in chart.points], palette.PLAN, "D", "--")
    done = _Series([point.done for point in chart.points], palette.DONE, "o", "-")
    known = [each for series in (plan, done) for each in series.amounts if each is not None]
    unit = unit_for(known)
    keys = [
        Key(f"{name}（{unit.name}）", series.colour, series.marker, series.dashes)
        for name, series in ((words.DONE, done), (words.PLAN, plan))
    ]
    above = head(chart.title, chart.as_of, keys)
    sheet = Sheet(above.height + 48 + _HIGH + 64 + MARGIN)
    ticks = _ticks(known, unit)
    labels = [unit.on_axis(each) for each in ticks]
    left = LEFT + max(width(each, SMALL) for each in labels) + 16
    grid = _Grid(left, sheet.begin(above) + 48, ticks[0], ticks[-1], len(chart.points))
    for tick, label in zip(ticks, labels, strict=True):
        _guide(sheet, grid, tick, label)
    _months(sheet, grid, [point.month for point in chart.points])
    for series in (plan, done):
        _curve(sheet, grid, series)
    for series, other in ((plan, done), (done, plan)):
        _last_figure(sheet, grid, series, other, unit)
    return sheet.png()


def _ticks(amounts: Sequence[int], unit: Unit) -> list[float]:
    """Round amounts in yuan, from 0 or below to above the largest."""
    locator = MaxNLocator(nbins=6, integer=unit.places == 0, min_n_ticks=2)
    lowest, highest = min(0, *amounts), max(unit.yuan, *amounts)
    return [float(each) * unit.yuan for each in locator.tick_values(lowest / unit.yuan, highest / unit.yuan)]


def _guide(sheet: Sheet, grid: _Grid, tick: float, label: str) -> None:
    y = grid.y(tick)
    sheet.line([grid.left, RIGHT], [y, y], palette.QUIET if tick == 0 else palette.RULE, 2)
    sheet.write(grid.left - 16, y, label, SMALL, palette.QUIET, "right")


def _months(sheet: Sheet, grid: _Grid, months: Sequence[str]) -> None:
    """The months below; the first of each year with its year. Where they would touch, only every so many."""
    room = (RIGHT - grid.left) / max(1, len(months))
    every = max(1, -(-int(width("12月", SMALL) + 14) // int(max(1, room))))
    y = grid.top + _HIGH + 36
    year = ""
    for place, month in enumerate(months):
        if place % every:
            continue
        label = fitted(month_name(month), SMALL, 200)
        sheet.write(grid.x(place), y, label, SMALL, palette.QUIET, "center")
        if month[:4] != year:
            year = month[:4]
            sheet.write(grid.x(place), y + 36, fitted(year, SMALL, 100), SMALL, palette.QUIET, "center")


def month_name(month: str) -> str:
    """2012-03 as 3月; what is no month as it stands."""
    number = month[5:7].lstrip("0")
    return words.MONTH.format(month=number) if number.isdecimal() else month


def _curve(sheet: Sheet, grid: _Grid, series: _Series) -> None:
    """A line from month to month; where a month is not known it is broken, not guessed."""
    spots = [
        None if amount is None else (grid.x(place), grid.y(amount))
        for place, amount in enumerate(series.amounts)
    ]
    for before, after in pairwise(spots):
        if before and after:
            sheet.line([before[0], after[0]], [before[1], after[1]], series.colour, 5, series.dashes)
    for spot in spots:
        if spot and len(spots) <= 36:
            sheet.mark(*spot, series.colour, series.marker, _MARKER)


def _last_figure(sheet: Sheet, grid: _Grid, series: _Series, other: _Series, unit: Unit) -> None:
    """The last known figure of a line, printed at its end on the side where the other line is not."""
    known = [(place, amount) for place, amount in enumerate(series.amounts) if amount is not None]
    if not known:
        return
    place, amount = known[-1]
    beside = other.amounts[place]
    below = beside is not None and (beside > amount or (beside == amount and series.marker == "o"))
    figure = unit.written(amount)
    x = min(grid.x(place), RIGHT - width(figure, BODY) / 2)
    sheet.write(x, grid.y(amount) + (36 if below else -34), figure, BODY, series.colour, "center")
