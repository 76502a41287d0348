"""Sheet 督办: every order with where it comes from, who was to do what by when, and how that went."""

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from rules.kinds import OrderKind, OrderState
from storage.export.words import COUNT, LONG, MOMENT, NAME, Rows, streamed
from storage.tables.ordering import Order
from storage.tables.registry import Person, Project, Unit
from storage.xlsx import Column, Sheet

KIND_WORDS = {
    OrderKind.DIRECTIVE: "批示件",
    OrderKind.KEY: "重点督办",
    OrderKind.MILESTONE: "节点督办",
    OrderKind.CHECK: "抽查",
}
STATE_WORDS = {
    OrderState.DRAFTED: "待确认",
    OrderState.CONFIRMED: "待送达",
    OrderState.DELIVERED: "待签收",
    OrderState.SIGNED: "办理中",
    OrderState.DEFERRING: "延期待批",
    OrderState.DONE: "待核查",
    OrderState.CHECKED: "已核查",
    OrderState.CLOSED: "已办结",
    OrderState.WITHDRAWN: "已撤销",
}


def orders(session: Session) -> Sheet:
    columns = [
        Column("编号"), Column("类别"), Column("来源"), Column("项目序号", *COUNT), Column("项目", *NAME),
        Column("要求", *LONG), Column("承办单位", *NAME), Column("签批领导"), Column("状态"),
        Column("拟办时间", *MOMENT), Column("下达时间", *MOMENT), Column("时限", *MOMENT),
        Column("签收时间", *MOMENT), Column("办结时间", *MOMENT), Column("是否按时"), Column("抽查批次", *COUNT),
    ]  # fmt: skip
    return Sheet("督办", columns, _rows(session))


def _rows(session: Session) -> Rows:
    for order, number, project, unit, leader in streamed(session, _every_order()):
        yield (
            order.number, KIND_WORDS[order.kind], order.source, number, project, order.what, unit, leader,
            STATE_WORDS[order.state], order.drafted, order.confirmed, order.due, order.signed, order.done,
            on_time(order), order.draw_id,
        )  # fmt: skip


def on_time(order: Order) -> str:
    """按时 or 超期 once it is reported done; empty before."""
    if order.done is None:
        return ""
    return "超期" if order.late else "按时"


def _every_order() -> Select[*tuple[Any, ...]]:
    leader = aliased(Person)
    return (
        select(Order, Project.number, Project.name, Unit.name, leader.name)
        .outerjoin(Project, Project.id == Order.project_id)
        .outerjoin(Unit, Unit.id == Order.unit_id)
        .outerjoin(leader, leader.id == Order.leader_id)
        .order_by(Order.id)
    )
