"""A year of the sample city: the workbook that ships with the package, imported, and lived from its first moment on.

What the model knows of the city comes from the sheets as they were drawn up (bot/sample/draw_up.py), never from the
database; what people do is drawn by lot, as in the drawn city (courses.py).
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from functools import partial
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.sample import city as sample
from bot.sample.draw_up import City as Sheets
from bot.sample.draw_up import draw_up
from storage import registry, workbook
from storage import rules as stored_rules
from storage.database import Database
from storage.tables.registry import Person
from tests.builders import a_binding
from tests.chat import Chat, Clock
from tests.year import found
from tests.year.courses import HABITS, OUTAGES, filing, possible, with_amounts
from tests.year.expected import Expected
from tests.year.leading import Leader, Year, lead
from tests.year.life import FIRST_RULES, City
from tests.year.model import CITY, DAY, SIX, Course, Did, Said, at, duties, last_of, window, workday
from tests.year.reminding import People, remind, undelivered

BEGINS = sample.BEGINS
ENDS = datetime(2013, 3, 26, 9, tzinfo=CITY)
OFFICE_ROLE, HEAD, DEPUTY, LED, DEPARTMENT = "市项目办", "一把手", "分管领导", "牵头领导", "牵头部门"
WAN = 10_000


def people(sheets: Sheets, role: str) -> list[dict[str, Any]]:
    return [each for each in sheets.people if role in each["roles"].split("、")]


def courses(sheets: Sheets, ends: datetime, seed: int) -> list[Course]:
    lot = Random(seed)  # noqa: S311 - nothing is to be kept secret
    return [_course(row, sheets, ends, lot) for row in sheets.projects]


def _course(row: Mapping[str, Any], sheets: Sheets, ends: datetime, lot: Random) -> Course:
    started = row.get("start_actual") is not None
    mine = [each for each in sheets.milestones if each["project"] == row["number"]]
    sub, plan = "parent" in row, row["amount"] * WAN
    bare = Course(
        row["name"], row["unit"], row["reporters"], row["registered"], owes=not sub or row["sub_owes"] == "是",
        number=row["number"], plans=((2012, plan),) if plan else (), opening_month=row["opening_month"],
        opening_done=row["opening_year_done"] * WAN, start_planned=None if started else row["start_planned"],
        finish_planned=row["finish_planned"], paced_from=row["start_planned"] if started else None,
        milestones=tuple(each["planned"] for each in mine if each["actual"] is None),
        reached=sum(each["actual"] is not None for each in mine),
        preliminary=row["kind"] == "重大前期", counts=not sub,
    )  # fmt: skip
    did = sorted(_drawn(bare, lot), key=lambda each: each.at) if bare.owes else []
    filed = with_amounts(bare, list(possible(bare, did, BEGINS, ends)), lot)
    if bare.preliminary:
        filed = (replace(each, amount=0, made_up=0) for each in filed)
    return replace(bare, did=tuple(filed))


def _drawn(course: Course, lot: Random) -> Iterator[Did]:
    habit = HABITS[course.number % len(HABITS)]
    for month in range(2, 14):
        period = f"{2012 + month // 12}-{month % 12 + 1:02}"
        filed = filing(lot.choice(HABITS[:5]) if habit == "as_it_comes" else habit, period, lot, BEGINS)
        if filed is not None:
            yield Did(filed, "report", period)
            if course.number % 5 == 0 and period == "2012-04":
                yield Did(filed + DAY / 12, "correct", period)
    if habit != "never":
        for half in ("2012H1", "2012H2"):
            yield Did(at(workday(lot.randint(1, 5), last_of(half) + DAY), time(10)), "zero", half)
    if course.number % 9 == 1:
        yield from _a_problem(lot)
    if course.number % 20 == 6:
        yield from _unlocked(lot)


def _a_problem(lot: Random) -> Iterator[Did]:
    solved = date(2012, 9, lot.randint(3, 27))
    yield Did(at(date(2012, 4, lot.randint(2, 28)), time(11)), "problem")
    for month in ("2012-04", "2012-05", "2012-06", "2012-07"):
        if lot.random() < 0.7:
            yield Did(at(window(month).opens.date() + DAY * lot.randint(1, 15), time(15, 30)), "word")
    yield Did(at(solved, time(16)), "solved")


def _unlocked(lot: Random) -> Iterator[Did]:
    closed = window("2012-07").closes
    opened = workday(1, closed.date() + DAY)
    yield Did(at(opened, time(9, 31)), "unlock", "2012-07", at(workday(3, opened + DAY), SIX))
    yield Did(at(workday(1, opened + DAY), time(11, lot.randrange(50))), "report", "2012-07")


# The life


def settle(database: Database, lived: Sequence[Course], ends: datetime) -> City:
    def work(session: Session) -> int:
        stored_rules.take(session, FIRST_RULES, BEGINS)
        preview = registry.plan(session, workbook.read(sample.workbook_bytes()))
        registry.apply(session, preview, BEGINS.date(), BEGINS)
        everybody = session.scalars(select(Person)).all()
        for person in everybody:
            a_binding(session, person, channel="chat")
        office = people(draw_up(), OFFICE_ROLE)[0]["name"]
        return next(person.id for person in everybody if person.name == office)

    clock = Clock(BEGINS)
    office = database.run_now(work)
    return City(database, clock, lived, Chat(database, str(office + 1000), clock), ends)


# The model


def _of_unit(unit: str, course: Course, _day: date) -> bool:
    return course.unit == unit


def _of_these(numbers: frozenset[int], course: Course, _day: date) -> bool:
    return course.number in numbers


def who_is_told(sheets: Sheets) -> list[Leader]:
    """The office, the heads, and who leads projects: all daily at the usual time."""

    def led(column: str, name: str) -> Callable[[Course, date], bool]:
        return partial(_of_these, frozenset(row["number"] for row in sheets.projects if row[column] == name))

    return [
        *(Leader(each["name"], None) for each in people(sheets, OFFICE_ROLE)),
        *(
            Leader(each["name"], partial(_of_unit, each["unit"]), reviewed=False)
            for each in people(sheets, HEAD)
        ),
        *(Leader(each["name"], led("lead_leaders", each["name"])) for each in people(sheets, LED)),
        *(Leader(each["name"], led("lead_departments", each["unit"])) for each in people(sheets, DEPARTMENT)),
    ]


def expect(lived: Sequence[Course], sheets: Sheets, ends: datetime) -> Expected:
    owed = duties(lived, BEGINS, ends)
    down = [(each.begins, each.ends) for each in OUTAGES]
    office = [each["name"] for each in people(sheets, OFFICE_ROLE)]
    heads = {each["unit"]: each["name"] for each in people(sheets, HEAD)}
    ladders = {each["unit"]: (each["name"], heads[each["unit"]]) for each in people(sheets, DEPUTY)}
    order = [each["name"] for each in sheets.people]
    reminded = remind(lived, owed, People(office, frozenset(), (), ladders, order), BEGINS, ends, down)
    unproven, told = undelivered(owed, reminded.heard, office)
    states = [replace(duty, state="undelivered") if duty in unproven else duty for duty in owed]
    led = lead(
        Year(lived, owed, BEGINS, ends, down, [each["name"] for each in sheets.units]),
        who_is_told(sheets),
        reminded.heard,
    )
    said = [*reminded.said, *(each for each in told if each.at <= ends), *led]
    return Expected(states, [_with_tokens(each, sheets) for each in said])


def compared(city: City, sheets: Sheets) -> list[str]:
    """Every duty and every message that differs."""
    expected = expect(city.courses, sheets, city.ends)
    said = found.said(city, lambda text: with_tokens(text, sheets))
    return [
        *found.differences(expected.duties, found.duties(city)),
        *found.differences(expected.said, said),
    ]


# Names


def _tokens(sheets: Sheets) -> dict[str, str]:
    """A short word for each name, so that cuts and brackets in names do not hide what is said; the longest first."""
    tokens = {row["name"]: f"P{row['number']}号" for row in sheets.projects}
    tokens |= {row["name"]: f"U{place}局" for place, row in enumerate(sheets.units)}
    return dict(sorted(tokens.items(), key=lambda each: -len(each[0])))


def with_tokens(text: str, sheets: Sheets) -> str:
    tokens = _tokens(sheets)
    text = re.sub(r"([^\s·、：…]+)…", lambda match: _uncut(match[1], tokens), text)
    for name, token in tokens.items():
        text = text.replace(name, token)
    return text


def _uncut(cut: str, tokens: Mapping[str, str]) -> str:
    """The name that was cut: the longest beginning of one that the letters end with."""
    for size in range(len(cut), 2, -1):
        fitting = [token for name, token in tokens.items() if name.startswith(cut[-size:])]
        if fitting:
            return cut[:-size] + fitting[0]
    return f"{cut}…"


def _with_tokens(said: Said, sheets: Sheets) -> Said:
    if said.about in ("reminder", "above"):
        return said
    return replace(said, names=tuple(with_tokens(each, sheets) for each in said.names))
