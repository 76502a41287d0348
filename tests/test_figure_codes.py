"""Every figure answers back: `查 A17` shows the projects, who reported when, what was corrected, and the photos."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.opening import read_about_figure
from handlers.words import Words
from rules.kinds import DutyState, IssueState, Severity
from storage import duties
from storage.tables.digests import FigureCode
from storage.tables.registry import Person, Project
from storage.tables.reporting import Duty
from tests.builders import a_binding, a_person, a_photo, a_secretary, an_inbox_row, an_issue
from tests.chat import ZONE, Chat, labels
from tests.digests import another_leader, person_of, reaches
from tests.town import NORTH, SOUTH, Town


def files(town: Town, amount: str, project: str = NORTH) -> None:
    for step in ("报进展", project, amount, "主体封顶", "没有", "确认"):
        town.reporter.says(step)


def corrects(town: Town, amount: str) -> None:
    for step in ("报进展", NORTH):
        town.reporter.says(step)
    for tap in ("更正这份报告", "改本月完成"):
        town.reporter.taps(tap)
    town.reporter.says(amount)
    town.reporter.taps("✅")


def a_told_figure(town: Town, chat: Chat, measure: str = "done") -> str:
    """After a report on 27 March, the code that the leader was told the next morning."""
    reaches(town, 3, 27)
    town.clock.strike(3, 27, 10)
    files(town, "1200")
    reaches(town, 3, 28)
    return code_of(town, chat, measure)


def code_of(town: Town, chat: Chat, measure: str) -> str:
    mine = [row for row in town.rows(FigureCode) if row.person_id == person_of(chat)]
    return [row.code for row in mine if row.measure == measure][-1]


def test_a_figure_shows_its_value_to_the_yuan_and_its_projects(town: Town) -> None:
    code = a_told_figure(town, town.leader)
    answer = town.leader.says(f"查 {code}")
    assert answer.title == f"{code} 年投资完成"
    assert answer.text.splitlines() == [
        "3月28日 8:03的数",
        "完成1,200万元，年度计划2,400万元",
        "共1个项目，按计划大小列：",
        "1. 城北水厂扩建工程 1,200万元（占50.0%）",
    ]
    assert labels(answer) == [NORTH]


def test_typed_and_tapped_it_says_the_same(town: Town) -> None:
    code = a_told_figure(town, town.leader)
    whole = town.leader.says(f"查 {code}")
    assert town.leader.says(code.lower()) == whole
    assert town.leader.presses(f"f|{code[1:]}|") == whole
    one = town.leader.taps(NORTH, whole)
    assert town.leader.says(f"查{code} 城北水厂") == one
    assert town.leader.taps(f"‹ {code}", one) == whole


def test_one_project_shows_who_reported_when_what_it_was_before_and_what_became_of_it(town: Town) -> None:
    reaches(town, 3, 27)
    town.clock.strike(3, 27, 10)
    files(town, "1000")
    town.clock.strike(3, 27, 11)
    corrects(town, "1200")
    reaches(town, 3, 28)
    code = code_of(town, town.leader, "done")
    town.clock.strike(3, 28, 15)
    corrects(town, "1300")
    answer = town.leader.says(f"查 {code} {NORTH}")
    assert answer.title == f"{code} {NORTH}"
    assert answer.text.splitlines() == [
        "3月28日 8:03的数",
        "年初累计1,200万元，年度计划2,400万元",
        "后来有更正，现在是1,300万元。",
        "2012年3月 1,200万元 J1 张三 3月27日 11:00报",
        "　原报1,000万元（张三 3月27日 10:00）",
        "　3月28日 15:00张三更正为1,300万元",
        "2012年2月及以前 0元（台账）",
    ]


def test_the_photos_of_a_report_come_with_its_project(town: Town) -> None:
    code = a_told_figure(town, town.leader)

    def work(session: Session) -> int:
        person = session.get_one(Person, person_of(town.reporter))
        inbox = an_inbox_row(session, state="done")
        return a_photo(session, person, inbox=inbox, version_id=1, state="stored", path="xx").id

    photo = town.do(work)
    answer = town.leader.says(f"查 {code} {NORTH}")
    assert answer.photos == (photo,)


def test_an_order_on_a_figure_names_what_the_figure_is(town: Town) -> None:
    """Its receiver read 事由：A1615 and nothing else."""
    code = a_told_figure(town, town.leader)
    town.leader.says(f"{code} 请城北区住建局本周内说明")
    assert f"事由：{code} 年投资完成（3月" in town.office.last().text


def test_a_code_is_its_recipients_then_theirs_whose_scope_holds_it(town: Town) -> None:
    """An office may ask for any; a leader of other projects and a reporter hear of none, as of one that is not."""
    other = another_leader(town, town.south)
    code = a_told_figure(town, town.leader)
    for chat in (town.office, town.department, town.head, a_secretary_of(town, town.leader)):
        assert chat.says(f"查 {code}").title == f"{code} 年投资完成", chat.user
    for chat in (other, town.reporter, town.deputy):
        assert chat.says(f"查 {code}").text == f"没有找到 {code}，或者不在您的范围内。"
    assert town.leader.says("查 A99999").text == "没有找到 A99999，或者不在您的范围内。"


def a_secretary_of(town: Town, leader: Chat) -> Chat:
    def work(session: Session) -> int:
        person = a_person(session, name="王秘书", role=None)
        a_binding(session, person, channel="chat")
        return a_secretary(session, leader_id=person_of(leader), person=person).person_id

    return town.chat(str(town.do(work) + 1000))


def test_a_count_of_problems_leads_to_the_problems(town: Town) -> None:
    def work(session: Session) -> int:
        project, person = (
            session.get_one(Project, town.north),
            session.get_one(Person, person_of(town.reporter)),
        )
        filed = datetime(2012, 3, 27, 7, tzinfo=ZONE)
        return an_issue(session, project=project, person=person, severity=Severity.MAJOR, filed=filed).id

    issue = town.do(work)
    reaches(town, 3, 27)
    code = code_of(town, town.leader, "major")
    answer = town.leader.says(f"查 {code}")
    assert f"W{issue} {NORTH}：两户未签协议" in answer.text
    assert town.leader.taps(f"W{issue}", answer).title.startswith(f"W{issue}")


def test_what_was_new_is_listed_with_its_receipts(town: Town) -> None:
    code = a_told_figure(town, town.leader, "news")
    assert f"J1 {NORTH} 2012年3月" in town.leader.says(f"查 {code}").text


def test_what_was_solved_is_listed_as_it_was_counted(town: Town) -> None:
    def work(session: Session) -> int:
        return an_issue(
            session, project=session.get_one(Project, town.north), filed=datetime(2012, 3, 1, 9, tzinfo=ZONE),
            person=session.get_one(Person, person_of(town.reporter)), severity=Severity.GENERAL,
            state=IssueState.SOLVED, closed=datetime(2012, 3, 27, 9, tzinfo=ZONE),
        ).id  # fmt: skip

    reaches(town, 3, 27)
    issue = town.do(work)
    reaches(town, 3, 28)
    answer = town.leader.says(f"查 {code_of(town, town.leader, 'news')}")
    assert answer.text.endswith(f"1项\nW{issue} {NORTH} 已解决：两户未签协议")


def test_nonsense_behind_a_code_is_answered(town: Town) -> None:
    code = a_told_figure(town, town.leader, "news")
    town.do(lambda session: setattr(session.get_one(FigureCode, int(code[1:])), "measure", "major"))
    for part in ("w" + "9" * 20, "p" + "9" * 20, "第" + "9" * 20 + "页", "😀", "字" * 900):
        answer = town.leader.says(f"查 {code} {part}")
        assert code in answer.text, part
        assert len(answer.text) < 100, part


def test_who_has_not_reported_is_listed_with_whom_to_telephone(town: Town) -> None:
    reaches(town, 4, 5)
    reaches(town, 4, 6)
    code = code_of(town, town.leader, "owing")
    answer = town.leader.says(f"查 {code}")
    assert labels(answer) == [NORTH, SOUTH]
    one = town.leader.taps(SOUTH, answer)
    assert "2012年3月进展，应4月5日 18:00前报" in one.text
    assert "报送人：张三" in one.text


def test_what_was_missed_is_explained_and_what_the_office_has_made_of_it_since(town: Town) -> None:
    reaches(town, 4, 10)
    reaches(town, 4, 11)
    code = code_of(town, town.head, "missed")
    answer = town.head.says(f"查 {code}")
    assert answer.title == f"{code} 截止未报"
    assert labels(answer) == [NORTH, SOUTH]
    assert "2012年3月进展，4月10日 18:00截止，没有报\n报送人：张三" in town.head.taps(SOUTH, answer).text
    norths = (Duty.project_id == town.north, Duty.period == "2012-03")
    [duty] = town.do(lambda session: session.scalars(select(Duty.id).where(*norths)).all())
    town.do(lambda session: duties.restate(session, duty, DutyState.LATE, town.clock.now))
    assert "后来改记的1项，现在不是未报。" in town.head.taps(NORTH, answer).text
    town.clock.pass_(minutes=10)
    town.do(lambda session: duties.restate(session, duty, DutyState.MISSED, town.clock.now))
    again = town.head.taps(NORTH, answer).text
    assert "2012年3月进展，4月10日 18:00截止，没有报\n报送人：张三" in again
    assert "改记" not in again


def test_a_long_list_is_turned_by_button_and_by_typing(town: Town) -> None:
    def work(session: Session) -> str:
        parts = [[each, 1, 0] for each in (town.north, town.south) * 4]
        row = FigureCode(
            person_id=person_of(town.leader), digest_id=1, scope="city:0", measure="owing", as_of=town.clock.now,
            value=9, sources={"plan": 0, "parts": parts, "rest": [1, 1]},
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.code

    code = town.do(work)
    first = town.leader.says(f"查 {code}")
    second = town.leader.taps("第2页", first)
    assert "7. " in second.text
    assert second.text.endswith("其余1个合计1")
    assert town.leader.says(f"查 {code} 第2页") == second
    assert town.leader.says(f"查 {code} 第9页").text == second.text  # the last one that there is


def test_only_with_the_word_before_it_may_more_stand_behind_a_code() -> None:
    words = Words()
    assert read_about_figure("A3 标段 本月1200万", words) is None
    found = read_about_figure("查 Ａ17，城北", words)
    assert found is not None
    assert (found.figure, found.part) == (17, "城北")
