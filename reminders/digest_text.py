"""A digest in lines (日报、周报): facts in, one message out. Pure.

Rule 1  A phone's screen: at most LINES lines and LENGTH characters, whatever the facts. Names are cut, lists end in
        "n more"; the rest stands behind the buttons, and behind the codes when they are typed (`查 A17`).
Rule 2  Every figure carries its code. What is computed from one (share, 序时, points) needs none of its own: the code
        shows both of its terms.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import takewhile
from zoneinfo import ZoneInfo

from reminders.digest_facts import Bar, DigestFacts, MissedPeriod
from reminders.wording import digests as words
from rules import money, pace
from rules.book import Book
from rules.kinds import Light
from storage import codes
from storage.charts import ProgressBar, ProgressChart
from storage.codes import Figure
from storage.messages import Option, Outgoing

LINES, LENGTH = 13, 460
NOON = 11

Codes = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Cut:
    """How much of a name is shown, and how many are named: units that owe, periods missed, projects of each."""

    name: int
    units: int
    periods: int
    projects: int


CUTS = (Cut(14, 4, 3, 2), Cut(9, 3, 2, 2), Cut(5, 1, 1, 1))  # the first that fits; the last one always does


@dataclass(frozen=True, slots=True)
class Form:
    """Whom it is for, and how it is marked."""

    name: str
    weekly: bool = False
    late: bool = False
    last: str = ""  # a line below all others


def told(facts: DigestFacts) -> list[Figure]:
    """The figures that are told, in their order: each of them gets a code."""
    counts = (facts.majors, facts.overdue, facts.news, facts.owing, facts.missed, facts.lights)
    shown = [each for each in counts if each.value]
    return [*shown, facts.money] if facts.money.value or facts.money.plan else shown


def message(facts: DigestFacts, given: Codes, form: Form, book: Book, zone: ZoneInfo) -> Outgoing:
    title = _title(form, facts.as_of.astimezone(zone))
    last = [form.last] if form.last else []
    texts = ["\n".join([*_lines(facts, given, book, cut), *last]) for cut in CUTS]
    text = next((text for text in texts if len(title) + 1 + len(text) <= LENGTH), texts[-1])
    return Outgoing(title=title, text=text, rows=buttons(given), chart=chart(facts.bars, facts.day))


def _lines(facts: DigestFacts, given: Codes, book: Book, cut: Cut) -> list[str]:
    return [
        *_major(facts, given, book, cut),
        *_overdue(facts, given, book, cut),
        *_came(facts, given),
        *_owing(facts, given, cut),
        *_missed(facts, given, cut),
        *_money(facts, given),
        *_lights(facts, given, cut),
    ]


def nothing_new(form: Form, as_of: datetime, zone: ZoneInfo) -> Outgoing:
    """One line, and the last one of every digest."""
    text = f"{_title(form, as_of.astimezone(zone))} {words.NOTHING_NEW}"
    return Outgoing(text="\n".join([text, form.last] if form.last else [text]))


def short(name: str, longest: int) -> str:
    return name if len(name) <= longest else name[: longest - 1] + "…"


def gap(part: Fraction) -> str:
    """How far ahead of 序时 or behind it, in 百分点 from the unrounded figures."""
    if pace.tenths(part) == 0:
        return words.LEVEL
    template = words.BEHIND if part < 0 else words.AHEAD
    return template.format(points=pace.written(abs(part)))


def chart(bars: Iterable[Bar], day: date, time: Fraction | None = None) -> ProgressChart | None:
    """The picture beside the text, of the same figures; None where nothing is planned."""
    shown = [bar for bar in bars if bar.plan]
    if not shown:
        return None
    return ProgressChart(
        title=words.CHART_TITLE,
        as_of=words.CHART_AS_OF.format(year=day.year, month=day.month, day=day.day),
        time_progress=float(100 * (pace.of_day(day) if time is None else time)),
        bars=tuple(_bar(bar) for bar in shown),
    )


def _bar(bar: Bar) -> ProgressBar:
    share = pace.share(bar.done, bar.plan)
    percent = None if share is None else float(100 * share)
    return ProgressBar(name=bar.name, percent=percent, light=bar.light)


def _title(form: Form, local: datetime) -> str:
    title = words.GREETING.format(
        name=form.name,
        hello=words.MORNING if local.hour < NOON else words.LATER,
        month=local.month,
        day=local.day,
        weekday="一二三四五六日"[local.weekday()],
    )
    if form.weekly:
        title = words.WEEKLY_MARK.format(title=title)
    return words.LATE_MARK.format(title=title, late=words.LATE) if form.late else title


def _major(facts: DigestFacts, given: Codes, book: Book, cut: Cut) -> list[str]:
    if not facts.majors.value:
        return []
    lines = [
        words.MAJOR_LINE.format(
            project=short(each.project, cut.name),
            category=category_name(book, each.category),
            age=age(facts.as_of - each.filed),
            claimed=words.UNFOLLOWED if each.unfollowed else words.UNCLAIMED if each.unclaimed else "",
            number=f"W{each.id}",
        )
        for each in facts.major
    ]
    head = words.MAJOR.format(count=facts.majors.value, code=given[codes.MAJOR])
    return [head, *_more(lines, facts.majors.value)]


def _overdue(facts: DigestFacts, given: Codes, book: Book, cut: Cut) -> list[str]:
    if not facts.overdue.value:
        return []
    lines = [
        words.OVERDUE_LINE.format(
            project=short(each.problem.project, cut.name),
            category=category_name(book, each.problem.category),
            days=each.days,
            number=f"W{each.problem.id}",
        )
        for each in facts.late
    ]
    head = words.OVERDUE.format(count=facts.overdue.value, code=given[codes.OVERDUE])
    return [head, *_more(lines, facts.overdue.value)]


def _more(lines: list[str], count: int) -> list[str]:
    """Says on the last line how many are not told."""
    if count > len(lines):
        lines[-1] = words.MORE.format(line=lines[-1], count=count - len(lines))
    return lines


def _came(facts: DigestFacts, given: Codes) -> list[str]:
    came = facts.came
    said = (
        (words.CAME_REPORTS, came.reports),
        (words.CAME_ZEROS, came.zeros),
        (words.CAME_PROBLEMS, came.problems),
        (words.CAME_SOLVED, came.solved),
    )
    parts = words.SEPARATOR.join(template.format(count=count) for template, count in said if count)
    return [words.CAME.format(code=given[codes.NEWS], parts=parts)] if parts else []


def _owing(facts: DigestFacts, given: Codes, cut: Cut) -> list[str]:
    if not facts.owing.value:
        return []
    named = [
        words.OWING_UNIT.format(unit=short(unit, cut.name), count=count)
        for unit, count in facts.units[: cut.units]
    ]
    if len(facts.units) > cut.units:
        named.append(words.OWING_MORE.format(count=len(facts.units) - cut.units))
    units = words.SEPARATOR.join(named)
    return [words.OWING.format(count=facts.owing.value, code=given[codes.OWING], units=units)]


def _missed(facts: DigestFacts, given: Codes, cut: Cut) -> list[str]:
    """What has closed without a report since the last digest, by period."""
    if not facts.missed.value:
        return []
    told = facts.periods[: cut.periods]
    said = [_missed_in(each, facts.day.year, cut) for each in told]
    if rest := facts.missed.value - sum(each.count for each in told):
        said.append(words.MISSED_MORE.format(count=rest))
    periods = words.SEMICOLON.join(said)
    return [words.MISSED.format(count=facts.missed.value, code=given[codes.MISSED], periods=periods)]


def _missed_in(missed: MissedPeriod, year: int, cut: Cut) -> str:
    period = missed.period.chinese
    names = [short(name, cut.name) for name in missed.projects[: cut.projects]]
    return words.MISSED_IN.format(
        period=period.removeprefix(f"{year}年"),
        kind=words.MISSED_KINDS[missed.kind.value],
        projects=words.SEPARATOR.join(names),
        more=words.MISSED_AND_SO_ON.format(count=missed.count) if missed.count > len(names) else "",
    )


def _money(facts: DigestFacts, given: Codes) -> list[str]:
    if codes.DONE not in given:
        return []
    return [money_line(words.MONEY, facts.money, given[codes.DONE], pace.of_day(facts.day))]


def money_line(template: str, figure: Figure, code: str, time: Fraction) -> str:
    """Done, its share of the year plan, and the time progress beside it."""
    done, share = money.brief(figure.value), pace.share(figure.value, figure.plan)
    if share is None:
        return words.MONEY_NO_PLAN.format(done=done, code=code)
    return template.format(
        done=done, code=code, share=pace.written(share), time=pace.written(time), gap=gap(share - time)
    )


def _lights(facts: DigestFacts, given: Codes, cut: Cut) -> list[str]:
    if not facts.lights.value:
        return []
    said = []
    for light, count in facts.turned_to:
        names = [short(name, cut.name) for colour, name in facts.turned if colour is light][:1]
        said.append(_light(light, count, names))
    return [words.LIGHTS.format(code=given[codes.LIGHTS], lights=words.COMMA.join(said))]


def _light(light: Light, count: int, names: list[str]) -> str:
    called = words.LIGHT_NAMES[light.value]
    if not names:
        return words.LIGHT.format(light=called, count=count)
    return words.LIGHT_NAMED.format(light=called, count=count, names=words.SEPARATOR.join(names))


def buttons(given: Codes) -> tuple[tuple[Option, ...], ...]:
    """The way to what stands behind each figure, three to a row; typed it is `查 A17`."""
    options = [
        Option(label=words.BUTTON.format(what=what, code=given[measure]), data=f"f|{given[measure][1:]}|")
        for measure, what in words.BUTTONS.items()
        if measure in given
    ]
    return tuple(tuple(options[at : at + 3]) for at in range(0, len(options), 3))


def category_name(book: Book, key: str) -> str:
    category = book.category(key)
    return short(category.name if category else key, 5)


_STEPS = (
    (timedelta(days=2), timedelta(days=1), words.AGE_DAYS),
    (timedelta(hours=1), timedelta(hours=1), words.AGE_HOURS),
    (timedelta(0), timedelta(minutes=1), words.AGE_MINUTES),
)


def age(span: timedelta) -> str:
    """In the largest unit of which there are enough: 3小时, 2天."""
    passed = list(takewhile(lambda step: span < step[0], _STEPS))
    _, unit, template = _STEPS[min(len(passed), len(_STEPS) - 1)]
    return template.format(count=max(0, span // unit))
