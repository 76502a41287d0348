"""灯色豁免: the office approves that a project is not judged until a day, for a reason; or has it judged again.

市项目办> 灯色豁免
哪个项目灯色豁免？ [城北水厂扩建工程] [南湖大道改造]
市项目办> [城北水厂扩建工程]
城北水厂扩建工程：什么原因？ [政策调整] [设计变更]
市项目办> [设计变更]
城北水厂扩建工程：豁免到哪一天？ [本月底（3月31日）]
市项目办> 4月30日
请核对：城北水厂扩建工程灯色豁免 [✅ 确认] [改原因] [改期限]
市项目办> [✅ 确认]
已豁免：城北水厂扩建工程灯色，到4月30日
"""

from datetime import date, timedelta

from handlers.card import Confirm
from handlers.commands import EndLightExemption, ExemptLight, Tell
from handlers.conversation import Dialogue
from handlers.dates import Date
from handlers.desk_facts import Found
from handlers.desk_steps import ask_because, choose_project, nothing_to_choose
from handlers.facts import Facts
from handlers.moments import day_of
from handlers.questions import Choice
from handlers.reading import Item

LONGEST = timedelta(days=366)  # what is exempt for longer is to be approved anew


def exempt_light(facts: Facts) -> Dialogue[ExemptLight | EndLightExemption | Tell]:
    desk, words = facts.desk, facts.words
    if not desk.office:
        return Tell(text=words.desk_only)
    if nothing_to_choose(desk.choosable):
        return Tell(text=words.on_list_none)
    project = yield from choose_project(facts, words.ask_exempt_light)
    if desk.exempt_until:
        return (yield from _end(facts, project))
    because = yield from ask_because(facts, project.id, project.name, words.exempt_light_reasons)
    answer = yield from Date(
        f"until@{project.id}",
        words.ask_exempt_light_until.format(project=project.name),
        hint=words.exempt_light_until_hint,
        quick=tuple(Item(day, label) for day, label in desk.ends),
        today=desk.today,
        earliest=desk.today,
        latest=desk.today + LONGEST,
    )
    until = date.fromisoformat(answer) if isinstance(answer, str) else answer
    yield from _card(facts, project, because, until)
    return ExemptLight(project.id, because, until)


def _card(facts: Facts, project: Found, because: str, until: date) -> Dialogue[None]:
    desk, words = facts.desk, facts.words
    yield from Confirm.of(
        f"confirm@{project.id}",
        words.card_exempt_light.format(project=project.name),
        "\n".join(
            [
                *([words.line_light_now.format(text=desk.light)] if desk.light else []),
                words.line_because.format(text=because),
                words.line_exempt_until.format(text=day_of(until)),
                words.line_light_none,
            ]
        ),
        agree=words.desk_confirm,
        editable=(
            Item(f"because@{project.id}", words.edit_because),
            Item(f"until@{project.id}", words.edit_until),
        ),
    )


def _end(facts: Facts, project: Found) -> Dialogue[EndLightExemption | Tell]:
    desk, words = facts.desk, facts.words
    prompt = words.ask_end_light_exemption.format(
        project=project.name, until=desk.exempt_until, because=desk.exempt_because
    )
    items = (Item("yes", words.end_light_exemption_yes), Item("no", words.end_light_exemption_no))
    answer = yield from Choice(f"end@{project.id}", prompt, items=items)
    return EndLightExemption(project.id) if answer == "yes" else Tell(text=words.light_exemption_stays)
