"""A limit as people say it in an instruction: 本周内, 3个工作日内, 月底前, 8月15日前, 下周三之前, 48小时内, 年底前.

Rule 1  A limit lies ahead or is today. A date in a text is one only with 前, 内 or the like behind it, for
        `3月1日的会议` is none.
Rule 2  The end of a week, a month, a quarter or the year is its last working day; a date that is named stands as named.
        本周 said on a rest day after the week's last working day is the next week that is worked.
Rule 3  Several limits in one text are steps of the way: the last of them is the order's.
"""

import calendar as months
import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from rules.dates import DAY, NUMBER, day_of, has_just_gone, number_of
from rules.numerals import Unclear
from rules.workdays import Calendar

_DAY = timedelta(days=1)
_YEAR = timedelta(days=364)
_WITHIN = "(?:之内|以内|内|里)"
_BY = "(?:之前|以前|前|为止|截止|止|之内|以内|内)"
_WEEK = "(?:周|星期|礼拜)"

Reading = Callable[[re.Match[str], date, Calendar], date]


def read_limit(text: str, today: date, calendar: Calendar) -> date | None:
    """The day that a text names as its limit; None if it names none that has not passed."""
    said = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    found = [day for day in _days(said, today, calendar) if today <= day <= today + 2 * _YEAR]
    return max(found, default=None)


def _days(said: str, today: date, calendar: Calendar) -> Iterator[date]:
    for pattern, reading in _READINGS:
        for found in pattern.finditer(said):
            try:
                yield reading(found, today, calendar)
            except (Unclear, ValueError, OverflowError):
                continue


def _workdays(found: re.Match[str], today: date, calendar: Calendar) -> date:
    return calendar.nth_workday(today + _DAY, min(number_of(found[1]), 250))


def _span(found: re.Match[str], today: date, _calendar: Calendar) -> date:
    """3天内, 48小时内, 两周内, 半个月内, 一个月内."""
    count, unit = found["count"], found["unit"]
    days = {"天": 1, "日": 1, "月": 30}.get(unit, 7)
    if count == "半":
        return today + timedelta(days=days // 2)
    if unit == "小时":
        return today + timedelta(days=number_of(count) // 24)
    return today + timedelta(days=number_of(count) * days)


def _near(found: re.Match[str], today: date, _calendar: Calendar) -> date:
    return today + timedelta(days={"明": 1, "后": 2}.get(found[0][0], 0))


def _week(found: re.Match[str], today: date, calendar: Calendar) -> date:
    """本周内, 周五前, 下周三前, 下下周内."""
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=len(found["next"] or ""))
    if found["weekday"]:
        day = monday + timedelta(days="一二三四五六日".index(found["weekday"].replace("天", "日")))
        return day if day >= today or found["this"] else day + timedelta(weeks=1)
    first, last = max(monday, today), monday + timedelta(days=6)
    while not any(calendar.is_workday(first + timedelta(days=at)) for at in range((last - first).days + 1)):
        first, last = last + _DAY, last + timedelta(weeks=1)  # said when nothing of the week is left to work
    return _last_worked(first, last, calendar)


def _month(found: re.Match[str], today: date, calendar: Calendar) -> date:
    first = _first_of_coming(today, len(found["next"]))
    return _end_of_month(first.year, first.month, today, calendar)


def _day_of_next(found: re.Match[str], today: date, _calendar: Calendar) -> date:
    """下月15日前."""
    return _first_of_coming(today, len(found["next"])).replace(day=number_of(found["day"]))


def _first_of_coming(today: date, months_ahead: int) -> date:
    first = today.replace(day=1)
    for _ in range(months_ahead):
        first = (first + timedelta(days=31)).replace(day=1)
    return first


def _quarter(_found: re.Match[str], today: date, calendar: Calendar) -> date:
    return _end_of_month(today.year, (today.month - 1) // 3 * 3 + 3, today, calendar)


def _year(_found: re.Match[str], today: date, calendar: Calendar) -> date:
    return _end_of_month(today.year, 12, today, calendar)


def _date(found: re.Match[str], today: date, calendar: Calendar) -> date:
    """8月15日前, 15号前, 6月底前. 15日内 is a span, and a day of the week or one gone by is none of these."""
    day = DAY.match(found[0])
    if day is None or day["weekday"] or day["near"] or (day["only"] and found[0].endswith("内")):
        raise ValueError("no date")
    if day["month"] is None or day["day"]:
        named = day_of(day, today, today + _YEAR)
        if not day["year"] and has_just_gone(named, today):
            raise ValueError("gone by")
        return named
    month = number_of(day["month"])
    year = int(day["year"]) if day["year"] else today.year + (today.month - month > 6)
    return _end_of_month(year, month, today, calendar)


def _end_of_month(year: int, month: int, today: date, calendar: Calendar) -> date:
    last = date(year, month, months.monthrange(year, month)[1])
    return _last_worked(max(today, last.replace(day=1)), last, calendar)


def _last_worked(first: date, last: date, calendar: Calendar) -> date:
    """The last working day of a span; its very last where nothing of it is worked."""
    day = last
    while day > first and not calendar.is_workday(day):
        day -= _DAY
    return day if calendar.is_workday(day) else last


_NOT_NUMBERED = "(?<![0-9零一二三四五六七八九十两上])"
_READINGS: tuple[tuple[re.Pattern[str], Reading], ...] = (
    (re.compile(rf"({NUMBER})个?工作[日天]"), _workdays),
    (
        re.compile(
            rf"(?<![0-9零一二三四五六七八九十月./-])(?P<count>半|{NUMBER})个?(?P<unit>天|日|小时|{_WEEK}|(?<=个)月){_WITHIN}"
        ),
        _span,
    ),
    (re.compile(rf"(?:当[天日]|今晚|(?:今[天日]|明[天日早]|后天)(?:下班)?{_BY})"), _near),
    (
        re.compile(
            rf"(?<!上)(?P<this>本|这个?)?(?P<next>下*)个?{_WEEK}(?P<weekday>[一二三四五六日天])(?:下班)?{_BY}"
        ),
        _week,
    ),
    (
        re.compile(rf"(?P<this>本|这个?|(?P<next>下+)个?){_WEEK}(?P<weekday>)(?:[底末]{_BY}?|{_BY})"),
        _week,
    ),
    (re.compile(rf"{_NOT_NUMBERED}(?P<next>下*)(?:本|这)?个?月(?:份)?[底末]"), _month),
    (re.compile(rf"(?:本|这个?|当)月(?P<next>)(?:份)?{_WITHIN}"), _month),
    (re.compile(rf"(?P<next>下+)个?月(?P<day>{NUMBER})[日号]{_BY}"), _day_of_next),
    (re.compile(rf"{_NOT_NUMBERED}(?:本季度?|季度?)[底末内]"), _quarter),
    (re.compile(rf"{_NOT_NUMBERED}(?:今年|本年|年)(?:度)?[底末内]"), _year),
    (re.compile(rf"(?:{DAY.pattern}){_BY}"), _date),
    (re.compile(rf"(?:[0-9]{{4}}年)?{NUMBER}月[底末]"), _date),
)
