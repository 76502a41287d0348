"""A day as people say it: 今天, 明天, 4月1日, 4.1, 2012-04-01; without a year the next such day."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.plain import plain
from handlers.questions import Question
from handlers.reading import Buttons, Item, Reading, Refused, Said, Stored, Taken, exactly, in_rows
from handlers.words import Words

_WITH_YEAR = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})[日号]?")
_WITHOUT = re.compile(r"(\d{1,2})[-./月](\d{1,2})[日号]?")
_SPOKEN = {"今天": 0, "明天": 1, "后天": 2}


def read_day(text: str, today: date) -> date | None:
    typed = plain(text)
    if typed in _SPOKEN:
        return today + timedelta(days=_SPOKEN[typed])
    if found := _WITH_YEAR.fullmatch(typed):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _WITHOUT.fullmatch(typed):
        day = _day(today.year, int(found[1]), int(found[2]))
        return day if day is None or day >= today else _day(today.year + 1, int(found[1]), int(found[2]))
    return None


def _day(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


@dataclass(frozen=True)
class Date(Question["date | str"]):
    """A day not before `earliest`, stored resolved; or the id of a quick answer. `today` is the city's date."""

    today: date = date.min
    earliest: date = date.min
    quick: tuple[Item, ...] = ()

    def read(self, said: Said, stored: Stored, words: Words) -> Reading:
        if said.value is not None:
            known = any(item.id == said.value for item in self.quick)
            return Taken({"quick": said.value}) if known else Refused(words.day_unreadable)
        if len(meant := exactly(self.quick, said.text)) == 1:
            return Taken({"quick": meant[0].id})
        day = read_day(said.text, self.today)
        if day is None:
            return Refused(words.day_unreadable)
        if day < self.earliest:
            return Refused(words.day_too_early.format(day=f"{self.earliest.month}月{self.earliest.day}日"))
        return Taken({"day": day.isoformat()})

    def restore(self, stored: Stored) -> "date | str | None":
        if not isinstance(stored, dict):
            return None
        if "quick" in stored:
            return stored["quick"] if any(item.id == stored["quick"] for item in self.quick) else None
        day = date.fromisoformat(stored["day"])
        return day if day >= self.earliest else None

    def buttons(self, stored: Stored, page: int, words: Words) -> Buttons:
        return in_rows([(item.label, item.id) for item in self.quick], 1)
