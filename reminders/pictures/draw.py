"""A chart as a PNG. Only the process that draws imports this: matplotlib is heavy (bot/drawing.py)."""

from reminders.pictures.lights import draw_lights
from reminders.pictures.nothing import draw_nothing
from reminders.pictures.progress import draw_progress
from reminders.pictures.trend import draw_trend
from storage.charts import Chart, LightsChart, ProgressChart, TrendChart


def draw(chart: Chart) -> bytes:
    match chart:
        case ProgressChart(bars=(_, *_)):
            return draw_progress(chart)
        case LightsChart(bars=(_, *_)):
            return draw_lights(chart)
        case TrendChart() if any(point.done is not None or point.plan is not None for point in chart.points):
            return draw_trend(chart)
    return draw_nothing(chart)
