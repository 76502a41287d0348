"""代报: the office files what was reported by telephone, by the same questions; whose report it is gets told.

市项目办> 代报
替哪个项目代报？ [城北水厂扩建工程] [南湖大道改造]
市项目办> [城北水厂扩建工程]
城北水厂扩建工程：谁打的电话？ [张三] [李四] [赵局长]
市项目办> [张三]
代报什么？ [进展] [问题] [没有问题]
市项目办> [进展]
城北水厂扩建工程：2012年3月完成投资多少？（万元）
市项目办> 1200
形象进度到哪一步了？
市项目办> 主体封顶，完成70%
有现场照片吗？ [没有照片]
市项目办> [没有照片]
请核对：城北水厂扩建工程 2012年3月进展 [✅ 确认上报]
市项目办> [✅ 确认上报]
已收到 J1
"""

from dataclasses import replace
from typing import Any

from handlers.commands import Command, FileIssue, FileProgress, FileZeros, FollowUp, Tell, WithdrawReport
from handlers.conversation import Dialogue, Script
from handlers.conversations.report_issue import report_issue
from handlers.conversations.report_progress import report_progress
from handlers.conversations.report_zero import report_zero
from handlers.desk_steps import choose_project, nothing_to_choose, only_if_several
from handlers.facts import Facts
from handlers.questions import Choice
from handlers.reading import Item

KINDS: dict[str, Script] = {"progress": report_progress, "issue": report_issue, "zero": report_zero}


def report_for(facts: Facts) -> Dialogue[Command]:
    desk, words = facts.desk, facts.words
    if not desk.office:
        return Tell(text=words.desk_only)
    if nothing_to_choose(desk.choosable):
        return Tell(text=words.on_list_none)
    project = yield from choose_project(facts, words.ask_report_for)
    if not desk.callers:
        return Tell(text=words.no_callers.format(project=project.name))
    caller = yield from Choice(
        f"for@{project.id}",
        words.ask_caller.format(project=project.name),
        items=tuple(Item(str(each.id), each.name) for each in desk.callers),
    )
    kind = yield from Choice(
        f"kind@{project.id}",
        words.ask_report_kind,
        items=(
            Item("progress", words.for_progress),
            Item("issue", words.for_issue),
            Item("zero", words.for_zero),
        ),
    )
    command = yield from _same_questions(KINDS[kind], facts, f"month@{project.id}")
    filed = isinstance(command, FileProgress | WithdrawReport | FileIssue | FollowUp | FileZeros)
    decided: Command = replace(command, for_person=int(caller)) if filed else command
    return decided


def _same_questions(script: Script, facts: Facts, month: str) -> Dialogue[Any]:
    """The conversation itself. Its question for the project can only ask for the month, if several are open."""
    dialogue = script(facts)
    try:
        question = next(dialogue)
        while True:
            if isinstance(question, Choice) and question.key == "project":
                answer = yield from only_if_several(replace(question, key=month))
            else:
                answer = yield question
            question = dialogue.send(answer)
    except StopIteration as end:
        return end.value
