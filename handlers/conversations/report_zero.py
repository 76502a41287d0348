"""零报告: one tap and one confirmation, for all of a person's projects at once.

A project for which something speaks against it is asked about first: money that stood still for two months, a
problem that another unit has filed on its parent or a sub-project, a red light. One question a project at most.

> 零报告
请核对：2012年上半年零报告 [✅ 确认：没有问题] [只报其中几个]
> [✅ 确认：没有问题]
零报告已收到
"""

import hashlib

from handlers.card import Confirm
from handlers.commands import FileZeros, Tell, ZeroCheck
from handlers.conversation import Dialogue
from handlers.facts import Facts, ZeroFacts
from handlers.questions import Choice, Several
from handlers.reading import Item
from rules.periods import Period


def report_zero(facts: Facts) -> Dialogue[FileZeros | Tell]:
    words = facts.words
    free = [zero for zero in facts.zeros if zero.can_be_given]
    if not facts.zero_period or not free:
        return _nothing_to_give(facts)
    pick_key = f"projects@{facts.zero_period}"
    items = tuple(Item(str(zero.project_id), zero.name) for zero in free)
    picked = yield from Several(pick_key, words.ask_zero_projects, items=items, optional=True)
    chosen = [zero for zero in free if picked is None or str(zero.project_id) in picked]
    doubted = [zero for zero in chosen if zero.is_doubted]
    to_report = yield from _check(facts, doubted)
    chosen = [zero for zero in chosen if zero not in to_report]
    if not chosen:
        return _report_instead(facts, to_report)
    rechecks = [
        Item(_check_key(facts, each), words.zero_recheck.format(project=each.name)) for each in doubted
    ]
    yield from Confirm.of(
        f"confirm@{facts.zero_period}",
        words.zero_card.format(period=facts.zero_period_name),
        _summary(facts, chosen),
        agree=words.zero_agree,
        editable=(*((Item(pick_key, words.zero_pick),) if len(free) > 1 else ()), *rechecks),
    )
    return FileZeros(
        tuple(zero.project_id for zero in chosen),
        facts.zero_period,
        tuple(_checked(zero) for zero in doubted if zero in chosen),
        tuple(zero.project_id for zero in to_report),
    )


def _check(facts: Facts, doubted: list[ZeroFacts]) -> Dialogue[list[ZeroFacts]]:
    """Asks about each; gives back those that do have a problem."""
    words, to_report = facts.words, []
    for zero in doubted:
        answer = yield from Choice(
            _check_key(facts, zero),
            _doubt(facts, zero),
            items=(
                Item("none", words.zero_none_really, tuple(words.zero_none_really_words.split("、"))),
                Item("report", words.zero_to_report, tuple(words.zero_to_report_words.split("、"))),
            ),
            columns=2,
        )
        if answer == "report":
            to_report.append(zero)
    return to_report


def _check_key(facts: Facts, zero: ZeroFacts) -> str:
    """It carries what was asked: another doubt is another question."""
    doubt = " ".join([*zero.flat, *(each.number for each in zero.nearby), *filter(None, [zero.red_rule])])
    digest = hashlib.sha256(doubt.encode()).hexdigest()[:4]
    return f"check@{zero.project_id}.{facts.zero_period}.{digest}"


def _doubt(facts: Facts, zero: ZeroFacts) -> str:
    words = facts.words
    if not zero.red:
        return _other_doubt(facts, zero)
    if not (zero.flat or zero.nearby):
        return words.zero_ask_red.format(project=zero.name, reason=zero.red)
    return words.zero_ask_red_too.format(asked=_other_doubt(facts, zero), reason=zero.red)


def _other_doubt(facts: Facts, zero: ZeroFacts) -> str:
    words = facts.words
    months = words.list_separator.join(str(Period.parse(each).number) for each in zero.flat)
    nearby = words.list_separator.join(each.said for each in zero.nearby)
    if zero.flat and zero.nearby:
        return words.zero_ask_both.format(project=zero.name, months=months, nearby=nearby)
    if zero.flat:
        return words.zero_ask_flat.format(project=zero.name, months=months)
    return words.zero_ask_nearby.format(project=zero.name, nearby=nearby)


def _checked(zero: ZeroFacts) -> ZeroCheck:
    return ZeroCheck(zero.project_id, zero.flat, tuple(each.number for each in zero.nearby), zero.red_rule)


def _report_instead(facts: Facts, to_report: list[ZeroFacts]) -> Tell:
    words = facts.words
    buttons = tuple(
        (words.button_issue.format(project=each.name), f"o|report_issue|{each.project_id}")
        for each in to_report
    )
    if len(to_report) == 1:
        return Tell(text=words.zero_left_out_one.format(project=to_report[0].name), buttons=buttons)
    return Tell(text=words.zero_left_out, buttons=buttons)


def _nothing_to_give(facts: Facts) -> Tell:
    words, period = facts.words, facts.zero_period_name
    if not facts.zero_period and not facts.projects:
        return Tell(text=words.no_projects)
    if not facts.zero_period and not facts.next_opening:
        return Tell(text=words.zero_closed_unknown)
    if not facts.zero_period:
        return Tell(text=words.zero_closed.format(period=period, opens=facts.next_opening))
    done = any(zero.receipt for zero in facts.zeros)
    head = (words.zero_done if done else words.zero_none).format(period=period)
    return Tell(text="\n".join([head, *_barred_lines(facts)]))


def _summary(facts: Facts, chosen: list[ZeroFacts]) -> str:
    words = facts.words
    head = words.zero_line if len(chosen) > 1 else words.zero_line_one
    lines = [
        head.format(count=len(chosen), period=facts.zero_period_name),
        *(f"· {zero.name}" for zero in chosen),
    ]
    return "\n".join([*lines, *_barred_lines(facts)])


def _barred_lines(facts: Facts) -> list[str]:
    words = facts.words
    barred = [zero for zero in facts.zeros if zero.barred_by and not zero.receipt]
    if not barred:
        return []
    lines = [
        words.zero_barred_line.format(project=zero.name, numbers=words.list_separator.join(zero.barred_by))
        for zero in barred
    ]
    return [words.zero_barred, *lines]
