"""报问题: what is wrong, how bad, and what help is needed. A major one goes to its leaders at once.

> 报问题
哪个项目？ [城北水厂扩建工程] [南湖大道改造]
> [城北水厂扩建工程]
城北水厂扩建工程：问题有多严重？ [🔴 重大问题] [一般问题]
> [🔴 重大问题]
是哪一类问题？ [用地] [征拆] [资金]
> [征拆]
出了什么事？
> 两户阻工，进场道路被堵
需要谁帮什么忙？ [暂时不需要]
> 请区里今天派工作组
有现场照片吗？ [没有照片]
> [没有照片]
请核对：城北水厂扩建工程 🔴 重大问题 [🔴 确认，立即上报] [改项目] [改级别] [改类别] [改情况] [改需要] [改照片]
> [🔴 确认，立即上报]
重大问题 W1 已报出
"""

from handlers.card import Confirm
from handlers.commands import FileIssue, Tell
from handlers.conversation import Dialogue
from handlers.facts import Facts, ProjectFacts
from handlers.questions import Choice, Photos, Text, quick
from handlers.reading import Item
from rules.kinds import Severity


def report_issue(facts: Facts) -> Dialogue[FileIssue | Tell]:
    words = facts.words
    if not facts.projects:
        return Tell(text=words.no_projects)
    chosen = yield from Choice(
        "project", words.ask_project, items=tuple(_item(each) for each in facts.projects)
    )
    project = next(each for each in facts.projects if str(each.id) == chosen)
    key = str(project.id)
    severity = Severity((yield from _severity(facts, project)))
    category = yield from Choice(
        "category",
        words.ask_category,
        items=tuple(Item(code, name) for code, name in facts.categories),
        columns=2,
        page_size=12,
    )
    what = yield from Text(f"what@{key}", words.ask_what, hint=words.what_hint)
    help_needed = yield from _help(facts, key)
    photos = yield from Photos(
        f"photos@{key}",
        words.ask_photos,
        hint=words.photos_hint,
        offered=facts.loose_media,
        most=facts.most_media,
    )
    command = FileIssue(project.id, severity, category, what, help_needed, photos)
    yield from _card(facts, project, command)
    return command


def _item(project: ProjectFacts) -> Item:
    return Item(str(project.id), project.name, (f"{project.number}号", str(project.number)))


def _severity(facts: Facts, project: ProjectFacts) -> Dialogue[str]:
    words = facts.words
    return (
        yield from Choice(
            f"severity@{project.id}",
            words.ask_severity.format(project=project.name),
            hint=words.severity_hint,
            items=(
                Item(Severity.MAJOR, words.severity_major, tuple(words.severity_major_words.split("、"))),
                Item(
                    Severity.GENERAL, words.severity_general, tuple(words.severity_general_words.split("、"))
                ),
            ),
        )
    )


def _help(facts: Facts, key: str) -> Dialogue[str]:
    words = facts.words
    none = Item("none", words.help_none, tuple(words.help_none_words.split("、")))
    answer = yield from Text(f"help@{key}", words.ask_help, quick=(none,))
    return "" if answer == quick("none") else answer


def _card(facts: Facts, project: ProjectFacts, issue: FileIssue) -> Dialogue[None]:
    words, key = facts.words, str(project.id)
    major = issue.severity is Severity.MAJOR
    severity = words.severity_major if major else words.severity_general
    yield from Confirm.of(
        f"confirm@{key}",
        words.card_issue.format(project=project.name, severity=severity),
        "\n".join(_lines(facts, issue)),
        agree=words.confirm_major if major else "",
        editable=(
            Item("project", words.edit_project),
            Item(f"severity@{key}", words.edit_severity),
            Item("category", words.edit_category),
            Item(f"what@{key}", words.edit_what),
            Item(f"help@{key}", words.edit_help),
            Item(f"photos@{key}", words.edit_photos),
        ),
    )


def _lines(facts: Facts, issue: FileIssue) -> list[str]:
    words, told = facts.words, facts.alerted.get(issue.project_id, ())
    lines = [
        words.line_category.format(text=dict(facts.categories)[issue.category]),
        words.line_what.format(text=issue.what),
        words.line_help.format(text=issue.help_needed) if issue.help_needed else words.line_no_help,
        words.line_photos.format(count=len(issue.photos)) if issue.photos else words.line_no_photos,
    ]
    if issue.severity is Severity.MAJOR and told:
        lines.append(words.line_goes_to.format(names=words.list_separator.join(told)))
    return lines
