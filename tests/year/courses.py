"""A year drawn by lot: projects, how their people are, and when the program is down. The same seed, the same year."""

from collections.abc import Iterator, Sequence
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
    standing,
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


# Those of 2012 are the sample city's (sample.py).
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
    Outage(
        datetime(2026, 5, 20, 7, 59, tzinfo=CITY), datetime(2026, 5, 20, 8, 25, tzinfo=CITY)
    ),  # over a digest, but not so long that it would be late
    Outage(
        datetime(2026, 8, 11, 7, tzinfo=CITY), datetime(2026, 8, 11, 20, tzinfo=CITY)
    ),  # over a digest and a review, into the evening
    Outage(datetime(2012, 4, 6, 8, 30, tzinfo=CITY), datetime(2012, 4, 6, 11, tzinfo=CITY)),
    Outage(
        datetime(2012, 6, 28, 20, tzinfo=CITY), datetime(2012, 7, 2, 9, 15, tzinfo=CITY)
    ),  # a half-year's end
    Outage(datetime(2012, 12, 10, 7, tzinfo=CITY), datetime(2012, 12, 11, 8, 10, tzinfo=CITY)),
    Outage(datetime(2026, 9, 29, 12, tzinfo=CITY), datetime(2026, 10, 7, 12, tzinfo=CITY)),  # eight days
)


def courses(count: int, seed: int) -> list[Course]:
    lot = Random(seed)  # noqa: S311 - nothing is to be kept secret
    return [*(_course(number, count, lot) for number in range(count)), *_on_the_edges(count)]


MILLION = 1_000_000


def _on_the_edges(number: int) -> Iterator[Course]:
    """Two projects that stand every second month exactly on the yellow or the red edge, and else one yuan beside it.

    Of 6,000万 a year 500万 are a month's share, and one point is 60万.
    """
    for name, points, beside in (("黄边渠", _yellow_edge, 1), ("红边渠", lambda _month: 30, -1)):
        course = Course(
            name, "1号局", "联络人边", date(2025, 6, 1), number=number, plans=((2026, 60 * MILLION),),
            opening_month="2025-11",
        )  # fmt: skip
        number, spent, did = number + 1, 0, [_filed_early("2025-12", 0)]
        for month in range(1, 13):
            through = 5 * MILLION * month - 600_000 * points(month) + beside * (month % 2)
            amount = max(through - spent, 0)
            spent += amount
            did.append(_filed_early(f"2026-{month:02}", amount))
        yield replace(course, did=tuple(possible(course, did)))


def _yellow_edge(month: int) -> int:
    return 10 if month < 9 else 15


def _filed_early(period: str, amount: int) -> Did:
    return Did(
        max(at(window(period).opens.date() + DAY, time(11, 7)), BEGINS + DAY), "report", period, amount=amount
    )


def _course(number: int, count: int, lot: Random) -> Course:
    name = f"{PLACES[number // len(NAMES) % 5]}{'一二三四五六七八九'[number // 60 % 9]}{NAMES[number % len(NAMES)]}"
    registered = date(2026, 4, 15) if number % 11 == 10 else date(2025, 6, 1)
    plan = lot.randint(20, 90) * 1_000_000
    bare = Course(
        name, f"{number % (3 if count < 60 else 8) + 1}号局", f"联络人{number // 2 + 1}", registered,
        owes=number % 13 != 12, number=number,
        plans=((2025, plan - 3_333_333), (2026, plan), (2027, plan)) if number % 10 != 9 else (),
        opening_month="2025-11" if registered.year < BEGINS.year else "2026-03",
        opening_done=plan // lot.choice([1, 2, 3, 4, 7]),
        start_planned=date(2026, 3, 20) if number % 9 == 4 else None,
        finish_planned=date(2026, 10, 31) if number % 5 == 2 else None,
        milestones=(date(2026, 4, 15),) if number % 8 == 5 else (),
        counts=number % 13 != 12,
        successor=(date(2026, 8, 3), f"联络人{abs(number // 2 - 3)}") if number % 10 == 1 else None,
    )  # fmt: skip
    did = sorted(_drawn(bare, number, lot), key=lambda each: each.at) if bare.owes else []
    return replace(bare, did=tuple(with_amounts(bare, list(possible(bare, did)), lot)))


PACES = (0.2, 0.6, 0.8, 0.9, 1.0, 1.2)  # of a twelfth of the year plan


def with_amounts(course: Course, did: Sequence[Did], lot: Random) -> Iterator[Did]:
    """What each report says was done; and, where months before it were not reported, what was done in those."""
    pace, done = lot.choice(PACES), list[Did]()
    for each in did:
        if each.what in ("report", "correct"):
            plan = max((yuan for _, yuan in course.plans), default=6_000_000)
            amount = int(plan / 1200 * pace * lot.uniform(0.5, 1.5)) * 100
            each = replace(each, amount=amount)
        if each.what == "correct":
            before = next(one for one in reversed(done) if (one.what, one.period) == ("report", each.period))
            each = replace(each, made_up=before.made_up, made_up_for=before.made_up_for)
        if each.what == "report":
            silent = _silent(replace(course, did=tuple(done)), each)
            in_year = sum(month[:4] == each.period[:4] for month in silent)
            each = replace(each, made_up=in_year * 312_345, made_up_for=silent)
        done.append(each)
        yield each


# In working hours, after everything of that morning has been sent: the machine's clock is put back by an hour.
PUT_BACK = datetime(2026, 5, 6, 9, 10, tzinfo=CITY)


def _silent(before: Course, report: Did) -> tuple[str, ...]:
    """The months between the report before and this one; none if there is one after it."""
    found, month = list[str](), after(before.opening_month)
    while month < report.period:
        found = [*found, month] if standing(before, month, report.at) is None else []
        month = after(month)
    return tuple(found)


def _drawn(course: Course, number: int, lot: Random) -> Iterator[Did]:
    habit = HABITS[number % len(HABITS)]
    for period in _months(course):
        filed = filing(lot.choice(HABITS[:5]) if habit == "as_it_comes" else habit, period, lot)
        if filed is not None:
            yield Did(filed, "report", period)
            if number % 5 == 0:
                yield from _second_thoughts(filed, period)
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


def _second_thoughts(filed: datetime, period: str) -> Iterator[Did]:
    """What becomes of a report once filed: it is corrected, withdrawn, or returned and mended in time."""
    returned = at(workday(1, filed.date() + DAY), time(10, 40))
    match period[5:]:
        case "03":
            yield Did(filed + timedelta(hours=2), "correct", period)
        case "06":
            yield Did(filed + timedelta(hours=2), "withdraw", period)
            yield Did(filed + timedelta(hours=30), "report", period)
        case "04":
            yield Did(returned, "return", period, at(workday(3, returned.date() + DAY), time(23, 59, 59)))
            yield Did(at(workday(2, returned.date() + DAY), time(9, 30)), "report", period)


HALVES = ("2025H2", "2026H1", "2026H2")


def _months(course: Course) -> Iterator[str]:
    period = "2025-12"
    while period != "2027-01":
        if course.registered <= first_of(period):
            yield period
        period = after(period)


def filing(habit: str, period: str, lot: Random, begins: datetime = BEGINS) -> datetime | None:
    span = window(period)
    minute = timedelta(minutes=lot.randrange(60))
    match habit:
        case "early":
            return (
                max(at(span.opens.date() + DAY * lot.randint(0, 4), time(9)), begins)
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


def possible(
    course: Course, did: list[Did], begins: datetime = BEGINS, ends: datetime = ENDS
) -> Iterator[Did]:
    """Only what the program would take: what came in an outage comes at its end, and nothing is filed where nothing is
    open."""
    done: list[Did] = []
    for each in did:
        moved = replace(each, at=_arrival(each.at))
        if begins < moved.at < ends and _may(course, done, moved):
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
            return standing(before, did.period, did.at, did.what) is None and _is_open(before, did)
        case "correct" | "withdraw" | "return":
            return standing(before, did.period, did.at) is not None and _is_open(before, did)
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
    if did.what == "zero" and (problem := before.first("problem")):
        half = 1 if problem.at.month < 7 else 2
        if did.period == f"{problem.at.year}H{half}":
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
