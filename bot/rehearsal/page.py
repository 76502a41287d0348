"""A rehearsed year as one page (HTML): a block for each month, readable on a phone, printable, without any script.

What people wrote is escaped; nothing is fetched from elsewhere. The page groups what goes out together; who gets
which words stands in the workbook.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from html import escape

from bot.rehearsal import words
from bot.rehearsal.messages import Message
from bot.rehearsal.rehearsed import Rehearsed
from storage.export.words import DUTY_WORDS

EXAMPLE = 90  # characters of a message that is shown for others like it
UNITS = 4  # units that are named; the rest are counted

STYLE = """
body { font: 16px/1.55 "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif; max-width: 46rem;
  margin: 0 auto; padding: 1rem; color: #1b1f24; background: #fff; }
h1 { font-size: 1.35rem; } h2 { font-size: 1.15rem; border-bottom: 2px solid #2f6f9f; padding-bottom: .2rem; }
ul { padding-left: 1.2rem; } .dates li { margin: .15rem 0; } small { color: #57606a; }
article { border-top: 1px solid #d0d7de; padding: .4rem 0; }
.example { white-space: pre-line; margin-left: .6rem; padding-left: .6rem; border-left: 3px solid #d0d7de; }
.sign { margin-top: 2rem; }
@media (prefers-color-scheme: dark) { body { color: #e6edf3; background: #0d1117; }
  article, .example { border-color: #30363d; }
  small { color: #9198a1; } }
@media print { body { color: #000; background: #fff; max-width: none; padding: 0; font-size: 11pt; }
  section { break-before: page; } article { break-inside: avoid; } }
"""


def page(year: Rehearsed) -> str:
    title = escape(words.TITLE.format(year=year.year))
    said = "".join(f"<li>{escape(line)}</li>" for line in year.said[1:])
    months = "\n".join(_month(year, month) for month in range(1, 13))
    return (
        f'<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>\n'
        f'<body><h1>{title}</h1><ul>{said}</ul>\n{months}\n<p class="sign">{escape(words.APPROVED)}</p></body></html>\n'
    )


def _month(year: Rehearsed, month: int) -> str:
    dates = "".join(
        f"<li>{_when(day)} {escape(text)}</li>"
        for day, text in sorted(_marks(year))
        if (day.year, day.month) == (year.year, month)
    )
    sent = [each for each in year.messages if _day(year, each).month == month]
    body = "".join(_rows(year, sent)) if sent else f"<p>{words.NO_MESSAGE}</p>"
    return f'<section><h2>{year.year}年{month}月</h2><ul class="dates">{dates}</ul>{body}</section>'


def _marks(year: Rehearsed) -> Iterator[tuple[date, str]]:
    """What opens, is due and closes, each on its day."""
    for each in year.dates:
        name = f"{each.period.chinese}{DUTY_WORDS[each.kind]}"
        opens, due, closes = (
            moment.astimezone(year.zone)
            for moment in (each.window.opens, each.window.due, each.window.closes)
        )
        yield opens.date(), f"{words.OPENS} {name}"
        yield due.date(), f"{words.DUE} {name} {due:%H:%M}{_rolled(each.due_from)}"
        yield closes.date(), f"{words.CLOSES} {name} {closes:%H:%M}{_rolled(each.closes_from)}"


def _rolled(day: date | None) -> str:
    return f"（{words.ROLLED.format(day=f'{day.month}月{day.day}日')}）" if day else ""


def _rows(year: Rehearsed, sent: list[Message]) -> Iterator[str]:
    """Messages that go out at one time and begin alike are shown as one, with an example."""
    groups: dict[tuple[str, str, str], list[Message]] = {}
    for each in sent:
        when = f"{_when(_day(year, each))} {each.at.astimezone(year.zone):%H:%M}"
        groups.setdefault((when, each.kind, _begins(each)), []).append(each)
    for (when, kind, _), alike in groups.items():
        people = len({each.person_id for each in alike})
        example = alike[0].text[:EXAMPLE] + ("…" if len(alike[0].text) > EXAMPLE else "")
        yield (
            f"<article><b>{when} {escape(kind)}</b> {people} 人 <small>{escape(_units(alike))}</small>"
            f'<div class="example">{escape(example)}</div></article>'
        )


def _begins(message: Message) -> str:
    """The first line without its figures: by it messages of one kind are alike."""
    return re.sub(r"\d+", "#", message.text.partition("\n")[0])


def _units(alike: list[Message]) -> str:
    counts = Counter(each.unit for each in alike)
    names = "、".join(f"{unit} {count}" for unit, count in counts.most_common(UNITS))
    more = words.MORE_UNITS.format(count=len(counts)) if len(counts) > UNITS else ""
    return f"{names} {more}".strip()


def _day(year: Rehearsed, message: Message) -> date:
    return message.at.astimezone(year.zone).date()


def _when(day: date) -> str:
    return f"{day.month}月{day.day}日（{words.DAYS[day.weekday()]}）"
