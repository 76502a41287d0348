"""恢复: a project that was paused or ended comes back to the expected list, and owes from its first full period.

市项目办> 恢复
请核对：恢复城北水厂扩建工程 [✅ 确认]
市项目办> [✅ 确认]
已恢复：城北水厂扩建工程
"""

from handlers.card import Confirm
from handlers.commands import ResumeProject, Tell
from handlers.conversation import Dialogue
from handlers.desk_steps import choose_project, nothing_to_choose
from handlers.facts import Facts


def resume_project(facts: Facts) -> Dialogue[ResumeProject | Tell]:
    desk, words = facts.desk, facts.words
    if not desk.office:
        return Tell(text=words.desk_only)
    if nothing_to_choose(desk.choosable):
        return Tell(text=words.resume_none)
    project = yield from choose_project(facts, words.ask_resume)
    lines = [words.line_owes_from.format(period=desk.owes_from)]
    if desk.off_list_because:
        lines.insert(0, words.line_off_because.format(text=desk.off_list_because))
    yield from Confirm.of(
        f"confirm@{project.id}",
        words.card_resume.format(project=project.name),
        "\n".join(lines),
        agree=words.desk_confirm,
    )
    return ResumeProject(project.id)
