"""Reading a moment as people say it: 今天上午9点, 昨天下午, 3月25日 14:00, 半小时前.

Rule 1  A moment is of the past: what would lie ahead is refused, never bent.
Rule 2  Days are read by `rules/dates.py`; a bare `3点` is one of working hours.
Rule 3  A part of a day (上午, 傍晚) stands for its usual hour; a day alone is a `Day`, whose hour is still wanted.
All readings are of the zone of `now`, to the minute.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from rules.dates import DAY, NUMBER, day_of, number_of
from rules.numerals import Unclear

# The parts of a day: from what hour one may say so, and the hour it stands for.
PARTS = {
    "凌晨": (0, 3),
    "早上": (5, 7),
    "上午": (8, 10),
    "中午": (11, 12),
    "下午": (12, 15),
    "晚上": (18, 20),
}
# Longer ago than this is worth a second look: it may be a slip of the finger.
OLD = timedelta(days=7)

_SAME_PART = {
    "清晨": "早上", "早晨": "早上", "早": "早上", "午间": "中午", "午后": "下午", "傍晚": "晚上", "晚间": "晚上",
    "夜里": "晚上", "夜间": "晚上", "半夜": "晚上", "深夜": "晚上", "晚": "晚上", "夜": "晚上",
}  # fmt: skip
_PART = re.compile("|".join(sorted([*PARTS, *_SAME_PART], key=len, reverse=True)))
_TIME = re.compile(
    rf"(?P<hour>{NUMBER})"
    rf"(?:[点时](?:(?P<half>半)|(?P<quarter>[一三])刻|(?P<minute>{NUMBER})分?)?钟?"
    r"|:(?P<digits>[0-9]{2})(?::[0-9]{2})?)"
)
_AGO = re.compile(rf"(?P<count>半|{NUMBER})(?:个)?(?P<half>半)?(?P<unit>分钟|小时|钟头|天)(?:以)?前")
_SPACE = re.compile(r"^\s+|\s+$|(?<![0-9])\s+|\s+(?![0-9\s])")  # but not the one in 3-25 14:00
_NOW = frozenset({"刚才", "刚刚", "刚", "现在", "方才", "此刻"})
_COMING = re.compile("明[天日晚早年]|大?后[天日]|下+个?(?:周|星期|礼拜|月)")
_TAIL = re.compile(r"(?:左右|前后|许|的时候|多)?(?:发现的?|发生的?)?[。.!,]*$")


class NotRead(StrEnum):
    """Why a text is not a moment of the past."""

    NO_MOMENT = "no_moment"
    NO_HOUR = "no_hour"  # 25:00
    AHEAD = "ahead"


class _NoHourError(ValueError):
    pass


@dataclass(frozen=True, slots=True)
class Day:
    """A day of which the hour is not known yet."""

    day: date


def read_moment(text: str, now: datetime) -> datetime | Day | NotRead:
    """The moment that a text means, said at `now` (aware)."""
    said = _TAIL.sub("", _SPACE.sub("", unicodedata.normalize("NFKC", text)))
    if len(said) > 40:
        return NotRead.NO_MOMENT
    if said in _NOW:
        return to_the_minute(now)
    if _COMING.match(said):
        return NotRead.AHEAD
    try:
        moment = _ago(said, now) or _said(said, now)
    except _NoHourError:
        return NotRead.NO_HOUR
    except (Unclear, ValueError, OverflowError):
        return NotRead.NO_MOMENT
    ahead = moment.day > now.date() if isinstance(moment, Day) else moment > now
    return NotRead.AHEAD if ahead else moment


def part_of(day: date, part: str, now: datetime) -> datetime:
    """The moment that a part of a day stands for; one that has just begun is not yet at its hour."""
    begins, usual = (datetime.combine(day, time(hour), tzinfo=now.tzinfo) for hour in PARTS[part])
    return to_the_minute(now) if begins <= now < usual else usual


def parts_begun(day: date, now: datetime) -> tuple[str, ...]:
    """The parts of a day that one can speak of by now."""
    return tuple(part for part in PARTS if part_of(day, part, now) <= now)


def to_the_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _ago(said: str, now: datetime) -> datetime | None:
    found = _AGO.fullmatch(said)
    if found is None:
        return None
    count = 0.5 if found["count"] == "半" else number_of(found["count"]) + (0.5 if found["half"] else 0)
    unit = {"分钟": timedelta(minutes=1), "天": timedelta(days=1)}.get(found["unit"], timedelta(hours=1))
    return to_the_minute(now - count * unit)


def _said(said: str, now: datetime) -> datetime | Day:
    """A day, a part of it and an hour, each of which may be missing, in this order."""
    day_found = DAY.match(said)
    day = day_of(day_found, now.date()) if day_found else now.date()
    rest = said[day_found.end() :].lstrip() if day_found else said
    part_found = _PART.match(rest)
    part = _SAME_PART.get(part_found[0], part_found[0]) if part_found else ""
    rest = rest[part_found.end() :] if part_found else rest
    if rest:
        return _at(day, part, rest, now)
    if part:
        return part_of(day, part, now)
    if day_found is None:
        raise ValueError("nothing in it is a moment")
    return Day(day)


def _at(day: date, part: str, rest: str, now: datetime) -> datetime:
    found = _TIME.fullmatch(rest)
    if found is None:
        raise ValueError("something in it is no time")
    hour, minute = number_of(found["hour"]), _minute(found)
    if hour > 24:
        raise _NoHourError(f"found the hour {hour}, expected at most 24")
    if part:
        hour = _in_part(hour, part)
    elif found["digits"] is None and 1 <= hour <= 6:
        later = datetime.combine(day, time(hour + 12, minute), tzinfo=now.tzinfo)
        hour = hour + 12 if later <= now else hour
    return datetime.combine(day, time(), tzinfo=now.tzinfo) + timedelta(hours=hour, minutes=minute)


def _in_part(hour: int, part: str) -> int:
    """下午3点 is 15, 晚上12点 the end of the day, 凌晨12点 its beginning, 昨晚2点 already the day after."""
    if part == "凌晨" and hour == 12:
        return 0
    if part == "中午" and hour <= 2:
        return hour + 12
    if part == "晚上" and hour <= 4:
        return hour + 24
    if part == "晚上" and hour == 12:
        return 24
    return hour + 12 if part in {"下午", "晚上"} and hour < 12 else hour


def _minute(found: re.Match[str]) -> int:
    if found["half"]:
        return 30
    if found["quarter"]:
        return 15 if found["quarter"] == "一" else 45
    minute = number_of(found["minute"] or found["digits"] or "0")
    if minute > 59:
        raise _NoHourError(f"found the minute {minute}, expected at most 59")
    return minute
