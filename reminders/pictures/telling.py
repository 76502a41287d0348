"""A chart in words, for whoever cannot see its picture: every figure that is drawn, in the same order."""

from reminders.pictures.numbers import MOST, percent, unit_for
from reminders.wording import pictures as words
from storage.charts import Chart, LightsBar, LightsChart, ProgressBar, ProgressChart, TrendChart


def told(chart: Chart) -> str:
    match chart:
        case ProgressChart():
            figures = [_progress(bar) for bar in chart.bars[:MOST]]
            time = words.TIME_PROGRESS.format(percent=percent(chart.time_progress))
            return _sentences(chart, [time], figures, len(chart.bars))
        case LightsChart():
            return _sentences(chart, [], [_lights(bar) for bar in chart.bars[:MOST]], len(chart.bars))
        case TrendChart():
            return _sentences(chart, [], _months(chart), 0)


def _sentences(chart: Chart, ahead: list[str], figures: list[str], count: int) -> str:
    if count > MOST:
        figures.append(words.REST.format(count=count - MOST))
    body = words.LIST.join(figures) or words.NOTHING.rstrip(words.STOP)
    return words.STOP.join([chart.title, chart.as_of, *ahead, body]) + words.STOP


def _progress(bar: ProgressBar) -> str:
    if bar.percent is None:
        return words.SAID_NO_PLAN.format(name=bar.name)
    light = words.SAID_LIGHT.format(light=words.LIGHT_NAMES[bar.light]) if bar.light else ""
    return words.SAID_PERCENT.format(name=bar.name, percent=percent(bar.percent)) + light


def _lights(bar: LightsBar) -> str:
    return words.SAID_LIGHTS.format(name=bar.name, green=bar.green, yellow=bar.yellow, red=bar.red)


def _months(chart: TrendChart) -> list[str]:
    unit = unit_for(each for point in chart.points for each in (point.done, point.plan) if each is not None)

    def amount(yuan: int | None) -> str:
        return words.SAID_UNKNOWN if yuan is None else f"{unit.written(yuan)}{unit.name}"

    return [
        words.SAID_MONTH.format(month=point.month, done=amount(point.done), plan=amount(point.plan))
        for point in chart.points
        if point.done is not None or point.plan is not None
    ]
