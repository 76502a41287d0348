"""The leaders' digests once more, as plainly as they can be said (docs/手册.md 日报 and 讲评, book.toml [digests]).

Every day is walked, and everybody who gets a digest is asked what there is to say of their projects of that day. What a
message says is put in words of our own, so that it can be compared with what is read off the program's (reading.py).
"""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from tests.year.model import (
    DAY,
    EDITED,
    SECOND,
    Course,
    Did,
    Duty,
    Said,
    at,
    duties,
    first_of,
    is_worked,
    last_of,
    month_before,
    month_of,
    window,
    workday,
)
from tests.year.reminding import EVENING, MORNING, Outages, is_owed, runs
from tests.year.standing import days_overdue, done, gap, light, of_day, percent, tenth, yuan

LATE = timedelta(minutes=30)
USUAL, USUAL_SINCE_EDITED, REVIEW = time(8, 3), time(8, 11), time(8, 33)
SHOWN = 10  # of what came at once
UNITS = 4  # that are named
KINDS = ("progress", "zero", "issue")


@dataclass(frozen=True)
class Leader:
    """Who gets digests: of which projects on a day, how often, when, and whether in silence if nothing is new.

    leads   a project on a day; None: the whole city. `reviewed`: is sent the month's review too.
    hour    None: as the rules say.
    """

    name: str
    leads: Callable[[Course, date], bool] | None
    often: str = "daily"
    hour: time | None = None
    silent: bool = False
    reviewed: bool = True

    def projects(self, courses: Sequence[Course], day: date) -> list[Course]:
        return [each for each in courses if self.leads is None or self.leads(each, day)]


@dataclass(frozen=True)
class Year:
    courses: Sequence[Course]
    duties: Sequence[Duty]
    begins: datetime
    ends: datetime
    down: Outages
    units: Sequence[str] = ()  # in the order of the registry, by which equals stand; if not given, by name

    def place(self, unit: str) -> tuple[int, str]:
        return (self.units.index(unit) if unit in self.units else 0, unit)


def lead(year: Year, leaders: Sequence[Leader], heard: AbstractSet[Duty]) -> list[Said]:
    """Everything that leaders are told unasked but about major problems."""
    found = [said for leader in leaders for said in _digests(year, leader, heard)]
    found += [said for leader in leaders if leader.often == "instant" for said in _at_once(year, leader)]
    return [*found, *_reviews(year, [leader for leader in leaders if leader.reviewed], heard)]


# 日报 and 周报


def _digests(year: Year, leader: Leader, heard: AbstractSet[Duty]) -> list[Said]:
    found, since, day = list[Said](), None, year.begins.date()
    while day <= year.ends.date():
        if _has_digest(leader, day):
            since, said = _digest(year, leader, day, since, heard)
            found += [said] if said else []
        day += DAY
    return found


def _has_digest(leader: Leader, day: date) -> bool:
    return is_worked(day) if leader.often == "daily" else day == _first_of_week(day)


def _first_of_week(day: date) -> date | None:
    monday = day - DAY * day.weekday()
    return next((monday + DAY * place for place in range(7) if is_worked(monday + DAY * place)), None)


def _hour(leader: Leader, day: date) -> time:
    if leader.hour is not None:
        return leader.hour
    return USUAL if day <= EDITED.date() else USUAL_SINCE_EDITED


def _digest(
    year: Year, leader: Leader, day: date, since: datetime | None, heard: AbstractSet[Duty]
) -> tuple[datetime | None, Said | None]:
    """What is said, and up to when everything has been told by then."""
    due = at(day, _hour(leader, day))
    moment = runs(due, year.down)
    late = moment - due > LATE
    over = moment.date() != day or (late and moment.time() >= EVENING)
    if over or not year.begins <= due <= year.ends or moment > year.ends or (late and since is None):
        return since, None
    told_until = since or _before(leader, day)
    facts = _facts(year, leader, told_until, moment, heard)
    if not facts and leader.silent:
        return moment, None
    about = "digest" if leader.often == "daily" else "weekly"
    mark = ["late"] if late else []
    hello = "早" if moment.hour < 11 else "您好"
    return moment, Said(moment, leader.name, about, (hello, *mark, *(facts or ["nothing"])))


def _before(leader: Leader, day: date) -> datetime:
    before = day - DAY
    while not _has_digest(leader, before):
        before -= DAY
    return at(before, _hour(leader, before))


def _facts(year: Year, leader: Leader, since: datetime, now: datetime, heard: AbstractSet[Duty]) -> list[str]:
    projects = leader.projects(year.courses, now.date())
    found = [
        *_overdue(projects, now),
        *_came(projects, since, now),
        *_owing(projects, year, now),
        *_missed(projects, year, since, now, heard),
    ]
    turned = _turned(projects, since, now)
    if not found and not turned:
        return []
    return [*found, *_money(projects, now.year, month_of(now.date()), of_day(now.date()), now), *turned]


def _overdue(projects: Sequence[Course], now: datetime) -> list[str]:
    late = [(days, each) for each in projects if (days := days_overdue(each, now)) is not None]
    late.sort(key=lambda each: (-each[0], each[1].first("problem").at))  # type: ignore[union-attr]  # it has one
    named = [f"overdue {project.name} {days}" for days, project in late[:2]]
    return [f"overdue {len(late)}", *named] if late else []


def _came(projects: Sequence[Course], since: datetime, now: datetime) -> list[str]:
    reports, zeros, problems, solved = 0, 0, 0, 0
    for project in projects:
        new = [each for each in project.did if since < each.at <= now]
        reports += len({each.period for each in new if _is_there(project, each, now)})
        zeros += sum(each.what == "zero" for each in new)
        problems += sum(each.what == "problem" for each in new)
        solved += sum(each.what == "solved" for each in new)
    counts = {"reports": reports, "zeros": zeros, "problems": problems, "solved": solved}
    return [f"new {what} {count}" for what, count in counts.items() if count]


def _is_there(project: Course, did: Did, now: datetime) -> bool:
    """A report or correction that has not been withdrawn since; one that was returned has come all the same."""
    if did.what not in ("report", "correct"):
        return False
    taken_back = [
        each.at
        for each in project.did
        if each.what == "withdraw" and each.period == did.period and each.at <= now
    ]
    again = [
        each.at
        for each in project.did
        if each.what == "report" and each.period == did.period and each.at <= now
    ]
    return not taken_back or max(again) > max(taken_back)


def _owing(projects: Sequence[Course], year: Year, now: datetime) -> list[str]:
    """Past the due date and not closed: what may still be reported."""
    by_name = {each.name: each for each in projects}
    late = [
        each
        for each in year.duties
        if each.project in by_name
        and each.span.due + SECOND <= now < each.span.closes + SECOND
        and is_owed(by_name[each.project], each, now, also_paused=True)
    ]
    units: dict[str, int] = {}
    for each in late:
        units[each.unit] = units.get(each.unit, 0) + 1
    most = sorted(units.items(), key=lambda each: (-each[1], year.place(each[0])))[:UNITS]
    return [f"owing {len(late)}", *(f"owing {unit} {count}" for unit, count in most)] if late else []


def _missed(
    projects: Sequence[Course], year: Year, since: datetime, now: datetime, heard: AbstractSet[Duty]
) -> list[str]:
    """What has closed since without a report (未报), as it stands now; not what nobody provably heard of in time."""
    by_name, keys = {each.name: each for each in projects}, {_key(each) for each in heard}
    closed = {
        _key(each)
        for each in year.duties
        if each.project in by_name and since < each.span.closes + SECOND <= now and _key(each) in keys
    }
    then = [by_name[name] for name in sorted({project for project, _, _ in closed})]
    then = [replace(each, did=tuple(did for did in each.did if did.at <= now)) for each in then]
    of_period: dict[tuple[int, str], list[Course]] = {}
    for each in duties(then, year.begins, now):
        if each.state == "missed" and _key(each) in closed:
            of_period.setdefault((KINDS.index(each.kind), each.period), []).append(by_name[each.project])
    found = []
    newest = sorted(of_period.items(), key=lambda each: each[0][1], reverse=True)
    for (kind, period), missed in sorted(newest, key=lambda each: each[0][0]):
        names = [each.name for each in sorted(missed, key=lambda each: each.number)[:2]]
        said = f"{_said_period(period, now.year)} {KINDS[kind]} {len(missed)} {' '.join(names)}"
        found.append(f"missed {said}")
    count = sum(len(each) for each in of_period.values())
    return [f"missed {count}", *found] if found else []


def _said_period(period: str, year: int) -> str:
    """With its year only where that is not the running one."""
    said = (
        period[5:].lstrip("0") + "月" if "H" not in period else "上半年" if period.endswith("1") else "下半年"
    )
    return said if period.startswith(str(year)) else f"{period[:4]}年{said}"


def _turned(projects: Sequence[Course], since: datetime, now: datetime) -> list[str]:
    turned: dict[str, list[str]] = {}
    for project in projects:
        before, after = light(project, since), light(project, now)
        if after is not None and after != before and (before is not None or after != "green"):
            turned.setdefault(after, []).append(project.name)
    first = [name for colour in ("red", "yellow", "green") for name in turned.get(colour, [])][:2]
    return [
        " ".join(["light", colour, str(len(names)), *(names[:1] if names[0] in first else [])])
        for colour in ("red", "yellow", "green")
        if (names := turned.get(colour))
    ]


def _money(
    projects: Sequence[Course], year: int, through: str, time_gone: Fraction, now: datetime
) -> list[str]:
    counted = [each for each in projects if each.counts and not each.preliminary]
    spent = sum(done(each, year, through, now) for each in counted)
    plan = sum(each.plan(year) for each in counted)
    if not spent and not plan:
        return []
    if not plan:
        return [f"done {yuan(spent)} no plan"]
    share = Fraction(spent, plan)
    return [f"done {yuan(spent)} {percent(share)} {percent(time_gone)} {gap(share - time_gone)}"]


# 立即


def _at_once(year: Year, leader: Leader) -> list[Said]:
    """Each as it comes in working hours; what came at other times, or while the program was down, together."""
    told: dict[datetime, list[str]] = {}
    happened = sorted(
        ((each.at, course, each) for course in year.courses for each in course.did), key=lambda each: each[0]
    )
    for moment, course, each in happened:
        if each.what not in ("report", "correct", "zero", "problem"):
            continue
        when = told_at(moment, year.down)
        if when <= year.ends and course in leader.projects(year.courses, when.date()):
            told.setdefault(when, []).append(_said_at_once(course, each))
    return [
        Said(when, leader.name, "at once", tuple(sorted(lines)) if len(lines) <= SHOWN else (), len(lines))
        for when, lines in told.items()
    ]


def told_at(moment: datetime, down: Outages) -> datetime:
    """The first moment from then on at which the program runs, in working hours."""
    while True:
        running = runs(moment, down)
        if is_worked(running.date()) and MORNING <= running.time() < EVENING:
            return running
        day = running.date() if running.time() < MORNING else running.date() + DAY
        moment = at(workday(1, day), MORNING)


def _said_at_once(course: Course, did: Did) -> str:
    if did.what == "problem":
        return f"{course.name} problem"
    return f"{course.name} {did.period}" + (f" {did.amount}" if did.what != "zero" else "")


# 讲评


def _reviews(year: Year, leaders: Sequence[Leader], heard: AbstractSet[Duty]) -> list[Said]:
    """On the first working day after the close at 8:33; one that was missed, as soon as it is working hours again."""
    found, month = list[Said](), month_before(year.begins)
    while (due := at(workday(1, window(month).closes.date() + DAY), REVIEW)) <= year.ends:
        back = runs(due, year.down)
        moment = back if back - due <= LATE else told_at(due, year.down)
        if due >= year.begins and moment <= year.ends:
            city = _city(year, month, moment, heard)
            for leader in leaders:
                spent = _money(
                    leader.projects(year.courses, moment.date()), int(month[:4]), month,
                    Fraction(int(month[5:]), 12), moment,
                )  # fmt: skip
                found.append(Said(moment, leader.name, "review", (month, *spent, *city)))
        month = month_of(last_of(month) + DAY)
    return found


def _city(year: Year, month: str, moment: datetime, heard: AbstractSet[Duty]) -> list[str]:
    then = [replace(each, did=tuple(did for did in each.did if did.at <= moment)) for each in year.courses]
    half = f"{month[:4]}H{'1' if month.endswith('06') else '2'}"
    periods = (month, half) if month[5:] in ("06", "12") else (month,)
    owed = [each for each in duties(then, year.begins, moment) if each.period in periods]
    return [
        *_reports(owed, heard),
        *_ranking(year, then, owed, month, moment, heard),
        *_problems(then, month),
    ]


def _key(duty: Duty) -> tuple[str, str, str]:
    return duty.project, duty.kind, duty.period


def _counts(owed: Sequence[Duty], heard: AbstractSet[Duty]) -> tuple[int, int, int, int]:
    """应报, 按时, filed, and what nobody provably heard of in time (送达异常)."""
    keys = {_key(each) for each in heard}
    expected = [each for each in owed if each.state in ("on_time", "late", "missed")]
    on_time = sum(each.state == "on_time" for each in expected)
    filed = sum(each.state in ("on_time", "late") for each in expected)
    unheard = sum(each.state != "on_time" and _key(each) not in keys for each in expected)
    return len(expected), on_time, filed, unheard


def _reports(owed: Sequence[Duty], heard: AbstractSet[Duty]) -> list[str]:
    expected, on_time, filed, _ = _counts(owed, heard)
    complete = f"{percent(Fraction(filed, expected))}%" if expected else "—"
    return [f"reports {expected} {on_time} {complete}"]


def _ranking(
    year: Year,
    courses: Sequence[Course],
    owed: Sequence[Duty],
    month: str,
    moment: datetime,
    heard: AbstractSet[Duty],
) -> list[str]:
    rows, silent = [], set[str]()
    for unit in sorted({each.unit for each in courses}, key=year.place):
        theirs = [each for each in courses if each.unit == unit and each.counts and not each.preliminary]
        spent = sum(done(each, int(month[:4]), month, moment) for each in theirs)
        plan = sum(each.plan(int(month[:4])) for each in theirs)
        expected, on_time, filed, unheard = _counts([each for each in owed if each.unit == unit], heard)
        delivered = expected - unheard
        rates = (
            Fraction(spent, plan) if plan else None,
            Fraction(filed, expected) if expected else Fraction(0),
            Fraction(on_time, delivered) if delivered else Fraction(0),
        )
        rows += [(rates, unit)] if plan else []
        silent |= {unit} if expected and not filed else set()  # has no place
    rows.sort(key=lambda row: tuple(-(rate or 0) for rate in row[0]))
    time_gone = Fraction(int(month[5:]), 12)
    spoke = [(rates, unit) for rates, unit in rows if unit not in silent]
    placed = []
    for rates, unit in spoke:
        place = 1 + next(number for number, row in enumerate(spoke) if row[0] == rates)
        ahead = 100 * ((rates[0] or 0) - time_gone)
        placed.append(f"{place}.{unit} {'+' if tenth(ahead) > '0.0' and ahead > 0 else ''}{tenth(ahead)}")
    rest = [*placed[3:], *(f"{unit} 未报" for _, unit in rows if unit in silent)]
    return [f"best {each}" for each in placed[:3]] + [f"last {each}" for each in rest[-3:]]


def _problems(courses: Sequence[Course], month: str) -> list[str]:
    begins, ends = at(first_of(month)), at(last_of(month) + DAY)
    opened = closed = 0
    ages = []
    for course in courses:
        problem, solved = course.first("problem"), course.first("solved")
        opened += problem is not None and begins <= problem.at < ends
        closed += solved is not None and begins <= solved.at < ends
        if problem is not None and problem.at < ends and (solved is None or solved.at >= ends):
            ages.append((ends - problem.at).days)
    return [f"problems {opened} {closed} {len(ages)} {max(ages, default=0)}"]
