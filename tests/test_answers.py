"""Questions answered: whose projects, which figures, on one screen; and never anything of a project of others."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.orm import Session

from handlers.answering.asked import LENGTH, LINES
from handlers.asking.question import Ask, What, button_data
from reminders import digest_facts
from rules import money, pace
from rules.book import default_book
from rules.kinds import Light, PlaceKind, ProjectState, Severity
from storage.charts import LightsChart, ProgressChart, TrendChart
from storage.scopes import Scope
from storage.tables.lights import ProjectLight
from storage.tables.registry import Person, Project
from tests.asking import CHEMICALS, HIDDEN, PLANT, WHY, Asking, a_city_that_is_asked_about, said, turns
from tests.builders import (
    NOW,
    a_binding,
    a_duty,
    a_project,
    a_secretary,
    a_year_plan,
    added,
    an_issue,
    some_rules,
)
from tests.chat import ZONE, Chat, labels
from tests.test_asking import CITY, PHRASES
from tests.town import NORTH, SOUTH, Town, reports_problem

# What would give a hidden project away: its name, number, unit, people, plan, problem.
SECRETS = ("秘密", "66号", "平江县水利局", "孙六", "7.77", "暗渠塌方")


@pytest.fixture
def asking(town: Town) -> Iterator[Asking]:
    city = a_city_that_is_asked_about(town)
    yield city
    city.town.database.close()


def problem(town: Town, project_id: int, what: str, **given: object) -> int:
    def work(session: Session) -> int:
        project = session.get_one(Project, project_id)
        return an_issue(session, project=project, what=what, **given).id

    return town.do(work)


# Lights


def test_red_projects_are_listed_with_since_when_and_the_way_to_each(asking: Asking) -> None:
    turns(asking.town, asking.plant, Light.RED)
    turns(asking.town, asking.hidden, Light.RED)
    answer = asking.town.leader.says("红灯项目")
    assert answer.title == "红灯（您牵头的）"
    assert answer.text.splitlines()[0] == "红灯1个（已评2个）"
    assert "21号 君山垃圾焚烧发电厂 3月20日起" in answer.text
    assert asking.town.leader.taps("21号").title == f"21号 {PLANT}"


def test_of_two_lights_both_are_listed_each_with_its_mark(asking: Asking) -> None:
    turns(asking.town, asking.plant, Light.RED)
    turns(asking.town, asking.chemicals, Light.YELLOW)
    answer = asking.town.office.says("红灯黄灯")
    assert answer.title == "红灯 黄灯（全市）"
    assert "🔴21号 君山垃圾焚烧发电厂" in answer.text
    assert "🟡" in answer.text
    assert "云溪化工园一期" in answer.text


def test_lights_are_shown_by_district_with_a_picture_of_the_same_figures(asking: Asking) -> None:
    turns(asking.town, asking.plant, Light.RED)
    asking.town.office.says("红灯")
    answer = asking.town.office.taps("按县市区")
    assert "·君山区：红1 黄0 绿0" in answer.text
    assert isinstance(answer.chart, LightsChart)
    assert ("君山区", 1) in [(bar.name, bar.red) for bar in answer.chart.bars]


# Money: one snapshot, one sum


@pytest.mark.parametrize(("who", "scope"), [("office", "city:0"), ("leader", "own"), ("head", "unit")])
def test_money_is_the_digests_and_the_ledgers_to_the_yuan(asking: Asking, who: str, scope: str) -> None:
    town = asking.town
    town.has_reported(town.north, "2012-03", amount=12_340_000)
    town.has_reported(asking.plant, "2012-03", amount=5_550_000)
    town.has_reported(asking.hidden, "2012-03", amount=99_990_000)
    chat = getattr(town, who)
    of = {"own": f"own:{int(chat.user) - 1000}", "unit": f"unit:{_unit_of(town, chat)}"}.get(scope, scope)
    told = town.do(
        lambda session: digest_facts.read(
            session, Scope.parse(of), since=NOW, as_of=NOW, book=default_book(), zone=ZONE
        )
    )
    answer = chat.says("本年投资")
    share = pace.share(told.money.value, told.money.plan)
    assert share is not None
    assert f"完成{money.brief(told.money.value)}，占{pace.written(share)}%" in answer.text
    ledger = {"office": 117_880_000, "leader": 17_890_000, "head": 12_340_000}[who]
    assert told.money.value == ledger


def _unit_of(town: Town, chat: Chat) -> int:
    return town.do(lambda session: session.get_one(Person, int(chat.user) - 1000).unit_id)


def test_progress_is_told_from_what_lags_with_a_picture(asking: Asking) -> None:
    asking.town.has_reported(asking.plant, "2012-03", amount=15_000_000)
    answer = asking.town.leader.says("进度")
    groups = [line for line in answer.text.splitlines() if line.startswith("·")]
    assert [line.split()[0] for line in groups] == [f"·{NORTH}", f"·{PLANT}"]
    assert isinstance(answer.chart, ProgressChart)
    assert [bar.percent for bar in answer.chart.bars] == [0.0, 50.0]


def test_a_month_tells_what_was_reported_for_it(asking: Asking) -> None:
    asking.town.has_reported(asking.plant, "2012-03", amount=15_000_000)
    answer = asking.town.leader.says("城投 本月")
    assert answer.title == "市城建投资公司 本月（您牵头的）"
    assert "2012年3月完成1500万" in answer.text
    assert "占50.0%，序时23.5%，超前26.5个百分点" in answer.text


def test_a_month_that_nobody_reported_is_unreported_and_not_zero(asking: Asking) -> None:
    asking.town.do(lambda session: a_duty(session, project=session.get_one(Project, asking.plant)))
    answer = asking.town.leader.says("城投 本月")
    assert "2012年3月未报" in answer.text
    assert "2012年3月完成" not in answer.text
    asking.town.has_reported(asking.plant, "2012-03", amount=0)
    assert "2012年3月完成0元" in asking.town.leader.says("城投 本月").text


def test_a_month_without_figures_is_named_with_its_year_and_the_first_that_has_some(asking: Asking) -> None:
    """In March 4月 is that of last year, of which nothing is known."""
    answer = asking.town.office.says("4月 投资")
    assert "2011年4月" in answer.title
    assert answer.text.startswith("2011年4月没有数据，最早的是201")
    assert asking.town.office.says("今年12月 投资").text == "2012年12月还没到。"


def test_half_years_and_last_year_are_told_in_their_own_sums(asking: Asking) -> None:
    asking.town.has_reported(asking.plant, "2012-03", amount=15_000_000)
    half = asking.town.office.says("上半年 投资")
    assert half.title == "进度 上半年（全市）"
    assert half.text.splitlines()[0] == asking.town.office.says("投资").text.splitlines()[0]
    assert "2011年" in asking.town.office.says("去年 投资").title
    assert "2011年3月" in asking.town.office.says("去年同期 投资").title


def test_beside_a_month_that_is_over_it_is_said_what_is_todays(asking: Asking) -> None:
    turns(asking.town, asking.plant, Light.RED)
    past = asking.town.leader.says("2月").text.splitlines()
    assert past[1].startswith("2012年2月完成")
    assert past[3].startswith("目前灯色：🔴红1")
    assert past[4].startswith("目前问题：")
    assert asking.town.leader.says("2月 红灯").text.startswith("以下是目前的，不是当月的：\n红灯1个")
    assert "目前" not in asking.town.leader.says("本月").text + asking.town.leader.says("红灯").text


# Who owes, problems


def test_who_owes_is_told_with_the_telephone(asking: Asking) -> None:
    answer = asking.town.leader.says("城南区 未报")
    assert answer.text.splitlines()[0] == "应报1项，未报1项，其中逾期0项"
    assert "☎张三 13900000001" in answer.text


def test_the_office_has_one_way_to_who_owes_all_over(asking: Asking) -> None:
    assert asking.town.office.says("还没报的").title == asking.town.office.says("未报").title == "未报情况"


def test_problems_are_listed_major_first_and_overdue_by_the_limit_of_their_category(asking: Asking) -> None:
    town = asking.town
    general = problem(town, asking.plant, "补偿款没到", category="funds", filed=NOW.replace(month=1))
    major = problem(town, asking.plant, "边坡滑移", severity=Severity.MAJOR, category="quality")
    answer = town.leader.says("问题")
    assert answer.text.splitlines()[0] == "未办结2件：重大1件，逾期1件"
    assert [line.split()[0] for line in answer.text.splitlines()[1:]] == [f"·W{major}", f"·W{general}"]
    assert "（超" in town.leader.says("逾期问题").text
    assert labels(town.leader.says("问题 资金"))[:1] == [f"W{general}"]
    assert "补偿款没到" in town.leader.taps(f"W{general}").text


# One project


@pytest.mark.parametrize("text", ["项目", "本月"])
def test_projects_and_their_lights_add_up(asking: Asking, text: str) -> None:
    def pauses(session: Session) -> None:
        session.get_one(Project, asking.plant).state = ProjectState.PAUSED

    assert asking.town.office.says(text).text.startswith("5个项目\n")
    asking.town.do(pauses)
    answer = asking.town.office.says(text).text
    assert answer.startswith("5个项目（暂停1个）\n")
    lit = next(line for line in answer.splitlines() if "未评" in line)
    assert sum(map(int, re.findall("[0-9]+", lit))) == 4


def test_a_project_is_told_whole(asking: Asking) -> None:
    town = asking.town
    turns(town, asking.plant, Light.RED)
    town.has_reported(asking.plant, "2012-03", amount=15_000_000, progress="锅炉就位")
    number = problem(town, asking.plant, "补偿款没到", category="funds")
    for text in ("君山垃圾发电", "君山垃圾焚烧发电厂", "21号", "２１", "jslj", "垃圾焚烧"):
        answer = town.leader.says(text)
        assert answer.title == f"21号 {PLANT}", text
    year = "今年完成1,500万元，年度计划3,000万元，占50.0%"
    last = "2012年3月 1,500万元，锅炉就位"
    for told in ("🔴红灯（3月20日起）", year, last, f"W{number} 资金", "钱五 13700000001"):
        assert told in answer.text
    assert isinstance(answer.chart, TrendChart)
    assert [point.done for point in answer.chart.points] == [None, 0, 15_000_000]


def test_a_project_that_is_called_like_a_place_is_found_by_who_reports_for_it(asking: Asking) -> None:
    def work(session: Session) -> None:
        session.get_one(Project, asking.town.south).district = "南湖风景区"

    asking.town.do(work)
    assert asking.town.reporter.says("南湖").title == f"13号 {SOUTH}"
    assert asking.town.leader.says("南湖").title == "南湖风景区 总览（您牵头的）"
    assert asking.town.leader.says("云溪化").title == f"22号 {CHEMICALS}"  # not 云溪区 with a slip


def test_who_reports_for_a_project_has_the_buttons_of_reporting(asking: Asking) -> None:
    assert labels(asking.town.reporter.says("南湖")) == [f"报进展：{SOUTH}", f"报问题：{SOUTH}"]
    assert labels(asking.town.leader.says("南湖")) == []


def test_a_leaders_telephone_is_not_for_those_who_report(asking: Asking) -> None:
    assert "牵头领导：王市长\n" in asking.town.reporter.says(NORTH).text + "\n"
    assert "牵头领导：王市长 139" in asking.town.leader.says(NORTH).text


# What can mean several things, or nothing


def test_of_two_districts_alike_both_are_offered(asking: Asking) -> None:
    answer = asking.town.leader.says("城南 进度")
    assert labels(answer) == ["城南区 进度", "城南新区 进度"]
    assert asking.town.leader.taps("城南新区").title == "城南新区 进度（您牵头的）"


def test_what_is_not_understood_offers_the_nearest_and_the_menu(asking: Asking) -> None:
    answer = asking.town.leader.says("红登")
    assert labels(answer)[0] == "红灯"
    assert labels(asking.town.leader.says("君山拉圾焚烧发电"))[0] == f"21号 {PLANT}"
    assert labels(asking.town.leader.says("天气")) == [
        "我的待办", "红灯", "未报", "进度", "问题", "排名", "督办单", "帮助",
    ]  # fmt: skip


def test_a_question_does_not_swallow_an_answer(asking: Asking) -> None:
    leader = asking.town.reporter
    leader.says("报问题")
    leader.taps(NORTH)
    leader.taps("🔴 重大问题")
    leader.says("征拆")
    assert "红灯" not in leader.says("红灯项目").title


def test_a_report_in_one_line_stays_a_report(asking: Asking) -> None:
    assert "请核对" in asking.town.reporter.says("南湖大道 本月投资1200万 路基完成").title


# Whose projects


@pytest.mark.parametrize(
    ("who", "whose", "count"),
    [("office", "全市", 5), ("leader", "您牵头的", 4), ("department", "您牵头的", 2), ("head", "城北区住建局", 2),
     ("deputy", "您报的", 1), ("reporter", "您报的", 2)],
)  # fmt: skip
def test_everybody_asks_about_their_own(asking: Asking, who: str, whose: str, count: int) -> None:
    answer = getattr(asking.town, who).says("项目清单")
    assert answer.title == f"项目（{whose}）"
    assert answer.text.splitlines()[0] == f"{count}个项目"


def test_a_secretary_asks_about_the_leaders(asking: Asking) -> None:
    town = asking.town

    def work(session: Session) -> int:
        helper = a_secretary(session, leader_id=int(asking.other.user) - 1000).person_id
        a_binding(session, session.get_one(Person, helper), channel="chat")
        return helper

    helper = town.chat(str(town.do(work) + 1000))
    assert helper.says("项目").title == "项目（刘市长牵头的）"
    assert helper.says("66号").title == f"66号 {HIDDEN}"


def test_who_answers_for_nothing_sees_nothing(asking: Asking) -> None:
    assert asking.idle.says("红灯项目").text == "没看懂这句话。请点一项："
    assert asking.idle.presses("q|j").text.startswith("没有归您看的项目")


def test_a_button_that_was_passed_on_shows_nothing_of_others(asking: Asking) -> None:
    number = problem(asking.town, asking.hidden, "暗渠塌方", severity=Severity.MAJOR)
    for ask in (
        Ask(What.PROJECT, number=asking.hidden),
        Ask(What.PROBLEMS, number=number),
        Ask(What.PROJECTS, ((PlaceKind.DISTRICT, "平江县"),)),
        Ask(What.DONE, by=PlaceKind.DISTRICT),
    ):
        answer = asking.town.leader.presses(button_data(ask) or "")
        assert not [secret for secret in SECRETS if secret in said(answer)], answer
    assert HIDDEN in asking.other.presses(button_data(Ask(What.PROJECT, number=asking.hidden)) or "").title


NAMES = (*"平江秘密工程66号", "平江县", "水利局", NORTH, PLANT, CHEMICALS, HIDDEN)
WORDS = st.sampled_from([*PHRASES, *CITY.meanings, *NAMES])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=30) | st.lists(WORDS, min_size=1, max_size=4).map("".join))
def test_no_text_raises_or_tells_of_projects_of_others(asking: Asking, text: str) -> None:
    for chat in (asking.town.leader, asking.town.head, asking.town.reporter):
        for answer in chat.takes(chat.text(text)):
            told = said(answer).replace(" ".join(text.split()), "")  # what was typed may be said back
            shown = [secret for secret in SECRETS if secret in told and secret not in "".join(text.split())]
            assert not shown, answer


# One screen, few queries


def crowded(session: Session, town: Town, count: int = 40) -> None:
    """Long names everywhere, all red, with problems that are long stories."""
    for number in range(count):
        project = a_project(
            session, number=1000 + number, name=f"{number}号洞庭湖生态经济区综合治理与基础设施提质改造工程一标段",
            district=f"洞庭湖第{number}管理区", front=f"农业农村统筹{number}战线",
        )  # fmt: skip
        a_year_plan(session, project, amount=987_654_321)
        an_issue(session, project=project, what="被征地群众对补偿标准有异议，" * 20, category="relocation")
        added(session, ProjectLight(
            project_id=project.id, light=Light.RED, before=None, turned=True, since=NOW, at=NOW, replaced=None,
            month="2012-02", why=WHY, rules_version=some_rules(session).id,
        ))  # fmt: skip


WORST = ("红灯", "灯色", "进度", "问题", "重大问题", "项目", "本月", "1000号", "洞庭湖", "0号洞庭湖")


@pytest.mark.parametrize("text", WORST)
def test_the_worst_answer_fits_on_a_screen(asking: Asking, text: str) -> None:
    asking.town.do(lambda session: crowded(session, asking.town))
    answer = asking.town.office.says(text)
    assert len(answer.plain.splitlines()) <= LINES
    assert len(answer.plain) <= LENGTH
    assert len(answer.rows) <= 8


@pytest.mark.parametrize("text", ["红灯", "灯色", "进度", "问题", "项目", "本月", "君山区 未报"])
def test_how_many_queries_an_answer_takes_does_not_depend_on_how_many_projects_there_are(
    asking: Asking, text: str
) -> None:
    few = statements(asking, text)
    asking.town.do(lambda session: crowded(session, asking.town, 30))
    assert statements(asking, text) <= few + 3


def statements(asking: Asking, text: str) -> int:
    count = 0

    def counted(*_given: object) -> None:
        nonlocal count
        count += 1

    event.listen(asking.town.database.engine, "before_cursor_execute", counted)
    asking.town.office.says(text)
    event.remove(asking.town.database.engine, "before_cursor_execute", counted)
    return count


def test_more_of_a_list_is_a_tap_away(asking: Asking) -> None:
    asking.town.do(lambda session: crowded(session, asking.town))
    first = asking.town.office.says("红灯")
    second = asking.town.office.taps("更多")
    assert first.text.splitlines()[0] == second.text.splitlines()[0]
    assert not set(first.text.splitlines()[1:]) & set(second.text.splitlines()[1:])


# What a leader finds under 帮助 and 我的待办


def test_a_leader_is_helped_as_a_leader(asking: Asking) -> None:
    answer = asking.town.leader.says("帮助")
    assert "已知悉" in answer.text
    assert "报进展" not in said(answer)
    assert asking.town.leader.taps("红灯").title == "红灯（您牵头的）"


def test_what_waits_for_a_leader_is_to_take_note_of(asking: Asking) -> None:
    assert "没有等您知悉的重大问题" in asking.town.leader.says("我的待办").text
    reports_problem(asking.town.reporter)
    answer = asking.town.leader.says("我的待办")
    assert answer.text.splitlines()[0] == "等您知悉的重大问题1件："
    assert "知悉 W1" in asking.town.leader.taps("已知悉").text
    assert "没有等您知悉的重大问题" in asking.town.leader.says("我的待办").text
