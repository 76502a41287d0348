"""我的待办: what is still owed and until when, with a button for each; then what was sent last.

> 我的待办
我的待办 [报进展：城北水厂扩建工程]
"""

from handlers.commands import Tell
from handlers.conversation import Dialogue
from handlers.facts import Facts, Owed
from rules.kinds import DutyKind

SHOWN = 6


def my_duties(facts: Facts) -> Dialogue[Tell]:
    lines = [_line(facts, owed) for owed in facts.owed[:SHOWN]]
    words = facts.words
    if not lines:
        lines = [words.duties_none]
        if facts.next_opening:
            what = words.duties_kind_zero if facts.next_kind is DutyKind.ZERO else words.duties_kind_progress
            lines.append(words.duties_next.format(what=what, opens=facts.next_opening))
    if len(facts.owed) > SHOWN:
        lines.append(words.duties_more.format(count=len(facts.owed) - SHOWN))
    if facts.sent:
        lines += ["", words.duties_sent, *(_sent(facts, at) for at in range(len(facts.sent)))]
    return Tell(words.duties_title, "\n".join(lines), _buttons(facts))
    yield  # a conversation is a generator even when it asks nothing


def _line(facts: Facts, owed: Owed) -> str:
    words = facts.words
    if owed.returned:
        return words.duties_line_returned.format(
            project=owed.project, period=owed.period_name, closes=owed.closes
        )
    if owed.overdue:
        what = words.duties_kind_zero if owed.kind is DutyKind.ZERO else words.duties_kind_progress
        return words.duties_line_overdue.format(
            project=owed.project, period=owed.period_name, what=what, due=owed.due, closes=owed.closes
        )
    template = words.duties_line_zero if owed.kind is DutyKind.ZERO else words.duties_line_progress
    return template.format(project=owed.project, period=owed.period_name, due=owed.due)


def _sent(facts: Facts, at: int) -> str:
    words, sent = facts.words, facts.sent[at]
    what = words.duties_kind_zero if sent.kind is DutyKind.ZERO else words.duties_kind_progress
    return words.duties_sent_line.format(
        receipt=sent.receipt, project=sent.project, period=sent.period_name, what=what
    )


def _buttons(facts: Facts) -> tuple[tuple[str, str], ...]:
    words = facts.words
    progress = [owed for owed in facts.owed[:SHOWN] if owed.kind is DutyKind.PROGRESS]
    zeros = [owed for owed in facts.owed if owed.kind is DutyKind.ZERO]
    buttons = [
        (
            words.duties_button_progress.format(project=owed.project),
            f"o|report_progress|{owed.project_id}.{owed.period}",
        )
        for owed in progress
    ]
    if zeros:
        buttons.append((words.duties_button_zero.format(count=len(zeros)), "o|report_zero|"))
    if facts.owed:
        buttons.append((words.menu_not_mine, "o|not_mine|"))
    return tuple(buttons)
