"""我的待办: what is still owed and until when, then the problems that are still open, then what was sent last.

Before the problems stand orders that wait for the person's word (确认下达). Each has its buttons; one tap
under a problem is the word that is owed on it each month.

> 我的待办
我的待办 [报进展：城北水厂扩建工程]
牵头领导> 我的待办
我的待办 [红灯] [未报] [进度]
"""

from handlers.asking.question import Ask, What, button_data
from handlers.commands import Tell
from handlers.conversation import Dialogue
from handlers.conversations.ask_menu import menu_of_asking
from handlers.conversations.follow_up import about, word_name
from handlers.facts import Facts, Owed, ThreadFacts
from rules.kinds import DutyKind, IssueWord
from rules.scope import LOOKING

SHOWN = 6


def my_duties(facts: Facts) -> Dialogue[Tell]:
    words = facts.words
    if facts.part in LOOKING:
        return _of_a_leader(facts)
    lines = _owed_lines(facts)
    if not (lines or facts.orders.items or any(thread.due for thread in facts.threads)):
        lines = [words.duties_none]
        if facts.next_opening:
            what = words.duties_kind_zero if facts.next_kind is DutyKind.ZERO else words.duties_kind_progress
            lines.append(words.duties_next.format(what=what, opens=facts.next_opening))
    if len(facts.owed) > SHOWN:
        lines.append(words.duties_more.format(count=len(facts.owed) - SHOWN))
    lines += [facts.words.duties_order.format(order=line) for line in facts.orders.lines[:SHOWN]]
    if facts.threads:
        lines += [*([""] if lines else []), *_thread_lines(facts)]
    if facts.sent:
        lines += ["", words.duties_sent, *(_sent(facts, at) for at in range(len(facts.sent)))]
    if facts.burden is not None:
        unasked, questions, inputs = facts.burden
        lines += ["", words.duties_burden.format(unasked=unasked, questions=questions, inputs=inputs)]
    rows = tuple(_thread_row(facts, each) for each in facts.threads[:SHOWN])
    return Tell(words.duties_title, "\n".join([*_away(facts), *lines]), _buttons(facts), rows)
    yield  # a conversation is a generator even when it asks nothing


def _of_a_leader(facts: Facts) -> Tell:
    """What waits for somebody who reports nothing: major problems that nobody has taken note of."""
    words = facts.words
    if not facts.waiting:
        return Tell(words.duties_title, words.leader_duties_none, menu_of_asking(words), columns=3)
    shown = facts.waiting[:SHOWN]
    head = words.leader_duties_waiting.format(count=len(facts.waiting))
    rows = tuple(
        (
            (f"W{issue}", button_data(Ask(What.PROBLEMS, number=issue)) or ""),
            (words.acknowledge_button, f"a|{issue}"),
        )
        for issue, _ in shown
    )
    return Tell(words.duties_title, "\n".join([head, *(said for _, said in shown)]), rows=rows)


def _away(facts: Facts) -> list[str]:
    words = facts.words
    return [
        (words.duties_away if stand_in else words.duties_away_alone).format(days=days, stand_in=stand_in)
        for days, stand_in in facts.away
    ]


def _owed_lines(facts: Facts) -> list[str]:
    """What is owed; above what is another's, for whom and how much it is (代张三：2项)."""
    lines, before = [], ""
    for owed in facts.owed[:SHOWN]:
        if owed.instead_of != before:
            count = sum(each.instead_of == owed.instead_of for each in facts.owed)
            lines.append(facts.words.duties_standing_in.format(name=owed.instead_of, count=count))
            before = owed.instead_of
        lines.append(_line(facts, owed))
    return lines


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
    buttons += [(item.label, f"o|handle_order|{item.id}") for item in facts.orders.items[:SHOWN]]
    if facts.owed:
        buttons.append((words.menu_not_mine, "o|not_mine|"))
    return tuple(buttons)


def _thread_lines(facts: Facts) -> list[str]:
    words = facts.words
    lines = [words.duties_threads]
    for each in facts.threads[:SHOWN]:
        line = about(words, words.duties_thread, each)
        template = words.duties_thread_overdue if each.overdue else words.duties_thread_due
        lines.append(line + ("，" + template.format(due=each.due) if each.due else ""))
    if len(facts.threads) > SHOWN:
        lines.append(words.duties_threads_more.format(count=len(facts.threads) - SHOWN))
    return lines


def _thread_row(facts: Facts, thread: ThreadFacts) -> tuple[tuple[str, str], ...]:
    words = facts.words
    return tuple(
        (words.word_button.format(number=thread.number, word=word_name(words, word)), f"w|{thread.id}|{word}")
        for word in (IssueWord.STILL, IssueWord.CHANGED, IssueWord.SOLVED)
    )
