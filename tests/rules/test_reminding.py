"""Reminders as rules: their days, what an outage leaves of them, the ladder, the pace; held to models of their own."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.book import Book, BookError, default_book, load
from rules.kinds import Anchor, DutyKind, Role, Snooze
from rules.periods import Period, Window, window
from rules.reminding import (
    goes_on,
    ladder,
    next_beginning,
    pick,
    quiet_from,
    reminders,
    slot,
    snoozed,
    useless_after,
)
from rules.workdays import city_zone, local_date

ZONE = city_zone()
BOOK = default_book()
MARCH = window(DutyKind.PROGRESS, Period.month(2012, 3), BOOK, ZONE)
DAY = timedelta(days=1)


def local(month: int, day: int, hour: int = 8, minute: int = 47) -> datetime:
    return datetime(2012, month, day, hour, minute, tzinfo=ZONE)


def said(span: Window, book: Book = BOOK) -> list[tuple[str, datetime]]:
    return [(each.step.key, each.at) for each in reminders(span, book, ZONE)]


# Days


def test_days_are_counted_in_working_days_and_a_make_up_saturday_is_one() -> None:
    assert said(MARCH) == [
        ("due-5", local(3, 28)), ("due-3", local(3, 30)), ("due-1", local(4, 1)), ("due-0", local(4, 5)),
        ("overdue-1", local(4, 6)), ("close-1", local(4, 9)),
    ]  # fmt: skip


def test_a_zero_is_reminded_of_from_its_opening_and_never_overdue() -> None:
    half = window(DutyKind.ZERO, Period.parse("2012H1"), BOOK, ZONE)
    assert [key for key, _ in said(half)] == ["due-3", "due-1", "due-0"]


@pytest.mark.parametrize("year", range(2010, 2027))
def test_every_month_has_at_most_one_reminder_a_day_all_between_opening_and_close(year: int) -> None:
    for number in range(1, 13):
        span = window(DutyKind.PROGRESS, Period.month(year, number), BOOK, ZONE)
        moments = [each.at for each in reminders(span, BOOK, ZONE)]
        assert moments == sorted({*moments})
        assert all(span.opens <= each < span.closes for each in moments)


def test_of_two_on_one_day_the_one_that_reaches_further_up_stays() -> None:
    book = load('[monthly]\ncloses_day = 6\n[rolling]\ncloses = "next"')
    span = window(DutyKind.PROGRESS, Period.month(2012, 5), book, ZONE)  # due on Tuesday 5 June
    assert [key for key, _ in said(span, book)][-2:] == ["due-0", "overdue-1"]
    steps = ('{ key = "a", anchor = "overdue", workdays = 1, upto = "head" }',
             '{ key = "b", anchor = "close", workdays = 0, upto = "reporter" }')  # fmt: skip
    both = load(f"[monthly]\ncloses_day = 6\n[reminders]\nsteps = [{', '.join(steps)}]")
    assert [key for key, _ in said(span, both)] == ["a"]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ('[reminders]\nat = "09:30"', "0 and 30"),
        ('[reminders]\nat = "07:15"', "quiet hours"),
        ('[reminders]\nsteps = [{ key = "a", anchor = "overdue", workdays = 0, upto = "head" }]', "overdue"),
        ('[reminders]\nsteps = [{ key = "a", anchor = "due", workdays = 1, upto = "office" }]', "upto"),
    ],
)
def test_a_mistake_in_the_steps_is_named(text: str, mistake: str) -> None:
    with pytest.raises(BookError, match=mistake):
        load(text)


# Clock changes: a model of its own, from offsets instead of folds

TIMES = ("00:15", "01:15", "02:15", "02:45", "03:15", "12:15", "22:45")
FIRST, LAST = date(2020, 1, 1), date(2035, 12, 31)


@cache
def changes() -> tuple[tuple[str, tuple[date, ...]], ...]:
    """Every time zone that behaves like no other before it, with the dates on which its clocks change."""
    noons = [datetime.combine(FIRST, time(12), UTC) + DAY * number for number in range((LAST - FIRST).days)]
    seen: dict[tuple[timedelta | None, ...], str] = {}
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        seen.setdefault(tuple(noon.astimezone(zone).utcoffset() for noon in noons), name)
    return tuple(
        (name, tuple(noons[at].date() for at in range(1, len(noons)) if offsets[at] != offsets[at - 1]))
        for offsets, name in seen.items()
    )


@cache
def a_book(at: str) -> Book:
    """One reminder, in the morning of the day; every day near a change is worked, and nothing is quiet."""
    near = sorted({day + DAY * off for _, days in changes() for day in days for off in (-2, -1, 0, 1, 2)})
    return load(
        '[quiet_hours]\nbegins = "23:59"\nends = "00:00"\n'
        f"[calendar]\nworkdays = [{', '.join(map(str, near))}]\n"
        f'[reminders]\nat = "{at}"\n'
        'steps = [{ key = "day", anchor = "due", workdays = 0, upto = "head" }]'
    )


def expected(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The first instant at which a clock on the wall shows it; in a gap, as if the clock had not been put forward."""
    wall = datetime.combine(day, at)
    noon = wall.replace(tzinfo=UTC)
    offsets = [(noon + timedelta(hours=hours)).astimezone(zone).utcoffset() for hours in (-30, 30)]
    shown = [
        instant
        for offset in offsets
        if offset is not None
        and (instant := wall.replace(tzinfo=timezone(offset))).astimezone(zone).utcoffset() == offset
    ]
    before = offsets[0]
    assert before is not None
    return min(shown, default=wall.replace(tzinfo=timezone(before)))


def days_near_changes() -> Iterator[tuple[ZoneInfo, date]]:
    for name, days in changes():
        near = sorted({day + DAY * off for day in days for off in (-1, 0, 1)})
        for day in near:
            yield ZoneInfo(name), day


@pytest.mark.parametrize("at", TIMES)
def test_in_every_time_zone_each_date_near_a_clock_change_has_its_reminder_once(at: str) -> None:
    """All time zones from 2020 to 2035, those that behave alike once; around both changes of each year."""
    book, clock = a_book(at), time.fromisoformat(at)
    last: tuple[ZoneInfo, datetime] | None = None
    for zone, day in days_near_changes():
        noon = datetime.combine(day, time(23, 58), zone)
        span = Window(noon - DAY * 20, noon, noon + DAY)
        [found] = reminders(span, book, zone)
        assert found.at == expected(day, clock, zone), (zone, day)
        assert local_date(found.at, zone) == day, (zone, day)
        assert last is None or last[0] is not zone or last[1] < found.at
        last = (zone, found.at)


# What an outage leaves


@given(st.integers(0, 20 * 24 * 60), st.integers(0, 10 * 24 * 60))
def test_however_long_an_outage_every_step_is_decided_once_and_at_most_one_is_sent(
    begins: int, lasts: int
) -> None:
    all_of_it = reminders(MARCH, BOOK, ZONE)
    start = MARCH.opens + timedelta(minutes=begins)
    known: set[str] = {each.step.key for each in all_of_it if each.at <= start}
    now = start + timedelta(minutes=lasts)
    picked = pick(all_of_it, known, MARCH, now)
    missed = {each.step.key for each in all_of_it if start < each.at <= now}
    decided = [each.step.key for each, _ in picked.skipped] + ([picked.now.step.key] if picked.now else [])
    assert sorted(decided) == sorted(missed)
    assert all(why for _, why in picked.skipped)
    if picked.now is not None:
        assert picked.now.at == max(each.at for each in all_of_it if each.at <= now)
        assert now < MARCH.closes + timedelta(seconds=1)
        assert (picked.now.step.anchor is Anchor.DUE) <= (now < MARCH.due + timedelta(seconds=1))


def test_a_reminder_whose_day_has_passed_becomes_one_overdue_notice() -> None:
    all_of_it = reminders(MARCH, BOOK, ZONE)
    evening = pick(all_of_it, {"due-5", "due-3", "due-1"}, MARCH, local(4, 5, 19))
    assert (evening.now, evening.skipped[0][1]) == (None, "the due date had passed")
    morning = pick(all_of_it, {"due-5", "due-3", "due-1"}, MARCH, local(4, 6))
    assert morning.now is not None
    assert morning.now.step.key == "overdue-1"


def test_a_reminder_is_good_until_the_due_instant_and_then_until_the_close() -> None:
    assert useless_after(MARCH, local(4, 5, 17)) == MARCH.due
    assert useless_after(MARCH, local(4, 5, 19)) == MARCH.closes


# When


def test_reminders_begin_in_working_hours_from_their_hour_on() -> None:
    for now, begins in (
        (local(3, 28, 8, 40), local(3, 28)),
        (local(3, 28, 11), local(3, 28, 11)),
        (local(3, 28, 18), local(3, 29)),
        (local(4, 1, 20), local(4, 5)),  # 清明 is free until the 4th
    ):
        assert next_beginning(now, BOOK, ZONE) == begins
    assert quiet_from(local(3, 28), BOOK, ZONE) == local(3, 28, 18, 0)


def test_what_is_put_off_comes_in_working_hours() -> None:
    assert snoozed(local(3, 28, 9, 10), Snooze.HOURS, BOOK, ZONE) == local(3, 28, 11, 10)
    assert snoozed(local(3, 28, 17), Snooze.HOURS, BOOK, ZONE) == local(3, 29)
    assert snoozed(local(3, 28, 9), Snooze.MORNING, BOOK, ZONE) == local(3, 29)
    assert snoozed(local(4, 1, 9), Snooze.MORNING, BOOK, ZONE) == local(4, 5)


@given(st.integers(0, 30_000), st.integers(1, 3_000), st.integers(0, 59), st.integers(0, 59))
def test_a_wave_keeps_its_pace_and_never_uses_a_busy_minute(
    place: int, per_minute: int, minute: int, second: int
) -> None:
    begins = local(3, 28, 9, minute) + timedelta(seconds=second)
    moment, following = slot(begins, place, per_minute), slot(begins, place + 1, per_minute)
    assert begins <= moment <= following
    assert moment.minute not in (0, 30)
    minutes = place // per_minute
    assert moment - begins <= timedelta(minutes=minutes + minutes // 29 + 3)


@pytest.mark.parametrize("minute", [0, 30])
def test_a_wave_that_begins_in_a_busy_minute_waits_for_its_end(minute: int) -> None:
    assert slot(local(3, 28, 9, minute), 0, 1200) == local(3, 28, 9, minute + 1)
    assert slot(local(3, 28, 9, minute) + timedelta(seconds=59), 0, 1200) == local(3, 28, 9, minute + 1)


@given(st.integers(0, 20_000), st.integers(60, 3_000), st.integers(0, 59))
def test_a_wave_that_stood_still_goes_on_at_its_pace(written: int, per_minute: int, minute: int) -> None:
    now = local(3, 29, 8, minute)
    begun = goes_on(now, written, per_minute)
    hour = timedelta(minutes=60)
    assert now <= slot(begun, written, per_minute) < now + hour
    ahead = slot(begun, written + 10 * per_minute, per_minute) - slot(begun, written, per_minute)
    assert timedelta(minutes=9) <= ahead <= timedelta(minutes=12)


def test_ten_thousand_are_out_within_ten_minutes() -> None:
    assert slot(local(3, 28), 9_999, BOOK.reminders.per_minute) - local(3, 28) < timedelta(minutes=10)


# The ladder

CONTACT, DEPUTY, HEAD = 1, 2, 3
ALL = {Role.REPORTER: (CONTACT,), Role.DEPUTY: (DEPUTY,), Role.HEAD: (HEAD,)}


@pytest.mark.parametrize(
    ("answering", "upto", "unreachable", "told"),
    [
        (ALL, Role.REPORTER, set(), [CONTACT]),
        (ALL, Role.DEPUTY, set(), [CONTACT, DEPUTY]),
        (ALL, Role.HEAD, set(), [CONTACT, DEPUTY, HEAD]),
        (ALL, Role.REPORTER, {CONTACT}, [CONTACT, DEPUTY]),
        (ALL, Role.REPORTER, {CONTACT, DEPUTY}, [CONTACT, DEPUTY, HEAD]),
        (ALL, Role.DEPUTY, {CONTACT}, [CONTACT, DEPUTY]),
        ({Role.HEAD: (HEAD,)}, Role.REPORTER, set(), [HEAD]),
        ({Role.REPORTER: (CONTACT, 4)}, Role.REPORTER, {CONTACT}, [CONTACT, 4]),
        ({Role.REPORTER: (HEAD,), Role.HEAD: (HEAD,)}, Role.HEAD, set(), [HEAD]),
        ({}, Role.HEAD, set(), []),
    ],
)
def test_the_ladder_ends_at_its_rung_but_never_where_nobody_is_reached(
    answering: dict[Role, tuple[int, ...]], upto: Role, unreachable: set[int], told: list[int]
) -> None:
    found = ladder(answering, upto, lambda person: person not in unreachable)
    assert [each.person for each in found] == told
    lowest = next((those for those in answering.values() if those), ())
    assert {each.person for each in found if each.own} == set(lowest)
