"""演练: the office sends a made-up major problem down the real ladder. It is marked everywhere and counted nowhere.

市项目办> 演练
用哪个项目演练？ [城北水厂扩建工程] [南湖大道改造]
市项目办> 7号
请核对：用城北水厂扩建工程做上报演练 [✅ 开始演练]
市项目办> 确认
【演练】W1 已开始
"""

from handlers.card import Confirm
from handlers.commands import StartDrill, Tell
from handlers.conversation import Dialogue
from handlers.desk_steps import choose_project, nothing_to_choose
from handlers.facts import Facts
from handlers.reading import Item


def drill(facts: Facts) -> Dialogue[StartDrill | Tell]:
    desk, words = facts.desk, facts.words
    if not desk.office:
        return Tell(text=words.desk_only)
    if nothing_to_choose(desk.choosable):
        return Tell(text=words.no_project_to_drill)
    project = yield from choose_project(facts, words.ask_drill)
    names = words.list_separator.join(facts.alerted.get(project.id, ()))
    yield from Confirm.of(
        f"confirm@{project.id}",
        words.card_drill.format(project=project.name),
        words.drill_goes_to.format(names=names),
        agree=words.drill_agree,
        editable=[Item("project", words.edit_project)],
    )
    return StartDrill(project.id)
