"""How far a life on a copy is, for who has no terminal on which a bar is drawn: a line at once, and one a month."""

import sys
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import typer

from rules.workdays import local_date
from storage.sheets import Progress

FIRST = "Living from {day} to the end of {year} on a copy; a year takes some minutes. A line follows for each month."
MONTH = "Lived up to {month}."


def by_month(progress: Progress, year: int, now: datetime, zone: ZoneInfo) -> Progress:
    """`progress` where it is drawn; else what writes lines to standard error."""
    if sys.stderr.isatty():
        return progress
    begins = local_date(now, zone)
    typer.echo(FIRST.format(day=begins, year=year), err=True)
    said = f"{begins:%Y-%m}"

    def told(_what: str, days: int, _of: int) -> None:
        nonlocal said
        month = f"{begins + timedelta(days=days):%Y-%m}"
        if month != said:
            said = month
            typer.echo(MONTH.format(month=month), err=True)

    return told
