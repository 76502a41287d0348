"""Days as people write them: 今天, 昨天, 上周五, 3月20日, 3.20, 三月二十日, 20号, 上月28号, 2012-03-20, 3月底.

Every reader of days and moments reads by this one, so that no two of them disagree.

Rule 1  A bare 28号 is the newest such day: on 3 April that of March.
Rule 2  A day and month without a year is the one nearby: in January people speak of December, but 4月1日 said
        in March has not come.
        With `until`, days that lie ahead are spoken of: 28号 is then the next one, 3月25日 the last up to `until`.
Rule 3  What is no day, or one that has not come, is not read; it is never bent into another day.
"""

import calendar
import re
import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta

from rules.numerals import Unclear, read_number

# What has been done is seldom first told of longer afterwards: such a day may be a slip of the finger.
LONG_AGO = timedelta(days=365)

_NEAR = {
    "今": 0, "今天": 0, "今日": 0, "刚才": 0, "昨": 1, "昨天": 1, "昨日": 1, "前天": 2, "前日": 2, "大前天": 3,
}  # fmt: skip
NUMBER = r"[0-9零〇一二三四五六七八九十两]{1,4}"
# A day, as it stands at the beginning of what is said.
DAY = re.compile(
    rf"(?P<near>大前天|刚才|[今昨][天日]?|前[天日])"
    rf"|(?P<week>上+)?(?:个)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])"
    rf"|(?P<which>[本上这])个?月(?:份)?(?:(?P<of_it>{NUMBER})[日号]|底)"
    rf"|(?:(?P<year>[0-9]{{4}})[年\-/.])?(?P<month>{NUMBER})[月\-/.](?:(?P<day>{NUMBER})[日号]?|底)"
    rf"|(?P<only>{NUMBER})[日号]"
)
# What can only be meant as a day or a time of the year, whether it can be read or not: 3月中旬, 下周一, 明天, 20.
_DAYLIKE = re.compile(
    r"(?=.*[0-9年月日号周旬天初底末]|.*(?:星期|礼拜))"
    r"[0-9零〇一二三四五六七八九十两今昨前明后大本上中下这个年月份日号旬初底末头周星期礼拜天./\-]+"
)

# A whole date within other words. 号 is a day only where its word ends: 3月45号墩 and 30号楼 number a part.
_ENDS = (
    r"(?=$|[\W\d_]|[至到止以之已的就才未没]|前(?![池墩])|后(?!浇)|起(?![重吊])|内(?![衬支墙])|[上下中]午|[早晚凌]"
    r"|全[部面]|正式|按[期时]|如期|[完开竣动停复]工|完成|开始|开建|建成|投[产用运入]|通[车水电气]|封顶|交[付工]"
    r"|验收|[报上]报|报送|[请休]|办)"
)
_ONE = "[0-9零〇一二三四五六七八九十两]"
_WRITTEN = re.compile(
    rf"(?<!{_ONE})(?:[0-9]{{4}}\s?年\s?)?{_ONE}{{1,2}}\s?月\s?{_ONE}{{1,3}}\s?(?:日|号{_ENDS})"
    r"|(?<![0-9])(?:19|20)[0-9]{2}([\-/.])[0-9]{1,2}\1[0-9]{1,2}(?![0-9.])"
)


def read_day(text: str, today: date, until: date | None = None) -> date | None:
    """The day that a whole text names, at the latest `until` (today)."""
    found = day_said(text, today, until)
    return found if found is not None and found <= (until or today) else None


def day_said(text: str, today: date, until: date | None = None) -> date | None:
    """The day that a whole text names, also one that has not come."""
    match = DAY.fullmatch(_typed(text))
    try:
        return day_of(match, today, until) if match else None
    except (Unclear, ValueError, OverflowError):
        return None


def days_written(text: str) -> tuple[str, ...]:
    """The dates with their month that stand in a text, whether there are such days or not."""
    return tuple(_typed(found[0]) for found in _WRITTEN.finditer(unicodedata.normalize("NFKC", text)))


def no_such_day(days: Iterable[str], today: date) -> str:
    """The first of these written dates that is none (2月30日); empty if all are."""
    return next((day for day in days if day_said(day, today) is None), "")


def is_like_a_day(text: str) -> bool:
    """Whether a whole text can only be meant as a day, although none may be read in it."""
    return _DAYLIKE.fullmatch(_typed(text)) is not None


def day_of(found: re.Match[str], today: date, until: date | None = None) -> date:
    """The day that a match of `DAY` means. Raises ValueError or Unclear if there is no such day."""
    if found["near"]:
        return today - timedelta(days=_NEAR[found["near"]])
    if found["weekday"]:
        return _weekday(found, today)
    if found["only"]:
        return _bare(number_of(found["only"]), today, coming=until is not None)
    if found["which"]:
        first = _last_month(today) if found["which"] == "上" else today.replace(day=1)
        return _day(first.year, first.month, found["of_it"])
    month = number_of(found["month"])
    if found["year"]:
        return _day(int(found["year"]), month, found["day"])
    if until is not None:
        day = _day(until.year, month, found["day"])
        return day if day <= until else _day(until.year - 1, month, found["day"])
    day = _day(today.year, month, found["day"])
    return day if day - today <= timedelta(days=180) else _day(today.year - 1, month, found["day"])


def has_just_gone(day: date, today: date) -> bool:
    """Whether a day of next year, said without its year, is rather one of the last two months."""
    return day.year > today.year and day - today > timedelta(days=300)


def number_of(text: str) -> int:
    """零五, 05 and 五 are the same."""
    text = text.lstrip("0零〇") or "0"
    return int(text) if text.isdecimal() and text.isascii() else int(read_number(text))


def _typed(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _weekday(found: re.Match[str], today: date) -> date:
    weekday = "一二三四五六日".index(found["weekday"].replace("天", "日"))
    day = today + timedelta(days=weekday - today.weekday(), weeks=-len(found["week"] or ""))
    return day - timedelta(weeks=1) if day > today else day


def _bare(number: int, today: date, *, coming: bool) -> date:
    """28号: the newest such day, or the next one."""
    if coming and number < today.day:
        return (today.replace(day=1) + timedelta(days=31)).replace(day=number)
    return (_last_month(today) if number > today.day and not coming else today).replace(day=number)


def _last_month(today: date) -> date:
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def _day(year: int, month: int, day: str | None) -> date:
    """None for 底 is the month's last day."""
    if not 1 <= month <= 12 or not 1900 <= year <= 2200:
        raise ValueError(f"found the month {year}-{month}, expected one of 1900 to 2200")
    return date(year, month, number_of(day) if day else calendar.monthrange(year, month)[1])
