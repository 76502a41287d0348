"""Promises of the lights: exact at their edges, over months and years, and never green where nothing is known."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.book import BookError, LightRule, default_book, load
from rules.kinds import Light, Measure, Pace, ProjectKind, ProjectState
from rules.light_facts import About, Judged, MonthDone, Overdue, Standing, Why
from rules.light_words import reason, tenths, told
from rules.lights import judge, time_share
from rules.periods import Period

# The three tables of the field, each as the rules file of its city.
YINCHUAN = default_book().lights
SANYA = load(
    """
[[lights]]
key = "progress"
name = "投资进度"
measure = "behind_percent"
pace = "year"
yellow = { more_than = 0 }
red = { more_than = 50, follows = "约谈" }
"""
).lights
DAYE = load(
    """
[[lights]]
key = "problem"
name = "问题办理"
measure = "problem_days"
notice = { at_least = 15, follows = "蓝灯提醒" }
yellow = { at_least = 30, follows = "黄灯督办" }
red = { at_least = 45, follows = "红灯约谈" }
"""
).lights
IN_A_ROW = load(
    """
[[lights]]
key = "slow"
name = "连续滞后"
measure = "behind_points"
pace = "year"
red = { at_least = 10, months = 3, follows = "约谈" }
"""
).lights

JUNE = Period.month(2012, 6)
GREEN, YELLOW, RED = Light.GREEN, Light.YELLOW, Light.RED


def a_project(**given: object) -> Standing:
    """A construction project that started long ago, on 12 July 2012."""
    usual = Standing(
        today=date(2012, 7, 12),
        closed=JUNE,
        state=ProjectState.ACTIVE,
        kind=ProjectKind.CONSTRUCTION,
        start_planned=date(2011, 3, 1),
        start_actual=date(2011, 4, 1),
    )
    return replace(usual, **given)  # type: ignore[arg-type]  # fields by name


def months(first: Period, done: Sequence[int], plan: int = 12_000) -> tuple[MonthDone, ...]:
    """Figures of one month after another; the plan is every year's."""
    rows = []
    for each in done:
        rows.append(MonthDone(first, each, plan))
        first = first.next()
    return tuple(rows)


def done(amount: int, plan: int = 12_000) -> Standing:
    return a_project(figures=months(JUNE, [amount], plan))


# Edges: at the end of June 6,000 of 12,000 are to be done.


@pytest.mark.parametrize(
    ("amount", "light"),
    [
        (6_000, GREEN),
        (4_801, GREEN),  # 9.99 points behind
        (4_800, YELLOW),  # 10 exactly, which counts (满)
        (2_400, YELLOW),  # 30 exactly, which is not more than 30
        (2_399, RED),
        (0, RED),
        (13_000, GREEN),
    ],
)
def test_yinchuans_lights_turn_exactly_at_their_edges(amount: int, light: Light) -> None:
    assert judge(YINCHUAN, done(amount)).light is light


@pytest.mark.parametrize(
    ("amount", "light"),
    [(6_000, GREEN), (5_999, YELLOW), (3_000, YELLOW), (2_999, RED), (6_001, GREEN)],
)
def test_sanyas_lights_are_per_cent_of_the_plan_to_date(amount: int, light: Light) -> None:
    assert judge(SANYA, done(amount)).light is light


def test_an_edge_that_no_float_can_hold_is_met_exactly() -> None:
    """A third of the year less 23.1 points: 0.1 + 0.2 of floats would be off by a hair."""
    [rule] = load(
        "[[lights]]\nkey='p'\nname='p'\nmeasure='behind_points'\npace='year'\nyellow={ at_least = 23.3 }\n"
    ).lights
    at = MonthDone(Period.month(2012, 4), 300, 3_000)  # 33.333... - 10 = 23.333...
    assert judge([rule], a_project(figures=(at,))).light is YELLOW
    exact = MonthDone(Period.month(2012, 6), 267, 1_000)  # 50 - 26.7 = 23.3
    assert judge([rule], a_project(figures=(exact,))).light is YELLOW
    assert judge([rule], a_project(figures=(replace(exact, done=268),))).light is GREEN


@pytest.mark.parametrize(
    ("days", "light", "follows"),
    [
        (0, None, None), (14, None, None), (15, None, "蓝灯提醒"), (29, None, "蓝灯提醒"),
        (30, YELLOW, "黄灯督办"), (44, YELLOW, "黄灯督办"), (45, RED, "红灯约谈"), (400, RED, "红灯约谈"),
    ],
)  # fmt: skip
def test_dayes_lights_follow_the_days_a_problem_is_overdue(
    days: int, light: Light | None, follows: str | None
) -> None:
    project = a_project(problems=(Overdue("W3", date(2012, 7, 12) - timedelta(days=days)),))
    judged = judge(DAYE, project)
    assert (judged.light, judged.why.numbers.get("follows")) == (light, follows)


# Starts


@pytest.mark.parametrize(
    ("planned", "light", "since"),
    [
        (date(2012, 8, 1), None, None),
        (date(2012, 7, 1), None, None),  # July is not over, and nothing was said of it
        (date(2012, 6, 30), YELLOW, "2012-06"),
        (date(2012, 5, 1), YELLOW, "2012-05"),
        (date(2012, 4, 30), RED, "2012-04"),
        (date(2011, 12, 31), RED, "2011-12"),
    ],
)
def test_a_start_that_does_not_come_is_yellow_in_its_month_and_red_in_the_third(
    planned: date, light: Light | None, since: str | None
) -> None:
    judged = judge(YINCHUAN, a_project(start_actual=None, start_planned=planned))
    assert (judged.light, judged.why.numbers.get("since")) == (light, since)


def test_a_start_turns_the_light_back() -> None:
    late = a_project(start_actual=None, start_planned=date(2012, 2, 1), figures=months(JUNE, [6_000]))
    assert judge(YINCHUAN, late).light is RED
    assert judge(YINCHUAN, replace(late, start_actual=date(2012, 7, 1))).light is GREEN


# Months in a row


def test_a_year_of_months_in_a_row_over_the_turn_of_the_year() -> None:
    """From July 2011 to June 2012, always 15 points behind the plan of its own year: red from the third month on."""
    first = Period.month(2011, 7)
    rows: list[MonthDone] = []
    month, lights = first, []
    for _ in range(12):
        plan = 1_200 if month.year == 2011 else 12_000
        behind = Fraction(month.number, 12) - Fraction(15, 100)
        rows.append(MonthDone(month, int(behind * plan), plan))
        judged = judge(IN_A_ROW, a_project(closed=month, figures=tuple(rows)))
        lights.append(judged.light)
        month = month.next()
    # In January 8.3 % are to be done: nobody can be fifteen points behind.
    assert lights == [GREEN, GREEN, RED, RED, RED, RED, RED, RED, RED, RED, RED, RED]
    assert judged.why.numbers["months"] == 12
    assert judged.why.numbers["since"] == "2011-07"


@pytest.mark.parametrize(
    ("amounts", "light"),
    [
        ([0, 0, 0], RED),
        ([0, 0, 6_000], GREEN),
        ([0, 6_000, 0], GREEN),
        ([6_000, 0, 0], GREEN),
    ],
)
def test_a_month_in_order_breaks_the_row(amounts: list[int], light: Light) -> None:
    assert judge(IN_A_ROW, a_project(figures=months(Period.month(2012, 4), amounts))).light is light


def test_a_month_that_was_not_reported_breaks_the_row() -> None:
    figures = months(Period.month(2012, 3), [0, 0, 0, 0])
    assert judge(IN_A_ROW, a_project(figures=figures)).light is RED
    assert judge(IN_A_ROW, a_project(figures=(*figures[:1], *figures[2:]))).why.numbers.get("months") is None


def test_a_year_without_a_plan_ends_the_row() -> None:
    december = MonthDone(Period.month(2011, 12), 0, 0)
    figures = (december, *months(Period.month(2012, 1), [0, 0]))
    assert judge(IN_A_ROW, a_project(figures=figures)).light is GREEN


# 序时


@pytest.mark.parametrize(
    ("pace", "start", "finish", "month", "share"),
    [
        (Pace.YEAR, None, None, 3, Fraction(3, 12)),
        (Pace.YEAR, date(2012, 7, 1), None, 7, Fraction(7, 12)),
        (Pace.OWN, date(2012, 7, 1), None, 6, Fraction(0)),
        (Pace.OWN, date(2012, 7, 31), None, 7, Fraction(1, 6)),
        (Pace.OWN, date(2012, 7, 1), None, 12, Fraction(1)),
        (Pace.OWN, date(2011, 7, 1), None, 3, Fraction(3, 12)),
        (Pace.OWN, None, date(2012, 6, 30), 3, Fraction(1, 2)),
        (Pace.OWN, None, date(2012, 6, 30), 9, Fraction(1)),
        (Pace.OWN, date(2012, 4, 1), date(2012, 9, 1), 6, Fraction(1, 2)),
        (
            Pace.OWN,
            date(2012, 4, 1),
            date(2012, 2, 1),
            4,
            Fraction(1, 9),
        ),  # a finish before the start is none
        (Pace.OWN, date(2012, 1, 1), date(2013, 6, 1), 6, Fraction(1, 2)),
    ],
)
def test_time_progress_counts_the_months_in_which_the_project_is_to_be_built(
    pace: Pace, start: date | None, finish: date | None, month: int, share: Fraction
) -> None:
    assert time_share(Period.month(2012, month), pace, start, finish) == share


def test_a_project_that_starts_in_mid_year_is_judged_by_its_own_months() -> None:
    """Planned for July to December, 2,000 of 12,000 done in July: on time, though 58.3 % of the year are over."""
    july = months(Period.month(2012, 7), [2_000])
    project = a_project(start_planned=date(2012, 7, 1), start_actual=date(2012, 7, 3), figures=july)
    assert judge(YINCHUAN, project).light is GREEN
    by_the_year = load(
        '[[lights]]\nkey="p"\nname="p"\nmeasure="behind_points"\npace="year"\nred={ more_than = 30 }\n'
    ).lights
    assert judge(by_the_year, project).light is RED


def test_december_is_judged_by_its_own_year_until_january_is_reported() -> None:
    december = MonthDone(Period.month(2011, 12), 12_000, 12_000)
    january = MonthDone(Period.month(2012, 1), 0, 12_000)
    new_year = a_project(today=date(2012, 1, 20), closed=Period.month(2011, 12), figures=(december,))
    assert judge(YINCHUAN, new_year).light is GREEN
    assert judge(YINCHUAN, replace(new_year, figures=(december, january))).light is GREEN  # 8.3 points
    assert judge(YINCHUAN, replace(new_year, figures=(december, replace(january, plan=0)))).why == Why(
        "progress", About.NO_PLAN, {"year": 2012}
    )


# What is not known is not green


@pytest.mark.parametrize(
    ("given", "about"),
    [
        ({}, About.NO_FIGURES),
        ({"figures": months(JUNE, [6_000], plan=0)}, About.NO_PLAN),
        ({"figures": months(JUNE, [6_000]), "missed": Period.month(2012, 7)}, About.MISSING),
        ({"start_actual": None, "start_planned": None}, About.NO_START),
        ({"start_actual": None, "start_planned": date(2012, 9, 1)}, About.TO_START),
        ({"figures": months(JUNE, [0]), "state": ProjectState.PAUSED}, About.PAUSED),
        ({"figures": months(JUNE, [0]), "state": ProjectState.ENDED}, About.ENDED),
        ({"figures": months(JUNE, [0]), "exempt": date(2012, 7, 12)}, About.EXEMPT),
        ({"reports": False}, About.NOTHING),
        ({"figures": months(JUNE, [0]), "completed": True}, About.COMPLETED),
        ({"kind": ProjectKind.PRELIMINARY}, About.NOTHING),
        ({"kind": ProjectKind.PRELIMINARY, "milestones": True, "missed": JUNE}, About.MISSING),
    ],
)
def test_a_project_has_no_light_and_says_why(given: dict[str, object], about: About) -> None:
    judged = judge(YINCHUAN, a_project(**given))
    assert (judged.light, judged.why.about) == (None, about)


def test_an_exemption_ends_after_its_last_day() -> None:
    project = replace(done(0), exempt=date(2012, 7, 11))
    assert judge(YINCHUAN, project).light is RED


@pytest.mark.parametrize(("days", "light"), [(0, GREEN), (15, GREEN), (16, YELLOW), (45, YELLOW), (46, RED)])
def test_a_preliminary_project_is_judged_by_its_milestones(days: int, light: Light) -> None:
    late = (Overdue("立项", date(2012, 7, 12) - timedelta(days=days)),)
    project = a_project(kind=ProjectKind.PRELIMINARY, start_actual=None, milestones=True, late=late)
    assert judge(YINCHUAN, project).light is light


def test_an_overdue_problem_is_red_also_where_no_figures_are_known() -> None:
    project = a_project(problems=(Overdue("W3", date(2012, 5, 1)),))
    assert judge(YINCHUAN, project).light is RED


def test_without_rules_nothing_is_judged() -> None:
    assert judge((), done(0)) == Judged(None, Why("", About.NOTHING))


# In words


@pytest.mark.parametrize(
    ("rules", "project", "said"),
    [
        (YINCHUAN, done(2_399), "红灯：完成20.0%，序时50.0%，落后30.0个百分点；措施：约谈"),
        (YINCHUAN, done(5_000), "绿灯：完成41.7%，序时50.0%，落后8.3个百分点"),
        (YINCHUAN, done(6_000), "绿灯：完成50.0%，序时50.0%，与序时持平"),
        (YINCHUAN, done(6_100), "绿灯：完成50.8%，序时50.0%，超前0.8个百分点"),
        (SANYA, done(2_000), "红灯：完成16.7%，应完成50.0%，比应完成的少66.7%；措施：约谈"),
        (
            IN_A_ROW,
            a_project(figures=months(Period.month(2012, 3), [0, 0, 0, 1_476])),
            "红灯：完成12.3%，序时50.0%，落后37.7个百分点；连续4个月（自3月）；措施：约谈",
        ),
        (
            IN_A_ROW,
            a_project(
                today=date(2012, 2, 12),
                closed=Period.month(2012, 1),
                figures=months(Period.month(2011, 10), [0, 0, 0]),
            ),
            "红灯：完成0.0%，序时100.0%，落后100.0个百分点；连续3个月（自2011年10月）；措施：约谈",
        ),
        (
            YINCHUAN,
            a_project(start_actual=None, start_planned=date(2012, 4, 15)),
            "红灯：计划4月15日开工，至6月底未开工；连续3个月（自4月）；措施：约谈",
        ),
        (
            YINCHUAN,
            replace(done(6_000), milestones=True, late=(Overdue("封顶", date(2012, 6, 20)),)),
            "黄灯：节点“封顶”应6月20日完成，已逾期22天；措施：提醒",
        ),
        (
            YINCHUAN,
            replace(done(2_000), problems=(Overdue("W3", date(2012, 6, 27)),)),
            "红灯：完成16.7%，序时50.0%，落后33.3个百分点；措施：约谈；问题W3应6月27日办结，已逾期15天；措施：提醒",
        ),
        (YINCHUAN, replace(done(0), exempt=date(2013, 1, 31)), "未评灯：灯色豁免，到2013年1月31日"),
        (YINCHUAN, replace(done(0), missed=Period.month(2012, 7)), "未评灯：7月未报"),
        (YINCHUAN, a_project(), "未评灯：还没有报过数"),
        (YINCHUAN, done(0, plan=0), "未评灯：没有2012年的年度计划投资"),
        (
            YINCHUAN,
            a_project(start_actual=None, start_planned=date(2012, 9, 1)),
            "未评灯：未到计划开工时间（9月1日）",
        ),
        (
            YINCHUAN,
            a_project(kind=ProjectKind.PRELIMINARY, milestones=True),
            "绿灯：节点都按期",
        ),
        (YINCHUAN, replace(done(0), completed=True), "未评灯：已竣工"),
        (YINCHUAN, done(0, 12_000), "红灯：完成0.0%，序时50.0%，落后50.0个百分点；措施：约谈"),
    ],
)
def test_a_light_says_its_rule_its_numbers_and_since_when(
    rules: Sequence[LightRule], project: Standing, said: str
) -> None:
    judged = judge(rules, project)
    assert told(judged.light, judged.why, project.today) == said


def test_every_reason_survives_being_kept() -> None:
    project = replace(done(2_000), problems=(Overdue("W3", date(2012, 6, 27)),))
    why = judge(YINCHUAN, project).why
    assert Why.of_json(why.as_json()) == why
    assert reason(Why.of_json(why.as_json()), project.today)


def test_a_reason_does_not_change_because_a_day_has_passed() -> None:
    project = a_project(problems=(Overdue("W3", date(2012, 5, 1)),))
    assert judge(YINCHUAN, project) == judge(YINCHUAN, replace(project, today=date(2012, 7, 13)))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Fraction(1, 20), "0.1"),
        (Fraction(-1, 20), "-0.1"),
        (Fraction(-1, 21), "0.0"),
        (Fraction(2465, 10), "246.5"),
    ],
)
def test_a_figure_is_rounded_half_up_from_what_is_exact(value: Fraction, said: str) -> None:
    assert tenths(value) == said


# The rules file


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ('measure="behind_points"\npace="own"', "at least one of notice, yellow and red"),
        ('measure="behind_points"\nred={at_least=1}', "pace for behind_points"),
        ('measure="problem_days"\npace="own"\nred={at_least=1}', "pace for behind_points"),
        ('measure="problem_days"\nred={at_least=1, months=3}', "months only for a measure"),
        ('measure="problem_days"\nred={}', "either at_least or more_than"),
        ('measure="problem_days"\nred={at_least=1, more_than=2}', "either at_least or more_than"),
        ('measure="problem_days"\nyellow={at_least=30}\nred={at_least=15}', "edges that rise"),
        ('measure="problem_days"\nred={at_least=-1}', "greater than or equal to 0"),
        ('measure="colour"\nred={at_least=1}', "behind_points"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused_with_its_reason(rule: str, expected: str) -> None:
    with pytest.raises(BookError, match=expected):
        load(f'[[lights]]\nkey="a"\nname="a"\n{rule}\n')


def test_no_two_rules_have_one_key() -> None:
    rule = '[[lights]]\nkey="a"\nname="a"\nmeasure="problem_days"\nred={at_least=1}\n'
    with pytest.raises(BookError, match="every key once"):
        load(rule + rule)


def test_lights_may_be_left_out_altogether() -> None:
    assert load("lights = []").lights == ()


# Against an independent model: amounts in a plan of 1,200, edges as whole points, all counted in hundredths of 1/12.


@st.composite
def a_rule(draw: st.DrawFn) -> LightRule:
    edges = sorted(draw(st.lists(st.integers(0, 60), min_size=2, max_size=2)))
    sides = [draw(st.sampled_from(["at_least", "more_than"])) for _ in edges]
    if edges[0] == edges[1]:
        sides.sort()
    runs = sorted(draw(st.lists(st.integers(1, 4), min_size=2, max_size=2)))
    text = "\n".join(
        f"{colour} = {{ {side} = {edge}, months = {run} }}"
        for colour, side, edge, run in zip(("yellow", "red"), sides, edges, runs, strict=True)
    )
    return load(f'[[lights]]\nkey="a"\nname="a"\nmeasure="behind_points"\npace="year"\n{text}\n').lights[0]


def plainly(rule: LightRule, amounts: list[int], first: int) -> Light:
    """Cross-multiplied whole numbers, no fractions: 12 * 1200 * points = 100 * (1200 * month - 12 * done)."""

    def passes(edge: object, position: int) -> bool:
        month = (first + position) % 12 + 1
        behind = 100 * (1_200 * month - 12 * amounts[position])
        at_least, more_than = edge.at_least, edge.more_than  # type: ignore[attr-defined]  # an Edge
        bound = 12 * 1_200 * int(at_least if at_least is not None else more_than)
        return behind >= bound if at_least is not None else behind > bound

    for colour, edge in ((RED, rule.red), (YELLOW, rule.yellow)):
        assert edge is not None
        newest = range(len(amounts) - 1, len(amounts) - 1 - edge.months, -1)
        if len(amounts) >= edge.months and all(passes(edge, position) for position in newest):
            return colour
    return GREEN


@given(a_rule(), st.lists(st.integers(0, 1_300), min_size=1, max_size=15), st.integers(0, 11))
def test_lights_agree_with_a_plain_model(rule: LightRule, amounts: list[int], first: int) -> None:
    figures = months(Period.month(2010, first + 1), amounts, plan=1_200)
    project = a_project(figures=figures, start_planned=date(2009, 1, 1))
    assert judge([rule], project).light is plainly(rule, amounts, first)


@given(st.integers(0, 2_000), st.integers(0, 2_000))
def test_more_done_is_never_worse(one: int, other: int) -> None:
    order = [GREEN, YELLOW, RED]
    less, more = sorted([one, other])
    for rules in (YINCHUAN, SANYA):
        worse, better = (judge(rules, done(each, 1_500)).light for each in (less, more))
        assert worse is not None
        assert better is not None
        assert order.index(better) <= order.index(worse)


def test_the_default_edges_are_those_of_their_cities() -> None:
    rules = {rule.key: rule for rule in YINCHUAN}
    progress = rules["progress"]
    assert progress.yellow is not None
    assert progress.red is not None
    assert (progress.measure, progress.yellow.at_least, progress.red.more_than) == (
        Measure.BEHIND_POINTS, Decimal(10), Decimal(30),
    )  # fmt: skip
