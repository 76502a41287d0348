"""What a turn promises: one message, one transaction, and everything that follows from it or nothing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from handlers.city import Show
from handlers.commands import FileProgress
from handlers.deeds import problems
from handlers.deeds.progress import file_progress
from handlers.facts import PersonFacts
from handlers.menus import menu_of
from handlers.turn import AlreadyTaken, take_turn
from handlers.turning import Turn
from rules.kinds import IssueState, Lane, ProjectKind, Role, Stage
from rules.scope import Part
from storage import inbox, invites, ledger, media, people
from storage.messages import IncomingKind, Outgoing
from storage.tables.ledger import LedgerRow
from storage.tables.registry import Binding, Milestone, Person, PersonRole, Project
from storage.tables.reporting import Duty, Issue, IssueEvent, MediaFile, Report, ReportVersion
from storage.tables.traffic import InboxRow, OutboxRow, Talk
from tests.builders import a_person, a_project, an_inbox_row
from tests.chat import CITY, WORDS, Chat, button, labels
from tests.test_sweep import steps
from tests.town import NORTH, SOUTH, Town, reports_problem


@pytest.fixture(autouse=True)
def _the_ledger_holds_and_names_nobody(town: Town) -> Iterator[None]:
    """After every test of this file, whatever happened in it."""
    yield
    assert town.do(ledger.verify) == []
    people = town.do(lambda session: [(row.name, row.phone) for row in session.scalars(select(Person))])
    versions = town.do(lambda session: list(session.scalars(select(ReportVersion.progress))))
    problems = town.do(lambda session: list(session.scalars(select(Issue.what))))
    private = {text for row in people for text in row} | {*versions, *problems} - {""}
    for row in town.rows(LedgerRow):
        assert not [text for text in private if text and text in row.canonical], row.canonical


def reports_progress(
    chat: Chat, project: str = NORTH, amount: str = "1200", text: str = "主体封顶"
) -> Outgoing:
    chat.says("报进展")
    if project in "".join(labels(chat.last())):
        chat.taps(project)
    chat.says(amount)
    chat.says(text)
    chat.taps("没有照片")
    return chat.taps("✅ 确认上报")


def a_turn(session: Session, chat: Chat) -> Turn:
    """A turn of this person, to carry out a deed in."""
    known, now = people.known(session, chat.address), chat.clock.now
    assert known is not None
    person = PersonFacts(known.id, known.name, known.unit_id, known.unit)
    return Turn(session, CITY, 1, chat.text(""), person, now, now, now.date())


def a_stranger(town: Town, user: str = "77") -> Chat:
    return town.chat(user)


def a_code(town: Town, person: Chat) -> str:
    person_id = int(person.user) - 1000
    return town.do(lambda session: invites.create(session, person_id, town.clock.now))


# Strangers and binding


def test_a_stranger_is_told_in_one_sentence_how_to_be_invited(town: Town) -> None:
    stranger = a_stranger(town)
    assert stranger.says("你好") == Outgoing(
        text="我还不认识您。请向市项目办要一个邀请码，把邀请码发给我即可。"
    )
    assert stranger.inbox_states() == [("refused", "stranger")]


def test_a_code_binds_and_shows_the_menu(town: Town) -> None:
    stranger = a_stranger(town)
    welcome = stranger.says(a_code(town, town.leader))
    assert welcome.title == "王市长，您好！您已绑定为市政府的王市长。"
    assert labels(welcome) == [word for word, _ in menu_of(WORDS, Part.LEADS)]
    assert stranger.says("帮助").title == "您能做什么"


def test_binding_says_what_is_kept_why_and_for_how_long_and_that_nothing_classified_may_be_sent(
    town: Town,
) -> None:
    notice = a_stranger(town).says(a_code(town, town.leader)).text
    assert all(part in notice for part in ("只记您的姓名", "用于重大项目调度", "10年", "涉密"))
    assert notice.count("。") == 2


def test_a_deep_link_binds_too_and_opening_it_again_does_no_harm(town: Town) -> None:
    stranger = a_stranger(town)
    link = f"/start {a_code(town, town.leader)}"
    assert stranger.says(link).title.startswith("王市长")
    assert stranger.says(link).text.startswith("您已经绑定好了")


def test_a_code_is_good_once(town: Town) -> None:
    code = a_code(town, town.leader)
    a_stranger(town, "77").says(code)
    assert a_stranger(town, "78").says(code).text.startswith("邀请码不对")


def test_wrong_codes_are_limited_and_a_right_one_then_waits_an_hour(town: Town) -> None:
    stranger, code = a_stranger(town), a_code(town, town.leader)
    for wrong in range(5):
        assert stranger.says(f"wrong-code-number-{wrong}").text.startswith("邀请码不对")
        town.clock.pass_(minutes=1)
    assert stranger.says(code).text == "邀请码错得太多，请一小时后再试。"
    town.clock.pass_(hours=1)
    assert stranger.says(code).title.startswith("王市长")


def test_a_flood_of_a_stranger_is_ignored_after_twenty_in_a_minute(town: Town) -> None:
    stranger = a_stranger(town)
    for each in range(25):
        stranger.takes(stranger.text(f"第{each}条"))
    assert len(stranger.messages()) == 20
    assert stranger.inbox_states()[20:] == [("ignored", "flood")] * 5
    town.clock.pass_(minutes=2)
    assert stranger.says("还在吗").text.startswith("我还不认识您")


def test_a_flood_that_arrived_at_once_still_gets_its_first_answers(town: Town) -> None:
    """Rows that came later once counted against the earlier ones, and all were ignored."""
    stranger = a_stranger(town)
    for each in range(25):
        stranger.arrives(stranger.text(f"第{each}条"))
    stranger.take_waiting()
    assert len(stranger.messages()) == 20


def test_a_flood_of_one_keeps_nobody_else_waiting(town: Town) -> None:
    stranger = a_stranger(town)
    for each in range(30):
        stranger.arrives(stranger.text(f"第{each}条"))
    town.reporter.arrives(town.reporter.text("帮助"))
    waiting = town.do(lambda session: inbox.waiting(session, town.clock.now, 2))
    assert [row.sender for row in waiting] == [stranger.sender, town.reporter.sender]


@pytest.mark.sqlite_only(reason="it counts the instructions of SQLite's machine")
def test_a_look_at_what_waits_looks_nothing_up_for_each_message_of_a_flood(town: Town) -> None:
    stranger = a_stranger(town)

    def work() -> int:
        ask = partial(inbox.waiting, now=town.clock.now, limit=200)
        return town.do(lambda session: 100 * steps(session, lambda: ask(session)))

    before = work()
    for _ in range(1000):
        stranger.arrives(stranger.text("在吗"))
    assert (work() - before) / 1000 < 12


def test_who_stands_behind_a_flood_is_found_by_his_age_however_many_came_after_him(town: Town) -> None:
    flooding, second = town.chat("5"), town.chat("9")
    for _ in range(10):
        flooding.arrives(flooding.text("在吗"))
    second.arrives(second.text("帮助"))
    for number in range(10, 30):  # their names come before his
        later = town.chat(f"{number}")
        later.arrives(later.text("帮助"))
    waiting = town.do(lambda session: inbox.waiting(session, town.clock.now, 2))
    assert [row.sender for row in waiting] == [flooding.sender, second.sender]


def test_many_who_wait_for_a_retry_keep_nobody_else_waiting(town: Town) -> None:
    """Two hundred of them once hid everybody who came after them."""

    def work(session: Session) -> list[str]:
        for number in range(10):
            an_inbox_row(session, sender=f"chat:bot:{number}", retry=town.clock.now + timedelta(seconds=5))
        an_inbox_row(session, sender="chat:bot:0")  # behind one that waits
        an_inbox_row(session, sender="chat:bot:other")
        return [row.sender for row in inbox.waiting(session, town.clock.now, 2)]

    assert town.do(work) == ["chat:bot:other"]


@pytest.mark.parametrize("who", ["stranger", "reporter"])
def test_a_group_is_pointed_to_the_private_chat_if_it_asks_and_left_alone_if_not(
    town: Town, who: str
) -> None:
    chat = a_stranger(town) if who == "stranger" else town.reporter
    asked = chat.takes(chat.other(IncomingKind.TEXT, text="报进展", group=True))
    assert [message.text for message in asked] == ["请到与我的单聊里上报，群里不收。"]
    assert chat.takes(chat.other(IncomingKind.TEXT, text="报进展", group=True, to_me=False)) == []


def test_a_code_in_a_group_binds_nobody(town: Town) -> None:
    stranger = a_stranger(town)
    stranger.takes(stranger.other(IncomingKind.TEXT, text=a_code(town, town.leader), group=True))
    assert stranger.says("你好").text.startswith("我还不认识您")


def test_binding_another_account_ends_the_old_one_and_tells_both(town: Town) -> None:
    new = a_stranger(town)
    assert new.says(a_code(town, town.reporter)).title.startswith("张三")
    assert town.reporter.last().text.startswith("您已改用另一个账号上报")
    assert town.reporter.says("报进展").text.startswith("我还不认识您")
    living = [row for row in town.rows(Binding) if row.ended is None and row.person_id == 1]
    assert [row.user for row in living] == ["77"]


def test_a_draft_goes_on_from_the_new_account(town: Town) -> None:
    town.reporter.says("报进展")
    town.reporter.taps(NORTH)
    new = a_stranger(town)
    new.says(a_code(town, town.reporter))
    assert new.says("1200").title == "形象进度到哪一步了？"


def test_someone_who_has_left_is_a_stranger(town: Town) -> None:
    town.do(lambda session: session.execute(update(Person).where(Person.id == 1).values(active=False)))
    assert town.reporter.says("报进展").text.startswith("我还不认识您")


def test_a_block_marks_the_binding_and_a_message_lifts_it(town: Town) -> None:
    town.leader.takes(town.leader.other(IncomingKind.BLOCKED))
    assert "王市长" in reports_problem(town.reporter).text.split("没能通知到")[1]
    town.leader.says("帮助")
    assert "没能通知到" not in reports_problem(town.reporter).text


# Talks: set aside, taken up, ended


def test_a_talk_paused_by_another_is_offered_when_that_has_ended(town: Town) -> None:
    me = town.reporter
    me.says("报进展")
    me.taps(NORTH)
    me.says("1200")
    assert f"「报进展」{NORTH}先放下" in me.says("报问题").text
    offered = me.says("取消")
    assert labels(offered) == [f"继续「报进展」{NORTH}", f"不要了：「报进展」{NORTH}"]
    assert me.taps("继续「报进展」").title == "形象进度到哪一步了？"
    me.says("主体封顶")
    me.taps("没有照片")
    assert me.says("确认").title == "已收到 J1"


def test_a_button_of_a_paused_talk_takes_it_up_again(town: Town) -> None:
    me = town.reporter
    me.says("报进展")
    amount = me.taps(NORTH)
    me.says("1200")
    me.says("报问题")
    assert me.taps("取消", amount).title == "形象进度到哪一步了？"


def test_help_leaves_the_open_talk_as_it_is(town: Town) -> None:
    me = town.reporter
    me.says("报进展")
    me.taps(NORTH)
    assert f"继续「报进展」{NORTH}" in labels(me.says("帮助"))
    assert me.says("1200").title == "形象进度到哪一步了？"


def test_what_is_dropped_is_gone_and_what_was_filed_stays_when_its_drop_button_is_pressed(town: Town) -> None:
    """The button once told that nothing had been reported, and took the receipt's place."""
    me = town.reporter
    me.says("报进展")
    me.taps(NORTH)
    me.says("1200")
    me.says("报问题")
    offer = me.says("取消")
    me.taps("继续「报进展」", offer)
    me.says("主体封顶")
    me.taps("没有照片")
    me.says("确认")
    late = me.taps("不要了", offer)
    assert late.text == "这次填报已经结束：已收到 J1"
    assert not late.replaces


def test_a_paused_talk_can_be_dropped(town: Town) -> None:
    me = town.reporter
    me.says("报进展")
    me.taps(NORTH)
    me.says("1200")
    me.says("报问题")
    me.says("取消")
    assert me.taps("不要了").text == f"好，「报进展」{NORTH}没报完的不要了，什么都没有上报。"
    assert labels(me.says("帮助")) == ["报进展", "报问题", "零报告", "我的待办", "查一查"]


def test_an_ended_talk_repeats_its_outcome_and_files_nothing_again(town: Town) -> None:
    me = town.reporter
    me.says("报进展")
    me.taps(NORTH)
    me.says("1200")
    me.says("主体封顶")
    card = me.taps("没有照片")
    me.taps("✅ 确认上报", card)
    assert me.taps("✅ 确认上报", card).text == "这次填报已经结束：已收到 J1"
    assert len(town.rows(ReportVersion)) == 1


def test_a_forwarded_button_is_refused(town: Town) -> None:
    town.reporter.says("报进展")
    asked = town.reporter.last()
    assert town.deputy.taps(NORTH, asked).text == "这个按钮是发给别人的，您不能点。"
    assert town.rows(Talk)[0].answers == {}


@pytest.mark.parametrize(
    "data",
    [
        *("t1|", "x", "", "t!!|a|b", "o|nothing|", f"r|{'9' * 40}", "a|１", "t" + "z" * 30 + "|a|b"),
        *(
            f"o|{script}|{'9' * 25}"
            for script in ("handed_over", "import_workbook", "who_owes", "return_report")
        ),
        *(f"o|import_workbook|{'9' * 19}.x", f"o|who_owes|p{'9' * 25}", f"t1|project|{'9' * 25}"),
    ],
)
def test_a_button_that_is_none_of_ours_is_answered_with_the_menu(town: Town, data: str) -> None:
    answer = town.reporter.presses(data)
    assert answer.text == "这个按钮已经失效，请重新选一项。"
    assert "报进展" in labels(answer)


def test_the_same_tap_twice_gets_one_answer(town: Town) -> None:
    me = town.reporter
    me.says("报问题")
    severity = me.taps(NORTH)
    me.taps("🔴", severity)
    assert me.takes(me.press(button(severity, "🔴").data)) == []


def test_a_tapped_question_is_replaced_and_a_typed_one_is_not(town: Town) -> None:
    me = town.reporter
    me.says("报进展")
    assert me.taps(NORTH).replaces == "1"
    assert not me.says("1200").replaces


def test_a_draft_outlives_a_restart_and_weeks(town: Town) -> None:
    me = town.reporter
    me.says("报问题")
    me.taps(NORTH)
    me.taps("🔴")
    town.restarts()
    town.reaches(4, 20)
    me.says("征拆")
    me.says("两户阻工")
    me.says("昨天下午")
    me.says("现场")
    me.says("暂时不需要")
    me.taps("没有照片")
    assert me.says("确认").title == "重大问题 W1 已报出"


def test_a_talk_that_outlives_its_period_never_files_into_the_next(town: Town) -> None:
    me = town.reporter
    me.says("报进展")
    me.taps(NORTH)
    me.says("1200")
    town.reaches(4, 12)
    assert me.says("主体封顶").text.startswith(f"报进展没有收下：{NORTH}的上报已经截止")
    assert me.says("报进展").text == "现在没有要报的月报。下次从4月25日起报。"
    assert town.rows(Report) == []


def test_a_talk_taken_up_in_the_next_period_says_that_it_was_not_taken(town: Town) -> None:
    me = town.reporter
    me.says("报进展")
    me.taps(NORTH)
    me.says("1200")
    town.reaches(4, 26)
    assert me.says("主体封顶").text.startswith(f"报进展没有收下：{NORTH}的上报已经截止")
    me.says("报进展")
    assert me.taps(NORTH).title == f"{NORTH}：2012年4月完成投资多少？（万元）"


def test_a_card_pressed_after_the_close_files_nothing(town: Town) -> None:
    me = town.reporter
    me.says("报进展")
    me.taps(NORTH)
    me.says("1200")
    me.says("主体封顶")
    me.taps("没有照片")
    town.clock.strike(4, 10, 18, 1)  # the sweep has not been here yet
    assert me.taps("✅").text.startswith(f"报进展没有收下：{NORTH}的上报已经截止")
    assert town.rows(Report) == []


def test_between_the_periods_a_person_with_projects_is_told_when_the_next_begins(town: Town) -> None:
    """It once said that the person had no projects."""
    town.reaches(4, 12)
    assert town.reporter.says("报进展").text == "现在没有要报的月报。下次从4月25日起报。"
    assert town.reporter.says("零报告").text == "现在不用零报告。2012年上半年的零报告从7月1日起报。"


@pytest.mark.parametrize("word", ["报进展", "报问题", "零报告"])
def test_someone_without_projects_is_told_so(town: Town, word: str) -> None:
    assert town.office.says(word).text == "没有要您上报的项目。如有出入，请告诉市项目办。"


def test_a_person_with_one_project_is_not_asked_which(town: Town) -> None:
    assert town.deputy.says("报进展").title == f"{NORTH}：2012年3月完成投资多少？（万元）"


@pytest.mark.parametrize(("said", "found"), [("南湖", SOUTH), ("13号", SOUTH), ("7", NORTH), ("７号", NORTH)])
def test_a_project_is_found_by_its_number_or_a_part_of_its_name(town: Town, said: str, found: str) -> None:
    answer = town.reporter.says(said)
    assert labels(answer) == [f"报进展：{found}", f"报问题：{found}"]
    assert found in town.reporter.taps("报进展").title


def test_what_is_not_understood_is_answered_with_the_menu(town: Town) -> None:
    assert town.reporter.says("今天天气不错").text == "没看懂这句话。请点一项："


# 进展


def test_a_filed_report_settles_its_duty_and_the_receipt_names_the_next_project(town: Town) -> None:
    receipt = reports_progress(town.reporter)
    assert receipt.title == "已收到 J1"
    assert "年初累计：1,200万元" in receipt.text
    assert labels(receipt) == [f"接着报：{SOUTH}"]
    duty = next(row for row in town.rows(Duty) if row.project_id == town.north and row.period == "2012-03")
    assert (duty.settled, duty.report_id) == (town.clock.now, 1)
    assert SOUTH in town.reporter.taps("接着报").title


def test_a_second_person_sees_who_has_reported_and_can_correct_it(town: Town) -> None:
    reports_progress(town.reporter)
    first = town.clock.now
    town.clock.pass_(hours=1)
    asked = town.deputy.says("报进展")
    assert asked.title == f"{NORTH} 2012年3月已由张三报过（J1）。要更正吗？"
    town.deputy.taps("更正")
    town.deputy.taps("改本月完成")
    town.deputy.says("1300")
    town.deputy.taps("改形象进度")
    town.deputy.says("主体封顶，清理中")
    assert town.deputy.taps("✅").title == "已更正 J1（第2版）"
    versions = town.rows(ReportVersion)
    assert [(row.version, row.amount, row.filed_by) for row in versions] == [
        (1, 12_000_000, 1),
        (2, 13_000_000, 2),
    ]
    assert [row.settled for row in town.rows(Duty) if row.settled] == [first]


def test_a_second_person_can_leave_the_report_as_it_is(town: Town) -> None:
    reports_progress(town.reporter)
    town.deputy.says("报进展")
    assert town.deputy.says("不要").text == "好，原报告不变（J1）。"
    assert len(town.rows(ReportVersion)) == 1


def test_whoever_confirms_second_is_asked_and_files_nothing_unseen(town: Town) -> None:
    town.deputy.says("报进展")
    town.deputy.says("999")
    town.deputy.says("收尾")
    card = town.deputy.taps("没有照片")
    reports_progress(town.reporter)
    asked = town.deputy.taps("✅", card)
    assert asked.title.startswith(f"{NORTH} 2012年3月已由张三报过")
    assert [row.amount for row in town.rows(ReportVersion)] == [12_000_000]


def comes_to_the_correcting_card(chat: Chat, amount: str) -> Outgoing:
    if chat.says("报进展").title == "哪个项目？":
        chat.says(NORTH)
    chat.taps("更正")
    chat.taps("改本月完成")
    chat.says(amount)
    chat.taps("改形象进度")
    return chat.says(f"{amount}，清理中")


def test_two_who_correct_at_once_do_not_take_each_others_words_back_unseen(town: Town) -> None:
    """The second correction was once filed over the first without a word."""
    reports_progress(town.reporter)
    mine, theirs = (
        comes_to_the_correcting_card(*each) for each in ((town.reporter, "1300"), (town.deputy, "1400"))
    )
    town.deputy.taps("✅", theirs)
    asked = town.reporter.taps("✅", mine)
    assert asked.title == f"{NORTH} 2012年3月已由李四报过（J1）。要更正吗？"
    assert asked.text == "⚠ 情况有变化，请再看一遍。\n本月完成：1,400万元\n形象进度：1400，清理中"
    assert len(town.rows(ReportVersion)) == 2
    assert "1,300万元" in town.reporter.taps("更正").text  # what was filled in is kept
    assert town.reporter.taps("✅").title == "已更正 J1（第3版）"


def test_a_correction_of_a_version_that_no_longer_stands_is_refused_and_shows_what_stands(town: Town) -> None:
    reports_progress(town.reporter)
    comes_to_the_correcting_card(town.deputy, "1400")
    town.deputy.taps("✅")
    stale = FileProgress(town.north, "2012-03", 13_000_000, "收尾", based_on=1)
    refused = town.do(lambda session: file_progress(a_turn(session, town.reporter), stale, None)).message
    assert "刚刚已由李四更正过（J1 第2版），现在是：1400，清理中" in refused.text
    assert labels(refused) == ["再看一遍"]
    assert "要更正吗" in town.reporter.taps("再看一遍", refused).title
    assert len(town.rows(ReportVersion)) == 2


def test_like_last_month_files_nothing_spent_and_the_words_of_last_month(town: Town) -> None:
    town.has_reported(town.north, "2012-02", progress="基础完成60%")
    town.reporter.says("报进展")
    town.reporter.taps(NORTH)
    card = town.reporter.taps("同上月")
    assert "形象进度：基础完成60%（同上月）" in card.text
    town.reporter.taps("✅")
    version = town.rows(ReportVersion)[-1]
    assert (version.amount, version.progress, version.carried) == (0, "基础完成60%", True)


def test_like_last_month_is_not_offered_when_a_milestone_is_due(town: Town) -> None:
    town.has_reported(town.north, "2012-02")
    town.do(
        lambda session: session.add(
            Milestone(project_id=town.north, name="封顶", planned=town.clock.now.date())
        )
    )
    town.reporter.says("报进展")
    assert "同上月" not in "".join(labels(town.reporter.taps(NORTH)))


def test_a_preliminary_project_reports_its_stage_and_no_amount(town: Town) -> None:
    town.do(
        lambda session: session.execute(
            update(Project)
            .where(Project.id == town.north)
            .values(kind=ProjectKind.PRELIMINARY, stage=Stage.INTENTION)
        )
    )
    town.deputy.says("报进展")
    town.deputy.says("签约")
    town.deputy.says("用地预审已批")
    town.deputy.says("没有")
    assert "阶段：签约" in town.deputy.says("确认").text
    assert town.rows(ReportVersion)[0].amount is None
    assert next(row.stage for row in town.rows(Project) if row.id == town.north) is Stage.SIGNED


def test_the_cumulative_figures_are_the_opening_ones_and_the_months_since(town: Town) -> None:
    opening = {"opening_year_done": 5_000_000, "opening_total_done": 70_000_000}
    town.do(
        lambda session: session.execute(update(Project).where(Project.id == town.north).values(**opening))
    )
    reports_progress(town.reporter)
    town.reaches(4, 26)
    town.reporter.says("报进展")
    assert "年初至今累计 1,700万元，年计划 2,400万元" in town.reporter.taps(NORTH).text
    town.reporter.says("200")
    town.reporter.says("收尾")
    card = town.reporter.says("没有")
    assert "年初累计：1,900万元（年计划的79.2%）" in card.text
    assert "开工累计：8,400万元（总投资的84.0%）" in card.text


# 照片


def test_what_is_not_looked_into_yet_is_not_promised_to_be_kept(town: Town) -> None:
    assert town.reporter.sends("a").text.startswith("收到1个文件，先替您存着，收不了的另告诉您。")


def test_a_photo_before_any_question_is_kept_and_offered(town: Town) -> None:
    me = town.reporter
    assert me.sends("a", "b").text.startswith("收到2个文件，先替您存着，")
    me.says("报进展")
    me.taps(NORTH)
    me.says("1200")
    asked = me.says("主体封顶")
    assert labels(asked)[0] == "用刚才发的2张"
    me.taps("用刚才发的")
    me.taps("✅")
    assert [row.version_id for row in town.rows(MediaFile)] == [1, 1]


def test_the_words_that_came_with_a_photo_answer_the_open_question(town: Town) -> None:
    """A caption was once thrown away."""
    me = town.reporter
    me.says("报问题")
    me.taps(NORTH)
    me.taps("🔴")
    me.says("征拆")
    assert me.sends("a", caption="两户阻工").title == "什么时候发现的？"
    me.taps("刚才")
    me.taps("就在项目现场")
    assert labels(me.says("暂时不需要"))[0] == "用刚才发的1张"


def test_a_report_in_one_line_under_a_photo_is_one_and_the_photo_is_offered(town: Town) -> None:
    """The line was once lost without a word."""
    me = town.reporter
    asked = me.sends("a", caption=f"{NORTH} 1200 主体封顶")
    assert labels(asked)[0] == "用刚才发的1张"
    card = me.taps("用刚才发的1张")
    assert "主体封顶" in card.text
    assert "照片：1张" in card.text


def test_words_under_a_photo_that_mean_nothing_by_themselves_are_said_not_to_have_been_noted(
    town: Town,
) -> None:
    said = town.reporter.sends("a", caption="就在门口拍的")
    assert said.text.startswith("⚠ 一起发的字没有记下。\n收到1个文件，先替您存着，")


def test_a_photo_with_a_menu_word_opens_that_conversation(town: Town) -> None:
    assert town.reporter.sends("a", caption="报问题").title == "哪个项目？"


def test_an_album_is_one_answer_each_and_all_of_it_is_filed(town: Town) -> None:
    me = town.reporter
    me.says("报进展")
    me.taps(NORTH)
    me.says("1200")
    me.says("主体封顶")
    assert me.sends("a", "b").text.startswith("已收2张")
    assert me.sends("c").text.startswith("已收3张")
    me.taps("就这些")
    me.taps("✅")
    assert [row.version_id for row in town.rows(MediaFile)] == [1, 1, 1]


def test_photos_that_are_still_being_fetched_do_not_delay_the_report(town: Town) -> None:
    town.reporter.sends("a")
    town.reporter.says("报进展")
    town.reporter.taps(NORTH)
    town.reporter.says("1200")
    town.reporter.says("主体封顶")
    town.reporter.taps("用刚才发的")
    assert town.reporter.taps("✅").title == "已收到 J1"
    assert [row.state for row in town.rows(MediaFile)] == ["wanted"]


def test_a_photo_of_an_unfinished_problem_is_not_offered_to_another_report(town: Town) -> None:
    """Filed with the report, it was missing from the problem."""
    me = town.reporter
    me.says("报问题")
    me.taps(NORTH)
    me.taps("🔴")
    me.says("征拆")
    me.says("两户阻工")
    me.taps("刚才")
    me.taps("就在项目现场")
    me.says("暂时不需要")
    me.sends("a")
    me.says("报进展")
    me.taps(NORTH)
    me.says("1200")
    assert labels(me.says("主体封顶"))[0] == "没有照片"
    me.taps("没有照片")
    me.taps("✅")
    me.taps("继续「报问题」")
    me.taps("就这些")
    me.says("确认")
    assert [(row.version_id, row.issue_id) for row in town.rows(MediaFile)] == [(None, 1)]


# 问题


def test_a_major_problem_is_written_to_everyone_who_must_know_in_the_same_transaction(town: Town) -> None:
    receipt = reports_problem(town.reporter)
    assert receipt.title == "重大问题 W1 已报出"
    assert "已发给：王市长、孙主任、周科长、赵局长" in receipt.text
    for chat in (town.leader, town.department, town.head, town.office):
        [row] = chat.rows()
        assert (row.lane, row.number, row.inbox_id) == (Lane.URGENT.order, "W1", town.rows(InboxRow)[-1].id)
        assert chat.last().title == f"🔴 重大问题 W1：{NORTH}"
        assert "两户阻工" in chat.last().text
        asks = ["签收", "退单"] if chat is town.department else ["已知悉", "我来处理", "转办", "批示"]
        assert labels(chat.last()) == ([] if chat is town.head else asks)  # decisions: 9


def test_the_card_of_a_major_problem_says_who_will_be_told(town: Town) -> None:
    me = town.reporter
    me.says("报问题")
    me.taps(NORTH)
    me.taps("🔴")
    me.says("征拆")
    me.says("两户阻工")
    me.taps("刚才")
    me.taps("就在项目现场")
    me.says("暂时不需要")
    assert "将立即通知：王市长、孙主任、周科长、赵局长" in me.says("没有").text


def test_a_general_problem_is_registered_and_nobody_is_woken(town: Town) -> None:
    receipt = reports_problem(town.reporter, "一般问题")
    assert receipt.title == "已登记 W1"
    assert town.leader.rows() == []


def test_what_belongs_to_a_report_is_never_taken_from_it(town: Town) -> None:
    town.reporter.sends("a")
    town.has_reported(town.north, "2012-02")
    town.do(lambda session: media.tie(session, 1, [1], version_id=1))
    reports_problem(town.reporter)
    town.do(lambda session: media.tie(session, 1, [1], issue_id=1))
    assert [(row.version_id, row.issue_id) for row in town.rows(MediaFile)] == [(1, None)]


def test_who_cannot_be_reached_is_named_and_recorded(town: Town) -> None:
    town.do(
        lambda session: session.execute(
            update(Binding).where(Binding.person_id == 4).values(ended=town.clock.now)
        )
    )
    receipt = reports_problem(town.reporter)
    assert "没能通知到：王市长（没绑定或已停用）。请马上打电话。" in receipt.text
    assert [row.person_id for row in town.rows(OutboxRow) if row.state == "nobody"] == [4]


def test_a_project_that_nobody_leads_says_so(town: Town) -> None:
    def alone(session: object) -> None:
        session.execute(update(PersonRole).values(until=town.clock.now.date()))  # type: ignore[attr-defined]
        person = session.get_one(Person, 1)  # type: ignore[attr-defined]
        a_project(session, reporter=person, name="独一处", number=99)  # type: ignore[arg-type]

    town.do(alone)
    assert "请马上打电话给市项目办" in reports_problem(town.reporter, project="独一处").text


def test_the_first_leader_to_take_note_is_recorded_and_the_others_are_told(town: Town) -> None:
    reports_problem(town.reporter)
    town.clock.pass_(minutes=10)
    assert town.leader.taps("已知悉").text == "已记下：您于3月26日 9:10知悉 W1。"
    for chat in (town.reporter, town.department, town.head, town.office):
        assert chat.last().text == f"3月26日 9:10 王市长已知悉 W1（{NORTH}）"
    assert town.office.says("知悉 W1").text == "W1 已由王市长于3月26日 9:10知悉。"
    assert [row.kind for row in town.rows(IssueEvent)] == ["registered", "assigned", "acknowledged"]


def the_last_arrives(town: Town, chat: Chat) -> Outgoing:
    """The newest message has been sent, as the one whose buttons a test's presses belong to (`Chat.press`)."""
    row = chat.rows()[-1].id
    town.do(
        lambda session: session.execute(update(OutboxRow).where(OutboxRow.id == row).values(external="1"))
    )
    return chat.last()


def test_a_pressed_alert_keeps_its_text_says_who_took_note_and_offers_what_may_follow(town: Town) -> None:
    reports_problem(town.reporter)
    alert = the_last_arrives(town, town.leader)
    town.clock.pass_(minutes=10)
    edited = town.leader.taps("已知悉")
    assert (edited.replaces, edited.title, labels(edited)) == ("1", alert.title, ["转办", "批示"])
    assert edited.text == f"{alert.text}\n已由王市长于3月26日 9:10知悉"
    assert town.leader.taps("已知悉", alert).text == "W1 已由王市长于3月26日 9:10知悉。"


def test_an_alert_that_another_took_note_of_tells_a_later_one_who_and_when(town: Town) -> None:
    reports_problem(town.reporter)
    alert = the_last_arrives(town, town.office)
    town.leader.taps("已知悉")
    late = town.office.taps("已知悉", alert)
    assert (late.text, late.replaces) == ("W1 已由王市长于3月26日 9:00知悉。", "")


def test_note_taken_on_a_looked_up_problem_shows_it_as_it_stands_now(town: Town) -> None:
    reports_problem(town.reporter)
    town.leader.says("W1")
    the_last_arrives(town, town.leader)
    edited = town.leader.taps("已知悉")
    assert (edited.replaces, labels(edited)) == ("1", ["转办", "批示"])
    assert "已由王市长于3月26日 9:00知悉" in edited.text
    assert "还没有人知悉" not in edited.text


def test_where_nothing_can_be_edited_taking_note_is_answered(town: Town) -> None:
    reports_problem(town.reporter)
    the_last_arrives(town, town.leader)
    town.leader.city = replace(CITY, shows={"chat": Show(edits=False, text_limit=4096)})
    assert town.leader.taps("已知悉").text == "已记下：您于3月26日 9:00知悉 W1。"


@pytest.mark.parametrize("said", ["知悉 W1", "ｗ1 已知悉", "收到w1", "已知悉", "收到。"])
def test_taking_note_can_be_typed(town: Town, said: str) -> None:
    reports_problem(town.reporter)
    assert town.department.says(said).text.startswith("已记下")


def test_a_number_alone_looks_a_problem_up_and_takes_note_of_nothing(town: Town) -> None:
    reports_problem(town.reporter)
    for chat in (town.reporter, town.head, town.office):
        seen = chat.says("W1")
        assert seen.title == f"W1 🔴 重大问题：{NORTH}"
        assert "还没有人知悉" in seen.text
    assert "acknowledged" not in [row.kind for row in town.rows(IssueEvent)]
    town.leader.taps("已知悉")
    assert "已由王市长于3月26日 9:00知悉" in town.reporter.says("W1").text


def test_a_polite_word_where_nothing_was_told_takes_note_of_nothing(town: Town) -> None:
    """It was once answered with: no such problem W0."""
    assert town.reporter.says("收到").text == "好的。"


def test_the_units_own_head_is_told_but_cannot_take_note(town: Town) -> None:
    reports_problem(town.reporter)
    assert town.head.says("知悉 W1").text == "W1 要由牵头领导、牵头部门或市项目办知悉。"
    assert "acknowledged" not in [row.kind for row in town.rows(IssueEvent)]


@pytest.mark.parametrize("number", [1, 2, 999999999999])
def test_a_problem_that_is_not_ones_own_cannot_be_seen(town: Town, number: int) -> None:
    reports_problem(town.reporter)
    stranger = town.do(lambda session: a_person(session, name="外人", role=Role.LEAD_LEADER).id)
    chat = town.chat("500")
    chat.says(a_code(town, town.chat(str(stranger + 1000))))
    assert chat.says(f"知悉 W{number}").text == f"没有找到问题 W{number}。"


def test_a_problem_that_was_closed_stays_closed_when_someone_takes_note(town: Town) -> None:
    reports_problem(town.reporter)
    town.do(lambda session: session.execute(update(Issue).values(state=IssueState.CLOSED)))
    town.leader.taps("已知悉")
    assert town.rows(Issue)[0].state is IssueState.CLOSED


# Photos


def at_the_photos(me: Chat) -> Outgoing:
    me.says("报进展")
    me.taps(NORTH)
    me.says("1200")
    return me.says("主体封顶")


def test_the_photo_question_names_the_button_that_goes_on_before_and_after_photos_come(town: Town) -> None:
    """Words that were no answer once got: tap a button - and nobody knew which."""
    me, hint = town.reporter, "有就拍了直接发过来，可以发几张。没有就点「没有照片」。"
    assert at_the_photos(me).text == hint
    assert me.says("就在门口拍的").text == f"⚠ 这一步是发照片，打的字没有记下。\n{hint}"
    got = "已收2张。还有就接着发；发完了点「就这些」。"
    assert me.sends("p1", "p2").text == got
    assert me.says("就在门口拍的").text == f"⚠ 这一步是发照片，打的字没有记下。\n{got}"
    assert "照片：2张" in me.says("发完了").text


def test_words_under_a_photo_of_a_report_are_said_not_to_have_been_noted(town: Town) -> None:
    at_the_photos(town.reporter)
    got = "已收1张。还有就接着发；发完了点「就这些」。"
    assert town.reporter.sends("p1", caption="主体封顶").text == f"⚠ 这一步是发照片，打的字没有记下。\n{got}"
    assert "照片：1张" in town.reporter.taps("就这些").text


def test_what_empties_the_photos_does_not_stand_beside_what_takes_them(town: Town) -> None:
    at_the_photos(town.reporter)
    rows = [[option.label for option in row] for row in town.reporter.sends("p1").rows]
    assert rows == [["就这些（1张）"], ["清空重发"], ["‹ 上一步", "取消"]]


# 零报告


def test_a_zero_is_not_open_before_the_half_year_has_ended(town: Town) -> None:
    town.reaches(6, 30, 23)
    assert town.reporter.says("零报告").text == "现在不用零报告。2012年上半年的零报告从7月1日起报。"
    town.reaches(7, 1, 1)
    assert town.reporter.says("零报告").title == "请核对：2012年上半年零报告"


def test_one_zero_goes_for_several_projects(town: Town) -> None:
    town.reaches(7, 2)
    town.reporter.says("零报告")
    receipt = town.reporter.says("确认")
    assert receipt.text == f"{NORTH} J1\n{SOUTH} J2"
    zeros = [row for row in town.rows(Duty) if row.period == "2012H1"]
    assert [row.report_id for row in zeros] == [1, 2]
    assert town.reporter.says("零报告").text == "2012年上半年的零报告都报过了。"


def test_a_project_with_a_problem_has_no_zero_to_give(town: Town) -> None:
    reports_problem(town.reporter, "一般问题")
    town.reaches(7, 2)
    card = town.reporter.says("零报告")
    assert f"{NORTH}：有问题 W1" in card.text
    assert town.reporter.says("确认").text == f"{SOUTH} J1"
    assert "有问题 W1" in town.deputy.says("零报告").text


def test_a_zero_that_a_problem_overtakes_is_seen_again_before_it_is_sent(town: Town) -> None:
    town.reaches(7, 2)
    card = town.reporter.says("零报告")
    reports_problem(town.head, "一般问题")
    assert town.reporter.taps("✅", card).text.startswith("⚠ 情况有变化，请再看一遍。")
    assert town.reporter.taps("✅").text == f"{SOUTH} J1"


def test_after_its_close_a_zero_is_refused(town: Town) -> None:
    town.reaches(7, 2)
    town.reporter.says("零报告")
    town.reaches(7, 9)
    assert town.reporter.taps("✅").text.startswith("现在不用零报告。2012年下半年的零报告")
    assert town.rows(Report) == []


# 我的待办


def test_my_duties_lists_what_is_owed_and_what_was_sent(town: Town) -> None:
    reports_progress(town.reporter)
    shown = town.reporter.says("我的待办")
    assert shown.text.split("\n\n") == [
        f"{SOUTH} 2012年3月进展，4月5日 18:00前",
        f"最近报过：\nJ1 {NORTH} 2012年3月进展",
        "本月机器人主动发给您0条，问您5次，您发6次。",
    ]
    assert labels(shown) == [f"报进展：{SOUTH}", "不归我报"]


def test_what_is_overdue_says_until_when_it_can_still_be_reported(town: Town) -> None:
    town.reaches(4, 5, 18, 1)
    assert town.deputy.says("我的待办").text.splitlines()[:2] == [
        f"⚠ {NORTH} 2012年3月进展，已过4月5日 18:00，4月10日 18:00截止",
        "",
    ]


def test_a_zero_that_a_problem_answered_for_is_not_owed(town: Town) -> None:
    reports_problem(town.reporter, "一般问题")
    town.reaches(7, 2)
    progress_and_zero = town.deputy.says("我的待办").text
    assert "零报告" not in progress_and_zero


# Oddities


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        (IncomingKind.EDITED, "改了的旧消息不算数"),
        (IncomingKind.OTHER, "看不懂这类消息"),
        (IncomingKind.MEDIA, "看不懂这类消息"),
    ],
)
def test_what_says_nothing_to_a_report_gets_a_sentence(town: Town, kind: IncomingKind, answer: str) -> None:
    [told] = town.reporter.takes(town.reporter.other(kind, text="改过的字"))
    assert told.text.startswith(answer)


def test_an_update_that_says_nothing_to_us_is_ended(town: Town) -> None:
    town.reporter.arrives(town.reporter.text("x"))
    [row] = town.do(lambda session: inbox.waiting(session, town.clock.now, 10))
    town.do(lambda session: take_turn(session, town.reporter.city, row, None, town.clock.now, town.clock.now))
    assert town.reporter.inbox_states() == [("ignored", "says nothing")]


# Once and only once


def test_the_same_update_five_times_files_once(town: Town) -> None:
    me = town.reporter
    me.says("报进展")
    me.taps(NORTH)
    me.says("1200")
    me.says("主体封顶")
    card = me.taps("没有照片")
    for _ in range(5):
        me.takes(me.press(button(card, "✅").data), external="the very same")
    assert len(town.rows(ReportVersion)) == 1
    assert len([message for message in me.messages() if message.title == "已收到 J1"]) == 1


def test_a_row_that_was_taken_by_another_turn_leaves_nothing_behind(town: Town) -> None:
    me = town.reporter
    me.arrives(me.text("帮助"))
    [row] = town.do(lambda session: inbox.waiting(session, town.clock.now, 10))
    me.take_waiting()
    with pytest.raises(AlreadyTaken):
        town.do(
            lambda session: take_turn(session, me.city, row, me.text("帮助"), town.clock.now, town.clock.now)
        )
    assert len(me.messages()) == 1


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 40), st.integers(0, 12)), max_size=30))
def test_no_walk_of_turns_files_a_talk_twice_or_ends_in_trouble(
    town: Town, steps: list[tuple[int, int, int]]
) -> None:
    """The town lives on from walk to walk, as a city does."""
    me, shown = town.reporter, [town.reporter.says("帮助")]
    for kind, which, age in steps:
        options = [option for row in shown[-1 - age % len(shown)].rows for option in row]
        if kind < 5 and options:
            answers = me.takes(me.press(options[which % len(options)].data))
        elif kind < 9:
            answers = me.takes(me.text(SAID[which % len(SAID)]))
        else:
            answers = me.takes(me.photos(f"photo{which}"))
        assert len(answers) <= 1
        shown += answers
    assert {state for state, _ in me.inbox_states()} == {"done"}
    versions = [row.talk_id for row in town.rows(ReportVersion)]
    assert len(versions) == len(set(versions))


SAID = [
    "报进展",
    "报问题",
    "零报告",
    "我的待办",
    "帮助",
    "7号",
    "13号",
    "1200",
    "主体封顶",
    "没有",
    "确认",
    "取消",
    "上一步",
    "不改了",
    "重大",
    "一般",
    "征拆",
    "更正",
    "完成",
    "W1",
    "南湖",
]


def test_a_correction_shows_what_stands_keeps_the_photos_and_is_told_to_who_filed(town: Town) -> None:
    """It once showed nothing of the standing report, and its photos seemed to be gone."""
    me, deputy = town.reporter, town.deputy
    me.says("报进展")
    me.taps(NORTH)
    me.says("1200")
    me.says("主体封顶")
    me.sends("photo-1")
    me.taps("就这些")
    me.taps("✅")
    deputy.says("报进展")
    asked = deputy.taps("更正")
    assert asked.title == f"请核对：{NORTH} 2012年3月进展（更正）"
    assert "照片：原有1张，新增0张" in asked.text
    assert "原报 1,200万元" in deputy.taps("改本月完成").text
    deputy.says("1300")
    assert "原报：主体封顶" in deputy.taps("改形象进度").text
    deputy.says("主体封顶，开始装修")
    deputy.taps("✅")
    assert me.last().text.endswith("（J1 第2版）。")


def test_what_was_added_on_the_card_can_be_left_out_again(town: Town) -> None:
    me = town.reporter
    me.says("报进展")
    me.taps(NORTH)
    me.says("1200")
    me.says("主体封顶")
    me.taps("没有照片")
    me.taps("＋下月安排")
    assert "下月安排：装修" in me.says("装修").text
    me.taps("改下月安排")
    assert "下月安排" not in me.taps("不写这一项").text


def test_a_menu_word_is_understood_with_quotes_or_a_full_stop(town: Town) -> None:
    assert town.reporter.says("「报进展」。").title == "哪个项目？"


def test_cancelling_nothing_is_told_so(town: Town) -> None:
    assert town.reporter.says("取消").text == "现在没有正在填的报告。"


def test_a_report_said_before_the_close_counts_although_its_turn_comes_later(town: Town) -> None:
    """It once was refused, and the duty missed, because the program had been slow."""
    me = town.reporter
    me.says("报进展")
    me.taps(NORTH)
    me.says("1200")
    me.says("主体封顶")
    card = me.taps("没有照片")
    town.clock.strike(4, 10, 17, 59)
    me.arrives(me.press(button(card, "✅").data))
    town.clock.strike(4, 10, 18, 5)
    me.take_waiting()
    assert me.last().title == "已收到 J1"
    assert town.rows(Report)[0].filed.astimezone(town.clock.now.tzinfo).hour == 17


def test_an_alert_goes_only_to_accounts_that_run(town: Town) -> None:
    """A leader bound to an account that does not run was once counted as told."""

    def elsewhere(session: Session) -> None:
        session.execute(update(Binding).where(Binding.user == town.leader.user).values(account="old-bot"))

    town.do(elsewhere)
    receipt = reports_problem(town.reporter)
    assert "王市长" in receipt.text.splitlines()[-1]
    assert "没能通知到" in receipt.text.splitlines()[-1]


def test_a_leader_who_blocked_the_bot_is_named_to_the_filer_and_the_office_once(town: Town) -> None:
    reports_problem(town.reporter)
    leader = int(town.leader.user) - 1000
    for _ in range(2):
        town.do(lambda session: problems.tell_unreached(session, CITY, "W1", leader, town.clock.now))
    assert town.reporter.last().text.startswith("W1 没能送到王市长")
    assert [row.number for row in town.office.rows()].count("") == 1


def test_a_general_problem_needs_no_acknowledgement(town: Town) -> None:
    reports_problem(town.reporter, "一般问题")
    assert town.office.says("知悉 W1").text == "W1 是一般问题，不用知悉。"
    assert town.leader.rows() == []


@pytest.mark.parametrize(
    "data", ["o|report_issue|999", "o|report_progress|abc", "o|report_progress|1.2011-01"]
)
def test_a_button_for_what_has_gone_asks_for_the_project_and_survives_a_typo(town: Town, data: str) -> None:
    me = town.reporter
    assert me.presses(data).title == "哪个项目？"
    assert me.says("胡说八道").title == "哪个项目？"


# What means something by itself


def test_a_card_does_not_swallow_a_report_in_one_line(town: Town) -> None:
    town.reaches(7, 2)
    town.reporter.says("零报告")
    assert "开工至本月累计多少" in town.reporter.says("城北水厂 本月1200万 主体封顶").title


def test_a_question_with_ready_answers_does_not_swallow_a_word_on_a_problem(town: Town) -> None:
    reports_problem(town.reporter, "一般问题")
    town.reporter.says("报进展")
    assert "W1" in town.reporter.says("W1 仍在").title


def test_what_is_no_answer_and_means_nothing_else_is_told_what_is_asked(town: Town) -> None:
    town.reporter.says("报进展")
    assert "请点下面的按钮" in town.reporter.says("今天下雨").text


def test_the_office_restores_what_it_has_just_cancelled_and_later_a_project(town: Town) -> None:
    office = town.office
    office.says("通知")
    notice = office.says("请核对年度计划")
    office.says("取消")
    assert office.says("恢复").title == notice.title
    office.says("取消")
    town.clock.pass_(hours=1)
    assert office.says("恢复").title != notice.title


def test_an_amount_that_is_sent_twice_is_not_taken_for_the_progress(town: Town) -> None:
    me = town.reporter
    for said in ("报进展", "城北水厂", "1200"):
        me.says(said)
    for again in ("1200", "1,200万元", "１２００"):
        answer = me.says(again)
        assert answer.title == "形象进度到哪一步了？"
        assert "不是金额" in answer.text
    assert me.says("完成70%").title == "有现场照片吗？"


@pytest.mark.parametrize("said", ["谢谢", "好的。", "收到👌", "辛苦了！"])
def test_a_polite_word_is_answered_politely_and_not_with_a_list(town: Town, said: str) -> None:
    answer = town.reporter.says(said)
    assert (answer.text, labels(answer)) == ("好的。", [])


def test_a_greeting_shows_what_can_be_done(town: Town) -> None:
    assert town.reporter.says("你好").title == "三报怎么用"
    assert town.leader.says("您好！").title == "您能做什么"


def test_a_leader_who_cancels_is_not_told_that_nothing_was_reported(town: Town) -> None:
    reports_problem(town.reporter)
    town.leader.taps("批示")
    assert town.leader.says("取消").text == "已取消，什么都没有办。"
    town.reporter.says("报进展")
    assert town.reporter.says("取消").text == "已取消，什么都没有上报。"


def test_a_nul_in_a_text_is_left_out(town: Town) -> None:
    """PostgreSQL keeps none; no phone sends one, but a page or a server of one's own could."""
    me = town.reporter
    for text in ("报进展", "7号", "1200", "主体\x00封顶"):
        me.says(text)
    assert "主体封顶" in me.says("没有").text
