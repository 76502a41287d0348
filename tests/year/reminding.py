"""The reminders once more, as plainly as they can be said (rules/book.toml [reminders], docs/手册.md 催报).

On every working day at 8:47 each window of duties is asked which step it has come to; then everybody, what they owe.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from tests.year.model import (
    DAY,
    SECOND,
    Course,
    Duty,
    Said,
    Span,
    at,
    first_of,
    is_worked,
    last_of,
    standing,
    workday,
)

HOUR = time(8, 47)
MORNING, EVENING = time(8, 30), time(18)
HELD = time(8, 31)  # what is held over night goes then: minute 30 is busy
# Anchor, working days before or after it, and how far up it goes: 0 the contact, 1 also the deputy, 2 also the head.
STEPS = (
    ("due", 5, 0), ("due", 3, 0), ("due", 1, 0), ("due", 0, 1), ("overdue", 1, 1), ("close", 1, 2),
)  # fmt: skip
SHOWN = 5
TOGETHER = 100  # messages of a wave; the next as many go five seconds later (1,200 a minute)
Outages = Sequence[tuple[datetime, datetime]]


@dataclass
class Reminded:
    """What came of a year: who was told what, and which duties somebody provably heard of before they were due."""

    said: list[Said] = field(default_factory=list)
    heard: set[Duty] = field(default_factory=set)


@dataclass(frozen=True)
class Away:
    """A leave: from a day on, up to the day before `back`; a stand-in is of the same unit."""

    person: str
    since: date
    back: date
    stand_in: str | None = None


@dataclass(frozen=True)
class People:
    """Who stands above the contacts of a unit, who is of the office, whom no account reaches, and who is away when.

    `order` is the registry's, in which a wave goes through people; where no wave has over 100 it does not matter.
    """

    office: Sequence[str]
    unreachable: AbstractSet[str]
    away: Sequence[Away] = ()
    ladders: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    order: Sequence[str] = ()

    def above(self, course: Course) -> tuple[str, str]:
        return self.ladders.get(course.unit) or (f"{course.unit}分管", f"{course.unit}一把手")

    def who_hears(self, course: Course, day: date) -> str | None:
        """The contact, or who stands in; None if nobody can be told."""
        person = course.contact(day)
        for leave in self.away:
            if leave.person == person and leave.since <= day < leave.back:
                return leave.stand_in
        return None if person in self.unreachable else person


def remind(
    courses: Sequence[Course],
    duties: Sequence[Duty],
    people: People,
    begins: datetime,
    ends: datetime,
    down: Outages,
) -> Reminded:
    """`duties` are all that there are, whatever became of them; only their windows and projects are looked at."""
    found, decided = Reminded(), set[tuple[Span, tuple[str, int, int]]]()
    by_name = {course.name: course for course in courses}
    spans = sorted({duty.span for duty in duties}, key=lambda span: (span.closes, span.due, span.opens))
    day = begins.date()
    while day <= ends.date():
        moment = runs(at(day, HOUR), down)
        if (
            begins <= moment <= ends
            and is_worked(moment.date())
            and moment.date() == day
            and moment.time() < EVENING
        ):
            steps = {span: step for span in spans if (step := _step(span, moment, decided)) is not None}
            if steps:
                _tell(found, by_name, duties, people, steps, moment)
        day += DAY
    return found


def runs(moment: datetime, down: Outages) -> datetime:
    return next((ends for begins, ends in down if begins <= moment < ends), moment)


def _step(
    span: Span, moment: datetime, decided: set[tuple[Span, tuple[str, int, int]]]
) -> tuple[str, int, int] | None:
    """Of the steps that are due and were not decided yet, the last; none before the due date once that has passed."""
    if not span.opens <= moment <= span.closes:
        return None
    missed = [
        (when, step[2], step)
        for step in STEPS
        if (when := _when(span, step)) is not None and when <= moment and (span, step) not in decided
    ]
    if not missed:
        return None
    decided |= {(span, step) for _, _, step in missed}
    _, _, last = max(missed)
    return None if last[0] == "due" and moment > span.due else last


def _when(span: Span, step: tuple[str, int, int]) -> datetime | None:
    anchor, number, _ = step
    if anchor == "overdue":
        moment = at(workday(number, span.due.date() + DAY), HOUR)
    else:
        moment = at(_before(span.due.date() if anchor == "due" else span.closes.date(), number), HOUR)
    first, last = (span.opens, span.due) if anchor == "due" else (span.due + SECOND, span.closes)
    return moment if first <= moment < last else None


def _before(day: date, number: int) -> date:
    while number:
        day -= DAY
        number -= is_worked(day)
    return day


def _tell(
    found: Reminded,
    courses: dict[str, Course],
    duties: Sequence[Duty],
    people: People,
    steps: dict[Span, tuple[str, int, int]],
    moment: datetime,
) -> None:
    owed = [duty for duty in duties if is_owed(courses[duty.project], duty, moment)]
    called = [duty for duty in owed if duty.span in steps]
    theirs, above, unheard = dict[str, list[Duty]](), dict[str, list[Duty]](), False
    for duty in owed:
        hears = people.who_hears(courses[duty.project], moment.date())
        if hears is not None:
            theirs.setdefault(hears, []).append(duty)
    for duty in called:
        hears = people.who_hears(courses[duty.project], moment.date())
        unheard = unheard or hears is None
        reach = max(steps[duty.span][2], hears is None)
        for person in people.above(courses[duty.project])[:reach]:
            above.setdefault(person, []).append(duty)
    reminded = {name: those for name, those in theirs.items() if any(duty.span in steps for duty in those)}
    goes = _wave(people.order, {*reminded, *above}, not_busy(moment))
    for person, those in reminded.items():
        names = _names(those, courses, moment)
        found.said.append(Said(goes[person], person, "reminder", names, len(those)))
        found.heard |= {duty for duty in those if goes[person] < duty.span.due}
    found.said += [Said(goes[person], person, "above", (), len(those)) for person, those in above.items()]
    if unheard:
        found.said += [Said(moment, each, "unreachable") for each in people.office]


def not_busy(moment: datetime) -> datetime:
    """A wave keeps out of the minutes 0 and 30: what would begin in one begins with the next."""
    return moment.replace(second=0) + timedelta(minutes=1) if moment.minute in (0, 30) else moment


def _wave(order: Sequence[str], people: AbstractSet[str], begins: datetime) -> dict[str, datetime]:
    """When each of them gets the message."""
    going = sorted(people, key=lambda name: order.index(name) if order else 0)
    return {name: begins + timedelta(seconds=place // TOGETHER * 5) for place, name in enumerate(going)}


def _names(duties: Sequence[Duty], courses: Mapping[str, Course], moment: datetime) -> tuple[str, ...]:
    """Of the first few, by their next limit (of what is late its close) and then by number: so many have a line."""

    def limit(duty: Duty) -> datetime:
        return duty.span.closes if moment > duty.span.due else duty.span.due

    ranked = sorted(duties, key=lambda duty: (limit(duty), courses[duty.project].number))
    return tuple(sorted({duty.project for duty in ranked[:SHOWN]}))


def is_owed(course: Course, duty: Duty, moment: datetime, *, also_paused: bool = False) -> bool:
    """Open, nothing has come, and the project is neither paused nor exempt nor, for a zero, with a problem."""
    if not duty.span.opens <= moment < duty.span.closes + SECOND or _off(course, duty, moment):
        return False
    if course.paused(moment) and not also_paused:
        return False
    return not _has_come(course, duty, moment)


def _has_come(course: Course, duty: Duty, moment: datetime) -> bool:
    match duty.kind:
        case "progress":
            exempt = course.first("exempt", duty.period)
            return standing(course, duty.period, moment) is not None or (
                exempt is not None and exempt.at <= moment
            )
        case "zero":
            filed = standing(course, duty.period, moment, "zero")
            return filed is not None or _barring(course, duty.period, moment) is not None
        case _:
            return any(
                each.what in ("word", "solved") and duty.span.opens <= each.at <= moment
                for each in course.did
            )


def _off(course: Course, duty: Duty, moment: datetime) -> bool:
    """What the project left the list in the middle of does not apply to it, also when it is back."""
    pause, resume = course.first("pause"), course.first("resume")
    if pause is None or pause.at > moment or pause.at.date() >= last_of(duty.period):
        return False
    return resume is None or resume.at > moment or resume.at.date() > first_of(duty.period)


def _barring(course: Course, half: str, moment: datetime):  # type: ignore[no-untyped-def]  # noqa: ANN202 - Did or None
    """The problem that answers for the half-year: filed in it, or open now."""
    problem, solved = course.first("problem"), course.first("solved")
    if problem is None or problem.at > moment:
        return None
    in_it = first_of(half) <= problem.at.date() <= last_of(half)
    return problem if in_it or solved is None or solved.at > moment else None


def undelivered(
    duties: Sequence[Duty], heard: AbstractSet[Duty], office: Sequence[str]
) -> tuple[list[Duty], list[Said]]:
    """Late or missed without a reminder that arrived before the due date: 送达异常; the office hears once a close."""
    found, told = list[Duty](), set[datetime]()
    keys = {(duty.project, duty.kind, duty.period) for duty in heard}
    for duty in duties:
        if duty.state in ("late", "missed") and (duty.project, duty.kind, duty.period) not in keys:
            found.append(duty)
            told.add(at(workday(1, duty.span.closes.date() + DAY), HELD))
    return found, [Said(moment, each, "undelivered") for moment in told for each in office]
