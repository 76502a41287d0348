"""A zero-report is checked: what speaks against it is asked about once, and what comes out later is put to a person."""

from datetime import datetime

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from rules.kinds import DutyKind, DutyState, IssueState, ProjectKind, ReportKind, Role, Stage
from storage import ledger
from storage.tables.ledger import LedgerRow
from storage.tables.registry import Person, Project, YearPlan
from storage.tables.reporting import Duty, Issue, IssueEvent, Report, ReportVersion
from tests.builders import a_binding, a_duty, a_person, a_project, a_responsibility, an_issue
from tests.chat import ZONE, Chat, labels
from tests.town import NORTH, SOUTH, Town, reports_problem

GENERAL = "一般问题"
FLAT = {"flat": ["2012-05", "2012-06"], "nearby": [], "answer": "none"}
NOTHING = {"flat": [], "nearby": []}


@pytest.fixture(autouse=True)
def _no_light(town: Town) -> None:
    """Without a year plan the projects have no light, and only what a test is about speaks against a zero."""
    town.do(lambda session: session.execute(delete(YearPlan)))


def spends_nothing(town: Town, project: int, *months: str, **given: object) -> None:
    for month in months or ("2012-05", "2012-06"):
        town.has_reported(project, month, **{"amount": 0, **given})


def checks(town: Town) -> list[dict[str, object]]:
    zeros = {row.id for row in town.rows(Report) if row.kind is ReportKind.ZERO}
    return [row.check for row in town.rows(ReportVersion) if row.report_id in zeros]


def a_neighbour(town: Town, *, project: int, unit: int | None = None) -> str:
    """A sub-project of this one, with a problem that someone of another unit (or of `unit`) has filed."""

    def work(session: Session) -> str:
        sub = a_project(session, name="管网工程", number=44, parent_id=project)
        person = a_person(session, unit_id=unit) if unit else a_person(session)
        filed = datetime(2012, 3, 2, tzinfo=ZONE)
        return an_issue(session, project=sub, person=person, category="relocation", filed=filed).number

    return town.do(work)


def someone_of_another_unit(town: Town) -> Chat:
    """She answers for 城北水厂, but belongs elsewhere."""

    def work(session: Session) -> int:
        person = a_person(session, name="钱七", role=Role.DEPUTY)
        a_responsibility(session, session.get_one(Project, town.north), person, Role.DEPUTY)
        a_binding(session, person, channel="chat")
        return person.id

    return town.chat(str(town.do(work) + 1000))


# What speaks against it


def test_with_nothing_against_them_zeros_are_one_tap_and_one_confirmation(town: Town) -> None:
    town.reaches(7, 2)
    town.reporter.says("零报告")
    assert town.reporter.taps("✅").title == "零报告已收到"
    assert checks(town) == [NOTHING, NOTHING]


def test_money_that_stood_still_for_two_months_is_asked_about_and_the_answer_is_kept(town: Town) -> None:
    spends_nothing(town, town.north)
    town.reaches(7, 2)
    asked = town.reporter.says("零报告")
    assert asked.title == f"{NORTH}5、6月都没有完成投资，确实没有问题吗？"
    assert labels(asked)[:2] == ["确实没有", "有问题，去报"]
    town.reporter.taps("确实没有")
    town.reporter.taps("✅")
    assert checks(town) == [FLAT, NOTHING]


def test_the_same_words_beside_money_are_no_standstill(town: Town) -> None:
    """A month of 1000万元 was once asked about because its words were the month's before."""
    spends_nothing(town, town.north, amount=10_000_000)
    town.do(lambda session: session.execute(update(ReportVersion).values(carried=True)))
    town.reaches(7, 2)
    assert town.reporter.says("零报告").title == "请核对：2012年上半年零报告"


@pytest.mark.parametrize(
    ("months", "given", "project"),
    [
        pytest.param(("2012-06",), {}, {}, id="only one month was reported"),
        pytest.param(("2012-05", "2012-06"), {"amount": 10_000}, {}, id="something was spent"),
        pytest.param(("2011-11", "2011-12"), {}, {}, id="it was another half-year"),
        pytest.param(("2012-05", "2012-06"), {}, {"kind": ProjectKind.PRELIMINARY}, id="no amount is owed"),
        pytest.param(("2012-05", "2012-06"), {}, {"stage": Stage.SIGNED}, id="it has not started"),
        pytest.param(("2012-05", "2012-06"), {}, {"stage": Stage.COMPLETED}, id="it is completed"),
    ],
)
def test_nothing_is_asked_where(
    town: Town, months: tuple[str, ...], given: dict[str, object], project: dict[str, object]
) -> None:
    spends_nothing(town, town.north, *months, **given)
    if project:
        changed = update(Project).where(Project.id == town.north).values(**project)
        town.do(lambda session: session.execute(changed))
    town.reaches(7, 2)
    assert town.reporter.says("零报告").title == "请核对：2012年上半年零报告"


def test_money_that_moved_last_month_speaks_for_the_zero(town: Town) -> None:
    spends_nothing(town, town.north, "2012-04", "2012-05")
    town.has_reported(town.north, "2012-06", amount=10_000)
    town.reaches(7, 2)
    assert town.reporter.says("零报告").title == "请核对：2012年上半年零报告"


def test_a_problem_that_another_unit_filed_on_a_sub_project_is_asked_about(town: Town) -> None:
    number = a_neighbour(town, project=town.south)
    town.reaches(7, 2)
    asked = town.reporter.says("零报告")
    assert asked.title == f"{SOUTH}：管网工程有问题 {number}（征拆，3月2日报）。确实没有问题吗？"
    town.reporter.says("没有")
    town.reporter.taps("✅")
    assert checks(town)[1] == {"flat": [], "nearby": [number], "answer": "none"}


def test_a_problem_of_the_parent_is_asked_about_as_well(town: Town) -> None:
    def work(session: Session) -> None:
        parent = a_project(session, name="水务一体化", number=50)
        session.get_one(Project, town.north).parent_id = parent.id
        an_issue(session, project=parent, person=a_person(session))

    town.do(work)
    town.reaches(7, 2)
    assert f"{NORTH}：水务一体化有问题 W1" in town.reporter.says("零报告").title


def test_what_the_unit_itself_filed_on_a_sub_project_is_known_to_it(town: Town) -> None:
    a_neighbour(town, project=town.south, unit=1)
    town.reaches(7, 2)
    assert town.reporter.says("零报告").title == "请核对：2012年上半年零报告"


def test_two_doubts_about_one_project_are_one_question(town: Town) -> None:
    spends_nothing(town, town.south)
    a_neighbour(town, project=town.south)
    town.reaches(7, 2)
    asked = town.reporter.says("零报告").title
    assert asked.startswith(f"{SOUTH}5、6月都没有完成投资，管网工程有问题 W1")
    assert town.reporter.taps("确实没有").title == "请核对：2012年上半年零报告"


def test_a_project_that_does_have_a_problem_is_left_out_and_its_report_begins_by_one_tap(town: Town) -> None:
    spends_nothing(town, town.north)
    town.reaches(7, 2)
    town.reporter.says("零报告")
    assert NORTH not in town.reporter.taps("有问题，去报").text
    receipt = town.reporter.taps("✅")
    assert receipt.text.startswith(f"{SOUTH} J3")
    assert labels(receipt) == [f"报问题：{NORTH}"]
    assert town.reporter.taps("报问题").title == f"{NORTH}：问题有多严重？"
    assert len(checks(town)) == 1


def test_a_single_project_with_a_problem_gives_no_zero(town: Town) -> None:
    spends_nothing(town, town.north)
    town.reaches(7, 2)
    town.deputy.says("零报告")
    left = town.deputy.taps("有问题，去报")
    assert left.text == f"好，{NORTH}不零报告。请接着报问题："
    assert labels(left) == [f"报问题：{NORTH}"]
    assert checks(town) == []


def test_an_answer_to_a_doubt_can_be_changed_on_the_card(town: Town) -> None:
    spends_nothing(town, town.north)
    town.reaches(7, 2)
    town.reporter.says("零报告")
    town.reporter.taps("确实没有")
    town.reporter.taps(f"改：{NORTH}")
    assert NORTH not in town.reporter.taps("有问题，去报").text


def test_a_doubt_that_arises_before_the_card_is_confirmed_is_asked_about(town: Town) -> None:
    town.reaches(7, 2)
    card = town.reporter.says("零报告")
    spends_nothing(town, town.north)
    assert "都没有完成投资" in town.reporter.taps("✅", card).title
    assert checks(town) == []


def test_another_doubt_about_a_project_is_another_question(town: Town) -> None:
    spends_nothing(town, town.south)
    town.reaches(7, 2)
    town.reporter.says("零报告")
    card = town.reporter.taps("确实没有")
    a_neighbour(town, project=town.south)
    assert "管网工程有问题 W1" in town.reporter.taps("✅", card).title


# What bars it


def test_what_bars_a_zero_is_named_with_its_reason(town: Town) -> None:
    reports_problem(town.reporter, GENERAL)
    town.reaches(7, 2)
    assert f"{NORTH}：有问题 W1（征拆，3月26日报）" in town.reporter.says("零报告").text


def test_a_solved_problem_bars_the_zero_of_its_own_half_year_only(town: Town) -> None:
    reports_problem(town.reporter, GENERAL)
    town.reporter.says("W1 已解决")
    town.reaches(7, 2)
    assert f"{NORTH}：有问题 W1" in town.reporter.says("零报告").text
    town.clock.now = datetime(2013, 1, 2, 9, tzinfo=ZONE)
    town.sweep()
    assert "有问题" not in town.reporter.says("零报告").text


def test_what_was_open_at_the_close_answers_for_the_zero_however_late_the_sweep(town: Town) -> None:
    """Filed the year before, still open at the close, solved before anything swept."""
    filed, solved = datetime(2011, 12, 1, tzinfo=ZONE), datetime(2012, 7, 8, tzinfo=ZONE)

    def work(session: Session) -> None:
        project = session.get_one(Project, town.north)
        an_issue(session, project=project, filed=filed, state=IssueState.SOLVED, closed=solved)

    town.do(work)
    town.reaches(7, 9)
    zeros = {row.project_id: row for row in town.rows(Duty) if row.period == "2012H1"}
    assert zeros[town.north].state is DutyState.VOID
    assert zeros[town.south].state is DutyState.MISSED


def an_old_zero_stands_unlocked(town: Town, *, barred: bool) -> None:
    """That of 2011 for 城北水厂, missed at its time; `barred` by a problem that is solved."""
    filed, solved = datetime(2011, 9, 1, tzinfo=ZONE), datetime(2011, 10, 1, tzinfo=ZONE)

    def work(session: Session) -> None:
        project = session.get_one(Project, town.north)
        due = datetime(2012, 1, 9, 18, tzinfo=ZONE)
        a_duty(
            session, id=-1, project=project, kind=DutyKind.ZERO, period="2011H2", state=DutyState.MISSED,
            opens=datetime(2012, 1, 1, tzinfo=ZONE), due=due, closes=due,
            unlocked_until=datetime(2012, 7, 20, 18, tzinfo=ZONE),
        )  # fmt: skip
        if barred:
            an_issue(session, project=project, filed=filed, state=IssueState.SOLVED, closed=solved)

    town.do(work)


def test_an_older_zero_that_stands_unlocked_and_barred_does_not_hide_this_one(town: Town) -> None:
    town.reaches(7, 2)
    an_old_zero_stands_unlocked(town, barred=True)
    assert town.reporter.says("我的待办").text.count("2012年上半年零报告") == 2
    card = town.reporter.says("零报告")
    assert card.title == "请核对：2012年上半年零报告"
    assert NORTH in card.text


def test_of_two_half_years_that_are_open_the_older_is_given_first_then_the_newer(town: Town) -> None:
    town.reaches(7, 2)
    an_old_zero_stands_unlocked(town, barred=False)
    assert town.reporter.says("零报告").title == "请核对：2011年下半年零报告"
    assert town.reporter.taps("✅").text.startswith(f"{NORTH} J1")
    assert town.reporter.says("零报告").title == "请核对：2012年上半年零报告"
    town.reporter.taps("✅")
    states = {(row.period, row.project_id): row.state for row in town.rows(Duty) if row.settled}
    assert states[("2011H2", town.north)] is DutyState.LATE
    assert len(states) == 3


def test_by_telephone_another_projects_old_zero_hides_nothing(town: Town) -> None:
    town.reaches(7, 2)
    an_old_zero_stands_unlocked(town, barred=False)
    for step in ("代报", SOUTH, "张三", "没有问题"):
        town.office.says(step)
    assert town.office.last().title == "请核对：2012年上半年零报告"
    assert SOUTH in town.office.last().text


# What comes out afterwards


def gives_zero(town: Town) -> None:
    town.reaches(7, 2)
    town.reporter.says("零报告")
    town.reporter.taps("✅")


def files_as_found(chat: Chat, when: str) -> None:
    for step in ("报问题", "重大", "征拆", "两户阻工", when, "现场", "不需要", "没有", "确认"):
        chat.says(step)


def test_a_problem_that_others_found_after_a_zero_is_put_to_the_office(town: Town) -> None:
    gives_zero(town)
    files_as_found(someone_of_another_unit(town), "6月28日9点")
    told = [message.text for message in town.office.messages() if "瞒报" in message.text]
    assert len(told) == 1
    assert "钱七 7月2日 9:00报了问题（6月28日发现），而2012年上半年已由张三报零报告（J1）" in told[0]
    assert [(row.kind, row.note) for row in town.rows(IssueEvent)] == [
        ("registered", ""),
        ("found_after_zero", "J1"),
    ]
    assert '"act":"doubt_zero"' in town.rows(LedgerRow)[-1].canonical
    assert town.do(ledger.verify) == []
    assert next(row.state for row in town.rows(Issue)) is IssueState.REGISTERED


def test_what_was_found_in_the_next_half_year_says_nothing_against_the_zero(town: Town) -> None:
    gives_zero(town)
    files_as_found(someone_of_another_unit(town), "7月1日9点")
    assert not [message for message in town.office.messages() if "瞒报" in message.text]


def test_a_general_problem_that_others_report_in_the_month_after_is_of_the_half_year_before(
    town: Town,
) -> None:
    other = someone_of_another_unit(town)
    gives_zero(town)
    town.reaches(7, 31)
    reports_problem(other, GENERAL)
    [told] = [message.text for message in town.office.messages() if "瞒报" in message.text]
    assert "7月31日 9:00报了问题，而2012年上半年已由张三报零报告（J1）。何时发现、是否瞒报" in told


def test_a_general_problem_of_a_later_month_says_nothing_against_the_zero(town: Town) -> None:
    other = someone_of_another_unit(town)
    gives_zero(town)
    town.reaches(8, 1)
    reports_problem(other, GENERAL)
    assert not [message for message in town.office.messages() if "瞒报" in message.text]


def test_a_problem_that_the_office_files_for_another_unit_is_put_to_it_under_their_name(town: Town) -> None:
    other = someone_of_another_unit(town)
    assert other
    gives_zero(town)
    for step in ("代报", NORTH, "钱七", "问题", GENERAL, "征拆", "两户阻工", "不需要", "没有", "确认"):
        town.office.says(step)
    [told] = [message.text for message in town.office.messages() if "瞒报" in message.text]
    assert "钱七（周科长代报） 7月2日 9:00报了问题" in told


def test_what_the_unit_itself_reports_after_its_zero_is_no_concealment(town: Town) -> None:
    gives_zero(town)
    files_as_found(town.deputy, "6月28日9点")
    assert not [message for message in town.office.messages() if "瞒报" in message.text]


def test_what_the_office_finds_is_found_by_others_even_in_its_own_unit(town: Town) -> None:
    gives_zero(town)

    def work(session: Session) -> None:
        office = session.get_one(Person, int(town.office.user) - 1000)
        office.unit_id = 1
        a_responsibility(session, session.get_one(Project, town.north), office, Role.DEPUTY)

    town.do(work)
    files_as_found(town.office, "6月28日9点")
    assert [message for message in town.office.messages() if "瞒报" in message.text]
