"""Sheet 讲评: every month that was reviewed, its units as they were ranked, with the rule beside them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from rules import pace
from rules.periods import Period
from rules.review import Placed, rank
from storage import reviews
from storage.export.words import COUNT, MOMENT, MONEY, NAME, SHARE, Row, Rows, chinese
from storage.tables.digests import Review
from storage.xlsx import Column, Form, Sheet

RULE = "按完成率与序时之差排名；并列看完整率、及时率"
NO_PLAN = "没有年度计划，不排名"
SILENT = "应报的一项没报，不排名"


def monthly(session: Session) -> Sheet:
    columns = [
        Column("月份"), Column("名次", *COUNT), Column("单位", *NAME), Column("项目个数", *COUNT),
        Column("应报", *COUNT), Column("已报", *COUNT), Column("按时", *COUNT), Column("完整率", *SHARE),
        Column("及时率", *SHARE), Column("累计完成(万元)", *MONEY), Column("年度计划(万元)", *MONEY),
        Column("完成率", *SHARE), Column("序时进度", *SHARE), Column("与序时之差", *SHARE),
        Column("新增问题", *COUNT), Column("办结问题", *COUNT), Column("未结问题", *COUNT),
        Column("最久(天)", *COUNT), Column("排名规则", Form.TEXT, 40), Column("制表时间", *MOMENT),
    ]  # fmt: skip
    return Sheet("讲评", columns, _rows(session))


def _rows(session: Session) -> Rows:
    for review in session.scalars(select(Review).order_by(Review.month)):
        time = pace.of_month(Period.parse(review.month))
        for placed in rank(reviews.rows_of(review), time):
            yield (chinese(review.month), *_row(placed), *_against(placed, review))


def _row(placed: Placed) -> Row:
    row, duties = placed.row, placed.row.duties
    return (
        placed.place, row.unit, row.projects, duties.expected, duties.filed, duties.on_time, duties.completeness,
        duties.timeliness, row.done, row.plan or None, row.share,
    )  # fmt: skip


def _against(placed: Placed, review: Review) -> Row:
    row = placed.row
    return (
        pace.of_month(Period.parse(review.month)), placed.ahead, row.opened, row.closed, row.open,
        row.oldest if row.open else None, RULE if placed.place else SILENT if row.plan else NO_PLAN, review.as_of,
    )  # fmt: skip
