"""Workbooks: of a rehearsed year 说明, 日历, 应报, 消息, 每日; of a replayed month 说明, 对照, 消息."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from zoneinfo import ZoneInfo

from bot.rehearsal import words
from bot.rehearsal.comparing import Pair
from bot.rehearsal.messages import Message
from bot.rehearsal.month import Replayed
from bot.rehearsal.rehearsed import Rehearsed
from rules.timetable import Dated
from storage.export.words import COUNT, DAY, DUTY_WORDS, LONG, MOMENT, NAME
from storage.xlsx import Column, Sheet, Value, to_workbook

MESSAGE_COLUMNS = (
    Column("日期", *DAY), Column("星期"), Column("时刻", width=8), Column("收件人"), Column("单位", *NAME),
    Column("类别"), Column("内容", *LONG), Column("按钮", *LONG), Column("图"), Column("送得到"),
)  # fmt: skip


def workbook(year: Rehearsed) -> bytes:
    said = (*year.said, words.APPROVED)
    sent = _messages(year.messages, year.zone)
    sheets = [_about(said), _dates(year), _owed(year), sent, _by_day(year)]
    return to_workbook(sheets, year.zone)


def comparison(month: Replayed) -> bytes:
    sheets = [_about(month.supposed), _pairs(month), _messages(month.messages, month.zone)]
    return to_workbook(sheets, month.zone)


def _message_row(message: Message, zone: ZoneInfo) -> tuple[Value, ...]:
    local = message.at.astimezone(zone)
    return (
        local.date(), words.DAYS[local.weekday()], f"{local:%H:%M}", message.person, message.unit, message.kind,
        message.text, message.buttons, "有" if message.picture else "", "是" if message.reached else "否",
    )  # fmt: skip


def _about(lines: tuple[str, ...]) -> Sheet:
    return Sheet("说明", [Column("说明", width=110)], [(line,) for line in lines])


def _dates(year: Rehearsed) -> Sheet:
    columns = [
        Column("期别", width=16), Column("方式"), Column("开放", *MOMENT), Column("应报", *MOMENT),
        Column("截止", *MOMENT), Column("应报原定", *DAY), Column("截止原定", *DAY), Column("工作日数", *COUNT),
        Column("说明", width=28),
    ]  # fmt: skip
    return Sheet("日历", columns, [_date_row(each) for each in year.dates])


def _date_row(dated: Dated) -> tuple[Value, ...]:
    times = dated.window
    return (
        dated.period.chinese, DUTY_WORDS[dated.kind], times.opens, times.due, times.closes, dated.due_from,
        dated.closes_from, dated.workdays, "" if dated.known else words.UNKNOWN_YEAR,
    )  # fmt: skip


def _owed(year: Rehearsed) -> Sheet:
    """How many reports each unit owes, a column for each period."""
    periods = list(dict.fromkeys((each.kind, each.period) for each in year.owed))
    columns = [Column("单位", *NAME)]
    columns += [Column(f"{period.chinese}{DUTY_WORDS[kind]}", COUNT[0], 20) for kind, period in periods]
    counts = {(each.unit, each.kind, each.period): each.count for each in year.owed}
    units = list(dict.fromkeys(each.unit for each in year.owed))
    rows = list[tuple[Value, ...]]()
    for unit in units:
        row = [counts.get((unit, kind, period), 0) for kind, period in periods]
        rows.append((unit, *row, sum(row)))
    return Sheet("应报", [*columns, Column("合计", *COUNT)], rows)


def _messages(messages: Iterable[Message], zone: ZoneInfo) -> Sheet:
    return Sheet("消息", MESSAGE_COLUMNS, (_message_row(each, zone) for each in messages))


def _pairs(month: Replayed) -> Sheet:
    columns = [
        Column("对照", width=16), Column("实际时刻", *MOMENT), Column("重放时刻", *MOMENT), Column("收件人"),
        Column("单位", *NAME), Column("类别"), Column("实际内容", *LONG), Column("重放内容", *LONG),
    ]  # fmt: skip
    return Sheet("对照", columns, map(_pair_row, month.pairs))


def _pair_row(pair: Pair) -> tuple[Value, ...]:
    real, replayed, either = pair.real, pair.replayed, pair.either
    return (
        pair.verdict, real.at if real else None, replayed.at if replayed else None, either.person, either.unit,
        either.kind, real.text if real else "", replayed.text if replayed else "",
    )  # fmt: skip


def _by_day(year: Rehearsed) -> Sheet:
    columns = [
        Column("日期", *DAY), Column("星期"), Column("单位", *NAME), Column("消息条数", *COUNT), Column("人数", *COUNT),
    ]  # fmt: skip
    return Sheet("每日", columns, _daily(year))


def _daily(year: Rehearsed) -> Iterator[tuple[Value, ...]]:
    counts, people = Counter[tuple[date, str]](), dict[tuple[date, str], set[int | None]]()
    for each in year.messages:
        key = (each.at.astimezone(year.zone).date(), each.unit)
        counts[key] += 1
        people.setdefault(key, set()).add(each.person_id)
    for key in sorted(counts):
        day, unit = key
        yield day, words.DAYS[day.weekday()], unit, counts[key], len(people[key])
