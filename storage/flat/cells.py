"""Cells of a ledger, which are wilder than those of the registry workbook: months without a day, years without a
month, names with titles and telephone numbers. As in `storage.cells`, None means "not clear"; nothing is guessed.
"""

import calendar
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from storage.cells import plain, to_phone, to_whole
from storage.entries import Named
from storage.flat.synonyms import POST

EPOCH = date(1899, 12, 30)  # day 0 of Excel's serial numbers, with its leap day of 1900 allowed for
SERIALS = range(32874, 73051)  # 1990 to 2099

_DAY = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})[日号]?(?:前)?")
_MONTH = re.compile(r"(\d{4})[-./年](\d{1,2})月?份?(?P<when>底|末|初|上旬|中旬|下旬|前)?")
_BARE_MONTH = re.compile(r"(\d{1,2})月份?(?P<when>底|末|初|上旬|中旬|下旬|前)?")
_BARE_DAY = re.compile(r"(\d{1,2})月(\d{1,2})[日号]")
_YEAR = re.compile(r"(\d{4})年?(?P<when>底|末|初|内)?")
_DASH = re.compile(r"[-~—–]+|至|到")
_DURATION = re.compile(r"\d+(?:\.\d+)?个?[月年天日]|\d{1,2}")

_HAN = r"[\u3400-\u9fff\U00020000-\U0003134f]"
_NAME = re.compile(rf"{_HAN}{{2,4}}|{_HAN}{{1,12}}(?:·{_HAN}{{1,12}})+")
_PHONE = re.compile(r"(?:\+?86[- ]?)?1\d{2}[- ]?\d{4}[- ]?\d{4}(?!\d)|0\d{2,3}[- ]?\d{7,8}(?!\d)")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_POSTED = re.compile(rf"(?P<before>{POST})(?P<name>.+)|(?P<called>.*?)(?P<behind>{POST})")
_BETWEEN = re.compile(r"[、,;/\n]+")


def to_number(value: object) -> int | None:
    """The place of a project in its list: 3, or 3. and 3、"""
    return to_whole(plain(value).rstrip(".、") if isinstance(value, str) else value)


def last_day(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def to_day(value: object, year: int | None, late: bool) -> date | None:
    """A day. Of a month or year alone it is the last day if `late`, else the first; 底, 初, 旬 say which themselves.

    `year` belongs to a month that stands without one. A number such as 2012.1 is None: Excel writes January and
    October alike.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = plain(value) if isinstance(value, str) else _digits(value)
    if text is None:
        return None
    try:
        return _day(text, year, late)
    except ValueError:  # there is no 31 June and no month 13
        return None


def _digits(value: int | float) -> str | None:
    """A number as the text that was meant, if that is clear."""
    if float(value).is_integer():
        return str(int(value))
    text = str(value)
    return None if text.endswith(".1") else text


def _day(text: str, year: int | None, late: bool) -> date | None:
    if text.isdecimal() and len(text) in (5, 6, 8):
        return _packed(text, late)
    if found := _DAY.fullmatch(text):
        return date(*map(int, found.groups()))
    if found := _MONTH.fullmatch(text):
        return _in_month(int(found[1]), int(found[2]), found["when"], late)
    if found := _YEAR.fullmatch(text):
        late = late if found["when"] in (None, "内") else found["when"] in ("底", "末")
        return date(int(found[1]), 12, 31) if late else date(int(found[1]), 1, 1)
    if year and (found := _BARE_DAY.fullmatch(text)):
        return date(year, int(found[1]), int(found[2]))
    if year and (found := _BARE_MONTH.fullmatch(text)):
        return _in_month(year, int(found[1]), found["when"], late)
    return None


def _packed(text: str, late: bool) -> date | None:
    """A serial number of Excel, 201206, 20120630."""
    if len(text) == 5:
        return EPOCH + timedelta(int(text)) if int(text) in SERIALS else None
    if len(text) == 6:
        return _in_month(int(text[:4]), int(text[4:]), None, late)
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def _in_month(year: int, month: int, when: str | None, late: bool) -> date:
    days = {"初": 1, "上旬": 10, "中旬": 20}
    if when in days:
        return date(year, month, days[when])
    return last_day(year, month) if when or late else date(year, month, 1)


def is_month_only(value: object) -> bool:
    """Whether a cell names no day, so that one had to be chosen."""
    text = (
        plain(value) if isinstance(value, str) else _digits(value) if isinstance(value, int | float) else None
    )
    patterns = (_MONTH, _BARE_MONTH, _YEAR)
    return bool(text and (any(each.fullmatch(text) for each in patterns) or re.fullmatch(r"20\d{4}", text)))


def to_years(value: object) -> tuple[date | None, date | None] | None:
    """2011-2013, 2011.5—2013.6, 2011年5月至2013年底: first and last day. A mere duration (24个月) says neither."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = _digits(value)
    if not isinstance(value, str):
        return None
    text = plain(value)
    if _DURATION.fullmatch(text):
        return None, None
    for place in (found.span() for found in _DASH.finditer(text)):
        first, last = to_day(text[: place[0]], None, late=False), to_day(text[place[1] :], None, late=True)
        if first and last:
            return (first, last) if first <= last else None
    whole = to_day(text, None, late=False), to_day(text, None, late=True)
    return whole if all(whole) else None


def to_people(value: object, phones: object = None) -> tuple[Named, ...] | None:
    """Names, each with the title in brackets and the telephone number that stand by it, or in the cell `phones`.

    As many numbers as names are given out in order; otherwise the numbers cannot be told apart, and it is None.
    """
    if not isinstance(value, str):
        return None
    parts = list(_parts(value))
    loose = [number for part in parts if (number := to_phone(part))]
    people = [_person(part) for part in parts if not to_phone(part)]
    beside = to_phones(phones)
    if None in people or not people or beside is None:
        return None
    return _with_numbers([person for person in people if person], loose + list(beside))


def _with_numbers(people: list[Named], numbers: list[str]) -> tuple[Named, ...] | None:
    """Gives the numbers to those who have none yet, in order; None if they do not come out even."""
    waiting = [person for person in people if not person.phone]
    numbers = [number for number in numbers if number not in {person.phone for person in people}]
    if not numbers:
        return tuple(people)
    if len(numbers) != len(waiting):
        return None
    given = iter(numbers)
    return tuple(
        person if person.phone else person.model_copy(update={"phone": next(given)}) for person in people
    )


def to_phones(value: object) -> tuple[str, ...] | None:
    """The telephone numbers of a cell; one may be short of its area code, then it is None."""
    if value is None:
        return ()
    if isinstance(value, int | float):
        found = [to_phone(value)]
    else:
        text = unicodedata.normalize("NFKC", str(value))
        found = [to_phone(part) for part in _numbers(text)]
    return None if None in found else tuple(number for number in found if number)


def _numbers(text: str) -> Iterable[str]:
    """Numbers that stand apart, or several with only a space between them."""
    for part in _BETWEEN.split(text):
        pieces = part.split()
        whole = all(to_phone(piece) for piece in pieces)
        yield from pieces if whole else [part] if part.strip() else []


def _parts(text: str) -> Iterator[str]:
    """What is between the commas; and two names with only a space between them, but not 张 三."""
    whole = _BRACKETS.sub(lambda found: _BETWEEN.sub(" ", found[0]), unicodedata.normalize("NFKC", text))
    for part in _BETWEEN.split(whole):
        words = part.split()
        apart = len(words) > 1 and all(_NAME.fullmatch(word) for word in words)
        yield from words if apart else [part] if part.strip() else []


def _person(part: str) -> Named | None:
    phone = _PHONE.search(part)
    rest = part.replace(phone[0], " ") if phone else part
    title = "、".join(each for each in map(str.strip, _BRACKETS.findall(rest)) if each)
    name = re.sub(r"[\s:]+", "", _BRACKETS.sub("", rest))
    if posted := _POSTED.fullmatch(name):
        name, title = posted["name"] or posted["called"], title or posted["before"] or posted["behind"]
    if not _NAME.fullmatch(name):
        return None
    return Named(name=name, phone=to_phone(phone[0].replace(" ", "")) if phone else None, title=title)


def decimals(value: object) -> int:
    """How many decimals a number was written with: a total is compared as exactly as it was printed."""
    if isinstance(value, float):
        exponent = Decimal(repr(value)).as_tuple().exponent  # a letter for what is no number
        return max(0, -exponent) if isinstance(exponent, int) and not value.is_integer() else 0
    digits = re.search(r"\.(\d+)", plain(str(value)))
    return len(digits[1]) if digits else 0
