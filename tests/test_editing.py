"""Rules and sentences are changed without code and without a restart; a mistake changes nothing and is said."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from bot import editable
from bot.clock import Clock
from bot.editing import Editing, take_sentences
from handlers.city import City
from handlers.words import Words
from reminders import sentences as unasked
from reminders.reach import Reach
from reminders.wording import calendar
from rules.book import default_text
from rules.kinds import Role
from rules.mistakes import BookError
from storage import ledger
from storage import rules as stored_rules
from storage.database import Database
from storage.tables.ledger import LedgerRow
from tests.builders import a_binding, a_person
from tests.chat import CITY, START
from tests.town import Town

NOW = START


@pytest.fixture(autouse=True)
def out_of_the_box() -> Iterator[None]:
    """What a test has the reminders say is forgotten after it."""
    yield
    unasked.put(unasked.model()())


class Office:
    """Somebody who edits a city's files, while the program looks at them."""

    def __init__(self, town: Town, folder: Path) -> None:
        self.town, self.rules, self.words = town, folder / "rules.toml", folder / "words.toml"
        self.city = City(CITY.words, CITY.zone, CITY.shows, CITY.running)
        self.told = town.chat(str(town.do(self._admin) + 1000))
        town.reporter.city = self.city
        clock = Clock(town.clock.now - datetime.now(UTC))
        self.editing = Editing(
            database=town.database, city=self.city, clock=clock, rules=self.rules, sentences=self.words,
            reach=Reach(running=CITY.running), after=lambda: None,
        )  # fmt: skip
        self._edits = 0
        self.saves(self.rules, default_text())
        self.saves(self.words, "")

    @staticmethod
    def _admin(session: Session) -> int:
        admin = a_person(session, name="管理员", role=Role.ADMIN)
        a_binding(session, admin, channel="chat")
        return admin.id

    def saves(self, path: Path, text: str) -> None:
        path.write_text(text, encoding="utf-8")
        self._edits += 1
        os.utime(path, ns=(self._edits * 10**9, self._edits * 10**9))

    async def writes(self, path: Path, text: str) -> None:
        self.saves(path, text)
        await self.editing.look()
        await self.editing.look()

    def acts(self, act: str) -> list[str]:
        return [row.canonical for row in self.town.rows(LedgerRow) if f'"act":"{act}"' in row.canonical]


@pytest.fixture
def office(town: Town, tmp_path: Path) -> Office:
    return Office(town, tmp_path)


async def test_an_edited_sentence_is_said_at_once_and_stands_in_the_ledger_before_and_after(
    office: Office,
) -> None:
    before = Words().duties_title
    await office.writes(office.words, 'duties_title = "待办清单"\n')
    assert office.town.reporter.says("我的待办").title == "待办清单"
    [act] = office.acts("take_words")
    assert f'{{"after":"待办清单","before":"{before}","key":"duties_title"}}' in act
    assert office.town.do(ledger.verify) == []
    await office.writes(office.words, "")
    assert office.town.reporter.says("我的待办").title == before
    assert f'{{"after":"{before}","before":"待办清单","key":"duties_title"}}' in office.acts("take_words")[1]


async def test_what_is_said_unasked_is_edited_in_a_table_of_the_same_file(office: Office) -> None:
    await office.writes(office.words, '[calendar]\ncalendar_unknown = "{year}年缺日历"\n')
    assert calendar.CALENDAR_UNKNOWN == "{year}年缺日历"
    assert '"key":"calendar.calendar_unknown"' in office.acts("take_words")[0]
    await office.writes(office.words, "")
    assert "放假调休还没有录入" in calendar.CALENDAR_UNKNOWN


async def test_edited_rules_are_in_force_without_a_restart_with_before_and_after(office: Office) -> None:
    await office.writes(office.rules, "[caps]\nunasked_per_month = 12\n")
    in_force = office.town.do(stored_rules.in_force)
    assert in_force.book.caps.unasked_per_month == 12
    assert '{"after":12,"before":30,"key":"caps.unasked_per_month"}' in office.acts("take_rules")[-1]
    assert "caps.unasked_per_month: 30 -> 12" in office.told.last().text


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        (
            "words",
            'duties_title = "x"\nback_buton = "y"\n',
            "第2行，back_buton：没有这一项，是不是要写back_button",
        ),
        (
            "words",
            '[calendar]\ncalendar_unknown = "{jahr}"\n',
            "第2行，calendar.calendar_unknown：写的是'{jahr}'，应为花括号里只用{year",
        ),
        ("words", '[kalender]\nx = "y"\n', "第1行，kalender：没有这一项"),
        ("words", 'nope = "x"\n', "第1行，nope：没有这一项，请删掉或改对名字"),
        (
            "words",
            'duties_title = "待办 {x}"\n',
            "第1行，duties_title：写的是'待办 {x}'，应为没有花括号的一句话",
        ),
        ("words", 'duties_title = "{"\n', "应为花括号里只写名字的一句话"),
        ("words", "duties_title = 3\n", "写的是3，应为加引号的文字"),
        ("rules", "[monthly]\ndue_day = 99\n", "第2行，monthly.due_day：写的是99，应为不大于28的数"),
        ("rules", '[monthly]\ndue_day = "5"\n', "第2行，monthly.due_day：写的是'5'，应为整数"),
        ("rules", 'rolling.due = "x"\n', "应为其中之一：'next'、'second'、'previous'"),
        ("rules", "[zero]\ndue_time = 18\n", '应为"18:00" 这样的时间'),
        (
            "rules",
            "[monthly]\ndue_day = 12\n",
            "第2行，monthly.due_day：写的是closes_day = 10, closes_time = ",
        ),
        (
            "rules",
            "[caps]\nunasked_per_month = 0\n",
            "第2行，caps.unasked_per_month：写的是0，应为不小于1的数",
        ),
        ("rules", "[caps\n", "第1行，TOML：写法不对，程序读不懂：'[caps'"),
    ],
)
async def test_a_mistake_changes_nothing_and_the_admins_are_told_its_line_once(
    office: Office, file: str, text: str, said: str
) -> None:
    rules = office.town.do(stored_rules.in_force).version
    await office.writes(getattr(office, file), text)
    await office.editing.look()
    [told] = office.told.messages()
    assert said in told.text
    assert "没有采用" in told.text
    assert office.city.words == Words()
    assert office.town.do(stored_rules.in_force).version == rules
    assert office.acts("take_words") == []


async def test_every_mistake_of_a_words_file_is_said_of_sentences_and_tables(office: Office) -> None:
    await office.writes(office.words, 'back_buton = "y"\n[calendar]\nunknown = "x"\n')
    assert [line.partition("：")[0] for line in office.told.last().text.splitlines()[1:]] == [
        "第1行，back_buton",
        "第3行，calendar.unknown",
    ]


async def test_a_file_that_is_no_text_is_said_so_to_the_admins_in_chinese(office: Office) -> None:
    office.saves(office.words, "")
    office.words.write_bytes(b"\xc4\xea")
    await office.editing.look()
    await office.editing.look()
    assert "文件不是 UTF-8 编码" in office.told.last().text


async def test_so_many_mistakes_are_told_that_the_rest_is_counted(office: Office) -> None:
    await office.writes(office.words, "".join(f'no_such_{number} = "x"\n' for number in range(9)))
    told = office.told.last().text.splitlines()
    assert ("9处错" in told[0], len(told), told[-1]) == (True, 8, "还有3处。")


async def test_a_file_that_is_still_being_written_is_not_read(office: Office) -> None:
    office.saves(office.words, "back_but")
    await office.editing.look()
    await office.writes(office.words, 'duties_title = "待办清单"\n')
    assert len(office.acts("take_words")) == 1
    assert all("没有采用" not in message.text for message in office.told.messages())


async def test_a_mended_file_is_taken_after_one_that_was_refused(office: Office) -> None:
    await office.writes(office.words, 'duties_titel = "x"\n')
    await office.writes(office.words, 'duties_title = "待办清单"\n')
    assert office.city.words.duties_title == "待办清单"
    assert office.told.last().text.startswith("words.toml已生效，改了1处")


def test_what_was_edited_while_the_program_stood_still_is_in_the_ledger_after_the_start(
    database: Database,
) -> None:
    first = editable.spoken('duties_title = "待办"')
    assert [
        change.key for change in database.run_now(lambda session: take_sentences(session, first, NOW))
    ] == ["duties_title"]
    again = database.run_now(lambda session: take_sentences(session, first, NOW + timedelta(days=1)))
    assert again == ()
    other = editable.spoken('duties_title = "清单"')
    [change] = database.run_now(lambda session: take_sentences(session, other, NOW))
    assert (change.before, change.after) == ("待办", "清单")


def test_a_text_that_an_older_version_understood_is_no_hindrance(database: Database) -> None:
    old = replace(editable.spoken(""), text='gone_sentence = "x"')
    database.run_now(lambda session: take_sentences(session, old, NOW))
    new = editable.spoken('duties_title = "待办"')
    [change] = database.run_now(lambda session: take_sentences(session, new, NOW))
    assert change.key == "duties_title"


def test_every_sentence_of_the_reminders_can_be_edited() -> None:
    for name, module in unasked.modules().items():
        table = getattr(unasked.model()(), name).model_dump()
        for constant, value in unasked.constants(module).items():
            assert table[constant.lower()] == value, (
                f"{name}.{constant} is no sentence that the words file can hold"
            )
            assert isinstance(value, str | dict), f"{name}.{constant}"


def test_a_name_of_a_sentence_is_used_once() -> None:
    """Two sections with the same name would have one of them say the other's sentence."""
    own = [name for section in Words.__bases__ for name in section.__annotations__]
    assert sorted(own) == sorted(set(own))


def test_a_table_that_is_no_section_is_a_mistake() -> None:
    with pytest.raises(BookError, match="kalender"):
        editable.spoken('[kalender]\nx = "y"')
