"""Everything that one digest tells, read in one transaction as of one instant: a handful of grouped queries.

Rule 1  Whatever stands in a digest was read here, once: its figures are one snapshot and agree with each other, with
        its picture and with the ledger.
Rule 2  How many queries there are does not depend on how many projects there are; rows stream, and only what is told
        or kept for a code stays.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby, islice
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from rules.book import Book
from rules.kinds import DutyKind, Light, Severity
from rules.periods import Period, latest_opened, span
from rules.problems import days_overdue
from rules.workdays import local_date
from storage import codes, lights, news, projects, spending
from storage.codes import Figure, Gathering, Part, figure_of
from storage.news import Came, OpenProblem
from storage.scopes import CITY, Scope
from storage.spending import ProjectDone

NAMED = 2  # of problems and of projects what is told by name
BARS = 12  # of a picture, to be readable on a phone


@dataclass(frozen=True, slots=True)
class LateProblem:
    problem: OpenProblem
    days: int  # beyond its limit


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of the picture: a project, a unit or a district. `project_id` 0: it is no project."""

    name: str
    done: int
    plan: int
    project_id: int = 0
    light: Light | None = None


@dataclass(frozen=True, slots=True)
class MissedPeriod:
    """What was never reported of a period (未报): how many reports of a kind, and the first projects by number."""

    kind: DutyKind
    period: Period
    count: int
    projects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DigestFacts:
    """As of `as_of`, since `since`. `through` is the month up to which money is counted."""

    since: datetime
    as_of: datetime
    day: date
    through: Period
    came: Came
    money: Figure
    bars: tuple[Bar, ...] = ()
    majors: Figure = field(default_factory=lambda: Figure(codes.MAJOR, 0))
    major: tuple[OpenProblem, ...] = ()
    overdue: Figure = field(default_factory=lambda: Figure(codes.OVERDUE, 0))
    late: tuple[LateProblem, ...] = ()
    owing: Figure = field(default_factory=lambda: Figure(codes.OWING, 0))
    units: tuple[tuple[str, int], ...] = ()  # that have not reported, most first
    missed: Figure = field(default_factory=lambda: Figure(codes.MISSED, 0))
    periods: tuple[
        MissedPeriod, ...
    ] = ()  # in which something was missed: progress first, of each kind the newest
    lights: Figure = field(default_factory=lambda: Figure(codes.LIGHTS, 0))
    turned: tuple[tuple[Light, str], ...] = ()  # the new light and the project, red first; the first few
    turned_to: tuple[tuple[Light, int], ...] = ()  # how many turned to each light

    @property
    def anything_new(self) -> bool:
        """Whether there is more to say than that nothing happened."""
        return bool(
            self.came.anything
            or self.majors.value
            or self.overdue.value
            or self.owing.value
            or self.missed.value
            or self.lights.value
        )

    @property
    def news(self) -> Figure:
        return Figure(codes.NEWS, sum(self.came))


def read(
    session: Session, scope: Scope, *, since: datetime, as_of: datetime, book: Book, zone: ZoneInfo
) -> DigestFacts:
    day = local_date(as_of, zone)
    which = scope.holds(day)
    through = Period.month(day.year, day.month)
    money, bars = spent(session, scope, through, day)
    majors, major, overdue, late = _problems(news.open_problems(session, which), book, day, zone)
    zeros = latest_opened(DutyKind.ZERO, as_of, book, zone)
    owing, units = _owing(news.overdue(session, which, as_of, span(zeros, zone), str(zeros)))
    missed, periods = _missed(news.missed(session, which, since, as_of))
    light, turned, turned_to = _lights(session, scope, since, as_of, day)
    return DigestFacts(
        since, as_of, day, through, news.came(session, which, since, as_of), money, bars,
        majors, major, overdue, late, owing, units, missed, periods, light, turned, turned_to,
    )  # fmt: skip


def spent(session: Session, scope: Scope, through: Period, day: date) -> tuple[Figure, tuple[Bar, ...]]:
    """完成投资 against the year plan, and the bars of its picture: districts for the city, else projects or units."""
    gathered, groups = Gathering(), _Groups(scope)
    for row in spending.by_project(session, through, scope.holds(day)):
        if row.done or row.plan:
            gathered.add(Part(row.id, row.done, row.plan), row.plan)
            groups.add(row)
    return gathered.figure(codes.DONE, str(through)), _lit(session, groups.bars())


class _Groups:
    """Sums by district or unit, and the first few projects as long as there are no more than a picture holds."""

    def __init__(self, scope: Scope) -> None:
        self._by_district = scope.kind == CITY
        self._sums: dict[str, tuple[int, int]] = {}
        self._projects: list[ProjectDone] = []

    def add(self, row: ProjectDone) -> None:
        name = (row.district or row.unit) if self._by_district else row.unit
        done, plan = self._sums.get(name, (0, 0))
        self._sums[name] = done + row.done, plan + row.plan
        if len(self._projects) <= BARS:
            self._projects.append(row)

    def bars(self) -> tuple[Bar, ...]:
        if not self._by_district and (len(self._projects) <= BARS or len(self._sums) == 1):
            return tuple(Bar(row.name, row.done, row.plan, row.id) for row in self._projects[:BARS])
        bars = (Bar(name, done, plan) for name, (done, plan) in self._sums.items())
        return tuple(sorted(bars, key=lambda bar: -bar.plan)[:BARS])


def _lit(session: Session, bars: tuple[Bar, ...]) -> tuple[Bar, ...]:
    known = lights.current(session, [bar.project_id for bar in bars if bar.project_id])
    return tuple(
        Bar(bar.name, bar.done, bar.plan, bar.project_id, known[bar.project_id].light)
        if bar.project_id in known
        else bar
        for bar in bars
    )


def _problems(
    found: Iterable[OpenProblem], book: Book, day: date, zone: ZoneInfo
) -> tuple[Figure, tuple[OpenProblem, ...], Figure, tuple[LateProblem, ...]]:
    """Major problems, and general ones that are open beyond the limit of their category (办理时限)."""
    majors, overdue = Gathering(), Gathering()
    major: list[OpenProblem] = []
    late: list[LateProblem] = []
    for each in found:
        if each.severity is Severity.MAJOR:
            majors.add(Part(each.id, 1), -majors.count)
            major += [each] if len(major) < NAMED else []
            continue
        due = local_date(each.due, zone) if each.due else None
        if days := days_overdue(book, each.category, local_date(each.filed, zone), due, day):
            overdue.add(Part(each.id, 1), days)
            late.append(LateProblem(each, days))
            late = sorted(late, key=lambda one: -one.days)[:NAMED]
    return majors.figure(codes.MAJOR), tuple(major), overdue.figure(codes.OVERDUE), tuple(late)


def _owing(found: Iterable[news.Debt]) -> tuple[Figure, tuple[tuple[str, int], ...]]:
    gathered = Gathering()
    units: dict[str, int] = {}
    for debt in found:
        gathered.add(Part(debt.project_id, debt.owed), debt.owed)
        units[debt.unit] = units.get(debt.unit, 0) + debt.owed
    ranked = sorted(units.items(), key=lambda each: -each[1])
    return gathered.figure(codes.OWING), tuple(ranked)


def _missed(found: Iterable[news.Missed]) -> tuple[Figure, tuple[MissedPeriod, ...]]:
    gathered = Gathering()
    counts: dict[tuple[DutyKind, str], int] = {}
    names: dict[tuple[DutyKind, str], list[str]] = {}
    for project_id, rows in groupby(found, key=lambda each: each.project_id):
        count = 0
        for each in rows:
            key = each.kind, each.period
            count += each.reports
            counts[key] = counts.get(key, 0) + each.reports
            named = names.setdefault(key, [])
            named += [each.project] if len(named) < NAMED else []
        gathered.add(Part(project_id, count), count)
    order = list(DutyKind)
    newest = sorted(counts, key=lambda key: key[1], reverse=True)
    keys = sorted(newest, key=lambda key: order.index(key[0]))
    return gathered.figure(codes.MISSED), tuple(
        MissedPeriod(kind, Period.parse(period), counts[kind, period], tuple(names[kind, period]))
        for kind, period in keys
    )


_WORST_FIRST = (Light.RED, Light.YELLOW, Light.GREEN)


def _lights(
    session: Session, scope: Scope, since: datetime, as_of: datetime, day: date
) -> tuple[Figure, tuple[tuple[Light, str], ...], tuple[tuple[Light, int], ...]]:
    changes = [
        (each.after, each.project_id)
        for each in news.turned(session, scope.holds(day), since, as_of)
        if each.after is not None
    ]
    changes.sort(key=lambda change: (_WORST_FIRST.index(change[0]), change[1]))
    first = list(islice(changes, NAMED))
    names = {each.id: each.name for each in projects.these(session, {project for _, project in first})}
    counts = ((light, sum(after is light for after, _ in changes)) for light in _WORST_FIRST)
    return (
        figure_of(codes.LIGHTS, [Part(project, 1) for _, project in changes]),
        tuple((light, names[project]) for light, project in first),
        tuple((light, count) for light, count in counts if count),
    )
