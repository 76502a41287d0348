"""What a leader's message says, read off its text: the figures and names, in the model's words.

A line that is not understood is given back as it is, so that it differs.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from tests.year.model import Said

Read = Callable[[re.Match[str]], list[str]]

GREETING = re.compile(r"^(.+?)，(早|您好)。(\d+)月(\d+)日（周(.)）(·一周)?(·迟发)?(?: (没有新情况。))?$")
CAME = {"进展": "reports", "零报告": "zeros", "问题": "problems", "解决": "solved"}
MISSED = {"进展": "progress", "零报告": "zero", "问题月报": "issue"}
COLOURS = {"新增红灯": "red", "新增黄灯": "yellow", "转绿灯": "green"}


def _came(match: re.Match[str]) -> list[str]:
    return [f"new {CAME[what]} {count}" for what, count in re.findall(r"(\D+?)(\d+)[项件]、?", match[1])]


def _owing(match: re.Match[str]) -> list[str]:
    units = re.findall(r"([^、]+?局)(\d+)项", match[2])
    return [f"owing {match[1]}", *(f"owing {unit} {count}" for unit, count in units)]


def _missed(match: re.Match[str]) -> list[str]:
    return [f"missed {match[1]}", *(_missed_in(each) for each in match[2].split("；"))]


def _missed_in(said: str) -> str:
    match = re.match(r"^((?:\d{4}年)?(?:\d+月|[上下]半年))(进展|零报告|问题月报) (.+?)(?:等(\d+)项)?$", said)
    if not match:
        return f"unread: {said}"
    names = match[3].split("、")
    return f"missed {match[1]} {MISSED[match[2]]} {match[4] or len(names)} {' '.join(names)}"


def _lights(match: re.Match[str]) -> list[str]:
    found = []
    for what, count, name in re.findall(r"(新增红灯|新增黄灯|转绿灯)(\d+)(?:（([^）]+)）)?", match[1]):
        found.append(" ".join(each for each in ("light", COLOURS[what], count, name) if each))
    return found


def _money(match: re.Match[str]) -> list[str]:
    return [f"done {match[1]} {match[2]} {match[3]} {match[4]}"]


def _units(word: str) -> Read:
    return lambda match: [f"{word} {each}" for each in match[1].split("、")]


LINES: Sequence[tuple[re.Pattern[str], Read]] = (
    (re.compile(r"^逾期问题(\d+)件 A\d+：$"), lambda match: [f"overdue {match[1]}"]),
    (
        re.compile(r"^·(\S+) 用地 超(\d+)天 W\d+(?:（另\d+件）)?$"),
        lambda match: [f"overdue {match[1]} {match[2]}"],
    ),
    (re.compile(r"^新报 A\d+：(.+)$"), _came),
    (re.compile(r"^逾期未报(\d+)项 A\d+：(.+)$"), _owing),
    (re.compile(r"^截止未报(\d+)项 A\d+：(.+)$"), _missed),
    (re.compile(r"^(?:年投资|您的项目|全市) 完成(\S+) A\d+，占(\S+)%，序时(\S+)%，(\S+)$"), _money),
    (re.compile(r"^年投资 完成(\S+) A\d+（没有年度计划）$"), lambda match: [f"done {match[1]} no plan"]),
    (re.compile(r"^灯色 A\d+：(.+)$"), _lights),
    (
        re.compile(r"^全市报送 应报(\d+)，按时(\d+)，完整率(\S+)$"),
        lambda m: [f"reports {m[1]} {m[2]} {m[3]}"],
    ),
    (re.compile(r"^前\d（比序时，百分点）：(.+)$"), _units("best")),
    (re.compile(r"^后\d：(.+)$"), _units("last")),
    (
        re.compile(r"^问题 新增(\d+)，办结(\d+)，未结(\d+)(?:（最久(\d+)天）)?$"),
        lambda m: [f"problems {m[1]} {m[2]} {m[3]} {m[4] or 0}"],
    ),
    (
        re.compile(r"^按完成率与序时之差排名；并列看完整率、及时率。无年度计划、一项没报的不排。$"),
        lambda _match: [],
    ),
    (re.compile(r"^账本 [0-9a-f]{16}$"), lambda _match: []),
)


def facts(lines: Sequence[str]) -> list[str]:
    return [fact for line in lines for fact in _facts(line)]


def _facts(line: str) -> list[str]:
    for pattern, read in LINES:
        if match := pattern.match(line):
            return read(match)
    return [f"unread: {line}"]


def leaders_message(at: datetime, person: str, text: str) -> Said | None:
    """None if it is none of a leader's."""
    first, *rest = text.split("\n")
    if match := GREETING.match(first):
        _, hello, month, day, weekday, weekly, late, nothing = match.groups()
        wrong = (int(month), int(day), weekday) != (at.month, at.day, "一二三四五六日"[at.weekday()])
        marks = [*(["wrong day"] if wrong or match[1] != person else []), *(["late"] if late else [])]
        said = ["nothing"] if nothing else facts(rest)
        return Said(at, person, "weekly" if weekly else "digest", (hello, *marks, *said))
    if match := re.match(r"^(\d{4})年(\d+)月讲评$", first):
        return Said(at, person, "review", (f"{match[1]}-{int(match[2]):02}", *facts(rest)))
    if match := re.match(r"^您的项目新报(\d+)件$", first):
        count = int(match[1])
        lines = tuple(sorted(_at_once(line) for line in rest)) if count <= 10 else ()
        return Said(at, person, "at once", lines, count)
    return None


def _at_once(line: str) -> str:
    if match := re.match(r"^·(\S+) (\d{4})年(\d+)月进展 ([\d.,]+)万元，主体施工 J\d+$", line):
        yuan = round(float(match[4].replace(",", "")) * 10_000)
        return f"{match[1]} {match[2]}-{int(match[3]):02} {yuan}"
    if match := re.match(r"^·(\S+) (\d{4})年(上|下)半年零报告 J\d+$", line):
        return f"{match[1]} {match[2]}H{1 if match[3] == '上' else 2}"
    if match := re.match(r"^·(\S+) 用地：两户没签 W\d+$", line):
        return f"{match[1]} problem"
    return f"unread: {line}"
