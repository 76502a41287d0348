"""退回: the office sends a report back, says why, and which part is to be reported anew.

市项目办> 退回
退回哪个项目的报告？ [城北水厂扩建工程] [南湖大道改造]
市项目办> [城北水厂扩建工程]
城北水厂扩建工程 J1：什么原因？ [数字有误] [形象进度太笼统] [与现场不符] [缺照片]
市项目办> [数字有误]
要重报哪一部分？ [全部重报] [只改金额] [只改形象进度] [只补照片]
市项目办> [只改金额]
请核对：退回 J1 [✅ 确认] [改原因] [改哪一部分]
市项目办> [✅ 确认]
已退回 J1
"""

from handlers.card import Confirm
from handlers.commands import ReturnReport, Tell
from handlers.conversation import Dialogue
from handlers.desk_facts import Found, Standing
from handlers.desk_steps import ask_because, choose_project, nothing_to_choose, only_if_several
from handlers.facts import Facts
from handlers.questions import Choice
from handlers.reading import Item
from handlers.words import Words

ALL = "all"


def return_report(facts: Facts) -> Dialogue[ReturnReport | Tell]:
    desk, words = facts.desk, facts.words
    if not desk.office:
        return Tell(text=words.desk_only)
    if nothing_to_choose(desk.choosable):
        return Tell(text=words.return_none)
    project = yield from choose_project(facts, words.ask_return)
    report = yield from _report(facts, project)
    because = yield from ask_because(
        facts,
        report.id,
        words.report_of.format(project=project.name, receipt=report.receipt),
        words.return_reasons,
    )
    part = yield from _part(words, report)
    yield from _card(facts, project, report, because, part)
    return ReturnReport(report.id, because, None if part == ALL else (part,))


def _report(facts: Facts, project: Found) -> Dialogue[Standing]:
    words, reports = facts.words, facts.desk.reports
    chosen = yield from only_if_several(
        Choice(
            f"report@{project.id}",
            words.ask_which_report.format(project=project.name),
            items=tuple(Item(str(each.id), _label(words, each), (each.receipt,)) for each in reports),
        )
    )
    return next(each for each in reports if str(each.id) == chosen)


def _label(words: Words, report: Standing) -> str:
    return words.report_label.format(receipt=report.receipt, period=report.period_name)


def parts(words: Words) -> dict[str, str]:
    """What can be asked for anew: the questions of 报进展 by the names of their keys."""
    return {
        ALL: words.part_all,
        "amount": words.part_amount,
        "stage": words.part_stage,
        "progress": words.part_progress,
        "photos": words.part_photos,
    }


def _part(words: Words, report: Standing) -> Dialogue[str]:
    unasked = "amount" if report.preliminary else "stage"
    items = tuple(Item(part, label) for part, label in parts(words).items() if part != unasked)
    return (yield from Choice(f"parts@{report.id}", words.ask_parts, items=items, columns=2))


def _card(facts: Facts, project: Found, report: Standing, because: str, part: str) -> Dialogue[None]:
    words = facts.words
    lines = [
        words.line_project.format(text=project.name),
        words.line_report.format(text=_label(words, report)),
        words.line_said.format(text=report.said, name=report.name, filed=report.filed),
        words.line_because.format(text=because),
        words.line_parts.format(text=parts(words)[part]),
        words.line_mend_by.format(date=facts.desk.mend_by),
    ]
    yield from Confirm.of(
        f"confirm@{report.id}",
        words.card_return.format(receipt=report.receipt),
        "\n".join(lines),
        agree=words.desk_confirm,
        editable=(
            Item(f"because@{report.id}", words.edit_because),
            Item(f"parts@{report.id}", words.edit_parts),
        ),
    )
