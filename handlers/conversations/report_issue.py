"""报问题: what is wrong, how bad, and what help is needed. A major one goes to its leaders at once.

Where problems of the project stand open, the first question is whether it is one of them: the same problem
keeps its number from month to month.

> 报问题
哪个项目？ [城北水厂扩建工程] [南湖大道改造]
> [城北水厂扩建工程]
城北水厂扩建工程：问题有多严重？ [🔴 重大问题] [一般问题]
> [🔴 重大问题]
是哪一类问题？ [用地] [征拆] [资金]
> [征拆]
出了什么事？
> 两户阻工，进场道路被堵
什么时候发现的？ [刚才] [今天早些时候] [昨天]
> 今天早上7点半
在什么地方？ [就在项目现场]
> [就在项目现场]
需要谁帮什么忙？ [暂时不需要]
> 请区里今天派工作组
有现场照片吗？ [没有照片]
> [没有照片]
请核对：城北水厂扩建工程 🔴 重大问题 [🔴 确认，立即上报] [改项目] [改级别] [改情况] [改时间] [改地点]
> [🔴 确认，立即上报]
重大问题 W1 已报出
> 报问题
哪个项目？ [城北水厂扩建工程] [南湖大道改造]
> [城北水厂扩建工程]
城北水厂扩建工程还有1个问题没解决。这次要报的是？ [新问题] [🔴 W1 征拆：两户阻工，进场道路被堵（第1次，今天报的）]
> W1
W1 征拆：现在怎么样了？ [仍在] [有变化] [已解决]
> [有变化]
W1：有什么变化？
> 一户已搬
请核对：W1 有变化 [🔴 确认，立即上报] [改说明] [＋照片]
> [🔴 确认，立即上报]
W1 已记下：有变化
"""

from datetime import datetime

from handlers.card import Confirm
from handlers.commands import FileIssue, FollowUp, Tell
from handlers.conversation import Dialogue
from handlers.conversations.follow_up import about, follow_up
from handlers.facts import Facts, ProjectFacts, ThreadFacts
from handlers.moments import dated
from handlers.questions import Choice, Photos, Text, quick
from handlers.reading import Item
from handlers.when_and_where import Moment, Place, Spot
from rules.kinds import IssueWord, Severity

NEW = "new"


def report_issue(facts: Facts) -> Dialogue[FileIssue | FollowUp | Tell]:
    words = facts.words
    if not facts.projects:
        return Tell(text=words.no_projects)
    chosen = yield from Choice(
        "project", words.ask_project, items=tuple(_item(each) for each in facts.projects)
    )
    project = next(each for each in facts.projects if str(each.id) == chosen)
    threads = [each for each in facts.threads if each.project_id == project.id]
    if threads:
        which = yield from _thread(facts, project, threads)
        if which != NEW:
            return (yield from follow_up(facts, next(each for each in threads if str(each.id) == which)))
    return (yield from _new(facts, project, threads))


def _item(project: ProjectFacts) -> Item:
    return Item(str(project.id), project.name, (f"{project.number}号", str(project.number)))


def _thread(facts: Facts, project: ProjectFacts, threads: list[ThreadFacts]) -> Dialogue[str]:
    words = facts.words
    items = [Item(str(each.id), about(words, words.thread_label, each), (each.number,)) for each in threads]
    return (
        yield from Choice(
            f"thread@{project.id}",
            words.ask_thread.format(project=project.name, count=len(threads)),
            items=(Item(NEW, words.thread_new, tuple(words.thread_new_words.split("、"))), *items),
        )
    )


def _new(facts: Facts, project: ProjectFacts, threads: list[ThreadFacts]) -> Dialogue[FileIssue | FollowUp]:
    words, key = facts.words, str(project.id)
    severity = Severity((yield from _severity(facts, project)))
    category = yield from Choice(
        "category",
        words.ask_category,
        items=tuple(Item(code, name) for code, name in facts.categories),
        columns=2,
        page_size=12,
    )
    major = severity is Severity.MAJOR
    what = yield from Text(
        f"what@{key}",
        words.ask_what,
        hint=words.what_hint_major if major else words.what_hint,
        longest=facts.longest,
    )
    found, spot = (yield from _when_and_where(facts, key)) if major else (None, Spot(""))
    help_needed = yield from _help(facts, key)
    photos = yield from Photos(
        f"photos@{key}",
        words.ask_photos,
        hint=words.photos_hint,
        offered=facts.loose_media,
        most=facts.most_media,
    )
    command = FileIssue(
        project.id, severity, category, what, help_needed, photos, found, spot.text, spot.pinned
    )
    return (yield from _card(facts, project, command, _same_as(command, threads)))


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


def _when_and_where(facts: Facts, key: str) -> Dialogue[tuple[datetime, Spot]]:
    """A major problem says when it was found (decisions: 9), and where it is."""
    words = facts.words
    assert facts.now is not None  # noqa: S101 - its loader says so
    found = yield from Moment(f"found@{key}", words.ask_found, hint=words.found_hint, now=facts.now)
    spot = yield from Place(
        f"place@{key}", words.ask_place, hint=words.place_hint, on_site=Spot(words.place_on_site)
    )
    return found, spot


def _help(facts: Facts, key: str) -> Dialogue[str]:
    words = facts.words
    none = Item("none", words.help_none, tuple(words.help_none_words.split("、")))
    answer = yield from Text(f"help@{key}", words.ask_help, longest=facts.longest, quick=(none,))
    return "" if answer == quick("none") else answer


def _same_as(issue: FileIssue, threads: list[ThreadFacts]) -> list[ThreadFacts]:
    """Open problems that this may be: of the same category, and not less severe than it."""
    return [
        each
        for each in threads
        if each.category == issue.category
        and not each.solved
        and (issue.severity is Severity.GENERAL or each.severity is Severity.MAJOR)
    ]


def _card(
    facts: Facts, project: ProjectFacts, issue: FileIssue, same: list[ThreadFacts]
) -> Dialogue[FileIssue | FollowUp]:
    """The card; one tap makes the new problem a further word on an open one of its kind."""
    words, key = facts.words, str(project.id)
    major = issue.severity is Severity.MAJOR
    severity = words.severity_major if major else words.severity_general
    answer = yield from Confirm.of(
        f"confirm@{key}",
        words.card_issue.format(project=project.name, severity=severity),
        "\n".join(_lines(facts, issue)),
        agree=words.confirm_major if major else "",
        editable=_editable(facts, key, issue),
        instead=[Item(each.number, words.same_thread.format(number=each.number)) for each in same],
    )
    for each in same:
        if answer == each.number:
            help_line = words.line_help.format(text=issue.help_needed)
            note = f"{issue.what}（{help_line}）" if issue.help_needed else issue.what
            return FollowUp(each.id, IssueWord.CHANGED, note, (*issue.photos, *issue.pinned))
    return issue


def _editable(facts: Facts, key: str, issue: FileIssue) -> list[Item]:
    words = facts.words
    when_and_where = (
        Item(f"found@{key}", words.edit_found),
        Item(f"place@{key}", words.edit_place),
    )
    return [
        Item("project", words.edit_project),
        Item(f"severity@{key}", words.edit_severity),
        Item("category", words.edit_category),
        Item(f"what@{key}", words.edit_what),
        *(when_and_where if issue.severity is Severity.MAJOR else ()),
        Item(f"help@{key}", words.edit_help),
        Item(f"photos@{key}", words.edit_photos),
    ]


def _lines(facts: Facts, issue: FileIssue) -> list[str]:
    words, told = facts.words, facts.alerted.get(issue.project_id, ())
    lines = [
        words.line_category.format(text=dict(facts.categories)[issue.category]),
        words.line_what.format(text=issue.what),
    ]
    if issue.found is not None and facts.now is not None:
        lines.append(words.line_found.format(time=dated(issue.found, facts.now)))
        lines.append(words.line_place.format(text=issue.place))
    lines += [
        words.line_help.format(text=issue.help_needed) if issue.help_needed else words.line_no_help,
        words.line_photos.format(count=len(issue.photos)) if issue.photos else words.line_no_photos,
    ]
    if issue.severity is Severity.MAJOR and told:
        lines.append(words.line_goes_to.format(names=words.list_separator.join(told)))
    return lines
