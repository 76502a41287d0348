"""免报: the office exempts a project from one duty before it closes, or takes that back.

市项目办> 免报
哪个项目免报？ [城北水厂扩建工程] [南湖大道改造]
市项目办> [城北水厂扩建工程]
城北水厂扩建工程：哪一期？ [2012年3月进展] [2012年4月进展]
市项目办> [2012年3月进展]
城北水厂扩建工程 2012年3月进展：什么原因？ [项目停工]
市项目办> 汛期停工
请核对：城北水厂扩建工程免报 [✅ 确认] [改原因]
市项目办> [✅ 确认]
已免报：城北水厂扩建工程 2012年3月进展
"""

from handlers.card import Confirm
from handlers.commands import ExemptDuty, TakeBackExemption, Tell
from handlers.conversation import Dialogue
from handlers.desk_facts import DeskDuty, Found
from handlers.desk_steps import (
    ask_because,
    choose_duty,
    choose_project,
    duty_name,
    full_name,
    nothing_to_choose,
)
from handlers.facts import Facts
from handlers.questions import Choice
from handlers.reading import Item


def exempt_duty(facts: Facts) -> Dialogue[ExemptDuty | TakeBackExemption | Tell]:
    desk, words = facts.desk, facts.words
    if not desk.office:
        return Tell(text=words.desk_only)
    if nothing_to_choose(desk.choosable):
        return Tell(text=words.exempt_none)
    project = yield from choose_project(facts, words.ask_exempt)
    duty = yield from choose_duty(facts, project)
    if duty.is_exempt:
        return (yield from _take_back(facts, project, duty))
    because = yield from ask_because(facts, duty.id, full_name(words, project, duty), words.exempt_reasons)
    yield from Confirm.of(
        f"confirm@{duty.id}",
        words.card_exempt.format(project=project.name),
        "\n".join(
            [
                words.line_duty.format(text=duty_name(words, duty.kind, duty.period_name, duty.subject)),
                words.line_because.format(text=because),
            ]
        ),
        agree=words.desk_confirm,
        editable=(Item(f"because@{duty.id}", words.edit_because),),
    )
    return ExemptDuty(duty.id, because)


def _take_back(facts: Facts, project: Found, duty: DeskDuty) -> Dialogue[TakeBackExemption | Tell]:
    words = facts.words
    prompt = words.ask_take_back.format(
        project=project.name,
        duty=duty_name(words, duty.kind, duty.period_name, duty.subject),
        because=duty.exempt_because,
    )
    items = (Item("yes", words.take_back_yes), Item("no", words.take_back_no))
    answer = yield from Choice(f"back@{duty.id}", prompt, items=items)
    return TakeBackExemption(duty.id) if answer == "yes" else Tell(text=words.exempt_left)
