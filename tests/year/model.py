"""The rules once more, as plainly as they can be said: what a year must bring, worked out without the program.

Written from the rules' own words (rules/book.toml's comments, docs/手册.md), for the rules out of the box. It shares no
code with the program but the calendar's data (the State Council's holidays and make-up days), and nothing here is
clever: days are walked one by one, and each duty is looked at by itself. All moments are the city's.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar  # type: ignore[import-untyped]  # it carries no types

CITY = ZoneInfo("Asia/Shanghai")
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
SIX = time(18)
# From then on other rules are in force: due on the 6th, closed on the 12th, yellow from 15 points, digests at 8:11.
EDITED = datetime(2026, 9, 10, 10, tzinfo=CITY)
NEWEST_KNOWN = max(chinese_calendar.holidays).year


# The course of a project: everything that anybody does about it


@dataclass(frozen=True)
class Did:
    """One thing that was done about a project.

    what    report | correct | withdraw | return | zero | problem | word | solved | exempt | pause | resume | unlock
    period  of a report and what is done with it, of a zero, exemption or unlocking: 2026-03, 2026H1
    until   of an unlocking the last moment, of a return the last moment to mend it
    amount  of a report or correction, in yuan; `made_up` is what it says was done in its year in `made_up_for`, the
            months before it that had not been reported
    """

    at: datetime
    what: str
    period: str = ""
    until: datetime | None = None
    amount: int = 0
    made_up: int = 0
    made_up_for: tuple[str, ...] = ()


@dataclass(frozen=True)
class Course:
    """A project, and what is done about it, in order. It has at most one problem, a general one."""

    name: str
    unit: str
    reporter: str
    registered: date
    owes: bool = True  # a sub-project owes nothing unless it is flagged
    did: tuple[Did, ...] = field(default=())
    number: int = 0
    plans: tuple[tuple[int, int], ...] = ()  # 年度计划投资 of a year, in yuan
    opening_month: str = "2025-11"
    opening_done: int = 0  # of the year, by the end of that month
    start_planned: date | None = None  # of a project that has not started
    finish_planned: date | None = None
    milestones: tuple[date, ...] = ()  # when those that are not reached were to be
    reached: int = 0  # milestones that are
    preliminary: bool = False  # 前期: it owes no amount, and is not behind with money or its start
    counts: bool = True  # its money is in the sums: it is no sub-project
    paced_from: date | None = None  # when it was to start, if it has
    successor: tuple[date, str] | None = None  # who reports from a day on

    def contact(self, day: date) -> str:
        """Who reports on a day."""
        return self.reporter if self.successor is None or day < self.successor[0] else self.successor[1]

    def plan(self, year: int) -> int:
        return dict(self.plans).get(year, 0)

    def paused(self, moment: datetime) -> bool:
        pause, resume = self.first("pause"), self.first("resume")
        return pause is not None and pause.at <= moment and (resume is None or resume.at > moment)

    def missed(self, month: str, moment: datetime) -> bool:
        """Whether a month that has closed was not reported, though it was owed."""
        if not self.owes or self.registered > first_of(month) or _away_when_opened(self, month):
            return False
        if (exempt := self.first("exempt", month)) is not None and exempt.at <= window(month).closes:
            return False
        return standing(self, month, moment) is None and not _off(self, month, window(month).closes)

    def first(self, what: str, period: str = "") -> Did | None:
        return next((each for each in self.did if each.what == what and each.period in ("", period)), None)


# Days


def is_worked(day: date) -> bool:
    return day in chinese_calendar.workdays or (day.weekday() < 5 and day not in chinese_calendar.holidays)


def rolled(day: date) -> date:
    """A date on a rest day goes to the next working day."""
    while not is_worked(day):
        day += DAY
    return day


def workday(number: int, since: date) -> date:
    """The n-th working day from a day on."""
    day = rolled(since)
    for _ in range(number - 1):
        day = rolled(day + DAY)
    return day


def at(day: date, hour: time = time()) -> datetime:
    return datetime.combine(day, hour, tzinfo=CITY)


def month_of(day: date) -> str:
    return f"{day:%Y-%m}"


def first_of(period: str) -> date:
    if "H" in period:
        return date(int(period[:4]), 1 if period.endswith("1") else 7, 1)
    return date(int(period[:4]), int(period[5:]), 1)


def last_of(period: str) -> date:
    first = first_of(period)
    month = first.month + 5 if "H" in period else first.month
    return date(first.year, month, monthrange(first.year, month)[1])


def after(period: str) -> str:
    following = last_of(period) + DAY
    return f"{following.year}H{1 if following.month == 1 else 2}" if "H" in period else month_of(following)


def month_before(moment: datetime) -> str:
    return month_of(moment.date().replace(day=1) - DAY)


def half_before(moment: datetime) -> str:
    return f"{moment.year}H1" if moment.month > 6 else f"{moment.year - 1}H2"


# Windows


@dataclass(frozen=True)
class Span:
    """When something opens, is due and closes."""

    opens: datetime
    due: datetime
    closes: datetime


def window(period: str) -> Span:
    """Of a half-year the zero's, of a month the progress report's and the word's on a problem."""
    following = last_of(period) + DAY
    if "H" in period:
        fifth = at(workday(5, following), SIX)
        return Span(at(following), fifth, fifth)
    opens = at(first_of(period).replace(day=25))
    due, closes = (6, 12) if opens > EDITED else (5, 10)  # what has opened keeps its dates
    return Span(
        opens, at(rolled(following.replace(day=due)), SIX), at(rolled(following.replace(day=closes)), SIX)
    )


# Reports


@dataclass(frozen=True)
class Standing:
    """A report that stands: when it came, as it counts, and what it says now."""

    at: datetime
    amount: int
    made_up: int
    made_up_for: tuple[str, ...]


def counting(course: Course, month: str, moment: datetime) -> Standing | None:
    """The report whose money counts: also one that was returned, for as long as its month has not closed."""
    found = standing(course, month, moment)
    returned = [
        each.at for each in course.did if (each.what, each.period) == ("return", month) and each.at <= moment
    ]
    if found is None and returned and moment < window(month).closes + SECOND:
        return standing(course, month, max(returned) - SECOND)
    return found


def standing(course: Course, period: str, moment: datetime, what: str = "report") -> Standing | None:
    """What stands for a period at a moment.

    What was withdrawn has never come. What was returned and mended in time came when it came first; until it is
    mended it has not come.
    """
    found, returned, mend_by = None, None, None
    for did in course.did:
        if did.period != period or did.at > moment:
            continue
        if did.what == what:
            in_time = returned is not None and mend_by is not None and did.at <= mend_by
            counts = returned.at if in_time and returned is not None else did.at
            found, returned = Standing(counts, did.amount, did.made_up, did.made_up_for), None
        elif did.what == "correct" and found is not None:
            found = replace(found, amount=did.amount)
        elif did.what == "withdraw":
            found = None
        elif did.what == "return":
            found, returned, mend_by = None, found, did.until
    return found


# Duties


@dataclass(frozen=True)
class Duty:
    """What a project owes: kind is progress, zero or issue."""

    project: str
    unit: str
    kind: str
    period: str
    span: Span
    state: str | None  # None: it has not closed

    def __str__(self) -> str:
        moments = " ".join(
            f"{each:%m-%d %H:%M}" for each in (self.span.opens, self.span.due, self.span.closes)
        )
        return f"{self.project} ({self.unit}) {self.kind} {self.period}: {moments}, {self.state}"


def duties(courses: Sequence[Course], begins: datetime, ends: datetime) -> list[Duty]:
    """Every duty that exists at the end, with the state that it closed with."""
    return [
        duty
        for course in courses
        if course.owes
        for duty in (
            *_regular(course, "progress", periods(month_before(begins), begins, ends), ends),
            *_regular(course, "zero", periods(half_before(begins), begins, ends), ends),
            *_words(course, begins, ends),
        )
    ]


def periods(first: str, begins: datetime, ends: datetime) -> list[str]:
    """From the one that is on at the beginning to the one after the newest that has opened."""
    found, period = [], first
    while window(period).opens <= ends:
        if window(period).closes > begins:
            found.append(period)
        period = after(period)
    return [*found, period]


def _regular(course: Course, kind: str, of: Sequence[str], ends: datetime) -> list[Duty]:
    """A project owes what it is on the list for in full: from its first full period, and not before it was resumed."""
    found = []
    for period in of:
        if course.registered <= first_of(period) and not _away_when_opened(course, period):
            span = window(period)
            state = (
                _state(course, kind, period, span)
                if ends > span.closes
                else _early_state(course, period, span, ends)
            )
            found.append(Duty(course.name, course.unit, kind, period, span, state))
    return found


def _away_when_opened(course: Course, period: str) -> bool:
    """Opened ahead, when the period before it opens: a project that is paused then has nothing opened for it.

    When it comes back, only what begins after its return is opened.
    """
    pause, resume = course.first("pause"), course.first("resume")
    before = month_of(first_of(period) - DAY) if "H" not in period else _half_before(period)
    opened = window(before).opens
    if pause is None or pause.at > opened:
        return False
    return resume is None or resume.at.date() > first_of(period)


def _half_before(period: str) -> str:
    year = int(period[:4])
    return f"{year}H1" if period.endswith("2") else f"{year - 1}H2"


def _off(course: Course, period: str, moment: datetime) -> bool:
    """Whether, at a moment, it had left the list before the period ended and had not come back for all of it."""
    pause, resume = course.first("pause"), course.first("resume")
    if pause is None or pause.at > moment or pause.at.date() >= last_of(period):
        return False
    if resume is None or resume.at > moment:
        return True
    return resume.at.date() > first_of(period)


def _early_state(course: Course, period: str, span: Span, ends: datetime) -> str | None:
    """Before the close only what no longer applies has a state."""
    filed = standing(course, period, ends) or standing(course, period, ends, "zero")
    return "void" if _off(course, period, ends) and filed is None else None


def _state(course: Course, kind: str, period: str, span: Span) -> str:
    filed = standing(course, period, span.closes, "report" if kind == "progress" else "zero")
    exempt = course.first("exempt", period) if kind == "progress" else None
    if exempt is not None and exempt.at <= span.closes:
        return "exempt"
    if filed is not None and filed.at < span.due + SECOND:
        return "on_time"
    if filed is not None and filed.at < span.closes + SECOND:
        return "late"
    if kind == "zero" and _problem_answers(course, period, span):
        return "void"
    if _off(course, period, span.closes):
        return "void"
    return _after_close(course, kind, period, standing(course, period, span.closes + 90 * DAY))


def _after_close(course: Course, kind: str, period: str, filed: Standing | None) -> str:
    """Unlocked and filed until then: late at best."""
    unlock = course.first("unlock", period) if kind == "progress" else None
    if unlock is None or unlock.until is None or filed is None:
        return "missed"
    return "late" if unlock.at <= filed.at < unlock.until + SECOND else "missed"


def _problem_answers(course: Course, half: str, span: Span) -> bool:
    """A problem filed in the half-year, or open at the close, answers for the zero."""
    problem, solved = course.first("problem"), course.first("solved")
    if problem is None or problem.at > span.closes:
        return False
    in_it = first_of(half) <= problem.at.date() <= last_of(half)
    return in_it or solved is None or solved.at > span.closes


def _words(course: Course, begins: datetime, ends: datetime) -> list[Duty]:
    """The monthly word: on a general problem older than the month, open at its end. It is opened with its window.

    A problem that is solved between the opening and the month's end was owed a word when that opened, and the solving
    is one.
    """
    problem, solved = course.first("problem"), course.first("solved")
    found = []
    for period in periods(month_before(begins), begins, ends):
        span = window(period)
        if problem is None or span.opens > ends or problem.at.date() >= first_of(period):
            continue
        if course.registered > first_of(period):  # not its first full period yet
            continue
        if (solved is not None and solved.at < span.opens) or _paused(course, span.opens):
            continue
        said = [
            each.at
            for each in course.did
            if each.what in ("word", "solved") and span.opens <= each.at < span.closes + SECOND
        ]
        state = None
        if ends > span.closes:
            state = "missed" if not said else "on_time" if min(said) < span.due + SECOND else "late"
        elif not said and _off(course, period, ends):
            state = "void"
        found.append(Duty(course.name, course.unit, "issue", period, span, state))
    return found


def _paused(course: Course, moment: datetime) -> bool:
    pause, resume = course.first("pause"), course.first("resume")
    return pause is not None and pause.at <= moment and (resume is None or resume.at > moment)


# Figures


def shares(found: Sequence[Duty]) -> dict[tuple[str, str, str], dict[str, int]]:
    """How many duties of each state a unit has, by period and kind; only what has closed."""
    counted: dict[tuple[str, str, str], dict[str, int]] = {}
    for duty in found:
        if duty.state is not None:
            states = counted.setdefault((duty.unit, duty.kind, duty.period), {})
            states[duty.state] = states.get(duty.state, 0) + 1
    return counted


# What is said unasked


@dataclass(frozen=True, order=True)
class Said:
    """A message that nobody asked for: when, to whom, what about; of a reminder the projects and how many are owed."""

    at: datetime
    to: str
    about: str
    names: tuple[str, ...] = ()
    count: int = 0

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} to {self.to}: {self.about} {self.count or ''} {' '.join(self.names)}"


def unknown_years(begins: datetime, ends: datetime, admins: Sequence[str]) -> list[Said]:
    """From November on, as soon as duties are opened ahead whose dates touch a year of which no holidays are known.

    Each admin hears it once a year, on the first working morning after the period before has opened.
    """
    for period in periods(month_before(begins), begins, ends)[:-1]:
        ahead = window(after(period))
        years = {each.year for each in (ahead.opens, ahead.due, ahead.closes)}
        opened = window(period).opens
        if any(year > NEWEST_KNOWN and opened.date() >= date(year - 1, 11, 1) for year in years):
            return [Said(at(workday(1, opened.date()), time(8, 31)), admin, "calendar") for admin in admins]
    return []
