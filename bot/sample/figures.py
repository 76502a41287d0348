"""The sample city's money and dates: shared out so that the sums are the circular's, to the yuan."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from bot.sample.invented import NOT_STARTED, OTHER_SCOPE, SCOPES, SIZES, SMALL

Row = dict[str, Any]

# The circular's own figures, in 万元.
BUILDING_TOTAL, PREPARING_TOTAL = 12_384_000, 16_193_000
YEAR_PLAN, DONE = 2_449_000, 376_000
TO_FINISH, TO_START = 33, 20


def share(total: int, weights: Sequence[float], grain: int) -> list[int]:
    """Cuts `total` in proportion to the weights into multiples of `grain` that sum to it exactly."""
    parts, whole = total // grain, sum(weights)
    exact = [parts * weight / whole for weight in weights]
    cut = [int(part) for part in exact]
    by_rest = sorted(range(len(cut)), key=lambda place: (cut[place] - exact[place], place))
    for place in by_rest[: parts - sum(cut)]:
        cut[place] += 1
    return [part * grain for part in cut]


def mixed(place: int, low: int, high: int, salt: int) -> int:
    """A number from low to high that looks like no rule, and is always the same."""
    return low + (place * place * 37 + place * salt * 11 + salt) % 101 * (high - low) // 100


def plan_building(rows: list[Row]) -> None:
    """Money and dates of the construction projects, and the nine that have not started."""
    causes = {name[1:]: cause for name, cause in NOT_STARTED.items()}
    started = [row for row in rows if row["name"] not in causes]
    finishing = {row["name"] for row in started[1::2][:TO_FINISH]}
    totals = share(BUILDING_TOTAL, [size(row, 3) for row in rows], 50)
    pace = [mixed(i, 14, 26, 5) * (1.5 if row["name"] in finishing else 1) for i, row in enumerate(rows)]
    plans = share(YEAR_PLAN, [total * p for total, p in zip(totals, pace, strict=True)], 50)
    live = [0 if row["name"] in causes else mixed(i, 60, 150, 7) for i, row in enumerate(rows)]
    done = share(DONE, [plan * weight for plan, weight in zip(plans, live, strict=True)], 10)
    for i, row in enumerate(rows):
        name = row["name"]
        row |= {"total_investment": totals[i], "amount": plans[i], "opening_year_done": done[i]}
        row |= {"to_start": "否", "to_finish": "是" if name in finishing else "否"}
        if name in causes:
            start_later(row, causes[name], i)
        else:
            go_on(row, i)


def start_later(row: Row, cause: str, place: int) -> None:
    row |= {
        "stage": "签约",
        "nature": "新建",
        "goal": "6月底前开工，完成基础工程",
        "start_planned": date(2012, 2 + place % 2, 10),
        "start_actual": None,
        "finish_planned": date(2013, 6 + place % 6, 28),
        "not_started_because": cause,
        "opening_year_done": 0,
        "opening_total_done": 0,
    }


def go_on(row: Row, place: int) -> None:
    """A project under construction; one that finishes this year has just this year's plan left to do."""
    total, amount, done = row["total_investment"], row["amount"], row["opening_year_done"]
    finishing = row["to_finish"] == "是"
    fresh = not finishing and place % 5 == 0
    start = date(2012, 1, 5) if fresh else date(2010, 3, 8)
    start += timedelta(days=mixed(place, 0, 40 if fresh else 590, 2))
    # In hundredths of what is not planned for this year, to 10 万元.
    share_done = 100 if finishing else 0 if fresh else mixed(place, 12, 65, 9)
    earlier = (total - amount) * share_done // 100 // 10 * 10
    row |= {
        "stage": "开工",
        "nature": "扩建" if "扩" in row["name"] else "新建" if fresh else "续建",
        "goal": "竣工投产" if finishing else GOALS[place % len(GOALS)],
        "start_planned": start - timedelta(days=mixed(place, 0, 25, 4)),
        "start_actual": start,
        "finish_planned": date(2012, 6 + place % 4, 30) if finishing else date(2013 + place % 2, 10, 31),
        "opening_total_done": done + earlier,
    }


GOALS = (
    "完成主体工程",
    "完成工程量的六成",
    "完成基础工程，主体工程过半",
    "主体完工，转入设备安装",
    "完成征地拆迁和基础工程",
    "累计完成总投资的七成",
)


def plan_preparing(rows: list[Row]) -> None:
    """Money and dates of the preliminary projects; twenty of them are to start before the end of October."""
    totals = share(PREPARING_TOTAL, [size(row, 8) for row in rows], 50)
    starting = {row["name"] for row in rows[::4][:TO_START]}
    for i, row in enumerate(rows):
        soon = row["name"] in starting
        row |= {
            "total_investment": totals[i],
            "amount": 0,
            "opening_year_done": 0,
            "opening_total_done": 0,
            "stage": "签约" if soon or i % 3 else "意向",
            "nature": "扩建" if "扩" in row["name"] else "新建",
            "goal": "年内开工建设" if soon else "完成可研批复和用地预审",
            "to_start": "是" if soon else "否",
            "to_finish": "否",
            "start_planned": date(2012, 7 + i % 4, 20) if soon else date(2013, 3 + i % 8, 15),
            "finish_planned": date(2014 + i % 2, 12, 20),
        }


def size(row: Row, salt: int) -> int:
    """How heavy a project weighs among the others."""
    small = any(word in row["name"] for word in SMALL)
    return SIZES[row["front"]] * mixed(row["number"], 30, 150, salt) // (3 if small else 1)


def scope(row: Row) -> str:
    fitting = ((text, cost) for words, text, cost in SCOPES if any(word in row["name"] for word in words))
    text, cost = next(fitting, OTHER_SCOPE)
    return text.format(n=max(2, row["total_investment"] // cost))
