"""Days and moments as people say them, in the city's zone: 4月5日, 3月26日 9:05."""

from datetime import date, datetime
from zoneinfo import ZoneInfo


def day(moment: datetime, zone: ZoneInfo) -> str:
    return day_of(moment.astimezone(zone))


def day_ahead(moment: datetime, zone: ZoneInfo, now: datetime) -> str:
    """The day of a limit: with its year where that is not the running one."""
    local = moment.astimezone(zone)
    return named_ahead(local, now.astimezone(zone))


def named_ahead(limit: date, today: date) -> str:
    return day_of(limit) if limit.year == today.year else f"{limit.year}年{day_of(limit)}"


def day_of(local: date) -> str:
    """A day, or a moment that is in the city's zone already."""
    return f"{local.month}月{local.day}日"


def day_and_hour(moment: datetime, zone: ZoneInfo) -> str:
    return written(moment.astimezone(zone))


def written(local: datetime) -> str:
    """A moment that is in the city's zone already."""
    return f"{day_of(local)} {local.hour}:{local.minute:02}"
