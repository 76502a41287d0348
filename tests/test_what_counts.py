"""What counts in the figures where a report was sent back, made up for a silent month, or its project left the list."""

from tests.test_desk_duties import files, returns
from tests.test_export import exported, table
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
