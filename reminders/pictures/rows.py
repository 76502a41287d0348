"""What charts made of rows share: how many are drawn, how far apart, and the line that says what was left out."""

from reminders.pictures import palette
from reminders.pictures.numbers import MOST
from reminders.pictures.sheet import LEFT, MARGIN, SMALL, Sheet
from reminders.wording import pictures as words

ROOMY_MOST = 10


def pitch(count: int) -> float:
    """From row to row, in px."""
    return 66.0 if count <= 12 else 50.0


def foot_height(count: int) -> float:
    return MARGIN + (48 if count > MOST else 0)


def foot(sheet: Sheet, y: float, count: int) -> None:
    if count > MOST:
        sheet.write(LEFT + 40, y + 30, words.REST.format(count=count - MOST), SMALL, palette.QUIET)
