"""The question whether something has been done: its day, or the reason why not.

Rule 1  A day is stored resolved, so that 今天 is still the same day tomorrow.
Rule 2  What is plainly a day or plainly "done" is never taken for a reason: it is read, or asked again.
Rule 3  A typed day that is hard to believe (`doubted_before`) is asked about before it is taken; what was answered
        before stands as long as the doubt does.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from handlers.plain import plain
from handlers.questions import Question
from handlers.reading import Buttons, Item, More, Reading, Refused, Said, Stored, Taken, exactly, in_rows
from handlers.words import Words
from rules.dates import day_said, days_written, is_like_a_day, no_such_day

# What people say around a day or around "done" without changing it. Possessive (`*+`): with a way back, a text
# of nothing but such words would be tried in every way there is.
_BEFORE = "(?:是的?|对的?|嗯|早就|早|已经|已|都|全部|全面|正式|按期|按时|如期|就|我们|项目|日期|时间|于|在|[,、:])*+"
_AFTER = "[了啦的呢吧啊。.!,]*+"
_SUBJECT = "[^没未不尚待等还差无停才后,。;]{0,12}(?=已)"  # 主体 in 主体已完成


@dataclass(frozen=True)
class DoneOrWhy(Question["date | str"]):
    """A day up to `today`, or a reason in words. Ready answers: `days` with their buttons, then `reasons`.

    `done` are words that say only that it is done; who uses them is asked `which_day`.
    """

    today: date = date.min
    doubted_before: date = date.min
    days: tuple[tuple[Item, date], ...] = ()
    reasons: tuple[Item, ...] = ()
    done: frozenset[str] = frozenset()
    which_day: str = ""
    longest: int = 100

    def read(self, said: Said, stored: Stored, words: Words) -> Reading:
        value = said.value
        if value is None and len(meant := exactly(self._items(), said.text)) == 1:
            value = meant[0].id
        if value is None and (old := _doubted(stored)) and plain(said.text) in words.aliases(words.yes_words):
            value = _sure(old)
        if value is None:
            return self._typed(said.text.strip(), stored, words)
        for item, day in self.days:
            if item.id == value:
                return Taken({"day": day.isoformat()})
        if (agreed := _agreed(value)) and agreed <= self.today:
            return Taken({"day": agreed.isoformat()})
        known = any(item.id == value for item in self.reasons)
        return Taken({"quick": value}) if known else Refused(words.type_answer)

    def _typed(self, text: str, stored: Stored, words: Words) -> Reading:
        if not text:
            return Refused(words.type_answer)
        if len(text) > self.longest:
            return Refused(words.too_long.format(found=len(text), longest=self.longest))
        core = self._core(text)
        day = day_said(core, self.today)
        if day is not None:
            return self._day_typed(day, stored, words)
        if self._is_reason(text):
            return Taken({"text": text})
        if none := no_such_day(days_written(core), self.today):
            return Refused(words.no_such_day.format(day=none))
        return Refused(words.which_day_unread if core else self.which_day)

    def _day_typed(self, day: date, stored: Stored, words: Words) -> Reading:
        if day > self.today:
            return Refused(words.day_not_come)
        ready = any(day == each for _, each in self.days)
        if day < self.doubted_before and not ready:
            return More({**(_undoubted(stored) or {}), "old": day.isoformat()})
        return Taken({"day": day.isoformat()})

    def _is_reason(self, text: str) -> bool:
        core = self._core(text)
        return bool(core) and not is_like_a_day(core) and day_said(core, self.today) is None

    def _core(self, text: str) -> str:
        """What is said beside "done": a day, a reason, or nothing."""
        said, longest_first = plain(text), sorted(self.done, key=len, reverse=True)
        done = f"(?:{'|'.join(map(re.escape, longest_first))})"
        found = re.fullmatch(f"{_BEFORE}{done}?{_AFTER}{_BEFORE}(.*?){_BEFORE}{done}?{_AFTER}", said)
        core = found[1] if found else said
        about = self.done and re.fullmatch(f"{_SUBJECT}{_BEFORE}{done}{_AFTER}", said)
        return "" if about and not is_like_a_day(core) else core

    def restore(self, stored: Stored) -> "date | str | None":
        if not isinstance(stored, dict):
            return None
        if "day" in stored:
            day = date.fromisoformat(stored["day"])
            return day if day <= self.today else None
        if "quick" in stored:
            ready = [item.label for item in self.reasons if item.id == stored["quick"]]
            return ready[0].split("：")[-1] if ready else None
        text = stored.get("text")
        return text if isinstance(text, str) and self._is_reason(text) else None

    def left(self, stored: Stored) -> Stored:
        return _undoubted(stored)

    def _items(self) -> list[Item]:
        return [*(item for item, _ in self.days), *self.reasons]

    def guidance(self, stored: Stored, words: Words) -> str:
        return words.moment_is_old if _doubted(stored) else self.hint

    def buttons(self, stored: Stored, page: int, words: Words) -> Buttons:
        ready = [(item.label, item.id) for item in self._items()]
        if old := _doubted(stored):
            label = words.day_sure.format(year=old.year, month=old.month, day=old.day)
            ready.insert(0, (label, _sure(old)))
        return in_rows(ready, 1)


def _doubted(stored: Stored) -> date | None:
    """The day that was typed and is asked about."""
    old = stored.get("old") if isinstance(stored, dict) else None
    return date.fromisoformat(old) if old else None


def _undoubted(stored: Stored) -> dict[str, Any] | None:
    """What was answered before a day was typed that is asked about."""
    answer = {key: said for key, said in stored.items() if key != "old"} if isinstance(stored, dict) else {}
    return answer or None


def _sure(day: date) -> str:
    """The button by which a doubted day is agreed to names it: an old button must not agree to another."""
    return f"at.{day.isoformat()}"


def _agreed(value: str) -> date | None:
    try:
        return date.fromisoformat(value.removeprefix("at.")) if value.startswith("at.") else None
    except ValueError:
        return None
