"""Days and moments as people say them, in the city's zone: 4月5日, 3月26日 9:05."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from handlers.plain import plain

_CLOCK = re.compile(r"([01]?[0-9]|2[0-3])[:点]([0-5][0-9])分?")


def read_clock(text: str) -> str | None:
    """A time of day alone (7:20, 7点20分) in the first of these forms; None if it is none."""
    found = _CLOCK.fullmatch(plain(text))
    return f"{int(found[1])}:{found[2]}" if found else None


def day(moment: datetime, zone: ZoneInfo) -> str:
    return day_of(moment.astimezone(zone))


def day_ahead(moment: datetime, zone: ZoneInfo, now: datetime) -> str:
    """The day of a limit: with its year where that is not the running one."""
    local = moment.astimezone(zone)
    return named_ahead(local, now.astimezone(zone))


def named_ahead(limit: date, today: date) -> str:
    """Of a day long gone by too: 1月1日 alone would be read as this year's."""
    return day_of(limit) if limit.year == today.year else f"{limit.year}年{day_of(limit)}"


def day_of(local: date) -> str:
    """A day, or a moment that is in the city's zone already."""
    return f"{local.month}月{local.day}日"


def day_and_hour(moment: datetime, zone: ZoneInfo) -> str:
    return written(moment.astimezone(zone))


def written(local: datetime) -> str:
    """A moment that is in the city's zone already."""
    return f"{day_of(local)} {local.hour}:{local.minute:02}"


def dated(local: datetime, today: date) -> str:
    """A moment of the past that is in the city's zone already: with its year where that is not the running one."""
    return f"{named_ahead(local, today)} {local.hour}:{local.minute:02}"
