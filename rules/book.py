"""The city's rules as frozen values, read from TOML text that an office can edit.

`book.toml` holds every default with its source; a city's own text may hold only what differs. All that is
wrong in a text is told at once (`rules/mistakes.py`).
"""

import json
import tomllib
from datetime import date, time
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from rules.kinds import Rolling
from rules.mistakes import BookError, syntax_mistake, value_mistakes

__all__ = ["Book", "BookError", "Category", "default_book", "default_text", "load"]


def _city_time(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError("a time of day of the city, without an offset")
    return value


Clock = Annotated[time, AfterValidator(_city_time)]
DueTime = Annotated[Clock, Field(gt=time())]  # midnight would be due the moment a day begins
MonthDay = Annotated[int, Field(ge=1, le=28)]  # every month has it
Ratio = Annotated[float, Field(gt=0)]
Text = Annotated[str, Field(min_length=1)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Monthly(_Section):
    """进展月报 and 一般问题月报告: opens in the month itself, due and closed in the next one."""

    opens_day: MonthDay
    due_day: MonthDay
    due_time: DueTime
    closes_day: MonthDay
    closes_time: DueTime

    @model_validator(mode="after")
    def _closes_after_due(self) -> Self:
        if (self.closes_day, self.closes_time) <= (self.due_day, self.due_time):
            raise ValueError("closes_day and closes_time later than due_day and due_time")
        return self


class Zero(_Section):
    """无问题半年零报告: counted in working days after the half-year."""

    due_workday: int = Field(ge=1, le=20)
    due_time: DueTime
    closes_workday: int = Field(ge=1, le=20)
    closes_time: DueTime

    @model_validator(mode="after")
    def _closes_with_due_or_after(self) -> Self:
        if (self.closes_workday, self.closes_time) < (self.due_workday, self.due_time):
            raise ValueError("closes_workday and closes_time not before due_workday and due_time")
        return self


class RollingRules(_Section):
    """What becomes of dates on rest days."""

    due: Rolling
    closes: Rolling


class CalendarRules(_Section):
    """Working days that the installed calendar does not know, or has wrong."""

    rest_days: tuple[date, ...]
    workdays: tuple[date, ...]
    years: tuple[int, ...]

    @model_validator(mode="after")
    def _no_day_is_both(self) -> Self:
        if both := set(self.rest_days) & set(self.workdays):
            raise ValueError(f"each day in rest_days or in workdays, not in both ({min(both)})")
        return self


class QuietHours(_Section):
    """静默时段: from `begins` in the evening to `ends` in the morning, and all rest days."""

    begins: Clock
    ends: Clock

    @model_validator(mode="after")
    def _leaves_a_working_day(self) -> Self:
        if self.ends >= self.begins:
            raise ValueError("ends (in the morning) earlier in the day than begins (in the evening)")
        return self


class MoneyGuard(_Section):
    """Bounds for the 万元/亿元 guard; `rules/guard.py` says how each is used."""

    total: Ratio
    year_plan: Ratio
    jump: Ratio
    jump_share: Ratio
    fall: Ratio
    tiny_share: Ratio
    near: Ratio


class MediaLimits(_Section):
    """Largest file by channel, in MB (1024 * 1024 bytes); how many with one report, and how long they are kept."""

    telegram_mb: int = Field(ge=1)
    wecom_mb: int = Field(ge=1)
    tryout_mb: int = Field(ge=1)
    per_report: int = Field(ge=1)
    keep_years: int = Field(ge=1, le=100)
    loose_days: int = Field(ge=1)

    def largest(self, channel: str) -> int:
        """In bytes. A channel that has no limit of its own has the smallest of them."""
        by_name = {"telegram": self.telegram_mb, "wecom": self.wecom_mb, "tryout": self.tryout_mb}
        return by_name.get(channel.partition("_")[0], min(by_name.values())) * 1024 * 1024


class Caps(_Section):
    """Limits on what one person can put in."""

    unknown_per_minute: int = Field(ge=1)
    text_length: int = Field(ge=50)
    mend_workdays: int = Field(ge=0)


class Absences(_Section):
    """离线告知: who is told that the program heard nothing for a while, and how often a day at most."""

    active_days: int = Field(ge=1)
    short_minutes: int = Field(ge=0)
    short_active_minutes: int = Field(ge=1)
    per_day: int = Field(ge=1)


class CategoryKind(_Section):
    """The second level of 问题类别; without its own lead or limit it has its category's."""

    key: str = Field(pattern=r"^[a-z_]+\.[a-z_]+$")
    name: Text
    lead: Text | None = None
    days: int | None = Field(default=None, ge=1)


class Category(_Section):
    """问题类别: `lead` is the lead department (牵头部门), `days` the limit (办理时限) in calendar days."""

    key: str = Field(pattern=r"^[a-z_]+(\.[a-z_]+)?$")
    name: Text
    lead: Text
    days: int = Field(ge=1)
    kinds: tuple[CategoryKind, ...] = ()

    @model_validator(mode="after")
    def _kinds_carry_its_key(self) -> Self:
        for kind in self.kinds:
            if not kind.key.startswith(f"{self.key}."):
                raise ValueError(f"the key of kind {kind.name} to begin with '{self.key}.', not '{kind.key}'")
        return self


class ChannelRules(_Section):
    """Which channel may carry what (国家机关的数据出境)."""

    wecom_only: tuple[Text, ...] = ()
    telegram_notice: str = ""

    @field_validator("telegram_notice")
    @classmethod
    def _may_name_the_number(cls, notice: str) -> str:
        try:
            notice.format(number="W1")
        except (LookupError, ValueError) as error:
            raise ValueError("a sentence in which {number} may stand, and nothing else in braces") from error
        return notice


class Book(_Section):
    """All rules of one city, one version of them."""

    monthly: Monthly
    zero: Zero
    rolling: RollingRules
    calendar: CalendarRules
    quiet_hours: QuietHours
    money_guard: MoneyGuard
    media: MediaLimits
    caps: Caps
    absences: Absences
    channels: ChannelRules
    categories: tuple[Category, ...]

    @field_validator("categories")
    @classmethod
    def _can_be_told_apart(cls, categories: tuple[Category, ...]) -> tuple[Category, ...]:
        if not categories:
            raise ValueError("at least one category")
        keys = [category.key for category in categories]
        keys += [kind.key for category in categories for kind in category.kinds]
        names = [category.name for category in categories]
        for values in (keys, names):
            if twice := {value for value in values if values.count(value) > 1}:
                raise ValueError(f"every key and name once; '{min(twice)}' stands there twice")
        return categories

    def category(self, key: str) -> Category | None:
        """A category or a kind of it by its key; a kind comes with its lead and limit filled in."""
        for category in self.categories:
            if category.key == key:
                return category
            for kind in category.kinds:
                if kind.key == key:
                    lead, days = kind.lead or category.lead, kind.days or category.days
                    return Category(key=kind.key, name=kind.name, lead=lead, days=days)
        return None


def load(text: str, name: str = "rules file") -> Book:
    """The rules of a city: the defaults, with what `text` says instead.

    Raises `BookError`, whose text calls the rules `name`.
    """
    try:
        changes = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BookError(name, [syntax_mistake(error, text)]) from None
    rules = _over(tomllib.loads(default_text()), changes)
    try:
        # By way of JSON, strict takes a list for a tuple and "18:00" for a time, but not "5" or true for 5.
        return Book.model_validate_json(json.dumps(rules, default=str), strict=True)
    except ValidationError as error:
        raise BookError(name, value_mistakes(error, text, Book)) from None


@lru_cache(maxsize=1)
def default_book() -> Book:
    """The rules out of the box."""
    return load("", "rules/book.toml")


@lru_cache(maxsize=1)
def default_text() -> str:
    """The text of `book.toml`, to be copied and edited."""
    return files("rules").joinpath("book.toml").read_text(encoding="utf-8")


def _over(defaults: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Tables are merged key by key; everything else is replaced."""
    merged = dict(defaults)
    for key, value in changes.items():
        old = merged.get(key)
        merged[key] = _over(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged
