"""A year drawn by lot: projects, how their people are, and when the program is down. The same seed, the same year."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random

from tests.year.model import (
    CITY,
    DAY,
    SIX,
    Course,
    Did,
    after,
    at,
    first_of,
    last_of,
    rolled,
    window,
    workday,
)

BEGINS = datetime(2026, 1, 1, 9, tzinfo=CITY)
ENDS = datetime(2027, 1, 20, 9, tzinfo=CITY)
HABITS = ("early", "early", "last_minute", "late", "never", "as_it_comes", "as_it_comes")
# Names of which none stands in another.
NAMES = ("水厂", "大道", "医院", "学校", "港口", "车站", "公园", "剧院", "粮库", "市场", "码头", "机场")
PLACES = "东西南北中"


@dataclass(frozen=True)
class Outage:
    """The program is down; what people send meanwhile comes when it is back."""

    begins: datetime
    ends: datetime


OUTAGES = (
    Outage(
        datetime(2026, 2, 4, 8, 46, 30, tzinfo=CITY), datetime(2026, 2, 4, 8, 47, 30, tzinfo=CITY)
    ),  # a minute
    Outage(
        datetime(2026, 3, 2, 8, tzinfo=CITY), datetime(2026, 3, 4, 10, tzinfo=CITY)
    ),  # 50 hours, over reminders
    Outage(
        datetime(2026, 4, 7, 16, tzinfo=CITY), datetime(2026, 4, 7, 19, tzinfo=CITY)
    ),  # three hours, over a due date
    Outage(
        datetime(2026, 6, 9, 22, tzinfo=CITY), datetime(2026, 6, 11, 0, tzinfo=CITY)
    ),  # 26 hours, over a close
    Outage(datetime(2026, 9, 29, 12, tzinfo=CITY), datetime(2026, 10, 7, 12, tzinfo=CITY)),  # eight days
)


def courses(count: int, seed: int) -> list[Course]:
    lot = Random(seed)  # noqa: S311 - nothing is to be kept secret
    return [_course(number, lot) for number in range(count)]


def _course(number: int, lot: Random) -> Course:
    name = f"{PLACES[number // len(NAMES) % 5]}{'一二三四五六七八九'[number // 60 % 9]}{NAMES[number % len(NAMES)]}"
    registered = date(2026, 4, 15) if number % 11 == 10 else date(2025, 6, 1)
    bare = Course(
        name, f"{number % 3 + 1}号局", f"联络人{number // 2 + 1}", registered, owes=number % 13 != 12
    )
    did = sorted(_drawn(bare, number, lot), key=lambda each: each.at) if bare.owes else []
    return replace(bare, did=tuple(_possible(bare, did)))


def _drawn(course: Course, number: int, lot: Random) -> Iterator[Did]:
    habit = HABITS[number % len(HABITS)]
    for period in _months(course):
        filed = _filing(lot.choice(HABITS[:5]) if habit == "as_it_comes" else habit, period, lot)
        if filed is not None:
            yield Did(filed, "report", period)
    if habit != "never":
        yield from (
            Did(at(workday(lot.randint(1, 5), last_of(half) + DAY), time(10)), "zero", half)
            for half in HALVES
        )
    match number % 6:
        case 1 if course.registered.year < BEGINS.year:
            yield from _a_problem(number, lot)
        case 3:
            yield from _a_pause(number, lot)
        case 4:
            yield from _office(course, lot)


HALVES = ("2025H2", "2026H1", "2026H2")


def _months(course: Course) -> Iterator[str]:
    period = "2025-12"
    while period != "2027-01":
        if course.registered <= first_of(period):
            yield period
        period = after(period)


def _filing(habit: str, period: str, lot: Random) -> datetime | None:
    span = window(period)
    minute = timedelta(minutes=lot.randrange(60))
    match habit:
        case "early":
            return (
                max(at(span.opens.date() + DAY * lot.randint(0, 4), time(9)), BEGINS)
                + minute
                + timedelta(hours=1)
            )
        case "last_minute":
            return lot.choice([span.due, span.due - timedelta(minutes=1), span.due - minute])
        case "late":
            days = (span.closes.date() - span.due.date()).days
            return lot.choice(
                [span.due + timedelta(seconds=1), span.due + DAY * lot.randint(1, days), span.closes]
            )
        case _:
            return None


def _a_problem(number: int, lot: Random) -> Iterator[Did]:
    """Filed in spring, a word in most months, solved in autumn; or within its half-year, which it answers for still."""
    solved = date(2026, 9, lot.choice([20, 27])) if number % 12 == 1 else date(2026, 6, lot.randint(12, 30))
    yield Did(at(date(2026, 3, lot.randint(2, 28)), time(11)), "problem")
    for month in ("2026-04", "2026-05", "2026-06", "2026-07", "2026-08"):
        said = window(month).opens.date() + DAY * lot.randint(1, 15)
        if lot.random() < 0.7 and said < solved:
            yield Did(at(said, time(15, 30)), "word")
    yield Did(at(solved, time(16)), "solved")


def _a_pause(number: int, lot: Random) -> Iterator[Did]:
    """On any day, or on the last of a month, which is then on the list in full; and back on any, or on a first."""
    gone, back = date(2026, 5, lot.randint(2, 30)), date(2026, 8, lot.randint(3, 28))
    if number % 12 == 3:
        gone, back = date(2026, 5, 31), date(2026, 9, 1)
    yield Did(at(gone, time(14)), "pause")
    yield Did(at(back, time(14)), "resume")


def _office(course: Course, lot: Random) -> Iterator[Did]:
    """One month is exempted, one that may have been missed is unlocked and then reported."""
    yield Did(at(window("2026-05").opens.date() + DAY * 2, time(10, 15)), "exempt", "2026-05")
    closed = window("2026-07").closes
    until = at(workday(3, closed.date() + DAY * 2), SIX)
    yield Did(at(workday(1, closed.date() + DAY), time(9, 30)), "unlock", "2026-07", until)
    yield Did(
        at(rolled(closed.date() + DAY * 2), time(11)) + timedelta(minutes=lot.randrange(50)),
        "report",
        "2026-07",
    )


# What cannot be: it is left out of the course, so that the model and the life are asked the same


def _possible(course: Course, did: list[Did]) -> Iterator[Did]:
    """Only what the program would take: what came in an outage comes at its end, and nothing is filed where nothing is
    open."""
    done: list[Did] = []
    for each in did:
        moved = replace(each, at=_arrival(each.at))
        if BEGINS < moved.at < ENDS and _may(course, done, moved):
            done.append(moved)
            yield moved


def _arrival(moment: datetime) -> datetime:
    for outage in OUTAGES:
        if outage.begins <= moment < outage.ends:
            return outage.ends
    return moment


def _may(course: Course, done: list[Did], did: Did) -> bool:
    before = replace(course, did=tuple(done))
    match did.what:
        case "report" | "zero":
            return before.first(did.what, did.period) is None and _is_open(before, did)
        case "exempt":
            return before.first("report", did.period) is None and not before.first("pause")
        case "unlock":
            return before.first("report", did.period) is None
        case "word" | "solved":
            return before.first("solved") is None
        case _:
            return True


def _is_open(before: Course, did: Did) -> bool:
    span, unlock = window(did.period), before.first("unlock", did.period)
    if unlock is not None and unlock.until is not None and unlock.at <= did.at <= unlock.until:
        return True
    if before.first("exempt", did.period) is not None or not span.opens <= did.at <= span.closes:
        return False
    if did.what == "zero" and (problem := before.first("problem")) and not before.first("solved"):
        return problem.at > did.at  # the problem has answered for it
    if did.what == "zero" and before.first("problem") and "2026" in did.period:
        half = 1 if before.first("problem").at.month < 7 else 2  # type: ignore[union-attr]  # it is there
        if did.period == f"2026H{half}":
            return False
    return _on_list(before, did)


def _on_list(before: Course, did: Did) -> bool:
    """Paused in mid-period, or back in mid-period, there is nothing to report."""
    pause, resume = before.first("pause"), before.first("resume")
    if _begins_later(before, did.period):
        return False
    if pause is None or pause.at.date() >= last_of(did.period):
        return True
    return resume is not None and resume.at.date() <= first_of(did.period)


def _begins_later(course: Course, period: str) -> bool:
    return course.registered > first_of(period)
