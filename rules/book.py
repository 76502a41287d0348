"""The city's rules as frozen values, read from TOML text that an office can edit.

`book.toml` holds every default with its source; a city's own text may hold only what differs. All that is
wrong in a text is told at once (`rules/mistakes.py`).

Rule  A validator refuses by a code of its own, never by a bare ValueError: `clash` if several keys are concerned, a
      PydanticCustomError if one is. By that code the admins read it in Chinese (`edited_rule_...`, handlers/wording).
"""

import json
import re
import tomllib
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from rules.kinds import Anchor, Measure, Often, Pace, Role, Rolling, Severity
from rules.mistakes import BookError, clash, syntax_mistake, value_mistakes
from rules.sentences import placeholders

__all__ = ["Book", "BookError", "Category", "Edge", "LightRule", "default_book", "default_text", "load"]


def _city_time(value: time) -> time:
    if value.tzinfo is not None:
        raise PydanticCustomError("offset", "a time of day of the city, without an offset")
    return value


def _not_midnight(value: time) -> time:
    if value == time():
        raise PydanticCustomError("midnight", "a time later than 00:00, which is the moment the day begins")
    return value


Clock = Annotated[time, AfterValidator(_city_time)]
DueTime = Annotated[Clock, AfterValidator(_not_midnight)]
MonthDay = Annotated[int, Field(ge=1, le=28)]  # every month has it
Ratio = Annotated[float, Field(gt=0)]
Text = Annotated[str, Field(min_length=1)]
Bound = Annotated[Decimal, Field(ge=0)]  # exact: an edge is compared with fractions
BUSY_MINUTES = (0, 30)


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _by_place(elements: tuple[_Section, ...], name: str) -> dict[str, str]:
    """The value of `name` in each element of a list, by where it stands."""
    return {f"{nth}.{name}": getattr(element, name) for nth, element in enumerate(elements)}


def _once(elements: tuple[_Section, ...], values: dict[str, str]) -> None:
    """Refuses a value that stands in two places of a list."""
    first: dict[str, str] = {}
    for place, value in values.items():
        if value in first:
            raise clash("once", f"every {place.rpartition('.')[2]} once", elements, place, first[value])
        first[value] = place


def _some(elements: tuple[object, ...]) -> tuple[object, ...]:
    # A `min_length` would also be told of a list whose only element has a mistake of its own.
    if not elements:
        raise PydanticCustomError("some", "at least one")
    return elements


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
            raise clash(
                "closes_after_due", "closes_day and closes_time later than due_day and due_time",
                self, "closes_day", "closes_time", "due_day", "due_time",
            )  # fmt: skip
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
            raise clash(
                "closes_with_due", "closes_workday and closes_time not before due_workday and due_time",
                self, "closes_workday", "closes_time", "due_workday", "due_time",
            )  # fmt: skip
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
            places = (f"{key}.{getattr(self, key).index(min(both))}" for key in ("workdays", "rest_days"))
            raise clash("rest_or_work", "each day in rest_days or in workdays, not in both", self, *places)
        return self


class QuietHours(_Section):
    """静默时段: from `begins` in the evening to `ends` in the morning, and all rest days."""

    begins: Clock
    ends: Clock

    @model_validator(mode="after")
    def _leaves_a_working_day(self) -> Self:
        if self.ends >= self.begins:
            raise clash(
                "ends_before_begins", "ends (in the morning) earlier in the day than begins (in the evening)",
                self, "ends", "begins",
            )  # fmt: skip
        return self


class ReminderStep(_Section):
    """One reminder of a period: so many working days before or after a day, and how far up the ladder it goes."""

    key: str = Field(pattern=r"^[a-z0-9-]+$")
    anchor: Anchor
    workdays: int = Field(ge=0, le=30)
    upto: Literal[Role.REPORTER, Role.DEPUTY, Role.HEAD]

    @model_validator(mode="after")
    def _overdue_is_after(self) -> Self:
        if self.anchor is Anchor.OVERDUE and self.workdays < 1:
            expected = "an overdue step 1 or more working days after the due day"
            raise clash("overdue_after", expected, self, "workdays", "anchor")
        return self


def _not_busy(value: time) -> time:
    if value.minute in BUSY_MINUTES:
        raise PydanticCustomError("busy_minute", "a minute other than 0 and 30, at which everybody sends")
    return value


BulkTime = Annotated[Clock, AfterValidator(_not_busy)]


class Reminders(_Section):
    """催报: when, how far up, and how fast a wave of them goes out."""

    at: BulkTime
    steps: tuple[ReminderStep, ...]
    per_minute: int = Field(ge=1)
    snooze_hours: int = Field(ge=1, le=12)

    @field_validator("steps")
    @classmethod
    def _each_once(cls, steps: tuple[ReminderStep, ...]) -> tuple[ReminderStep, ...]:
        _once(steps, _by_place(steps, "key"))
        return steps


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


class DigestRules(_Section):
    """日报 and 讲评: what a leader has who has chosen nothing, and when the month is reviewed."""

    at: DueTime
    often: Often
    silent: bool
    late_minutes: int = Field(ge=1, le=600)
    review_at: DueTime


class Caps(_Section):
    """Limits on what one person can put in, and is sent unasked."""

    unknown_per_minute: int = Field(ge=1)
    text_length: int = Field(ge=50)
    unasked_per_month: int = Field(ge=1)
    mend_workdays: int = Field(ge=0)
    reminders_a_day: int = Field(ge=1)
    reminders_a_month: int = Field(ge=1)


class Edge(_Section):
    """From where on a light has a colour: `at_least` (满) includes the edge itself, `more_than` (超过) does not.

    In points, per cent, months or days, as the rule's measure is; `months`: so many months in a row.
    """

    at_least: Bound | None = None
    more_than: Bound | None = None
    months: int = Field(default=1, ge=1, le=12)
    follows: str = ""

    @model_validator(mode="after")
    def _is_one_edge(self) -> Self:
        if (self.at_least is None) == (self.more_than is None):
            raise clash("one_edge", "either at_least or more_than", self, "at_least", "more_than")
        return self

    @property
    def bound(self) -> Decimal:
        bound = self.at_least if self.more_than is None else self.more_than
        assert bound is not None  # noqa: S101 - the validator has seen to it
        return bound

    @property
    def place(self) -> tuple[Decimal, bool]:
        """By which edges are compared: of two with one figure the one that includes it comes first."""
        return self.bound, self.more_than is not None


class LightRule(_Section):
    """灯色: one measure with its edges, from the mildest to the worst; `rules/lights.py` says how it is used."""

    key: str = Field(pattern=r"^[a-z_]+$")
    name: Text
    measure: Measure
    pace: Pace | None = None
    notice: Edge | None = None
    yellow: Edge | None = None
    red: Edge | None = None

    @model_validator(mode="after")
    def _fits_its_measure(self) -> Self:
        edges = self._edges()
        if not edges:
            raise clash("some_colour", "at least one of notice, yellow and red", self)
        if (self.pace is not None) != self.measure.of_money:
            expected = "pace for behind_points and behind_percent, and for no other measure"
            raise clash("pace_of_money", expected, self, "pace", "measure")
        for colour, edge in edges.items():
            if edge.months > 1 and not self.measure.monthly:
                expected = "months only for a measure that is taken monthly"
                raise clash("months_of_monthly", expected, self, f"{colour}.months", "measure")
        return self

    @model_validator(mode="after")
    def _worsens(self) -> Self:
        for (mild, milder), (bad, worse) in pairwise(self._edges().items()):
            if worse.place < milder.place and worse.months <= milder.months:
                keys = (
                    f"{colour}.{key}" for colour in (bad, mild) for key in ("at_least", "more_than", "months")
                )
                raise clash("worsens", "edges that rise from notice over yellow to red", self, *keys)
        return self

    def _edges(self) -> dict[str, Edge]:
        """By colour, from the mildest to the worst."""
        edges = {"notice": self.notice, "yellow": self.yellow, "red": self.red}
        return {colour: edge for colour, edge in edges.items() if edge is not None}


# Whom a rung tells: people in a role, or one person by telephone number.
_TARGETS = (
    "lead_leader", "lead_department", "category_department", "office", "head", "deputy", "reporter", "leaders",
    "supervision", "admin",
)  # fmt: skip


def _somebody(value: str) -> str:
    if value not in _TARGETS and not re.fullmatch("[0-9]{5,15}", value):
        there = {"there": ", ".join(_TARGETS)}
        raise PydanticCustomError("target", "one of {there}, or a telephone number", there)
    return value


Target = Annotated[str, AfterValidator(_somebody)]


class Rung(_Section):
    """One rung of the ladder: `who` can stop it, those in `told` only learn of it. `wait` in minutes."""

    key: str = Field(pattern=r"^[a-z_]+$")
    who: Annotated[tuple[Target, ...], AfterValidator(_some)]
    told: tuple[Target, ...] = ()
    wait: int = Field(ge=1, le=10_000)
    repeats: int = Field(ge=0, le=20)
    each: bool = False
    working_hours: bool = False


class Ladder(_Section):
    """上报链 of a major problem; a problem keeps, as JSON, the one with which it was opened."""

    follow_minutes: int = Field(ge=1)
    rungs: Annotated[tuple[Rung, ...], AfterValidator(_some)]

    @field_validator("rungs")
    @classmethod
    def _begin_at_once_and_can_be_told_apart(cls, rungs: tuple[Rung, ...]) -> tuple[Rung, ...]:
        if rungs[0].working_hours:
            expected = "working_hours = false for the first rung, which is told at once"
            raise clash("first_at_once", expected, rungs, "0.working_hours")
        _once(rungs, _by_place(rungs, "key"))
        return rungs


class FollowUp(_Section):
    """续报 of an open major problem, every day, rest days too: asked for in the morning, owed until the evening."""

    asked: BulkTime
    due: DueTime

    @model_validator(mode="after")
    def _due_after_asked(self) -> Self:
        if self.due <= self.asked:
            raise clash("due_after_asked", "due later in the day than asked", self, "due", "asked")
        return self


class Supervision(_Section):
    """督办单: limits and what follows when they pass, in working days unless said otherwise (rules/order_clocks)."""

    default_workdays: int = Field(ge=1, le=250)
    spot_workdays: int = Field(ge=1, le=60)
    limit_time: DueTime
    confirm_minutes: int = Field(ge=1)
    sign_workdays: int = Field(ge=1, le=60)
    remind_workdays: int = Field(ge=1, le=60)
    head_workdays: int = Field(ge=1, le=60)
    check_workdays: int = Field(ge=1, le=60)
    mend_workdays: int = Field(ge=1, le=60)
    file_workdays: int = Field(ge=1, le=60)
    milestone_days: int = Field(ge=0, le=366)
    most_drawn: int = Field(ge=1, le=500)


class Drill(_Section):
    """上报演练: `minutes` after which it ends by itself; whether the office is reminded of one each quarter."""

    minutes: int = Field(ge=1, le=1440)
    quarterly: bool


class Problems(_Section):
    """问题办理: who is given a problem by rule, and how long each step of its life may take (rules/issue_life)."""

    auto_assign: Literal["major", "all", "none"]
    days_are: Literal["calendar", "working"]
    limit_time: DueTime
    office: Text
    sign_workdays: int = Field(ge=1)
    sign_workdays_major: int = Field(ge=1)
    assign_workdays_major: int = Field(ge=1)
    referee_workdays: int = Field(ge=1)
    decide_workdays: int = Field(ge=1)
    confirm_workdays: int = Field(ge=1)
    check_workdays: int = Field(ge=1)
    reopen_days: int = Field(ge=0)
    head_workdays: int = Field(ge=1)
    circular_workdays: int = Field(ge=1)
    rise_days: int = Field(ge=0)
    rise_times: int = Field(ge=0)
    blue_days: int = Field(ge=1)
    yellow_days: int = Field(ge=1)
    red_days: int = Field(ge=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.blue_days < self.yellow_days < self.red_days:
            raise clash(
                "ages_rise", "blue_days less than yellow_days, and yellow_days less than red_days",
                self, "blue_days", "yellow_days", "red_days",
            )  # fmt: skip
        if self.circular_workdays <= self.head_workdays:
            expected = "circular_workdays more than head_workdays"
            raise clash("head_before_circular", expected, self, "circular_workdays", "head_workdays")
        return self

    def assigns(self, severity: Severity) -> bool:
        """Whether a new problem goes to its lead department by rule."""
        return self.auto_assign == "all" or self.auto_assign == severity.value


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
    """问题类别: `lead` is the lead department (牵头部门), `days` the limit (办理时限)."""

    key: str = Field(pattern=r"^[a-z_]+(\.[a-z_]+)?$")
    name: Text
    lead: Text
    days: int = Field(ge=1)
    kinds: tuple[CategoryKind, ...] = ()

    @model_validator(mode="after")
    def _kinds_carry_its_key(self) -> Self:
        for nth, kind in enumerate(self.kinds):
            if not kind.key.startswith(f"{self.key}."):
                expected = "the key of a kind to begin with that of its category and a dot"
                raise clash("key_of_category", expected, self, f"kinds.{nth}.key", "key")
        return self


class ChannelRules(_Section):
    """Which channel may carry what (国家机关的数据出境)."""

    wecom_only: tuple[Text, ...] = ()
    telegram_notice: str = ""

    @field_validator("telegram_notice")
    @classmethod
    def _may_name_the_number(cls, notice: str) -> str:
        try:
            strange = placeholders(notice) - {"number"}
        except ValueError:
            strange = {notice}
        if strange:
            expected = "a sentence in which {number} may stand, and nothing else in braces"
            raise PydanticCustomError("only_number", expected)
        return notice


class Book(_Section):
    """All rules of one city, one version of them."""

    monthly: Monthly
    zero: Zero
    rolling: RollingRules
    calendar: CalendarRules
    quiet_hours: QuietHours
    reminders: Reminders
    money_guard: MoneyGuard
    media: MediaLimits
    digests: DigestRules
    caps: Caps
    absences: Absences
    channels: ChannelRules
    lights: tuple[LightRule, ...]
    ladder: Ladder
    follow_up: FollowUp
    drill: Drill
    supervision: Supervision
    problems: Problems
    categories: Annotated[tuple[Category, ...], AfterValidator(_some)]

    @field_validator("lights")
    @classmethod
    def _have_keys_of_their_own(cls, rules: tuple[LightRule, ...]) -> tuple[LightRule, ...]:
        _once(rules, _by_place(rules, "key"))
        return rules

    @model_validator(mode="after")
    def _reminds_in_working_hours(self) -> Self:
        if not self.quiet_hours.ends <= self.reminders.at < self.quiet_hours.begins:
            keys = ("reminders.at", "quiet_hours.begins", "quiet_hours.ends")
            raise clash("reminds_by_day", "reminders.at outside the quiet hours", self, *keys)
        return self

    @model_validator(mode="after")
    def _asks_for_words_by_day(self) -> Self:
        if not self.quiet_hours.ends <= self.follow_up.asked < self.quiet_hours.begins:
            keys = ("follow_up.asked", "quiet_hours.begins", "quiet_hours.ends")
            raise clash("asks_by_day", "follow_up.asked outside the quiet hours", self, *keys)
        return self

    @field_validator("categories")
    @classmethod
    def _can_be_told_apart(cls, categories: tuple[Category, ...]) -> tuple[Category, ...]:
        of_kinds = {
            f"{nth}.kinds.{place}.key": kind.key
            for nth, category in enumerate(categories) for place, kind in enumerate(category.kinds)
        }  # fmt: skip
        _once(categories, _by_place(categories, "key") | of_kinds)
        _once(categories, _by_place(categories, "name"))
        return categories

    @property
    def pace(self) -> Pace:
        """How 序时 is counted: as the first rule of lights that asks for it does."""
        return next((rule.pace for rule in self.lights if rule.pace is not None), Pace.YEAR)

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
