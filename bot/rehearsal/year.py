"""Rehearsing a year (演练): what will be owed and said, found by living through it on a copy."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from bot.office import stored_city_time
from bot.rehearsal import words
from bot.rehearsal.living import Life, live
from bot.rehearsal.messages import unasked
from bot.rehearsal.refusal import CannotLive
from bot.rehearsal.rehearsed import Owed, Rehearsed
from bot.rehearsal.supposing import everybody_is_reached, everybody_reports
from bot.rehearsal.telling import by_month
from reminders.reach import Reach
from rules.kinds import DutyState
from rules.periods import Period
from rules.timetable import Dated, timetable
from rules.workdays import local_date
from storage import rules as stored_rules
from storage.database import Database
from storage.sheets import Progress, nobody
from storage.tables.registry import Unit
from storage.tables.reporting import Duty

MOST_YEARS_AHEAD = 3


@dataclass(frozen=True, slots=True)
class Supposed:
    """`rules` is the text that is tried, and `rules_name` what it is called; None: the rules in force."""

    reporting: bool = False
    rules: str | None = None
    rules_name: str = ""


def rehearse(
    copy: Database,
    year: int,
    supposed: Supposed,
    machine: datetime,
    zone: ZoneInfo,
    reach: Reach,
    progress: Progress = nobody,
) -> Rehearsed:
    """Lives on the copy from now to the year's end. Raises CannotLive."""
    now = copy.read_now(lambda session: stored_city_time(session, machine))
    begins, ends = _year(year, now, zone)
    told = by_month(progress, year, now, zone)
    copy.run_now(lambda session: take_rules(session, supposed.rules, now))
    everybody = copy.run_now(lambda session: everybody_is_reached(session, reach, now))
    life = Life(now, ends, zone, everybody)
    if supposed.reporting:
        life = Life(now, ends, zone, everybody, at_each_step=partial(everybody_reports, zone=zone))
    live(copy, life, told)
    return copy.read_now(lambda session: _found(session, year, supposed, now, begins, ends, zone))


def take_rules(session: Session, text: str | None, now: datetime) -> None:
    """Puts the rules that are tried into force on the copy; a city that was never served gets the defaults."""
    if text is not None or stored_rules.newest(session) is None:
        stored_rules.take(session, text, now)


def _year(year: int, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    present = now.astimezone(zone).year
    if year < present:
        raise CannotLive(
            f"{year}: found a year that is over; expected {present} or a later one. "
            f"`sanbao replay {year}-12 --copy` lives through a month of the past again."
        )
    if year > present + MOST_YEARS_AHEAD:
        raise CannotLive(f"{year}: expected a year up to {present + MOST_YEARS_AHEAD}.")
    return datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone)


def _found(
    session: Session,
    year: int,
    supposed: Supposed,
    now: datetime,
    begins: datetime,
    ends: datetime,
    zone: ZoneInfo,
) -> Rehearsed:
    dates = tuple(timetable(year, stored_rules.in_force(session).book, zone))
    lines = [words.WHAT_IT_IS.format(begins=in_full(now, zone), ends=f"{year}年12月31日")]
    if now > begins:
        lines.append(words.PAST.format(begins=in_full(now, zone)))
    lines.append(words.EVERYBODY_REPORTS if supposed.reporting else words.NOBODY_REPORTS)
    lines += [words.EVERYBODY_REACHED, words.NO_PROBLEMS, rules_said(session, supposed)]
    return Rehearsed(
        year=year,
        zone=zone,
        supposed=(*lines, *_unknown(dates, zone)),
        dates=dates,
        owed=tuple(_owed(session, begins, ends)),
        messages=tuple(unasked(session, max(now, begins), ends)),
    )


def _unknown(dates: tuple[Dated, ...], zone: ZoneInfo) -> Iterator[str]:
    years = {each.window.due.astimezone(zone).year for each in dates if not each.known}
    if years:
        yield words.UNKNOWN_YEARS.format(years="、".join(map(str, sorted(years))))


def _owed(session: Session, begins: datetime, ends: datetime) -> Iterator[Owed]:
    """What is due in the year, by unit."""
    excused = (DutyState.EXEMPT, DutyState.VOID)
    rows = session.execute(
        select(Unit.name, Duty.kind, Duty.period, func.count())
        .join(Unit, Unit.id == Duty.unit_id)
        .where(
            Duty.due >= begins,
            Duty.due < ends,
            Duty.exempt.is_(None),
            or_(Duty.state.is_(None), Duty.state.not_in(excused)),
        )
        .group_by(Unit.name, Duty.kind, Duty.period)
        .order_by(func.min(Duty.due), Duty.kind, Unit.name)
    )
    for unit, kind, period, count in rows:
        yield Owed(unit, kind, Period.parse(period), count)


def rules_said(session: Session, supposed: Supposed) -> str:
    """Under which rules it was lived."""
    if supposed.rules is not None:
        return words.RULES_TRIED.format(file=supposed.rules_name)
    return words.RULES_IN_FORCE.format(version=stored_rules.in_force(session).version)


def in_full(moment: datetime, zone: ZoneInfo) -> str:
    """2012年3月26日"""
    day = local_date(moment, zone)
    return f"{day.year}年{day.month}月{day.day}日"
