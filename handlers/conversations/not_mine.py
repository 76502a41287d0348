"""不归我报: a person tells the office that a project is another's to report. It stays owed until that is changed.

> 不归我报
哪个项目不归您报？ [城北水厂扩建工程] [南湖大道改造]
> [城北水厂扩建工程]
城北水厂扩建工程：为什么不归您报？ [已移交] [从来不是我] [其他]
> [已移交]
已告诉市项目办
"""

from handlers.commands import DisownProject, Tell
from handlers.conversation import Dialogue
from handlers.facts import Facts, ProjectFacts
from handlers.questions import Choice
from handlers.reading import Item
from handlers.words import Words


def not_mine(facts: Facts) -> Dialogue[DisownProject | Tell]:
    words = facts.words
    if not facts.projects:
        return Tell(text=words.no_projects)
    chosen = yield from Choice(
        "project", words.ask_not_mine, items=tuple(_item(each) for each in facts.projects)
    )
    project = next(each for each in facts.projects if str(each.id) == chosen)
    reason = yield from Choice(
        f"why@{project.id}",
        words.ask_not_mine_why.format(project=project.name),
        items=tuple(Item(key, label) for key, label in reasons(words).items()),
    )
    return DisownProject(project.id, reason)


def reasons(words: Words) -> dict[str, str]:
    return {
        "passed_on": words.not_mine_passed_on,
        "never": words.not_mine_never,
        "other": words.not_mine_other,
    }


def _item(project: ProjectFacts) -> Item:
    return Item(str(project.id), project.name, (f"{project.number}号", str(project.number)))
