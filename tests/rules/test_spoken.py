"""A moment is read as people say it, and never lies ahead."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.spoken import Day, NotRead, part_of, parts_begun, read_moment
from rules.workdays import city_zone

ZONE = city_zone()
NOW = datetime(2012, 3, 26, 9, 30, 20, tzinfo=ZONE)  # a Monday


def local(month: int, day: int, hour: int = 0, minute: int = 0, year: int = 2012) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("刚才", local(3, 26, 9, 30)),
        ("半小时前", local(3, 26, 9)),
        ("两个半小时前", local(3, 26, 7)),
        ("3天前", local(3, 23, 9, 30)),
        ("今天上午9点", local(3, 26, 9)),
        ("今早七点一刻", local(3, 26, 7, 15)),
        ("早上八点零五分左右发现的", local(3, 26, 8, 5)),
        ("９：０５", local(3, 26, 9, 5)),
        ("昨天下午", local(3, 25, 15)),
        ("昨晚8点半", local(3, 25, 20, 30)),
        ("昨晚2点", local(3, 26, 2)),
        ("昨日夜里11点", local(3, 25, 23)),
        ("昨天晚上12点", local(3, 26)),
        ("前天中午1点", local(3, 24, 13)),
        ("3月25日 14:00", local(3, 25, 14)),
        ("三月二十日上午九点", local(3, 20, 9)),
        ("2012-03-20 08:05", local(3, 20, 8, 5)),
        ("3/25 14:00", local(3, 25, 14)),
        ("25号晚上十点二十", local(3, 25, 22, 20)),
        ("上周三下午3点", local(3, 21, 15)),
        ("周五8点", local(3, 23, 8)),
        ("12月30日上午", local(12, 30, 10, year=2011)),
    ],
)
def test_a_moment_is_read_as_people_say_it(said: str, moment: datetime) -> None:
    assert read_moment(said, NOW) == moment


@pytest.mark.parametrize(("said", "day"), [("昨天", 25), ("今天", 26), ("3月20日", 20), ("上周五", 23)])
def test_a_day_alone_leaves_its_hour_to_be_asked(said: str, day: int) -> None:
    assert read_moment(said, NOW) == Day(date(2012, 3, day))


@pytest.mark.parametrize("said", ["今天下午", "十一点", "今晚", "4月1日", "2012年3月26日9:31", "明年"])
def test_what_lies_ahead_is_not_read(said: str) -> None:
    assert isinstance(read_moment(said, NOW), NotRead)


@pytest.mark.parametrize("said", ["", "胡说", "1200", "2月30日", "上午下午", "9" * 5000])
def test_what_is_no_moment_is_not_guessed(said: str) -> None:
    assert read_moment(said, NOW) is NotRead.NO_MOMENT


@pytest.mark.parametrize("said", ["昨天25点", "13:70", "3月26日 25:00"])
def test_an_hour_that_does_not_exist_is_told_from_what_is_no_moment(said: str) -> None:
    assert read_moment(said, NOW) is NotRead.NO_HOUR


@pytest.mark.parametrize("said", ["明天", "明天上午9点", "后天", "下周三", "下个月"])
def test_what_is_said_of_coming_days_lies_ahead(said: str) -> None:
    assert read_moment(said, NOW) is NotRead.AHEAD


def test_a_bare_hour_is_one_of_working_hours_unless_that_lies_ahead() -> None:
    assert read_moment("3点", NOW) == local(3, 26, 3)
    assert read_moment("3点", NOW + timedelta(hours=7)) == local(3, 26, 15)
    assert read_moment("昨天9点", NOW) == local(3, 25, 9)


def test_a_part_of_today_is_offered_once_it_has_begun() -> None:
    assert parts_begun(NOW.date(), NOW) == ("凌晨", "早上", "上午")
    assert part_of(NOW.date(), "上午", NOW) == local(3, 26, 9, 30)
    assert len(parts_begun(date(2012, 3, 25), NOW)) == 6


@given(st.one_of(st.text(), st.text(alphabet="今昨前天上下午晚早点分半月日号周小时一二三十0123456789:-/. ")))
def test_no_text_is_read_as_something_that_lies_ahead(said: str) -> None:
    moment = read_moment(said, NOW)
    if isinstance(moment, datetime):
        assert moment <= NOW
    elif isinstance(moment, Day):
        assert moment.day <= NOW.date()
