"""A reminder as it is read: at most a few lines, and buttons that begin the report at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from reminders.hearing import Hearing, Item, Reached
from reminders.wording import nudges as words
from rules.kinds import DutyKind, IssueWord, Role, Snooze
from rules.scope import REPORTING
from rules.workdays import local_date
from storage import presses
from storage.messages import Option, Outgoing
from storage.nudges import Tried
from storage.reminding import Card, Debt

SHOWN = 5  # duties, and people above whom somebody stands
NAMED = 3  # projects of one person who owes, and buttons of one's own
Rows = tuple[tuple[Option, ...], ...]
_ROLES = dict(zip(REPORTING, (words.REPORTER, words.DEPUTY, words.HEAD), strict=True))


@dataclass(frozen=True, slots=True)
class Known:
    """What the text says besides the duties: who people are, what was tried, which projects stand still."""

    now: datetime
    zone: ZoneInfo
    snooze_hours: int
    reached: Reached
    cards: Mapping[int, Card] = field(default_factory=dict)
    tried: Mapping[int, Sequence[Tried]] = field(default_factory=dict)
    unmoved: int = 0


def message(hearing: Hearing, known: Known, nudge_id: int) -> Outgoing:
    own = sorted((item for item in hearing.items if item.own), key=lambda item: _ends(item.debt, known))
    above = [item for item in hearing.items if not item.own]
    lines = [*_own_lines(own, hearing, known), *([""] if own and above else []), *_above_lines(above, known)]
    title = _own_title(own, known) if own else words.ABOVE.format(count=len(above))
    rows = (
        *_own_buttons(own, known),
        *(_row(words.DUTIES, presses.begins("my_duties")) if above or _many(own) else ()),
        *(_snooze_row(nudge_id, known) if own else ()),
    )
    return Outgoing(title=title, text="\n".join(lines), rows=rows)


def _own_title(own: Sequence[Item], known: Known) -> str:
    count, returned = len(own), [item.debt for item in own if _mendable(item.debt, known)]
    new = [item.debt for item in own if item.debt not in returned]
    for some, all_of_them, part in (
        ([debt for debt in new if _today(debt, known)], words.OWED_TODAY, words.SOME_TODAY),
        ([debt for debt in new if known.now > debt.window.due], words.OWED_OVERDUE, words.SOME_OVERDUE),
        (returned, words.OWED_RETURNED, words.SOME_RETURNED),
    ):
        if some:
            template = all_of_them if len(some) == count else part
            return template.format(count=count, some=len(some), mend_by=_first_to_mend(returned, known))
    return words.OWED.format(count=count)


def _mendable(debt: Debt, known: Known) -> bool:
    """Returned, and as good as never returned if it is mended: that is not overdue."""
    return debt.mend_by is not None and known.now <= debt.mend_by


def _first_to_mend(returned: Sequence[Debt], known: Known) -> str:
    days = [local_date(debt.mend_by, known.zone) for debt in returned if debt.mend_by is not None]
    return _days([min(days)]) if days else ""


def _own_lines(own: Sequence[Item], hearing: Hearing, known: Known) -> list[str]:
    lines = [_line(item.debt, known) for item in own[:SHOWN]]
    if len(own) > SHOWN:
        lines.append(words.MORE.format(count=len(own) - SHOWN))
    if own and hearing.covers:
        names = words.SEPARATOR.join(known.cards[each].name for each in hearing.covers)
        lines.append(words.STAND_IN.format(names=names))
    return lines


def _line(debt: Debt, known: Known) -> str:
    said = {"project": debt.project, "period": _month(debt), "what": _what(debt)}
    if debt.mend_by is not None and _mendable(debt, known):
        return words.LINE_RETURNED.format(**said, mend_by=_moment(debt.mend_by, known.zone))
    if known.now > debt.window.due:
        return words.LINE_OVERDUE.format(**said, closes=_moment(debt.window.closes, known.zone))
    if _today(debt, known):
        return words.LINE_TODAY.format(**said, hour=_hour(debt.window.due, known.zone))
    return words.LINE.format(**said, due=_moment(debt.window.due, known.zone))


def _ends(debt: Debt, known: Known) -> datetime:
    """Its next limit: what is late already may wait until it closes, behind what has to come today."""
    if debt.mend_by is not None and _mendable(debt, known):
        return debt.mend_by
    return debt.window.closes if known.now > debt.window.due else debt.window.due


def _today(debt: Debt, known: Known) -> bool:
    """Due today, and not late yet."""
    due = debt.window.due
    return known.now <= due and local_date(due, known.zone) == local_date(known.now, known.zone)


def _above_lines(above: Sequence[Item], known: Known) -> list[str]:
    groups: dict[tuple[Role, tuple[int, ...]], list[Debt]] = {}
    for item in above:
        groups.setdefault(_who_reports(item), []).append(item.debt)
    lines = [_above_line(role, who, debts, known) for (role, who), debts in list(groups.items())[:SHOWN]]
    if len(groups) > SHOWN:
        rest = sum(len(debts) for debts in list(groups.values())[SHOWN:])
        lines.append(words.MORE.format(count=rest))
    return lines


def _who_reports(item: Item) -> tuple[Role, tuple[int, ...]]:
    role = next(role for role in REPORTING if item.answering.get(role))
    return role, tuple(item.answering[role])


def _above_line(role: Role, who: Sequence[int], debts: Sequence[Debt], known: Known) -> str:
    named = words.SEPARATOR.join(
        words.DUTY.format(project=debt.project, period=_month(debt), what=_what(debt))
        for debt in debts[:NAMED]
    )
    return words.ABOVE_LINE.format(
        names=words.SEPARATOR.join(_name(role, known.cards[each]) for each in who),
        count=len(debts),
        projects=words.AND_SO_ON.format(duties=named) if len(debts) > NAMED else named,
        tried=_tried(who, debts, known),
    )


def _name(role: Role, card: Card) -> str:
    return words.NAME.format(role=_ROLES[role], name=card.name, phone=card.phone or words.NO_PHONE)


def _tried(who: Sequence[int], debts: Sequence[Debt], known: Known) -> str:
    whys = {known.reached.why_not(each) for each in who}
    said = ""
    if "" not in whys:
        said = words.AWAY if whys == {"away"} else words.UNREACHABLE
    nudges = {
        tried.nudge_id: local_date(tried.at, known.zone)
        for debt in debts
        for tried in known.tried.get(debt.duty_id, ())
    }
    if not nudges:
        return said or words.NOT_TRIED
    return words.TRIED.format(count=len(nudges), days=_days(sorted(set(nudges.values())))) + said


def _days(days: Sequence[date]) -> str:
    """3月28日、30日、4月1日: the month only where it changes."""
    said, month = [], 0
    for day in days:
        said.append(f"{day.day}日" if day.month == month else f"{day.month}月{day.day}日")
        month = day.month
    return words.SEPARATOR.join(said)


def _own_buttons(own: Sequence[Item], known: Known) -> Rows:
    progress = [item.debt for item in own if item.debt.kind is DutyKind.PROGRESS]
    zeros = [item.debt for item in own if item.debt.kind is DutyKind.ZERO]
    on_problems = [item.debt for item in own if item.debt.kind is DutyKind.ISSUE]
    return (
        *_progress_buttons(progress, known),
        *(_row(words.ZEROS.format(count=len(zeros)), presses.begins("report_zero")) if zeros else ()),
        *(_word_row(on_problems[0]) if len(on_problems) == 1 else ()),
    )


def _progress_buttons(debts: Sequence[Debt], known: Known) -> Rows:
    same: Rows = ()
    if known.unmoved > 1:
        same = _row(words.SAME.format(count=known.unmoved), presses.begins("report_progress", "same"))
    if len(debts) > NAMED:
        label = words.REPORT_SEVERAL.format(count=len(debts))
        return (*_row(label, presses.begins("report_progress")), *same)
    each = (
        _row(
            words.REPORT.format(project=debt.project),
            presses.begins("report_progress", f"{debt.project_id}.{debt.period}"),
        )
        for debt in debts
    )
    return (*(row for rows in each for row in rows), *same)


def _many(own: Sequence[Item]) -> bool:
    """Whether there is more than the lines and buttons say."""
    return len(own) > SHOWN or sum(item.debt.kind is DutyKind.ISSUE for item in own) > 1


def _word_row(debt: Debt) -> Rows:
    labels = {
        IssueWord.STILL: words.STILL,
        IssueWord.CHANGED: words.CHANGED,
        IssueWord.SOLVED: words.SOLVED,
    }
    number = int(debt.subject)
    return (
        tuple(
            Option(label=label.format(number=number), data=presses.says(number, word))
            for word, label in labels.items()
        ),
    )


def _snooze_row(nudge_id: int, known: Known) -> Rows:
    hours = words.SNOOZE_HOURS.format(hours=known.snooze_hours)
    return (
        (
            Option(label=hours, data=presses.snoozes(nudge_id, Snooze.HOURS)),
            Option(label=words.SNOOZE_MORNING, data=presses.snoozes(nudge_id, Snooze.MORNING)),
        ),
    )


def _row(label: str, data: str) -> Rows:
    return ((Option(label=label, data=data),),)


def _what(debt: Debt) -> str:
    match debt.kind:
        case DutyKind.PROGRESS:
            return words.PROGRESS
        case DutyKind.ZERO:
            return words.ZERO
        case DutyKind.ISSUE | DutyKind.DAILY:
            return words.WORD.format(subject=debt.subject)


def _month(debt: Debt) -> str:
    """3月, 上半年: which year is plain from the day it is due."""
    return debt.period.chinese.partition("年")[2]


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{local.month}月{local.day}日{_hour(moment, zone)}"


def _hour(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%H:%M}"
