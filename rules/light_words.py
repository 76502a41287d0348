"""灯色 in words: a light and its reason, as every table, message and sheet says it.

What is told is worked out from whole numbers here, so that each rounded figure is right by itself: 12.3 %, 41.7 % and
29.4 points need not add up.
"""

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction

from rules.kinds import Light, Measure
from rules.light_facts import About, Number, Why
from rules.lights import behind_percent, behind_points
from rules.periods import Period

LIGHTS: Mapping[Light | None, str] = {
    Light.GREEN: "绿灯",
    Light.YELLOW: "黄灯",
    Light.RED: "红灯",
    None: "未评灯",
}
_EVEN, _BEHIND, _AHEAD = "与序时持平", "落后{}个百分点", "超前{}个百分点"
_POINTS = "完成{done}%，序时{time}%，{behind}"
_PERCENT = "完成{done}%，应完成{time}%，{behind}"
_LESS, _MORE = "比应完成的少{}%", "不少于应完成的"
_START = "计划{planned}开工，至{month}底未开工"
_MILESTONE, _MILESTONES = "节点“{name}”应{day}完成，已逾期{days}天", "节点都按期"
_PROBLEM, _PROBLEMS = "问题{name}应{day}办结，已逾期{days}天", "问题都没有逾期"
_RUN = "连续{months}个月（自{since}）"
_FOLLOWS = "措施：{follows}"
_ABOUT: Mapping[str, str] = {
    About.PAUSED: "项目暂停",
    About.ENDED: "项目已结束",
    About.EXEMPT: "灯色豁免，到{until}",
    About.MISSING: "{month}未报",
    About.NO_FIGURES: "还没有报过数",
    About.NO_PLAN: "没有{year}年的年度计划投资",
    About.NO_START: "未开工，没有登记计划开工时间",
    About.COMPLETED: "已竣工",
    About.TO_START: "未到计划开工时间（{day}）",
    About.NOTHING: "没有可评的",
}


def told(light: Light | None, why: Why, today: date) -> str:
    """红灯：完成12.3%，序时41.7%，落后29.4个百分点；连续3个月（自3月）；措施：约谈."""
    return f"{LIGHTS[light]}：{reason(why, today)}"


def reason(why: Why, today: date) -> str:
    """The same without the colour. A day or month of another year than `today` is said with its year."""
    return "；".join([_one(why, today), *(_one(each, today) for each in why.also)])


def briefly(why: Why, today: date) -> str:
    """Only what decided it, without what follows: 完成12.3%，序时41.7%，落后29.4个百分点."""
    return _SAID[why.about](why.numbers, today) if why.about in _SAID else _plainly(why, today)


def tenths(value: Fraction) -> str:
    """With one decimal, rounded half up from the exact figure."""
    rounded = int(abs(value) * 10 + Fraction(1, 2))
    return f"{'-' if value < 0 < rounded else ''}{rounded // 10}.{rounded % 10}"


def _one(why: Why, today: date) -> str:
    numbers = why.numbers
    parts = [briefly(why, today)]
    if int(numbers.get("months", 1)) > 1:
        parts.append(_RUN.format(months=numbers["months"], since=month_named(numbers["since"], today)))
    if "follows" in numbers:
        parts.append(_FOLLOWS.format(follows=numbers["follows"]))
    return "；".join(parts)


def _plainly(why: Why, today: date) -> str:
    shown = {
        name: month_named(value, today)
        if name == "month"
        else _day(value, today)
        if name in ("day", "until")
        else value
        for name, value in why.numbers.items()
    }
    return _ABOUT[why.about].format(**shown)


def _money(numbers: Mapping[str, Number]) -> tuple[int, int, Fraction]:
    done, plan, elapsed, of = (int(numbers[name]) for name in ("done", "plan", "elapsed", "of"))
    return done, plan, Fraction(elapsed, of)


def _points(numbers: Mapping[str, Number], _today: date) -> str:
    done, plan, time = _money(numbers)
    behind = behind_points(done, plan, time)
    words = _BEHIND if behind > 0 else _AHEAD
    shown = words.format(tenths(abs(behind))) if behind else _EVEN
    return _POINTS.format(done=tenths(Fraction(100 * done, plan)), time=tenths(100 * time), behind=shown)


def _percent(numbers: Mapping[str, Number], _today: date) -> str:
    done, plan, time = _money(numbers)
    behind = behind_percent(done, plan, time)
    shown = _LESS.format(tenths(behind)) if behind > 0 else _MORE
    return _PERCENT.format(done=tenths(Fraction(100 * done, plan)), time=tenths(100 * time), behind=shown)


def _start(numbers: Mapping[str, Number], today: date) -> str:
    return _START.format(planned=_day(numbers["planned"], today), month=month_named(numbers["month"], today))


def _milestone(numbers: Mapping[str, Number], today: date) -> str:
    return _overdue(_MILESTONE, numbers, today) if numbers else _MILESTONES


def _problem(numbers: Mapping[str, Number], today: date) -> str:
    return _overdue(_PROBLEM, numbers, today) if numbers else _PROBLEMS


def _overdue(words: str, numbers: Mapping[str, Number], today: date) -> str:
    day = date.fromisoformat(str(numbers["day"]))
    return words.format(name=numbers["name"], day=_day(numbers["day"], today), days=(today - day).days)


def _day(value: Number, today: date) -> str:
    day = date.fromisoformat(str(value))
    shown = f"{day.month}月{day.day}日"
    return shown if day.year == today.year else f"{day.year}年{shown}"


def month_named(value: Number, today: date) -> str:
    month = Period.parse(str(value))
    return f"{month.number}月" if month.year == today.year else month.chinese


_SAID: Mapping[str, Callable[[Mapping[str, Number], date], str]] = {
    Measure.BEHIND_POINTS: _points,
    Measure.BEHIND_PERCENT: _percent,
    Measure.START_MONTHS: _start,
    Measure.MILESTONE_DAYS: _milestone,
    Measure.PROBLEM_DAYS: _problem,
}
