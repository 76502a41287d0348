"""A problem is one thread: it keeps its number from month to month, whatever is said of it."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rules.kinds import DutyKind, DutyState, IssueState, Lane, ProjectState
from storage import ledger
from storage.messages import IncomingKind, Media, MediaKind, Outgoing
from storage.tables.ledger import LedgerRow
from storage.tables.registry import Project
from storage.tables.reporting import Duty, Issue, IssueEvent, MediaFile
from tests.builders import an_issue
from tests.chat import START, ZONE, Chat, labels
from tests.town import NORTH, SOUTH, Town, reports_problem

GENERAL, MAJOR = "一般问题", "🔴 重大问题"


@pytest.fixture(autouse=True)
def _the_ledger_holds_and_says_no_free_text(town: Town) -> Iterator[None]:
    yield
    assert town.do(ledger.verify) == []
    notes = {
        *town.do(lambda session: list(session.scalars(select(IssueEvent.note).where(IssueEvent.note != ""))))
    }
    written = "".join(row.canonical for row in town.rows(LedgerRow))
    assert not [note for note in notes if not note.startswith("J") and note in written]


def the_problem(town: Town) -> Issue:
    [issue] = town.rows(Issue)
    return issue


def words_owed(town: Town) -> list[Duty]:
    return [row for row in town.rows(Duty) if row.kind is DutyKind.ISSUE]


def events(town: Town) -> list[tuple[str, str]]:
    return [(row.kind, row.note) for row in town.rows(IssueEvent)]


def chooses_thread(chat: Chat, word: str) -> Outgoing:
    chat.says("报问题")
    chat.taps(NORTH)
    chat.says("W1")
    return chat.taps(word)


# Whether it is a new one


def test_without_an_open_problem_nothing_is_asked_about_one(town: Town) -> None:
    town.reporter.says("报问题")
    assert town.reporter.taps(NORTH).title == f"{NORTH}：问题有多严重？"


def test_with_an_open_problem_it_is_asked_whether_this_is_the_same(town: Town) -> None:
    reports_problem(town.reporter, GENERAL, what="两户阻工，进场道路被堵，已停工")
    town.reaches(5, 2)
    town.reporter.says("报问题")
    asked = town.reporter.taps(NORTH)
    assert labels(asked)[:2] == ["新问题", "W1 征拆：两户阻工，进场道路被堵…（第1次，已37天）"]
    assert town.reporter.taps("新问题").title == f"{NORTH}：问题有多严重？"


def test_an_open_problem_of_another_project_is_not_asked_about(town: Town) -> None:
    reports_problem(town.reporter, GENERAL, project=SOUTH)
    town.reporter.says("报问题")
    assert town.reporter.taps(NORTH).title == f"{NORTH}：问题有多严重？"


def test_a_new_problem_of_the_same_category_becomes_a_further_word_by_one_tap_on_the_card(town: Town) -> None:
    me = town.reporter
    reports_problem(me, GENERAL)
    me.sends("photo-1")
    for step in ("报问题", NORTH, "新问题", GENERAL, "征拆", "又来了一户", "请派工作组"):
        me.says(step)
    card = me.taps("用刚才发的1张")
    assert "这是 W1 的续报" in labels(card)
    assert me.taps("这是 W1 的续报").title == "W1 已记下：有变化"
    assert the_problem(town).times == 2
    assert events(town)[-1] == ("changed", "又来了一户（需要：请派工作组）")
    assert [row.issue_id for row in town.rows(MediaFile)] == [1]


@pytest.mark.parametrize(("severity", "category"), [(GENERAL, "资金"), (MAJOR, "征拆")])
def test_a_problem_of_another_kind_or_a_graver_one_is_not_offered_as_the_same(
    town: Town, severity: str, category: str
) -> None:
    me = town.reporter
    reports_problem(me, GENERAL)
    for step in ("报问题", NORTH, "新问题", severity, category, "缺钱"):
        me.says(step)
    if severity == MAJOR:
        me.says("刚才")
        me.says("现场")
    me.says("不需要")
    assert not [label for label in labels(me.says("没有")) if "续报" in label]


# What is said of it


def test_what_has_changed_is_seen_and_told_under_the_same_number(town: Town) -> None:
    me = town.reporter
    reports_problem(me, GENERAL)
    town.reaches(5, 2)
    assert chooses_thread(me, "有变化").title == "W1：有什么变化？"
    card = me.says("一户已签")
    assert (card.title, card.text) == ("请核对：W1 有变化", f"{NORTH}\n有变化：一户已签")
    assert me.taps("✅").text == f"{NORTH}\n第2次上报，已37天"
    issue = the_problem(town)
    assert (issue.number, issue.times, issue.last_word) == ("W1", 2, town.clock.now)
    assert events(town) == [("registered", ""), ("changed", "一户已签")]


def test_still_there_takes_one_tap(town: Town) -> None:
    reports_problem(town.reporter, GENERAL)
    town.clock.pass_(days=1)
    assert chooses_thread(town.reporter, "仍在").title == "W1 已记下：仍在"
    assert the_problem(town).times == 2


def test_how_it_was_solved_is_told_and_a_photo_may_come_along(town: Town) -> None:
    me = town.reporter
    reports_problem(me, GENERAL)
    chooses_thread(me, "已解决")
    me.says("两户都签了")
    me.taps("＋照片")
    me.sends("photo-1")
    assert "照片：1张" in me.taps("就这些").text
    assert me.taps("✅").title == "W1 已记下：已解决"
    issue = the_problem(town)
    assert (issue.state, issue.closed) == (IssueState.SOLVED, town.clock.now)
    assert [row.issue_id for row in town.rows(MediaFile)] == [1]


def test_words_under_a_photo_at_the_photo_step_are_said_not_to_have_been_noted(town: Town) -> None:
    me = town.reporter
    for step in ("报问题", NORTH, "一般问题", "征拆", "两户阻工", "不需要"):
        me.says(step)
    assert me.sends("photo-1", caption="在门口").text.startswith(
        "⚠ 这一步是发照片，打的字没有记下。\n已收1张"
    )
    me.taps("就这些")
    me.taps("✅")
    me.says("W1 有变化 又来了一户")
    me.taps("＋照片")
    assert me.sends("photo-2", caption="在路口").text.startswith(
        "⚠ 这一步是发照片，打的字没有记下。\n已收1张"
    )
    assert "照片：1张" in me.taps("就这些").text


def test_a_word_on_a_problem_under_a_photo_shows_its_card_with_the_photo(town: Town) -> None:
    """It was once kept as a photo, and the words were lost without a word."""
    me = town.reporter
    reports_problem(me, GENERAL)
    card = me.sends("photo-1", caption="W1 有变化 又来了一户")
    assert card.text.endswith("有变化：又来了一户\n照片：1张")
    me.taps("✅")
    assert events(town)[-1] == ("changed", "又来了一户")
    assert [row.issue_id for row in town.rows(MediaFile)] == [1]


def test_the_card_says_that_a_photo_with_words_is_not_on_it_and_how_it_gets_there(town: Town) -> None:
    me = town.reporter
    reports_problem(me, GENERAL)
    me.says("W1 有变化 又来了一户")
    card = me.sends("photo-1", caption="看照片")
    assert card.text.startswith("⚠ 照片没有带上，要带请点「照片」。请点「确认上报」；要改哪一项就点哪一项。")
    me.taps("＋照片", card)
    assert "照片：1张" in me.taps("用刚才发的1张").text
    me.taps("✅")
    assert [row.issue_id for row in town.rows(MediaFile)] == [1]


def test_a_photo_whose_words_agree_to_the_card_is_said_to_be_kept(town: Town) -> None:
    me = town.reporter
    reports_problem(me, GENERAL)
    me.says("W1 有变化 又来了一户")
    before = len(me.messages())
    me.sends("photo-1", caption="确认")
    receipt, kept = me.messages()[before:]
    assert receipt.title == "W1 已记下：有变化"
    assert kept.text.startswith("收到1个文件，先替您存着，")


def test_a_general_problem_is_solved_by_one_tap_and_how_may_be_added(town: Town) -> None:
    me = town.reporter
    reports_problem(me, GENERAL)
    me.says("我的待办")
    receipt = me.taps("W1 已解决")
    assert receipt.title == "W1 已记下：已解决"
    me.taps("补一句怎么解决的", receipt)
    me.says("两户都签了")
    assert me.taps("✅").title == "W1 已补上"
    assert the_problem(town).times == 2
    assert events(town)[1:] == [("solved", ""), ("solved", "两户都签了")]


def test_the_same_button_pressed_twice_says_it_once(town: Town) -> None:
    me = town.reporter
    reports_problem(me, GENERAL)
    listed = me.says("我的待办")
    for label in ("W1 仍在", "W1 仍在", "W1 已解决", "W1 已解决"):
        assert me.taps(label, listed).title.startswith("W1 已记下")
    assert [kind for kind, _ in events(town)] == ["registered", "still", "solved"]
    assert the_problem(town).times == 3


def test_a_button_that_asks_pressed_twice_opens_one_talk(town: Town) -> None:
    me = town.reporter
    reports_problem(me, GENERAL)
    listed = me.says("我的待办")
    me.taps("W1 有变化", listed)
    assert me.taps("W1 有变化", listed).title == "W1：有什么变化？"
    me.says("一户已签")
    assert "继续" not in "".join(labels(me.taps("✅")))


def test_an_old_button_does_not_open_again_what_was_solved_and_one_that_says_so_does(town: Town) -> None:
    me = town.reporter
    reports_problem(me, GENERAL)
    listed = me.says("我的待办")
    me.taps("W1 已解决", listed)
    refused = me.taps("W1 仍在", listed)
    assert refused.text == "W1 已于3月26日报称解决。"
    assert the_problem(town).state is IssueState.SOLVED
    assert me.taps("还没解决", refused).title == "W1 已记下：还没解决"
    issue = the_problem(town)
    assert (issue.state, issue.closed) == (IssueState.REGISTERED, None)


def test_what_a_leader_had_taken_note_of_stays_so_when_it_is_open_again(town: Town) -> None:
    reports_problem(town.reporter)
    town.leader.taps("已知悉")
    town.reporter.says("W1 已解决")
    town.reporter.says("撤了")
    town.reporter.taps("🔴")
    town.reporter.says("W1 还没解决")
    assert the_problem(town).state is IssueState.ASSIGNED  # the department has it still, and has not signed
    assert "已由王市长于" in town.reporter.says("W1").text


@pytest.mark.parametrize("said", ["W1 仍在", "ｗ1仍在。", "仍在W1", "w1：还在"])
def test_a_word_can_be_typed(town: Town, said: str) -> None:
    reports_problem(town.reporter, GENERAL)
    assert town.reporter.says(said).title == "W1 已记下：仍在"


@pytest.mark.parametrize("said", ["W1 有变化：一户已签", "W1 仍在，一户已签", "w1 续报 一户已签"])
def test_what_was_typed_along_is_shown_before_it_is_told(town: Town, said: str) -> None:
    reports_problem(town.reporter, GENERAL)
    assert "有变化：一户已签" in town.reporter.says(said).text
    town.reporter.taps("✅")
    assert events(town)[-1] == ("changed", "一户已签")


@pytest.mark.parametrize("said", ["W1 解决不了", "W1 仍在吗", "W 仍在", "仍在"])
def test_what_only_begins_like_a_word_is_none(town: Town, said: str) -> None:
    reports_problem(town.reporter, GENERAL)
    town.reporter.says(said)
    assert [kind for kind, _ in events(town)] == ["registered"]


def test_what_the_office_has_closed_takes_no_further_word(town: Town) -> None:
    reports_problem(town.reporter, GENERAL)
    listed = town.reporter.says("我的待办")
    town.do(lambda session: session.execute(update(Issue).values(state=IssueState.CLOSED)))
    assert town.reporter.taps("W1 仍在", listed).text.startswith("W1 已销号")
    assert town.reporter.taps("W1 有变化", listed).text.startswith("W1 已销号")
    assert "已销号" in town.reporter.says("W1").text


@pytest.mark.parametrize("said", ["W1 仍在", "W1 有变化", "W1 已解决", "W1 误报"])
def test_a_leader_says_no_word_for_the_unit(town: Town, said: str) -> None:
    reports_problem(town.reporter, GENERAL)
    assert town.leader.says(said).text.startswith("这件事不归您办")
    assert the_problem(town).times == 1


@pytest.mark.parametrize("data", ["w|999|still", "w|1|nonsense", "w|x|still", "w|1"])
def test_a_button_about_no_problem_is_answered_in_a_sentence(town: Town, data: str) -> None:
    assert town.reporter.presses(data).text


# Who hears of it


def test_leaders_head_and_office_hear_at_once_what_has_changed_of_a_major_problem(town: Town) -> None:
    reports_problem(town.reporter)
    town.clock.pass_(days=2)
    town.reporter.says("W1 有变化 又来了十人")
    receipt = town.reporter.taps("🔴")
    assert receipt.text.endswith("已发给：王市长、孙主任、赵局长、周科长")
    for chat in (town.leader, town.department, town.head, town.office):
        told = chat.last()
        assert told.title == f"🔴 W1 续报（有变化）：{NORTH}"
        assert told.text.startswith(
            "又来了十人\n问题：两户阻工\n第2次上报，已2天，3月28日 9:00报\n城北区住建局 张三"
        )
        assert chat.rows()[-1].lane == Lane.URGENT.order
        assert labels(told) == ([] if chat is town.head else ["已知悉", "我来处理", "转办", "批示"])


def test_that_a_major_problem_is_still_there_is_told_with_the_reminders(town: Town) -> None:
    reports_problem(town.reporter)
    town.leader.taps("已知悉")
    town.reporter.says("W1 仍在")
    assert town.leader.last().title == f"🔴 W1 续报（仍在）：{NORTH}"
    assert town.leader.rows()[-1].lane == Lane.REMINDER.order
    assert labels(town.leader.last()) == []


def test_that_a_major_problem_is_solved_says_how_and_goes_to_all_of_them(town: Town) -> None:
    reports_problem(town.reporter)
    assert town.reporter.says("W1 已解决").title == "W1：怎么解决的？"
    assert "将立即通知：王市长" in town.reporter.says("两户已签").text
    town.reporter.taps("🔴")
    assert town.leader.last().title == f"✅ W1 续报（已解决）：{NORTH}"
    assert labels(town.leader.last()) == []


def test_of_a_general_problem_leaders_hear_nothing(town: Town) -> None:
    reports_problem(town.reporter, GENERAL)
    town.reporter.says("W1 仍在")
    town.reporter.says("W1 已解决")
    assert [chat.rows() for chat in (town.leader, town.department, town.head, town.office)] == [[]] * 4


# Looking it up; 误报


def test_a_number_shows_how_often_and_what_was_said_last_with_the_words_below(town: Town) -> None:
    reports_problem(town.reporter, GENERAL)
    town.reaches(4, 2)
    town.deputy.says("W1 有变化 一户已签")
    town.deputy.taps("✅")
    seen = town.reporter.says("W1")
    assert "第2次上报，已7天\n最近：4月2日 9:00 李四：有变化，一户已签" in seen.text
    assert labels(seen) == ["仍在", "有变化", "已解决", "升为重大", "误报，告诉项目办"]
    assert town.reporter.taps("有变化").title == "W1：有什么变化？"


def test_a_problem_reported_by_mistake_is_told_to_the_office_once_and_stays(town: Town) -> None:
    reports_problem(town.reporter, GENERAL)
    seen = town.reporter.says("W1")
    assert town.reporter.taps("误报", seen).title.startswith("W1 是误报，已告诉市项目办")
    assert town.office.last().text.startswith(f"W1 {NORTH}：城北区住建局张三（")
    assert town.reporter.taps("误报", seen).text.startswith("W1 是误报，市项目办已经知道了")
    assert len(town.office.rows()) == 1
    assert the_problem(town).state is IssueState.REGISTERED
    assert "误报，告诉项目办" not in labels(town.reporter.says("W1"))
    assert "张三说是误报，待市项目办核实" in town.office.says("W1").text


# When and where a major one is


def reports_major_to_when(chat: Chat) -> None:
    for step in ("报问题", NORTH, MAJOR, "征拆", "两户阻工"):
        chat.says(step)


def test_when_and_where_are_asked_of_a_major_problem_only(town: Town) -> None:
    me = town.reporter
    reports_major_to_when(me)
    assert me.last().title == "什么时候发现的？"
    assert me.says("昨天下午").title == "在什么地方？"
    me.says("K3+200段")
    me.says("不需要")
    card = me.says("没有")
    assert "发现：3月25日 15:00\n地点：K3+200段" in card.text
    me.taps("🔴")
    issue = the_problem(town)
    assert (issue.found, issue.place) == (datetime(2012, 3, 25, 15, tzinfo=ZONE), "K3+200段")
    assert "征拆，K3+200段；3月25日 15:00发现" in town.leader.last().text


def test_a_day_is_asked_for_its_part_by_buttons(town: Town) -> None:
    me = town.reporter
    reports_major_to_when(me)
    assert labels(me.taps("今天早些时候"))[:3] == ["凌晨", "早上", "上午"]
    assert me.says("7点半").title == "在什么地方？"
    me.taps("就在项目现场")
    me.says("不需要")
    assert "发现：3月26日 7:30\n地点：项目现场" in me.says("没有").text


def test_a_moment_that_lies_ahead_is_not_taken(town: Town) -> None:
    reports_major_to_when(town.reporter)
    assert "还没有到" in town.reporter.says("今天下午").text
    assert "还没有到" in town.reporter.says("3月27日9点").text


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("2月30日", "没有2月30日这一天"),
        ("2月30日上午9点", "没有2月30日这一天"),
        ("3月26日 25:00", "没有这个钟点"),
        ("明天", "还没有到"),
        ("胡说", "没看懂这个时间"),
    ],
)
def test_a_moment_that_cannot_be_is_refused_with_what_is_wrong_in_it(
    town: Town, said: str, told: str
) -> None:
    reports_major_to_when(town.reporter)
    asked = town.reporter.says(said)
    assert asked.title == "什么时候发现的？"
    assert told in asked.text


def test_a_moment_long_ago_is_asked_about_before_it_is_taken(town: Town) -> None:
    me = town.reporter
    reports_major_to_when(me)
    asked = me.says("3月2日14:00")
    assert asked.title == "什么时候发现的？"
    assert labels(asked)[0] == "没错，是2012年3月2日 14:00（23天前）"
    assert me.taps("没错").title == "在什么地方？"


def test_just_now_stays_the_moment_at_which_it_was_said(town: Town) -> None:
    me = town.reporter
    reports_major_to_when(me)
    me.taps("刚才")
    town.clock.pass_(hours=3)
    me.taps("就在项目现场")
    me.says("不需要")
    me.says("没有")
    me.taps("🔴")
    assert the_problem(town).found == START


def test_a_location_that_is_sent_answers_where_it_is_and_stays_with_the_problem(town: Town) -> None:
    me = town.reporter
    reports_major_to_when(me)
    me.taps("刚才")
    spot = Media(kind=MediaKind.PLACE, latitude=29.37, longitude=113.12)
    [asked] = me.takes(me.other(IncomingKind.MEDIA, media=(spot,)))
    assert asked.title == "需要谁帮什么忙？"
    me.says("不需要")
    assert labels(me.last())[0] == "没有照片"
    me.says("没有")
    me.taps("🔴")
    assert the_problem(town).place == "所发位置（纬度29.37000，经度113.12000）"
    assert [row.issue_id for row in town.rows(MediaFile)] == [1]


# The monthly word


def test_a_word_is_owed_each_month_on_a_general_problem_that_is_older(town: Town) -> None:
    reports_problem(town.reporter, GENERAL)
    town.reaches(4, 24)
    assert words_owed(town) == []
    town.reaches(4, 25)
    [duty] = words_owed(town)
    assert (duty.period, duty.subject, duty.project_id) == ("2012-04", "1", town.north)
    assert (duty.opens, duty.due) == (
        datetime(2012, 4, 25, tzinfo=ZONE),
        datetime(2012, 5, 7, 18, tzinfo=ZONE),
    )
    town.sweep()
    assert len(words_owed(town)) == 1


def test_no_word_is_owed_on_a_major_problem_one_that_is_solved_or_of_a_paused_project(town: Town) -> None:
    reports_problem(town.reporter)
    reports_problem(town.reporter, GENERAL, project=SOUTH)
    town.reporter.says("W2 已解决")
    reports_problem(town.reporter, GENERAL, project=SOUTH)
    paused = update(Project).where(Project.id == town.south).values(state=ProjectState.PAUSED)
    town.do(lambda session: session.execute(paused))
    town.reaches(4, 26)
    assert words_owed(town) == []


@pytest.mark.parametrize("word", ["仍在", "已解决"])
def test_one_tap_in_my_duties_keeps_it(town: Town, word: str) -> None:
    me = town.reporter
    reports_problem(me, GENERAL)
    town.reaches(4, 26)
    shown = me.says("我的待办")
    assert f"W1 {NORTH}（征拆）：两户阻工，第1次，已31天，5月7日 18:00前说一声" in shown.text
    assert [option.label for option in shown.rows[-1]] == ["W1 仍在", "W1 有变化", "W1 已解决"]
    me.taps(f"W1 {word}", shown)
    [duty] = words_owed(town)
    assert (duty.settled, duty.report_id) == (town.clock.now, None)
    assert "说一声" not in me.says("我的待办").text
    town.reaches(5, 11)
    assert words_owed(town)[0].state is DutyState.ON_TIME


def test_a_change_that_was_told_keeps_it_too(town: Town) -> None:
    reports_problem(town.reporter, GENERAL)
    town.reaches(4, 26)
    town.reporter.says("W1 有变化 一户已签")
    town.reporter.taps("✅")
    assert words_owed(town)[0].settled == town.clock.now


def test_a_word_after_the_due_date_is_late_and_none_at_all_is_missed(town: Town) -> None:
    reports_problem(town.reporter, GENERAL)
    reports_problem(town.reporter, GENERAL, project=SOUTH)
    town.reaches(5, 8)
    assert "⚠ 已过5月7日 18:00，快说一声" in town.reporter.says("我的待办").text
    town.reporter.says("W1 仍在")
    town.reaches(5, 11)
    assert [row.state for row in words_owed(town)] == [DutyState.LATE, DutyState.MISSED]


def test_a_word_after_the_close_keeps_nothing_even_before_the_sweep(town: Town) -> None:
    reports_problem(town.reporter, GENERAL)
    town.reaches(4, 26)
    town.clock.strike(5, 10, 18, 1)
    town.reporter.says("W1 仍在")
    town.sweep()
    assert [(row.settled, row.state) for row in words_owed(town)] == [(None, DutyState.MISSED)]


def test_what_was_said_before_the_window_or_before_a_late_sweep(town: Town) -> None:
    reports_problem(town.reporter, GENERAL)
    reports_problem(town.reporter, GENERAL, project=SOUTH)
    town.clock.strike(4, 20)
    town.reporter.says("W1 仍在")
    town.clock.strike(4, 25, 1)  # nothing has swept yet
    town.reporter.says("W2 仍在")
    said = town.clock.now
    town.reaches(4, 25, 2)
    assert {row.subject: row.settled for row in words_owed(town)} == {"1": None, "2": said}


def test_several_problems_stand_in_one_message_a_row_each_those_owed_first(town: Town) -> None:
    me = town.reporter
    reports_problem(me)
    reports_problem(me, GENERAL, project=SOUTH)
    town.reaches(4, 26)
    me.says("W1 仍在")  # today's word on the major one is said
    shown = me.says("我的待办")
    assert [[option.label[:2] for option in row] for row in shown.rows[-2:]] == [["W2"] * 3, ["W1"] * 3]
    assert len(me.takes(me.press("w|1|still"))) == 1


def test_more_problems_than_fit_are_counted(town: Town) -> None:
    for _ in range(8):
        reports_problem(town.reporter, GENERAL)
    shown = town.reporter.says("我的待办")
    assert "还有2个问题没列出" in shown.text
    assert len([row for row in shown.rows if row[0].label.endswith("仍在")]) == 6


def test_of_others_projects_no_problem_is_listed(town: Town) -> None:
    reports_problem(town.reporter, GENERAL, project=SOUTH)
    assert "还没解决" not in town.deputy.says("我的待办").text
    assert "还没解决" not in town.office.says("我的待办").text


def test_a_sweep_long_after_the_word_was_solved_owes_what_was_open_then(town: Town) -> None:
    """The program was down over the whole window; the problem was solved in May, so April's word had been owed."""
    reports_problem(town.reporter, GENERAL)

    def solved_in_may(session: Session) -> None:
        may = datetime(2012, 5, 3, tzinfo=ZONE)
        values = {"state": IssueState.SOLVED, "closed": may, "last_word": may}
        session.execute(update(Issue).values(**values))

    town.do(solved_in_may)
    town.reaches(5, 8)
    [duty] = words_owed(town)
    assert (duty.period, duty.settled) == ("2012-04", datetime(2012, 5, 3, tzinfo=ZONE))


def test_a_project_paused_after_the_month_still_owes_its_word_and_where_to_say_it_is_seen(town: Town) -> None:
    def work(session: Session) -> None:
        project = session.get_one(Project, town.north)
        an_issue(session, project=project, filed=datetime(2012, 2, 10, tzinfo=ZONE), filed_by=1)

    town.do(work)
    town.reaches(4, 2)
    for step in ("暂停", NORTH, "停工", "确认"):
        town.office.says(step)
    assert NORTH in labels(town.reporter.says("报问题"))
    assert town.reporter.taps(NORTH).title.startswith(f"{NORTH}还有1个问题没解决")
    owed = town.reporter.says("我的待办")
    assert "W1" in owed.text
    town.reporter.taps("W1 仍在")
    assert [row.settled is not None for row in words_owed(town)] == [True]
    assert NORTH not in labels(town.reporter.says("报问题")), "now it owes nothing any more"


def test_the_time_that_was_answered_before_stands_while_another_is_doubted(town: Town) -> None:
    me = town.reporter
    me.says("报问题")
    me.taps(NORTH)
    for said in ("重大问题", "征拆", "两户阻工", "刚才", "就在项目现场", "请派工作组"):
        me.says(said)
    card = me.taps("没有照片")
    for said in ("2009年3月20日 9点", "3月25日"):  # long ago; a day without its hour
        me.taps("改时间")
        asked = me.says(said)
        kept = me.taps("不改了", asked)
        assert (kept.title, kept.text) == (card.title, card.text)
    me.taps("改时间")
    me.says("2009年3月20日 9点")
    assert "发现：2009年3月20日 9:00" in me.taps("没错").text
    me.says("确认")
    assert "2009年3月20日 9:00发现" in town.leader.last().text
