"""未报: of each open period what is expected and what came, and which units still owe; a unit's own head sees the unit.

市项目办> 未报
未报情况 [城北区住建局 2]
市项目办> [城北区住建局 2]
城北区住建局未报
一把手> 本单位未报
城北区住建局未报
"""

from handlers.commands import Tell
from handlers.conversation import Dialogue
from handlers.desk_facts import DeskFacts, PeriodFigures
from handlers.desk_steps import calls, duty_name
from handlers.facts import Facts
from handlers.words import Words

UNITS_SHOWN = 12


def who_owes(facts: Facts) -> Dialogue[Tell]:
    desk, words = facts.desk, facts.words
    if not desk.office and not desk.heads:
        return Tell(text=words.owes_not_allowed)
    if not desk.periods:
        return Tell(text=words.owes_none_open)
    lines = [_line(words, period) for period in desk.periods]
    if desk.heads:
        title = words.owes_of_unit.format(unit=desk.heads)
        return Tell(title, "\n".join([*lines, "", *_debtors(words, desk)]))
    if not any(period.units for period in desk.periods):
        lines.append(words.owes_all_in)
    return Tell(words.owes_title, "\n".join(lines), _units(words, desk), columns=2)
    yield  # a conversation is a generator even when it asks nothing


def _line(words: Words, period: PeriodFigures) -> str:
    template = words.owes_line_late if period.late else words.owes_line
    return template.format(
        period=period.period_name,
        what=duty_name(words, period.kind, ""),
        due=period.due,
        expected=period.expected,
        reported=period.reported,
        late=period.late,
        owing=period.expected - period.reported,
    )


def _debtors(words: Words, desk: DeskFacts) -> list[str]:
    if not desk.debtors:
        return [words.owes_all_in]
    lines = calls(words, desk)
    return [*lines, words.not_shown.format(count=desk.not_shown)] if desk.not_shown else lines


def _units(words: Words, desk: DeskFacts) -> tuple[tuple[str, str], ...]:
    """A button for each unit that owes, most first, in pages."""
    counts: dict[tuple[int, str], int] = {}
    for period in desk.periods:
        for unit_id, unit, count in period.units:
            counts[unit_id, unit] = counts.get((unit_id, unit), 0) + count
    ranked = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    first = desk.page * UNITS_SHOWN
    shown = [
        (words.owes_unit.format(unit=unit, count=count), f"o|who_owes|{unit_id}")
        for (unit_id, unit), count in ranked[first : first + UNITS_SHOWN]
    ]
    if len(ranked) > UNITS_SHOWN:
        following = (desk.page + 1) % -(-len(ranked) // UNITS_SHOWN)
        shown.append((words.owes_more.format(page=following + 1), f"o|who_owes|p{following}"))
    return tuple(shown)
