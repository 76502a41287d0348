"""What the office looks up and writes to many: who owes, the telephone list, notices, one project among very many."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy.orm import Session

from handlers.city import Show
from rules.kinds import Lane
from storage import finding
from storage.outbox import State
from storage.tables.registry import Binding, Project
from storage.tables.traffic import Notice, OutboxRow
from tests.builders import a_binding, a_person, a_project, a_responsibility, a_unit, an_issue
from tests.chat import CITY, ZONE, Chat, labels
from tests.test_desk_duties import files, mends, returns, unlocks
from tests.town import NORTH, SOUTH, Town, reports_problem


def of_another_unit(town: Town, bound: bool = True) -> Chat:
    """钱七 of the 水利局 with a project of their own."""

    def work(session: Session) -> int:
        person = a_person(session, unit=a_unit(session, name="水利局"), name="钱七")
        a_project(session, reporter=person, name="防洪堤", number=21)
        if bound:
            a_binding(session, person, channel="chat")
        return person.id

    person_id = town.do(work)
    town.sweep()
    return town.chat(str(person_id + 1000))


def with_old_problems(town: Town, *days: int) -> None:
    """General problems of February on the northern project: a word on each is owed for March."""

    def work(session: Session) -> None:
        for day in days:
            filed = datetime(2012, 2, day, tzinfo=ZONE)
            an_issue(session, project=session.get_one(Project, town.north), filed=filed)

    town.do(work)
    town.sweep()


# 未报


def test_who_owes_counts_what_came_what_was_late_and_what_is_missing(town: Town) -> None:
    of_another_unit(town)
    assert "应报3，已报0，未报3" in town.office.says("未报").text
    files(town.reporter)
    assert "应报3，已报1，未报2" in town.office.says("未报").text
    town.reaches(4, 6)
    files(town.reporter, SOUTH)
    shown = town.office.says("未报")
    assert "2012年3月进展（4月5日 18:00前按时）：应报3，已报2（迟报1），未报1" in shown.text
    assert labels(shown) == ["水利局 1"]


def test_what_was_returned_is_missing_and_what_is_exempt_not_expected(town: Town) -> None:
    files(town.reporter)
    returns(town)
    assert "应报2，已报0，未报2" in town.office.says("未报").text
    for step in ("免报", SOUTH, "2012年3月进展", "停工", "确认"):
        town.office.says(step)
    assert "应报1，已报0，未报1" in town.office.says("未报").text


def test_a_zero_that_a_problem_answered_for_is_not_expected(town: Town) -> None:
    for step in ("报问题", NORTH, "一般", "征拆", "两户阻工", "不需要", "没有", "确认"):
        town.reporter.says(step)
    town.reaches(7, 2)
    assert "2012年上半年零报告（7月6日 18:00前按时）：应报1，已报0，未报1" in town.office.says("未报").text


def test_a_zero_that_came_before_the_problem_stands_as_filed(town: Town) -> None:
    town.reaches(7, 2)
    town.reporter.says("零报告")
    town.reporter.taps("✅")
    reports_problem(town.reporter, "一般问题")
    shown = town.office.says("未报").text
    assert "2012年上半年零报告（7月6日 18:00前按时）：应报2，已报2，未报0" in shown


def test_what_is_being_mended_or_stands_unlocked_past_the_close_is_still_called_for(town: Town) -> None:
    files(town.reporter)
    town.reaches(4, 10)
    returns(town)
    town.reaches(4, 11)
    assert f"张三 13900000001：{NORTH}" in town.office.says("电话单").plain
    assert SOUTH not in town.office.last().plain, "it was missed for good"
    assert "应报1，已报0，未报1" in town.office.says("未报").text
    unlocks(town, project=SOUTH)
    assert f"张三 13900000001：{NORTH}、{SOUTH}" in town.office.says("电话单").plain
    mends(town.reporter)
    files(town.reporter, SOUTH)
    assert SOUTH not in town.office.says("电话单").plain


def test_the_notice_to_who_owes_reaches_who_has_to_mend_past_the_close(town: Town) -> None:
    files(town.reporter)
    town.reaches(4, 10)
    returns(town)
    town.reaches(4, 11)
    town.office.says("通知")
    town.office.says("请抓紧")
    assert town.office.taps("还没报的").title == "请核对：通知还没报的（1人）"


def test_words_on_two_problems_are_told_apart_by_their_numbers(town: Town) -> None:
    with_old_problems(town, 10, 11)
    words = [f"2012年3月问题月报 W{number}" for number in (1, 2)]
    town.office.says("免报")
    assert set(words) < set(labels(town.office.says(NORTH)))
    called = town.office.says("电话单").text
    assert all(f"{NORTH}（{word}）" in called for word in words)


def test_a_unit_is_shown_with_what_it_owes_and_whom_to_telephone(town: Town) -> None:
    town.office.says("未报")
    shown = town.office.taps("城北区住建局 2")
    assert f"☎ 城北区住建局 张三 13900000001：{NORTH}、{SOUTH}" in shown.text


def test_a_head_sees_the_own_unit_and_no_other(town: Town) -> None:
    of_another_unit(town)
    shown = town.head.says("本单位未报")
    assert shown.title == "城北区住建局未报"
    assert "应报2" in shown.text
    assert "防洪堤" not in shown.text
    assert "防洪堤" not in town.head.presses("o|who_owes|3").text


@pytest.mark.parametrize("word", ["退回", "暂停", "通知", "T1"])
def test_the_offices_words_are_words_like_any_for_a_contact(town: Town, word: str) -> None:
    assert town.reporter.says(word).text.startswith("没看懂")
    for step in ("报进展", NORTH, "1200"):
        town.reporter.says(step)
    assert town.reporter.says(word).title == "有现场照片吗？"


@pytest.mark.parametrize(
    "script", ["return_report", "unlock_duty", "pause_project", "send_notice", "who_owes"]
)
def test_a_button_of_the_office_in_other_hands_opens_nothing(town: Town, script: str) -> None:
    assert "只有市项目办" in town.reporter.presses(f"o|{script}|").text


def test_the_telephone_list_has_one_line_for_all_that_the_same_people_owe(town: Town) -> None:
    of_another_unit(town)
    assert town.office.says("电话单").text.splitlines() == [
        f"☎ 城北区住建局 张三 13900000001：{NORTH}、{SOUTH}",
        "☎ 水利局 钱七 13900000007：防洪堤",
    ]


def test_where_several_periods_are_open_each_line_says_what_for(town: Town) -> None:
    town.reaches(7, 2)
    shown = town.office.says("电话单").text
    assert f"{NORTH}（2012年6月进展）" in shown
    assert f"{NORTH}（2012年上半年零报告）" in shown


def test_the_office_finds_its_menu_under_help_and_others_do_not(town: Town) -> None:
    assert labels(town.office.says("帮助"))[0] == "市项目办"
    assert town.office.taps("市项目办").title == "市项目办"
    assert "市项目办" not in labels(town.reporter.says("帮助"))


def test_when_everything_has_come_the_list_says_so(town: Town) -> None:
    files(town.reporter)
    files(town.reporter, SOUTH)
    assert town.office.says("电话单").text == "都报齐了。"
    assert "都报齐了。" in town.office.says("未报").text
    town.reaches(4, 12)
    assert town.office.says("未报").text == "现在没有开着的期别。"


def test_more_units_than_fit_are_shown_by_pages_those_that_owe_most_first(town: Town) -> None:
    def work(session: Session) -> None:
        for place in range(15):
            a_project(session, unit=a_unit(session, name=f"单位{place:02}"), number=100 + place)

    town.do(work)
    town.sweep()
    first = town.office.says("未报")
    assert labels(first)[0] == "城北区住建局 2"
    second = town.office.taps("更多单位（第2页）")
    assert not {*labels(first)} & {*labels(second)} - {"更多单位（第2页）"}
    assert len(labels(second)) == 16 - 12 + 1


# 通知


def notice(town: Town, audience: str, *more: str) -> str:
    for step in ("通知", "周五前核对年度计划", audience, *more):
        town.office.says(step)
    card = town.office.last()
    assert "周五前核对年度计划" in card.text
    town.office.taps("✅ 发给")
    return card.title


def told(chat: Chat) -> bool:
    return any(each.title == "市项目办通知" for each in chat.messages())


def test_a_notice_reaches_its_audience_and_nobody_else(town: Town) -> None:
    other = of_another_unit(town)
    assert notice(town, "全体联络人") == "请核对：通知全体联络人（2人）"
    assert (told(town.reporter), told(other), told(town.head)) == (True, True, False)


def test_a_notice_to_a_unit_goes_to_its_people(town: Town) -> None:
    other = of_another_unit(town)
    assert notice(town, "一个单位", "城北区") == "请核对：通知城北区住建局（3人）"
    assert (told(town.head), told(other)) == (True, False)


def test_one_of_many_units_is_found_by_typing(town: Town) -> None:
    of_another_unit(town)
    town.do(lambda session: [a_unit(session, name=f"单位{place:02}") for place in range(15)])
    for step in ("通知", "快报", "一个单位"):
        town.office.says(step)
    assert town.office.last().text == "请打单位名称的一部分（如“水利”）。"
    assert town.office.says("飞机").text == "没有找到「飞机」。请打单位名称的一部分（如“水利”）。"
    assert town.office.says("水利").title == "请核对：通知水利局（1人）"


def test_a_notice_to_those_who_owe_leaves_out_who_has_reported(town: Town) -> None:
    other = of_another_unit(town)
    files(town.reporter)
    files(town.reporter, SOUTH)
    assert notice(town, "还没报的") == "请核对：通知还没报的（1人）"
    assert (told(town.reporter), told(other)) == (False, True)


def test_a_notice_to_everybody_leaves_out_who_sends_it_and_is_sent_as_a_reminder(town: Town) -> None:
    assert notice(town, "所有绑定的人") == "请核对：通知所有绑定的人（5人）"
    assert not told(town.office)
    rows = [row for row in town.rows(OutboxRow) if row.number == "T1"]
    assert {row.lane for row in rows} == {Lane.REMINDER.order}
    assert len({row.person_id for row in rows}) == len(rows) == 5


def test_a_notice_to_nobody_is_not_sent(town: Town) -> None:
    files(town.reporter)
    files(town.reporter, SOUTH)
    for step in ("通知", "快报", "还没报的"):
        town.office.says(step)
    assert town.office.last().text == "这些人里现在一个也没有：还没报的。"
    assert town.rows(Notice) == []


def test_the_card_counts_whom_no_channel_reaches_and_the_number_names_them_with_telephone(town: Town) -> None:
    of_another_unit(town, bound=False)
    for step in ("通知", "周五前核对年度计划", "全体联络人"):
        town.office.says(step)
    assert "其中1人没绑定或停用了" in town.office.last().text
    town.office.taps("✅ 发给2人")
    town.do(
        lambda session: (
            session.query(OutboxRow).filter_by(number="T1", state=State.DUE).update({"state": State.SENT})
        )
    )
    assert town.office.says("T1").text.splitlines() == [
        "共2人：已收到1，在路上0，收不到1",
        "收不到，请打电话：钱七 13900000007",
        "已收到：张三",
    ]


def test_a_blocked_account_and_one_that_does_not_run_are_not_reached(town: Town) -> None:
    def work(session: Session) -> None:
        binding = session.query(Binding).filter_by(person_id=int(town.reporter.user) - 1000).one()
        binding.blocked = True
        head = session.query(Binding).filter_by(person_id=int(town.head.user) - 1000).one()
        head.account = "stopped"

    town.do(work)
    notice(town, "一个单位", "城北区")
    assert "收不到，请打电话：张三 13900000001、赵局长 13900000003" in town.office.says("T1").text


def test_a_long_notice_counts_each_person_once_and_as_received_only_when_all_of_it_has(town: Town) -> None:
    town.office.city = replace(CITY, shows={"chat": Show(edits=True, text_limit=300)})
    for step in ("通知", "长" * 700, "全体联络人"):
        town.office.says(step)
    town.office.taps("✅ 发给1人")
    parts = [row.id for row in town.rows(OutboxRow) if row.number == "T1"]
    assert len(parts) == 3
    town.do(lambda session: session.query(OutboxRow).filter_by(id=parts[0]).update({"state": State.SENT}))
    assert "共1人：已收到0，在路上1，收不到0" in town.office.says("t1").text


@pytest.mark.parametrize("number", ["T1", "T99"])
def test_a_notice_is_looked_up_by_the_office_alone(town: Town, number: str) -> None:
    notice(town, "全体联络人")
    assert "周五" not in town.reporter.says(number).text
    assert town.office.says("T99").text == "没有找到通知 T99。"


# One among very many


def with_projects(town: Town, count: int) -> None:
    def work(session: Session) -> None:
        unit = a_unit(session, name="交通局")
        person = a_person(session, unit=unit, name="孙八")
        for place in range(count):
            project = a_project(
                session, unit=unit, number=1000 + place, name=f"农村公路{place}标", initials=f"ncgl{place}b"
            )
            if place == 7:
                a_responsibility(session, project, person)

    town.do(work)


def test_among_two_hundred_a_part_of_the_name_is_asked_for_and_one_match_is_taken(town: Town) -> None:
    with_projects(town, 200)
    first = town.office.says("暂停")
    assert first.title == "暂停哪个项目？"
    assert first.text.startswith("请打名称的一部分")
    assert labels(first) == ["取消"]
    assert town.office.says("湖大道").title == f"{SOUTH}：什么原因？"


def test_several_matches_are_buttons_and_too_many_say_so(town: Town) -> None:
    with_projects(town, 200)
    town.office.says("暂停")
    few = town.office.says("公路19")
    assert [each for each in labels(few) if each.startswith("农村")][:2] == ["农村公路19标", "农村公路190标"]
    many = town.office.says("农村")
    assert "只列出前24个" in many.text
    assert "没有找到「飞机场」" in town.office.says("飞机场").text
    town.office.says("公路19")
    assert town.office.taps("农村公路190标").title == "农村公路190标：什么原因？"


@pytest.mark.parametrize("said", ["1007号", "１００７", "ncgl7b"])
def test_a_project_is_meant_by_its_number_or_its_initials(town: Town, said: str) -> None:
    with_projects(town, 60)
    town.office.says("暂停")
    assert town.office.says(said).title == "农村公路7标：什么原因？"


@pytest.mark.parametrize("said", ["%", "_", "'", "100%"])
def test_signs_of_the_database_mean_themselves(town: Town, said: str) -> None:
    with_projects(town, 60)
    town.office.says("暂停")
    assert f"没有找到「{said}」" in town.office.says(said).text


def test_what_was_found_by_typing_is_still_the_same_after_a_restart(town: Town) -> None:
    with_projects(town, 60)
    for step in ("暂停", "1007号", "停工"):
        town.office.says(step)
    town.restarts()
    town.do(lambda session: session.query(Project).filter_by(number=1007).update({"number": 5000}))
    assert town.office.says("确认").text == "已暂停：农村公路7标"


def test_of_ten_thousand_projects_only_matches_are_loaded(session: Session) -> None:
    unit = a_unit(session)
    session.bulk_insert_mappings(
        Project,
        [
            {"number": n, "name": f"工程{n}号楼", "unit_id": unit.id, "kind": "construction", "stage": "started",
             "total_investment": 1, "opening_month": "2012-02", "registered": date(2012, 1, 1), "state": "active"}
            for n in range(10_000)
        ],
    )  # fmt: skip
    assert len(finding.projects(session, finding.on_list(), "", 9)) == 9
    assert len(finding.projects(session, finding.on_list(), "工程", 25)) == 25
    assert [row.number for row in finding.projects(session, finding.on_list(), "工程9999", 25)] == [9999]
