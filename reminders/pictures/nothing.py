"""A chart without a figure: its title, its date, and a sentence that says so."""

from reminders.pictures import palette
from reminders.pictures.sheet import LEFT, MARGIN, Sheet, head
from reminders.wording import pictures as words
from storage.charts import Chart


def draw_nothing(chart: Chart) -> bytes:
    above = head(chart.title, chart.as_of)
    sheet = Sheet(above.height + 80 + MARGIN)
    top = sheet.begin(above)
    sheet.write(LEFT, top + 40, words.NOTHING, colour=palette.QUIET)
    return sheet.png()
