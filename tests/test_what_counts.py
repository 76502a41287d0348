"""What counts in the figures where a report was sent back, made up for a silent month, or its project left the list."""

import pytest

from rules.kinds import ProjectKind, Stage
from storage.messages import Outgoing
from tests.chat import labels
from tests.test_desk_duties import files, mends, returns, unlocks
from tests.test_export import exported, table
from tests.test_progress import changes, chooses
from tests.town import NORTH, Town


def duty_row(town: Town, period: str = "2012年3月") -> dict[str, object]:
    """The row of 应报台账 that the northern project's monthly report has."""
    rows = table(exported(town), "应报台账")
    [found] = [row for row in rows if (row["项目"], row["期别"], row["方式"]) == (NORTH, period, "进展月报")]
    return found


# 退回


def test_a_returned_report_is_owed_again_in_the_export_too(town: Town) -> None:
    """The export once said 按时 of what the telephone list called for."""
    files(town.reporter)
    returns(town)
    row = duty_row(town)
    assert (row["是否按时"], row["实报时间"]) == ("待报", None)
    [march] = [row for row in table(exported(town), "完整率及时率") if row["期别"] == "2012年3月"]
    assert (march["应报"], march["已报"], march["待报"]) == (2, 0, 2)


def test_a_returned_report_that_was_never_mended_has_no_filing_time(town: Town) -> None:
    files(town.reporter)
    returns(town)
    town.reaches(4, 11)
    row = duty_row(town)
    assert (row["是否按时"], row["实报时间"]) == ("未报", None)


# 同上月


def test_the_same_words_beside_money_are_not_said_to_be_a_standstill(town: Town) -> None:
    town.has_reported(town.north, "2012-02", amount=10_000_000)
    files(town.reporter)  # in the words of February
    [march] = [row for row in table(exported(town), "进展") if row["期别"] == "2012年3月"]
    assert (march["本月完成(万元)"], march["同上月"]) == (1200, "否")


# 补记: a silent month that is made up for, and reported after all


def makes_up_for_march(town: Town) -> None:
    """April is reported with 1000 and a cumulative of 2200: March has done 1200."""
    town.reaches(4, 26)
    chooses(town.reporter)
    for said in ("1000", "2200", "主体封顶"):
        town.reporter.says(said)
    town.reporter.taps("没有照片")
    town.reporter.taps("✅")


def reports_march(town: Town, amount: str) -> Outgoing:
    unlocks(town)
    town.reporter.presses(f"o|report_progress|{town.north}.2012-03")
    town.reporter.says(amount)
    town.reporter.says("主体封顶")
    card = town.reporter.taps("没有照片")
    town.reporter.taps("✅")
    return card


def cumulatives(town: Town) -> dict[str, tuple[object, object]]:
    return {
        str(row["期别"]): (row["年初累计(万元)"], row["开工累计(万元)"])
        for row in table(exported(town), "进展")
    }


@pytest.mark.parametrize(
    ("amount", "total"),
    [
        pytest.param("1200", 2200, id="as much as was made up for"),
        pytest.param("900", 2200, id="less"),
        pytest.param("1500", 2500, id="more"),
    ],
)
def test_a_month_that_was_made_up_for_and_is_filed_later_counts_once(
    town: Town, amount: str, total: int
) -> None:
    """Its money was once counted twice, in the export and in what the next month began with."""
    makes_up_for_march(town)
    reports_march(town, amount)
    assert cumulatives(town) == {"2012年3月": (int(amount), int(amount)), "2012年4月": (total, total)}
    town.reaches(5, 26)
    assert f"年初至今累计 {total:,}万元" in chooses(town.reporter).text


def test_a_correction_of_what_made_up_for_a_month_still_counts_it_once(town: Town) -> None:
    makes_up_for_march(town)
    reports_march(town, "900")
    town.reporter.presses(f"o|report_progress|{town.north}.2012-04")
    town.reporter.taps("更正这份报告")
    town.reporter.taps("改本月完成")
    card = town.reporter.says("1100")
    assert "年初累计：2,300万元" in card.text
    town.reporter.taps("✅")
    assert cumulatives(town)["2012年4月"] == (2300, 2300)


# What was refused


def test_a_returned_report_that_was_never_mended_counts_for_no_money_and_its_month_is_asked_for(
    town: Town,
) -> None:
    files(town.reporter)
    returns(town)
    town.reaches(4, 26)
    asked = chooses(town.reporter)
    assert "年初至今累计 0元" in asked.text
    asked = town.reporter.says("1000")
    assert "2012年3月" in asked.text, "what March has done is asked for"
    town.reporter.taps("就是1,000万元")
    town.reporter.says("路面完成")
    town.reporter.taps("没有照片")
    town.reporter.taps("✅")
    assert cumulatives(town) == {"2012年4月": (1000, 1000)}
    kept = [row["现行"] for row in table(exported(town), "进展各版")]
    assert kept == ["已退回", "是"], "what was refused is kept, and marked"


def test_a_returned_report_counts_as_long_as_it_may_be_mended_and_not_once_it_is_exempt(town: Town) -> None:
    files(town.reporter)
    returns(town)
    assert cumulatives(town) == {"2012年3月": (1200, 1200)}
    for said in ("免报", NORTH, "2012年3月进展", "停工", "确认"):
        town.office.says(said)
    assert cumulatives(town) == {}


def test_what_is_filed_anew_after_an_unlock_counts_again(town: Town) -> None:
    files(town.reporter)
    returns(town)
    town.reaches(4, 11)
    unlocks(town)
    mends(town.reporter)
    assert cumulatives(town) == {"2012年3月": (1300, 1300)}


# A month that the opening figures hold


def test_a_month_that_the_opening_figures_hold_is_not_added_to_them(town: Town) -> None:
    changes(
        town, town.north, opening_month="2012-03", opening_year_done=50_000_000, opening_total_done=50_000_000
    )
    chooses(town.reporter)
    town.reporter.says("1200")
    town.reporter.says("主体封顶")
    card = town.reporter.taps("没有照片")
    receipt = town.reporter.taps("✅")
    assert "累计" not in card.text + receipt.text, "what stood after it is not known"
    assert cumulatives(town) == {"2012年3月": (None, None)}


def test_a_month_that_the_opening_figures_hold_is_not_doubted_for_what_they_hold(town: Town) -> None:
    changes(town, town.north, opening_month="2012-03", opening_year_done=0, opening_total_done=95_000_000)
    chooses(town.reporter)
    assert town.reporter.says("1200").title == "形象进度到哪一步了？"


# 退回：全部重报


def test_a_preliminary_report_returned_as_a_whole_asks_its_stage_again(town: Town) -> None:
    changes(town, town.north, kind=ProjectKind.PRELIMINARY, stage=Stage.INTENTION)
    for said in ("报进展", NORTH, "签约", "签了", "没有", "确认"):
        town.reporter.says(said)
    returns(town, part="全部重报")
    asked = chooses(town.reporter)
    assert "签约" in labels(asked)
    town.reporter.taps("签约")
    town.reporter.says("签了补充协议")
    assert town.reporter.last().title == "有现场照片吗？"
