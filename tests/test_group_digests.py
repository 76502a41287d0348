"""Groups are told the city's digest and the month's review: once, from where the last ended, and without codes."""

import re

import pytest

from reminders.reach import Reach
from rules.kinds import Lane
from storage import groups
from storage.messages import Outgoing
from storage.tables.traffic import OutboxRow
from tests.chat import CITY
from tests.town import NORTH, Town, reports_problem

GROUPS = ("甲群", "乙群")
ACCOUNTS = frozenset((groups.CHANNEL, name) for name in GROUPS)


@pytest.fixture
def grouped(town: Town) -> Town:
    town.reach = Reach(running=CITY.running | ACCOUNTS, limits={"chat": 4096, groups.CHANNEL: 1340})
    return town


def reaches(town: Town, month: int, day: int, hour: int = 8, minute: int = 3) -> None:
    town.clock.strike(month, day, hour, minute)
    town.sweep()


def told(town: Town, group: str = "甲群") -> list[Outgoing]:
    return [Outgoing.model_validate(row.body) for row in rows(town) if row.account == group]


def rows(town: Town) -> list[OutboxRow]:
    return [row for row in town.rows(OutboxRow) if row.channel == groups.CHANNEL]


def test_each_group_reads_the_citys_digest_once_at_its_hour(grouped: Town) -> None:
    reports_problem(grouped.reporter)
    reaches(grouped, 3, 27, 8, 2)
    assert rows(grouped) == []
    for _ in range(2):
        reaches(grouped, 3, 27)
    assert {row.account for row in rows(grouped)} == set(GROUPS)
    assert {(row.lane, row.person_id) for row in rows(grouped)} == {(Lane.DIGEST.order, None)}
    words = [each for each in told(grouped) if each.plain]
    assert len(words) == 1
    assert words[0].title.startswith("各位，早。3月27日")
    assert "重大1件：" in words[0].text
    assert f"·{NORTH}" in words[0].text


def test_no_code_stands_in_a_group_and_nothing_to_press(grouped: Town) -> None:
    reports_problem(grouped.reporter)
    reaches(grouped, 3, 27)
    for each in told(grouped):
        assert not re.search(r"A\d|\ue000| ：", each.plain)
        assert each.rows == ()


def test_a_group_reads_of_nobody_more_than_the_offices_digest_says(grouped: Town) -> None:
    reports_problem(grouped.reporter)
    reaches(grouped, 3, 27)
    [group, *_] = [each.text for each in told(grouped) if each.plain]
    office = next(
        Outgoing.model_validate(row.body).text
        for row in grouped.office.rows()
        if row.lane == Lane.DIGEST.order
    )
    assert re.sub(r" A\d+|\n账本 .*", "", office) == group


def test_a_group_is_not_told_that_there_is_nothing_new(grouped: Town) -> None:
    reaches(grouped, 3, 27)
    before = len(rows(grouped))
    reaches(grouped, 3, 28)
    assert [row for row in rows(grouped)[before:] if "没有新情况" in str(row.body)] == []


def test_what_was_missed_in_an_outage_stands_in_the_next_one(grouped: Town) -> None:
    reaches(grouped, 3, 27)
    grouped.clock.pass_(minutes=30)
    reports_problem(grouped.reporter)
    grouped.clock.strike(3, 28, 22)  # the whole of the 28th was an outage
    grouped.sweep()
    before = len(told(grouped))
    reaches(grouped, 3, 29)
    assert any("新报：问题1件" in each.text for each in told(grouped)[before:])


def test_the_months_review_goes_to_each_group_once_the_readers_have_it(grouped: Town) -> None:
    for step in ("报进展", NORTH, "1200", "主体封顶", "没有", "确认"):
        grouped.reporter.says(step)
    reaches(grouped, 4, 10, 18, 1)
    for _ in range(2):
        reaches(grouped, 4, 11, 8, 40)
    for name in GROUPS:
        [review] = [each for each in told(grouped, name) if each.title.endswith("讲评")]
        assert "全市报送" in review.text
        assert not re.search(r"A\d|\ue000", review.plain)
        assert review.rows == ()


def test_without_a_group_nothing_is_written_and_nothing_is_claimed(town: Town) -> None:
    town.reach = Reach(running=CITY.running, limits={"chat": 4096})
    reports_problem(town.reporter)
    reaches(town, 3, 27)
    assert rows(town) == []
