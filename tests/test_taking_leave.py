"""请假 and 代班 in chat: set by a tap, told to whom it concerns, and what the stand-in may do as long as it lasts."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from storage import departures
from storage.tables.ledger import LedgerRow
from storage.tables.registry import Leave, Person
from storage.tables.reporting import Report
from tests.builders import a_binding, a_leave, a_person
from tests.chat import Chat, labels
from tests.town import NORTH, SOUTH, Town

REPORTER, DEPUTY, HEAD = 1, 2, 3
SENTENCE = "4月1日到4月10日 由李四代"


def a_colleague(town: Town, name: str = "钱六", *, bound: bool = True) -> Chat:
    """Somebody of the unit who answers for nothing."""

    def work(session: Session) -> int:
        person = a_person(session, unit_id=1, role=None, name=name)
        if bound:
            a_binding(session, person, channel="chat")
        return person.id

    return town.chat(str(town.do(work) + 1000))


def is_away(town: Town, stand_in: int | None = DEPUTY, **given: object) -> None:
    def work(session: Session) -> None:
        other = session.get_one(Person, stand_in) if stand_in else None
        a_leave(session, person=session.get_one(Person, REPORTER), stand_in=other, **given)

    town.do(work)


def takes_leave(town: Town, sentence: str = SENTENCE) -> str:
    town.reporter.says(sentence)
    return town.reporter.taps("✅ 确认请假").title


def leaves(town: Town) -> list[tuple[int, int | None, date, date]]:
    return [(row.person_id, row.stand_in_id, row.since, row.until) for row in town.rows(Leave)]


# Set and told


def test_a_leave_is_said_in_one_sentence_and_confirmed_by_one_tap(town: Town) -> None:
    assert takes_leave(town) == "请假已记下：张三 4月1日至4月10日"
    assert leaves(town) == [(REPORTER, DEPUTY, date(2012, 4, 1), date(2012, 4, 11))]


def test_the_stand_in_hears_what_is_owed_then_and_the_head_hears_of_it(town: Town) -> None:
    takes_leave(town)
    told = town.deputy.last()
    assert told.title == "张三请假，由您代班"
    assert f"· {NORTH} 2012年3月进展，4月5日 18:00前" in told.text
    assert SOUTH in told.text
    assert town.head.last().text == "张三4月1日至4月10日请假，由李四代班。"


def test_the_card_counts_what_falls_due_and_changes_by_a_tap(town: Town) -> None:
    me = town.reporter
    assert "要报的：2项" in me.says(SENTENCE).text
    me.taps("改代班人")
    assert "没有人代班" in me.taps("不用人代").text
    me.taps("改日期")
    assert "这几天没有要报的" in me.says("5月20日").text
    me.says("确认")
    assert leaves(town) == [(REPORTER, None, date(2012, 5, 20), date(2012, 5, 21))]


def test_a_sentence_without_a_stand_in_asks_who_it_is(town: Town) -> None:
    asked = town.reporter.says("明天请假")
    assert asked.title == "这几天由谁代？"
    assert labels(asked)[:3] == ["李四", "赵局长", "不用人代"]


def test_the_head_sets_it_for_their_people_and_who_is_away_hears_of_it(town: Town) -> None:
    town.head.says("张三4月1日到4月10日请假 由李四代")
    town.head.taps("✅ 确认请假")
    assert leaves(town) == [(REPORTER, DEPUTY, date(2012, 4, 1), date(2012, 4, 11))]
    assert town.reporter.last().text == "张三4月1日至4月10日请假，由李四代班。"
    assert town.head.last().title == "请假已记下：张三 4月1日至4月10日"


def test_the_office_sets_it_for_anyone_and_a_contact_for_nobody_else(town: Town) -> None:
    assert town.office.says("张三明天请假").title == "这几天由谁代？"
    answer = town.reporter.says("李四明天请假")
    assert answer.text == "李四的假不归您请，请本人、本单位一把手或市项目办来办。"


def test_every_leave_stands_in_the_ledger_with_what_stood_before_and_after(town: Town) -> None:
    takes_leave(town)
    town.reporter.says("销假")
    town.reporter.taps("✅ 确认销假")
    acts = [row.canonical for row in town.rows(LedgerRow) if '"leave"' in row.canonical]
    assert '"act":"set_leave"' in acts[0]
    assert '"until":[null,"2012-04-11"]' in acts[0]
    assert '"act":"end_leave"' in acts[1]
    assert '"until":["2012-04-11","2012-04-01"]' in acts[1]


# Refused


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("4月1日到4月10日 由张三代", "不能由自己代"),
        ("4月1日到4月10日 由吴八代", "吴八还没有绑定账号"),
        ("4月1日到4月10日 由钱六代", "钱六4月9日至4月12日也请假"),
        ("5月1日到5月3日 由李四代", "张三5月2日已经请过假"),
        ("4月1日到4月10日 由周科长代", "本单位没有叫周科长的同事"),
    ],
)
def test_what_speaks_against_a_leave_is_said_at_once(town: Town, sentence: str, said: str) -> None:
    other = int(a_colleague(town).user) - 1000
    a_colleague(town, "吴八", bound=False)

    def work(session: Session) -> None:
        person = session.get_one(Person, other)
        a_leave(session, person=person, since=date(2012, 4, 9), until=date(2012, 4, 13))
        a_leave(
            session, person=session.get_one(Person, REPORTER), since=date(2012, 5, 2), until=date(2012, 5, 3)
        )

    town.do(work)
    before = len(leaves(town))
    answer = town.reporter.says(sentence)
    assert said in answer.text
    assert "✅ 确认请假" not in labels(answer)
    assert len(leaves(town)) == before


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("请假三天", "没看懂是哪几天"),
        ("我要请假，回老家", "没看懂是哪几天"),
        ("请假 2月30日到3月1日", "没有2月30日这一天"),
        ("2月30日请假", "没有2月30日这一天"),
        ("我2月30日到3月1日休年假 由李四代", "没有2月30日这一天"),
        ("请假 3月9日到2月1日", "后面的日子比前面的早"),
        ("7月10日到7月1日请假", "后面的日子比前面的早"),
    ],
)
def test_days_that_cannot_be_read_are_asked_for_with_what_is_wrong_in_them(
    town: Town, text: str, told: str
) -> None:
    answer = town.reporter.says(text)
    assert told in answer.plain
    town.reporter.says("明天起3天")
    assert leaves(town) == []
    town.reporter.taps("李四")
    town.reporter.taps("✅ 确认请假")
    assert leaves(town) == [(REPORTER, DEPUTY, date(2012, 3, 27), date(2012, 3, 30))]


def test_days_that_have_gone_by_are_refused_at_the_question_and_at_the_card(town: Town) -> None:
    me = town.reporter
    me.says("请假")
    assert "3月20日已经过去了" in me.says("3月20日到3月30日").text
    me.says("明天")
    card = me.taps("李四")
    town.clock.strike(3, 29)
    assert "✅ 确认请假" not in labels(me.taps("✅ 确认请假", of=card))
    assert leaves(town) == []


# As long as it lasts


def test_the_stand_in_sees_and_reports_what_is_anothers_and_the_report_says_so(town: Town) -> None:
    is_away(town, since=date(2012, 3, 26))
    mine = town.deputy.says("我的待办")
    assert "代张三：1项" in mine.text
    assert mine.text.index(NORTH) < mine.text.index("代张三") < mine.text.index(SOUTH)
    for step in ("报进展", SOUTH, "1200", "主体封顶", "没有", "确认"):
        town.deputy.says(step)
    [report] = town.rows(Report)
    assert (report.filed_by, report.project_id) == (DEPUTY, town.south)
    assert "李四（代张三）" in town.office.says("J1").text


def test_before_and_after_the_leave_nothing_is_the_stand_ins(town: Town) -> None:
    is_away(town, since=date(2012, 3, 27), until=date(2012, 3, 29))
    for day, seen in ((26, False), (27, True), (28, True), (29, False)):
        town.clock.strike(3, day)
        assert (SOUTH in town.deputy.says("我的待办").text) is seen, day


def test_a_talk_that_outlasts_the_leave_files_nothing_and_says_so(town: Town) -> None:
    is_away(town, since=date(2012, 3, 26), until=date(2012, 3, 27))
    for step in ("报进展", SOUTH, "1200", "主体封顶", "没有"):
        town.deputy.says(step)
    town.clock.strike(3, 27)
    assert SOUTH in town.deputy.says("确认").text
    assert town.rows(Report) == []


def test_a_stand_in_who_takes_leave_sees_whom_they_cover_and_passes_it_on(town: Town) -> None:
    is_away(town, since=date(2012, 3, 26))
    deputy = town.deputy
    assert "那几天还代着张三，就没有人代了" in deputy.says("今天请假 不用人代").text
    deputy.taps("改代班人")
    assert "那几天还代着张三，也由赵局长接着代" in deputy.taps("赵局长").text
    deputy.taps("✅ 确认请假")
    other = town.head.says("我的待办").text
    assert other.count(SOUTH) >= 1
    assert "代" not in other.splitlines()[0]  # the head answers for these projects anyway


def test_a_chain_of_stand_ins_ends_with_who_is_there(town: Town) -> None:
    third = a_colleague(town)
    is_away(town, since=date(2012, 3, 26))

    def work(session: Session) -> None:
        deputy, other = (session.get_one(Person, each) for each in (DEPUTY, int(third.user) - 1000))
        a_leave(session, person=deputy, stand_in=other, since=date(2012, 3, 26))

    town.do(work)
    for step in ("报进展", SOUTH, "1200", "主体封顶", "没有", "确认"):
        third.says(step)
    assert [row.filed_by for row in town.rows(Report)] == [int(third.user) - 1000]
    assert "钱六（代张三）" in town.office.says("电话单").text


def test_who_is_away_may_still_report_and_sees_until_when_and_who_stands_in(town: Town) -> None:
    is_away(town, since=date(2012, 3, 26))
    assert town.reporter.says("我的待办").text.startswith("您3月26日至4月10日请假，由李四代班。")
    for step in ("报进展", SOUTH, "1200", "主体封顶", "没有", "确认"):
        town.reporter.says(step)
    assert [row.filed_by for row in town.rows(Report)] == [REPORTER]


def test_the_phone_list_names_the_stand_in_or_marks_who_is_away(town: Town) -> None:
    is_away(town, since=date(2012, 3, 26))
    assert "李四（代张三）" in town.office.says("电话单").text
    town.reporter.says("销假")
    town.reporter.says("确认")
    is_away(town, None, since=date(2012, 3, 26))
    assert "张三（请假）" in town.office.says("电话单").text


def test_a_leave_ended_early_takes_the_stand_ins_part_back_at_once_and_tells_them(town: Town) -> None:
    is_away(town, since=date(2012, 3, 26))
    town.reporter.says("销假")
    assert town.reporter.taps("✅ 确认销假").text == "张三已销假，代班已收回。"
    assert town.deputy.last().text == "张三已销假，3月26日至4月10日的代班到此为止。"
    assert town.head.last().text == "张三已销假，3月26日至4月10日的代班到此为止。"
    assert SOUTH not in town.deputy.says("我的待办").text
    assert town.reporter.says("销假").text == "没有可以销的假。"


def test_a_stand_in_who_leaves_the_unit_is_told_to_whom_it_concerns(town: Town) -> None:
    is_away(town, since=date(2012, 3, 26))
    for step in ("解绑", "李四", "离任", "确认"):
        town.office.says(step)
    text = "李四已离任，张三3月26日至4月10日请假没有人代班了。要换人，请先销假再请。"
    assert (town.reporter.last().text, town.head.last().text) == (text, text)
    assert [row.stand_in_id for row in town.rows(Leave)] == [None]


def test_a_stand_in_whose_account_ends_still_stands_in_and_it_is_said(town: Town) -> None:
    is_away(town, since=date(2012, 3, 26))
    for step in ("解绑", "李四", "只解绑账号", "确认"):
        town.office.says(step)
    assert "收不到张三3月26日至4月10日请假期间的提醒" in town.head.last().text
    assert [row.stand_in_id for row in town.rows(Leave)] == [DEPUTY]


def test_who_is_unbound_on_leave_keeps_their_stand_in(town: Town) -> None:
    is_away(town, since=date(2012, 3, 26))
    town.do(lambda session: departures.unbind(session, REPORTER, town.clock.now, town.clock.now))
    assert "代张三：1项" in town.deputy.says("我的待办").text


def test_a_leave_in_the_middle_of_a_report_keeps_the_draft(town: Town) -> None:
    me = town.reporter
    for step in ("报进展", NORTH, "1200", "主体封顶"):
        me.says(step)
    me.says("请假")
    me.says("明天")
    me.taps("李四")
    done = me.taps("✅ 确认请假")
    assert any("继续" in label for label in labels(done))


def test_a_second_sentence_takes_the_place_of_the_first_card(town: Town) -> None:
    """The first stayed a draft for ever and was offered below everything."""
    first = town.reporter.says("4月1日到4月10日请假 由李四代")
    town.reporter.says("4月2日到4月10日请假 由李四代")
    after = town.reporter.taps("✅ 确认请假")
    assert "继续" not in "".join(labels(after))
    assert "已由后来说的一条代替" in town.reporter.taps("✅ 确认请假", first).text
    assert [(row.since.day, row.until.day) for row in town.rows(Leave)] == [(2, 11)]
