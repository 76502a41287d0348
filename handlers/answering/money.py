"""进度, 投资: what was completed of the year plan, beside 序时; by project, unit, district or front, with a picture.

The sums are those of the digest (storage/spending.py): of a day up to its month with the day's 序时, of a month that is
over with twelfths (decisions: 11).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from handlers.answering.asked import Asked, short
from handlers.asking.question import What
from handlers.conversations.monthly_review import gap
from rules import money, pace
from rules.kinds import Light, PeriodKind, PlaceKind
from rules.periods import Period
from storage import asking, lights, spending
from storage.charts import ProgressBar, ProgressChart
from storage.messages import Option, Outgoing
from storage.spending import ProjectDone

BARS = 12  # of a picture, to be readable on a phone; as many projects are shown one by one
GROUPS = 7  # lines


@dataclass(frozen=True, slots=True)
class Group:
    """A project (`project_id`), or all of a district or unit. Yuan."""

    name: str
    done: int
    plan: int
    project_id: int = 0


@dataclass(frozen=True, slots=True)
class Money:
    """`by` None: project by project."""

    done: int
    plan: int
    groups: tuple[Group, ...]
    by: PlaceKind | None


def spent(asked: Asked) -> Money:
    rows = [
        row for row in spending.by_project(asked.turn.session, asked.month, asked.which) if row.done or row.plan
    ]  # fmt: skip
    by = asked.ask.by or (None if len(rows) <= BARS else _usual(asked))
    groups = sorted(
        _grouped(rows, by), key=lambda each: (not each.plan, pace.share(each.done, each.plan) or 0)
    )
    return Money(sum(row.done for row in rows), sum(row.plan for row in rows), tuple(groups), by)


def _usual(asked: Asked) -> PlaceKind:
    """By district for the city; within a district by unit."""
    by_district = any(kind is PlaceKind.DISTRICT for kind, _ in asked.ask.where)
    return PlaceKind.UNIT if by_district else asked.view.by


def _grouped(rows: list[ProjectDone], by: PlaceKind | None) -> Iterable[Group]:
    if by is None:
        return [Group(row.name, row.done, row.plan, row.id) for row in rows]
    sums: dict[str, tuple[int, int]] = {}
    for row in rows:
        named = {PlaceKind.DISTRICT: row.district, PlaceKind.FRONT: row.front}.get(by) or row.unit
        done, plan = sums.get(named, (0, 0))
        sums[named] = done + row.done, plan + row.plan
    return [Group(name, done, plan) for name, (done, plan) in sums.items()]


def time_of(asked: Asked) -> Fraction:
    return pace.of_day(asked.turn.today) if asked.is_now else pace.of_month(asked.month)


def lines_of(asked: Asked, found: Money) -> list[str]:
    """The sum, and what a month added if one was named."""
    words, time = asked.words, time_of(asked)
    share = pace.share(found.done, found.plan)
    done = money.brief(found.done)
    if share is None:
        lines = [words.told_money_no_plan.format(done=done)]
    else:
        said = {"share": pace.written(share), "time": pace.written(time), "gap": gap(words, share - time)}
        lines = [words.told_money.format(done=done, **said)]
    if asked.ask.month and (added := _added(asked, found)) is not None:
        lines.insert(0, _of_the_span(asked, added))
    return lines


def _of_the_span(asked: Asked, added: int) -> str:
    words, turn, when = asked.words, asked.turn, asked.period.chinese
    of_a_month = asked.period.kind is PeriodKind.MONTH and not added
    if of_a_month and asking.is_unreported(turn.session, asked.which, asked.month, turn.now):
        return words.told_span_unreported.format(span=when)
    return words.told_span_money.format(span=when, done=money.brief(added))


def _added(asked: Asked, found: Money) -> int | None:
    """What the period that is named added; None if that is all of its year so far, which stands there anyway."""
    if asked.period.kind is PeriodKind.MONTH:
        return asking.done_in(asked.turn.session, asked.which, asked.month)
    if asked.period.number == 1:
        return None
    before = Period.of(PeriodKind.MONTH, asked.period.previous().last_day)
    return found.done - sum(row.done for row in spending.by_project(asked.turn.session, before, asked.which))


def without_figures(asked: Asked) -> Outgoing | None:
    """Of a period that is to come, or that lies before all figures, there is nothing to tell: that is said."""
    if asked.ask.what not in (What.DONE, What.OVERVIEW) or asked.is_now:
        return None
    words, when = asked.words, asked.period.chinese
    if asked.period.first_day > asked.turn.today:
        return asked.says([words.told_not_yet.format(when=when)])
    first = asking.first_month(asked.turn.session, asked.which)
    if first is None or asked.period.last_day >= first.first_day:
        return None
    again = replace(asked.ask, month=str(first))
    return asked.says(
        [words.told_no_figures.format(when=when, first=first.chinese)],
        asked.button(asked.vocabulary.phrase(replace(again, where=())), again),
    )


def answer_money(asked: Asked) -> Outgoing:
    found = spent(asked)
    lines = lines_of(asked, found)
    if len(found.groups) > 1:
        lines.append(asked.words.told_group_head)
        lines += [_line(asked, group) for group in found.groups[:GROUPS]]
    if len(found.groups) > GROUPS:
        lines.append(asked.words.told_more.format(count=len(found.groups) - GROUPS))
    return asked.says(lines, _deeper(asked, found), chart=chart(asked, found))


def _line(asked: Asked, group: Group) -> str:
    share = pace.share(group.done, group.plan)
    words, name = asked.words, short(group.name)
    if share is None:
        return words.told_group_money_no_plan.format(name=name, done=money.brief(group.done))
    ahead = share - time_of(asked)
    points = f"{'+' if ahead > 0 else ''}{pace.written(ahead)}"
    return words.told_group_money.format(name=name, share=pace.written(share), points=points)


def _deeper(asked: Asked, found: Money) -> list[Option]:
    words = asked.words
    options: list[Option] = []
    for by, label in (
        (PlaceKind.DISTRICT, words.button_by_district),
        (PlaceKind.FRONT, words.button_by_front),
        (PlaceKind.UNIT, words.button_by_unit),
    ):
        if by is not found.by and len(found.groups) > 1:
            options += asked.button(label, replace(asked.ask, by=by))
    return options


def chart(asked: Asked, found: Money) -> ProgressChart | None:
    """The picture of the same figures; none where there is nothing to compare."""
    shown = [group for group in found.groups if group.plan][:BARS]
    if len(shown) < 2:
        return None
    lit = lights.current(asked.turn.session, [each.project_id for each in shown if each.project_id])
    return ProgressChart(
        title=asked.title,
        as_of=asked.picture_of(asked.turn.today),
        time_progress=float(100 * time_of(asked)),
        bars=tuple(
            _bar(group, lit[group.project_id].light if group.project_id in lit else None) for group in shown
        ),
    )


def _bar(group: Group, light: Light | None) -> ProgressBar:
    share = pace.share(group.done, group.plan)
    return ProgressBar(name=group.name, percent=None if share is None else float(100 * share), light=light)
