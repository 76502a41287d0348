"""送达异常: what came late or never, but was not provably delivered: the office says what it makes of it.

市项目办> 送达异常
送达异常：哪个项目？ [城北水厂扩建工程] [南湖大道改造]
市项目办> [城北水厂扩建工程]
城北水厂扩建工程 2012年3月进展：提醒没有送到的凭据，怎么认定？ [算未报] [免责]
市项目办> [算未报]
城北水厂扩建工程 2012年3月进展：什么原因？ [已电话通知过]
市项目办> [已电话通知过]
请核对：城北水厂扩建工程算未报 [✅ 确认] [改认定] [改原因]
市项目办> [✅ 确认]
已认定：城北水厂扩建工程 2012年3月进展算未报
"""

from handlers.card import Confirm
from handlers.commands import JudgeDuty, Tell
from handlers.conversation import Dialogue
from handlers.desk_facts import DeskDuty, Found
from handlers.desk_steps import (
    ask_because,
    called,
    choose_duty,
    choose_project,
    full_name,
    nothing_to_choose,
)
from handlers.facts import Facts
from handlers.questions import Choice
from handlers.reading import Item
from handlers.words import Words


def judge_duty(facts: Facts) -> Dialogue[JudgeDuty | Tell]:
    desk, words = facts.desk, facts.words
    if not desk.office:
        return Tell(text=words.desk_only)
    if nothing_to_choose(desk.choosable):
        return Tell(text=words.judge_none)
    project = yield from choose_project(facts, words.ask_judge)
    duty = yield from choose_duty(facts, project)
    name = full_name(words, project, duty)
    items = (
        Item("counts", judgement(words, counts=True, filed=duty.filed)),
        Item("let_be", words.judge_let_be),
    )
    answer = yield from Choice(f"judgement@{duty.id}", words.ask_judgement.format(name=name), items=items)
    counts = answer == "counts"
    because = yield from ask_because(facts, duty.id, name, words.judge_reasons)
    yield from _card(facts, project, duty, counts, because)
    return JudgeDuty(duty.id, counts, because)


def judgement(words: Words, *, counts: bool, filed: bool) -> str:
    if not counts:
        return words.judge_let_be
    return words.judge_late if filed else words.judge_missed


def _card(facts: Facts, project: Found, duty: DeskDuty, counts: bool, because: str) -> Dialogue[None]:
    words = facts.words
    said = judgement(words, counts=counts, filed=duty.filed)
    yield from Confirm.of(
        f"confirm@{duty.id}",
        words.card_judge.format(project=project.name, judgement=said),
        "\n".join(
            [words.line_duty.format(text=called(words, duty)), words.line_because.format(text=because)]
        ),
        agree=words.desk_confirm,
        editable=(
            Item(f"judgement@{duty.id}", words.edit_judgement),
            Item(f"because@{duty.id}", words.edit_because),
        ),
    )
