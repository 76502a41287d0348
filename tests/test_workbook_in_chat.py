"""A registry workbook sent to the bot: read beside the turns, shown, and taken in only as it was shown."""

import asyncio

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from bot.apart import Died, read_apart
from bot.office import ImportRegistry, Office, import_registry
from bot.workbooks import Workbooks
from rules.kinds import Role
from storage import ledger, workbook, workbooks
from storage.messages import IncomingKind, Media, MediaKind, Outgoing
from storage.tables.ledger import LedgerRow
from storage.tables.registry import Handover, Person, Responsibility, Unit
from storage.tables.reporting import MediaFile
from storage.tables.traffic import Workbook
from tests.builders import a_person, a_role
from tests.chat import CITY, ZONE, Chat, labels
from tests.ledgers import a_ledger, a_row
from tests.test_fetching import Time
from tests.town import NORTH, Town
from tests.workbooks import NEW_PERSON, a_workbook, a_workbook_waits

BOOK = a_workbook(people=[NEW_PERSON])


def sends(chat: Chat, name: str = "台账.xlsx") -> list[Outgoing]:
    file = Media(kind=MediaKind.FILE, reference="f1", name=name)
    return chat.takes(chat.other(IncomingKind.MEDIA, media=(file,)))


async def is_fetched(town: Town, content: bytes | None = BOOK) -> int:
    """The file is stored; a program that has just started reads what waits."""
    town.do(lambda session: session.execute(update(MediaFile).values(state="stored", path="ab/abc")))

    async def stored(_media_id: int) -> bytes | None:
        return content

    reading = Workbooks(
        database=town.database, city=CITY, clock=Time(town.clock), stored=stored, after=lambda: None
    )
    return await reading.read_stored()


def people_called(town: Town, name: str) -> list[Person]:
    return town.do(lambda session: list(session.scalars(select(Person).where(Person.name == name))))


async def test_the_office_sees_what_its_workbook_would_do_before_anything_is_written(town: Town) -> None:
    [received] = sends(town.office)
    assert received.text.startswith("收到台账")
    await is_fetched(town)
    preview = town.office.last()
    assert preview.title == "台账《台账.xlsx》导入预览"
    assert "人员：新增 1" in preview.text
    assert labels(preview) == ["✅ 确认导入", "不导入"]
    assert not people_called(town, "新来的")


async def test_a_workbook_that_was_confirmed_is_written_under_the_name_of_who_confirmed_it(
    town: Town,
) -> None:
    sends(town.office)
    await is_fetched(town)
    done = town.office.taps("✅ 确认导入")
    assert done.title == "台账《台账.xlsx》已导入"
    assert len(people_called(town, "新来的")) == 1
    rows = [row for row in town.rows(LedgerRow) if '"act":"import"' in row.canonical]
    assert [f'"who":"person:{int(town.office.user) - 1000}"' in row.canonical for row in rows] == [True]
    assert town.do(ledger.verify) == []


async def test_a_second_tap_imports_nothing_a_second_time(town: Town) -> None:
    sends(town.office)
    await is_fetched(town)
    preview = town.office.last()
    town.office.taps("✅ 确认导入", of=preview)
    assert town.office.taps("✅ 确认导入", of=preview).text.startswith("没有等着导入的台账")
    assert len(people_called(town, "新来的")) == 1


async def test_what_has_changed_since_the_preview_is_shown_anew_and_not_written(town: Town) -> None:
    sends(town.office)
    await is_fetched(town)
    preview = town.office.last()

    def meanwhile(session: Session) -> None:
        unit = session.scalars(select(Unit).where(Unit.name == "城北区住建局")).one()
        a_person(session, unit=unit, name="新来的", phone="13900000099", role=None)

    town.do(meanwhile)
    again = town.office.taps("✅ 确认导入", of=preview)
    assert "和刚才给您看的不一样了，所以还没有写入" in again.text
    assert "人员：新增 0，变更 1" in again.text
    assert town.office.taps("✅ 确认导入", of=again).title.endswith("已导入")


async def test_errors_are_named_by_place_and_nothing_can_be_confirmed(town: Town) -> None:
    sends(town.office)
    await is_fetched(town, a_workbook(people=[{**NEW_PERSON, "phone": "123"}]))
    preview = town.office.last()
    assert preview.title == "台账《台账.xlsx》有错，没有导入"
    assert "“人员”表第2行“手机”：写的是“123”；应为：11位手机号" in preview.text
    assert labels(preview) == []
    assert town.office.says("确认导入").title == preview.title


AHEAD = a_ledger(a_row(), above=(("2021年重大建设项目（截至3月底）",), ("单位：万元",)))


async def test_a_month_that_has_not_come_yet_is_an_error_by_the_citys_clock(town: Town) -> None:
    sends(town.office)
    await is_fetched(town, AHEAD)
    assert "写的是“2021-03”；应为：不晚于本月" in town.office.last().text


def test_so_it_is_from_the_command_line(town: Town) -> None:
    office = Office(zone=ZONE, city=CITY, city_now=lambda _session, machine: machine)
    wanted = ImportRegistry(book=workbook.read(AHEAD))
    result = town.do(lambda session: import_registry(session, wanted, town.clock.now, office))
    assert not result.ok
    assert "写的是“2021-03”；应为：不晚于本月" in result.text


async def test_a_file_that_cannot_be_opened_is_answered_once(town: Town) -> None:
    sends(town.office)
    await is_fetched(town, None)
    assert "打不开" in town.office.last().text
    assert await is_fetched(town, None) == 0


async def test_a_workbook_that_ended_the_program_is_answered_and_not_read_again(town: Town) -> None:
    sends(town.office)

    def marked(session: Session) -> None:
        file = session.scalars(select(MediaFile)).one()
        workbooks.begin(session, file.id, file.person_id, town.clock.now)

    town.do(marked)
    assert town.office.says("确认导入").text.startswith("没有等着导入的台账")
    assert await is_fetched(town) == 0
    assert "读到一半程序停了；应为：再发一次" in town.office.last().text
    answered = len(town.office.messages())
    assert await is_fetched(town) == 0
    assert len(town.office.messages()) == answered


async def test_a_workbook_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(TimeoutError):
        await read_apart(BOOK, seconds=0)


async def test_a_workbook_that_takes_too_much_memory_ends_its_own_reading_only() -> None:
    with pytest.raises(Died):
        await read_apart(BOOK, memory=40_000_000)


async def test_a_workbook_is_marked_before_its_bytes_are_looked_at(town: Town) -> None:
    sends(town.office)
    town.do(lambda session: session.execute(update(MediaFile).values(state="stored", path="ab/abc")))

    async def kills(_media_id: int) -> bytes | None:
        raise asyncio.CancelledError

    reading = Workbooks(
        database=town.database, city=CITY, clock=Time(town.clock), stored=kills, after=lambda: None
    )
    with pytest.raises(asyncio.CancelledError):
        await reading.read_stored()
    assert len(town.rows(Workbook)) == 1


async def test_a_workbook_that_is_left_aside_changes_nothing_and_waits_no_more(town: Town) -> None:
    sends(town.office)
    await is_fetched(town)
    assert "不导入，什么都没有改" in town.office.taps("不导入").text
    assert town.office.says("确认导入").text.startswith("没有等着导入的台账")
    assert not people_called(town, "新来的")
    assert [row.book for row in town.rows(Workbook)] == [{}]


@pytest.mark.parametrize("who", ["reporter", "head", "leader"])
async def test_anybody_elses_workbook_is_only_a_file(town: Town, who: str) -> None:
    chat = getattr(town, who)
    [kept] = sends(chat)
    assert kept.text.startswith("收到1个文件")
    assert await is_fetched(town) == 0
    assert chat.says("确认导入").text.startswith("没有等着导入的台账")


async def test_another_kind_of_file_of_the_office_is_only_a_file(town: Town) -> None:
    [kept] = sends(town.office, "会议纪要.docx")
    assert kept.text.startswith("收到1个文件")
    assert await is_fetched(town) == 0


@pytest.mark.parametrize("said", ["✅ 确认导入", "确认"])
def test_what_is_confirmed_is_planned_once_and_written_as_it_was_compared(town: Town, said: str) -> None:
    """Planning ten thousand projects takes seconds, and all others wait for this turn."""
    a_workbook_waits(town)
    town.office.says("确认导入")
    asked: list[str] = []
    event.listen(town.database.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    town.office.says(said)
    assert people_called(town, "新来的")
    assert len([each for each in asked if "FROM milestones" in each]) == 1


async def test_initials_are_made_when_a_workbook_is_read_and_not_when_it_is_written(town: Town) -> None:
    sends(town.office)
    await is_fetched(town, SUCCEEDED)
    [row] = town.rows(Workbook)
    assert row.book["initials"] == {NORTH: "cbsckjgc"}


def is_asked_for_photos(town: Town) -> Outgoing:
    """The office reports a problem for the contact, up to the question for photos."""
    for step in (
        "代报",
        NORTH,
        "张三",
        "问题",
        "🔴",
        "征拆",
        "两户阻工",
        "刚才",
        "就在项目现场",
        "请派工作组",
    ):
        town.office.says(step)
    return town.office.last()


async def test_a_workbook_is_never_offered_as_evidence_whether_it_has_been_read_or_not(town: Town) -> None:
    sends(town.office)
    assert "刚才发的" not in str(labels(is_asked_for_photos(town)))
    town.office.says("取消")
    await is_fetched(town)
    assert "刚才发的" not in str(labels(is_asked_for_photos(town)))


def test_anybody_elses_workbook_is_offered_as_evidence_like_any_file(town: Town) -> None:
    sends(town.reporter)
    for step in ("报问题", NORTH, "🔴", "征拆", "两户阻工", "刚才", "就在项目现场", "请派工作组"):
        town.reporter.says(step)
    assert "刚才发的" in str(labels(town.reporter.last()))


@pytest.mark.parametrize("then", ["没有了", "取消"])
async def test_a_workbook_sent_as_evidence_is_not_read_as_a_registry(town: Town, then: str) -> None:
    is_asked_for_photos(town)
    sends(town.office, "征拆明细.xlsx")
    town.office.says(then)
    assert await is_fetched(town) == 0
    assert town.office.says("确认导入").text.startswith("没有等着导入的台账")


def test_the_button_of_a_preview_does_nothing_for_somebody_else(town: Town) -> None:
    media = a_workbook_waits(town)
    assert town.head.presses(f"o|import_workbook|{media}.x").text.startswith("没有等着导入的台账")


def test_a_workbook_waits_for_the_word_of_who_sent_it_alone(town: Town) -> None:
    a_workbook_waits(town)
    town.do(lambda session: a_role(session, session.get_one(Person, 5), Role.OFFICE))
    assert town.department.says("确认导入").text.startswith("没有等着导入的台账")
    assert town.office.says("确认导入").title == "台账《台账.xlsx》导入预览"


SUCCEEDED = a_workbook(
    people=[{**NEW_PERSON, "name": "吴小明"}],
    projects=[
        {
            "number": 7, "name": NORTH, "kind": "重大建设", "category": "城市建设", "total_investment": 10000,
            "stage": "开工", "start_actual": "2011-05-01", "opening_month": "2012-02", "unit": "城北区住建局",
            "reporters": "吴小明", "deputies": "李四", "heads": "赵局长", "lead_leaders": "王市长",
            "lead_departments": "孙主任", "registered": "2012-01-01",
        }
    ],
)  # fmt: skip


def is_passed_on(town: Town) -> None:
    [packet] = town.rows(Handover)
    assert (packet.role, packet.project_ids) == (Role.REPORTER, [town.north])
    assert town.reporter.last().title == "您的项目交给吴小明了"
    ended = [each for each in town.rows(Responsibility) if each.until]
    assert [(each.project_id, each.role) for each in ended] == [(town.north, Role.REPORTER)]


def test_an_import_that_changes_a_contact_tells_both(town: Town) -> None:
    a_workbook_waits(town, SUCCEEDED)
    town.office.says("确认导入")
    assert "联络人有变动，已给双方发交接单" in town.office.taps("✅ 确认导入").text
    is_passed_on(town)


def test_so_does_an_import_from_the_command_line(town: Town) -> None:
    office = Office(zone=ZONE, city=CITY, city_now=lambda _session, machine: machine)
    wanted = ImportRegistry(book=workbook.read(SUCCEEDED))
    result = town.do(lambda session: import_registry(session, wanted, town.clock.now, office))
    assert result.text.endswith("Written. 1 hand-overs: both sides are told.")
    is_passed_on(town)
