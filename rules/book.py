"""The city's rules as frozen values, read from TOML text that an office can edit.

`book.toml` holds every default with its source; a city's own text may hold only what differs. All that is
wrong in a text is told at once (`rules/mistakes.py`).
"""

import json
import tomllib
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
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

from rules.kinds import Anchor, Measure, Often, Pace, Role, Rolling, Severity
from rules.mistakes import BookError, syntax_mistake, value_mistakes

__all__ = ["Book", "BookError", "Category", "Edge", "LightRule", "default_book", "default_text", "load"]


def _city_time(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError("a time of day of the city, without an offset")
    return value


Clock = Annotated[time, AfterValidator(_city_time)]
DueTime = Annotated[Clock, Field(gt=time())]  # midnight would be due the moment a day begins
MonthDay = Annotated[int, Field(ge=1, le=28)]  # every month has it
Ratio = Annotated[float, Field(gt=0)]
Text = Annotated[str, Field(min_length=1)]
Bound = Annotated[Decimal, Field(ge=0)]  # exact: an edge is compared with fractions
BUSY_MINUTES = (0, 30)


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


class ReminderStep(_Section):
    """One reminder of a period: so many working days before or after a day, and how far up the ladder it goes."""

    key: str = Field(pattern=r"^[a-z0-9-]+$")
    anchor: Anchor
    workdays: int = Field(ge=0, le=30)
    upto: Literal[Role.REPORTER, Role.DEPUTY, Role.HEAD]

    @model_validator(mode="after")
    def _overdue_is_after(self) -> Self:
        if self.anchor is Anchor.OVERDUE and self.workdays < 1:
            raise ValueError("an overdue step 1 or more working days after the due day")
        return self


def _not_busy(value: time) -> time:
    if value.minute in BUSY_MINUTES:
        raise ValueError("a minute other than 0 and 30, at which everybody sends")
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
        keys = [step.key for step in steps]
        if twice := {key for key in keys if keys.count(key) > 1}:
            raise ValueError(f"every key once; '{min(twice)}' stands there twice")
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
            raise ValueError("either at_least or more_than")
        return self

    @property
    def bound(self) -> Decimal:
        bound = self.at_least if self.more_than is None else self.more_than
        assert bound is not None  # noqa: S101 - the validator has seen to it
        return bound


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
        edges = [edge for edge in (self.notice, self.yellow, self.red) if edge is not None]
        if not edges:
            raise ValueError("at least one of notice, yellow and red")
        if (self.pace is not None) != self.measure.of_money:
            raise ValueError("pace for behind_points and behind_percent, and for no other measure")
        if not self.measure.monthly and any(edge.months > 1 for edge in edges):
            raise ValueError("months only for a measure that is taken monthly")
        return self

    @model_validator(mode="after")
    def _worsens(self) -> Self:
        edges = [edge for edge in (self.notice, self.yellow, self.red) if edge is not None]
        places = [(edge.bound, edge.more_than is not None) for edge in edges]
        months = [edge.months for edge in edges]
        for nth in range(1, len(edges)):
            if places[nth] < places[nth - 1] and months[nth] <= months[nth - 1]:
                raise ValueError("edges that rise from notice over yellow to red")
        return self


# Whom a rung tells: people in a role, or one person by telephone number.
_TARGETS = (
    "lead_leader|lead_department|category_department|office|head|deputy|reporter|leaders|supervision|admin"
)
Target = Annotated[str, Field(pattern=rf"^({_TARGETS}|[0-9]{{5,15}})$")]


class Rung(_Section):
    """One rung of the ladder: `who` can stop it, those in `told` only learn of it. `wait` in minutes."""

    key: str = Field(pattern=r"^[a-z_]+$")
    who: tuple[Target, ...] = Field(min_length=1)
    told: tuple[Target, ...] = ()
    wait: int = Field(ge=1, le=10_000)
    repeats: int = Field(ge=0, le=20)
    each: bool = False
    working_hours: bool = False


class Ladder(_Section):
    """上报链 of a major problem; a problem keeps, as JSON, the one with which it was opened."""

    follow_minutes: int = Field(ge=1)
    rungs: tuple[Rung, ...] = Field(min_length=1)

    @field_validator("rungs")
    @classmethod
    def _begin_at_once_and_can_be_told_apart(cls, rungs: tuple[Rung, ...]) -> tuple[Rung, ...]:
        if rungs[0].working_hours:
            raise ValueError("working_hours = false for the first rung, which is told at once")
        keys = [rung.key for rung in rungs]
        if twice := {key for key in keys if keys.count(key) > 1}:
            raise ValueError(f"every key once; '{min(twice)}' stands there twice")
        return rungs


class FollowUp(_Section):
    """续报 of an open major problem, every day, rest days too: asked for in the morning, owed until the evening."""

    asked: BulkTime
    due: DueTime

    @model_validator(mode="after")
    def _due_after_asked(self) -> Self:
        if self.due <= self.asked:
            raise ValueError("due later in the day than asked")
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
            raise ValueError("blue_days less than yellow_days, and yellow_days less than red_days")
        if self.circular_workdays <= self.head_workdays:
            raise ValueError("circular_workdays more than head_workdays")
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
    categories: tuple[Category, ...]

    @field_validator("lights")
    @classmethod
    def _have_keys_of_their_own(cls, rules: tuple[LightRule, ...]) -> tuple[LightRule, ...]:
        keys = [rule.key for rule in rules]
        if twice := {key for key in keys if keys.count(key) > 1}:
            raise ValueError(f"every key once; '{min(twice)}' stands there twice")
        return rules

    @model_validator(mode="after")
    def _reminds_in_working_hours(self) -> Self:
        if not self.quiet_hours.ends <= self.reminders.at < self.quiet_hours.begins:
            raise ValueError("reminders.at outside the quiet hours")
        return self

    @model_validator(mode="after")
    def _asks_for_words_by_day(self) -> Self:
        if not self.quiet_hours.ends <= self.follow_up.asked < self.quiet_hours.begins:
            raise ValueError("follow_up.asked outside the quiet hours")
        return self

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
