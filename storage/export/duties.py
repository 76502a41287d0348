"""Sheets 应报台账 and 完整率及时率: every duty with how it stands, and each unit's figures by period."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from storage import figures
from storage.export.words import COUNT, DUTY_STATE_WORDS, DUTY_WORDS, MOMENT, NAME, SHARE, chinese
from storage.xlsx import Column, Form, Sheet

PROVISIONAL = "未截止，暂计"


def ledger(session: Session, now: datetime, zone: ZoneInfo) -> Sheet:
    columns = [
        Column("单位", *NAME), Column("项目序号", *COUNT), Column("项目", *NAME), Column("期别"), Column("方式"),
        Column("问题"), Column("开放时间", *MOMENT), Column("应报时间", *MOMENT), Column("截止时间", *MOMENT),
        Column("实报时间", *MOMENT), Column("是否按时"), Column("编号"), Column("报送人"),
    ]  # fmt: skip
    rows = (
        (
            duty.unit, duty.number, duty.project, chinese(duty.period), DUTY_WORDS[duty.kind],
            f"W{duty.subject}" if duty.subject else "", duty.opens, duty.due,
            duty.closes, duty.settled, DUTY_STATE_WORDS[duty.state],
            f"J{duty.report_id}" if duty.report_id else "", duty.filer,
        )
        for duty in figures.standings(session, now, zone)
    )  # fmt: skip
    return Sheet("应报台账", columns, rows)


def shares(session: Session, now: datetime, zone: ZoneInfo) -> Sheet:
    columns = [
        Column("期别"), Column("方式"), Column("单位", *NAME), Column("应报", *COUNT), Column("已报", *COUNT),
        Column("按时", *COUNT), Column("迟报", *COUNT), Column("未报", *COUNT), Column("待报", *COUNT),
        Column("送达异常", *COUNT), Column("免报、不适用", *COUNT), Column("完整率", *SHARE), Column("及时率", *SHARE),
        Column("说明", Form.TEXT, 16),
    ]  # fmt: skip
    rows = (
        (
            chinese(period), DUTY_WORDS[kind], unit, each.expected, each.filed, each.on_time, each.late,
            each.missed, each.owing, each.undelivered, each.excused, each.completeness, each.timeliness,
            PROVISIONAL if each.provisional else "",
        )
        for (period, kind, unit), each in figures.by_unit(figures.standings(session, now, zone)).items()
    )  # fmt: skip
    return Sheet("完整率及时率", columns, rows)
