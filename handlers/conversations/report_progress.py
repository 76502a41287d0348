"""报进展: a project's month, in as few taps as it takes.

> 报进展
哪个项目？ [城北水厂扩建工程] [南湖大道改造]
> [城北水厂扩建工程]
城北水厂扩建工程：2012年3月完成投资多少？（万元）
> 1200
形象进度到哪一步了？
> 主体封顶，完成70%
有现场照片吗？ [没有照片]
> [没有照片]
请核对：城北水厂扩建工程 2012年3月进展 [✅ 确认上报] [改本月完成] [改形象进度] [改照片] [＋下月安排]
> [✅ 确认上报]
已收到 J1
"""

from collections import Counter
from dataclasses import replace

from handlers.commands import FileProgress, FileSame, Tell, WithdrawReport
from handlers.conversation import Dialogue
from handlers.conversations.progress_card import STAGES, confirm_report
from handlers.conversations.progress_checks import (
    SAME,
    ask_amount,
    ask_cumulatives,
    ask_milestones,
    ask_start,
    is_start_asked,
    stands,
)
from handlers.conversations.progress_same import report_same
from handlers.conversations.progress_standing import ask_about_standing, confirm_withdrawal
from handlers.facts import Facts, ProjectFacts
from handlers.questions import Choice, Photos, Text, quick
from handlers.reading import Item
from rules.kinds import ProjectKind, Stage

PRELIMINARY_STAGES = (Stage.INTENTION, Stage.SIGNED, Stage.STARTED)


def report_progress(facts: Facts) -> Dialogue[FileProgress | FileSame | WithdrawReport | Tell]:
    open_now = [project for project in facts.projects if project.period]
    if not open_now:
        return _nothing_open(facts)
    chosen = yield from _choose(facts, open_now)
    if chosen == SAME:
        return (yield from report_same(facts))
    project = next(each for each in open_now if subject(each) == chosen)
    if project.filed and not project.filed.returned:
        answer = yield from ask_about_standing(facts, project, subject(project))
        if answer == "withdraw":
            return (yield from confirm_withdrawal(facts, project, subject(project)))
        if answer == "no":
            return Tell(text=facts.words.correct_left.format(receipt=project.filed.receipt))
    if project.kind is ProjectKind.PRELIMINARY:
        return (yield from _preliminary(facts, project))
    return (yield from _construction(facts, project))


def subject(project: ProjectFacts) -> str:
    """What the answers belong to: the project and its period, so that neither can be swapped under them."""
    return f"{project.id}.{project.period}"


def _choose(facts: Facts, open_now: list[ProjectFacts]) -> Dialogue[str]:
    """Projects still owed first, the rest under 更多; if several stand still, all of them by one tap."""
    words = facts.words
    owed = [project for project in open_now if not project.filed or project.filed.returned]
    times = Counter(project.id for project in open_now)
    items = [_item(facts, project, twice=times[project.id] > 1) for project in open_now]
    unmoved = [project for project in owed if project.unmoved]
    if len(unmoved) > 1:
        label = words.same_for_several.format(count=len(unmoved))
        items.insert(0, Item(SAME, label, tuple(words.same_words.split("、"))))
    lead = len(owed) + (len(unmoved) > 1)
    return (yield from Choice("project", words.ask_project, items=tuple(items), lead=lead))


def _item(facts: Facts, project: ProjectFacts, *, twice: bool) -> Item:
    """A project by its name or number; by its month too if it stands twice (one that was opened again)."""
    words, label = facts.words, project.name
    aliases: tuple[str, ...] = (project.name, f"{project.number}号", str(project.number))
    if twice:
        label = words.project_month.format(project=project.name, period=project.period_name)
        month = project.period_name.partition("年")[2]
        aliases += tuple(f"{each}{said}" for each in aliases for said in (month, project.period_name))
    if project.filed:
        mark = words.project_returned_mark if project.filed.returned else words.project_done_mark
        label = mark.format(project=label)
    return Item(subject(project), label, aliases, project.initials)


def _nothing_open(facts: Facts) -> Tell:
    words = facts.words
    if not facts.projects:
        return Tell(text=words.no_projects)
    if facts.next_opening:
        return Tell(text=words.progress_closed.format(opens=facts.next_opening))
    return Tell(text=words.progress_closed_unknown)


def _construction(facts: Facts, project: ProjectFacts) -> Dialogue[FileProgress]:
    key = subject(project)
    report = FileProgress(project.id, project.period, 0, "", based_on=_version(project))
    if is_start_asked(project):
        report = yield from ask_start(facts, project, key, report)
    amount = yield from ask_amount(facts, project, key)
    if amount == SAME and project.last:
        report = replace(report, progress=project.last.progress, carried=True)
        return (yield from confirm_report(facts, project, key, report))
    report = replace(report, amount=int(amount))
    report = yield from ask_cumulatives(facts, project, key, report)
    report = yield from ask_milestones(facts, project, key, report)
    report = yield from _what_was_done(facts, project, report)
    return (yield from confirm_report(facts, project, key, report))


def _preliminary(facts: Facts, project: ProjectFacts) -> Dialogue[FileProgress]:
    """前期 projects owe their stage, milestones and what has been done, no amount (decisions: duties)."""
    key = subject(project)
    stage = yield from Choice(
        f"stage@{key}",
        facts.words.ask_stage.format(project=project.name),
        hint=facts.words.returned_hint.format(why=project.filed.returned)
        if project.filed and project.filed.returned
        else "",
        items=tuple(Item(stage.value, STAGES[stage]) for stage in PRELIMINARY_STAGES),
        columns=3,
        optional=stands(project, "stage") and bool(project.filed and project.filed.stage),
    )
    if stage is None and project.filed:
        stage = project.filed.stage
    report = FileProgress(project.id, project.period, None, "", stage=stage, based_on=_version(project))
    if stage == Stage.STARTED and is_start_asked(project):
        report = yield from ask_start(facts, project, key, report)
    report = yield from ask_milestones(facts, project, key, report)
    report = yield from _what_was_done(facts, project, report)
    return (yield from confirm_report(facts, project, key, report))


def _version(project: ProjectFacts) -> int:
    """The version that would be corrected; 0 if none stands."""
    return project.filed.version if project.filed else 0


def _what_was_done(facts: Facts, project: ProjectFacts, report: FileProgress) -> Dialogue[FileProgress]:
    """形象进度 and photos. What has not moved is carried over by one tap; why it has not begun is enough."""
    words, key, filed, last = facts.words, subject(project), project.filed, project.last
    same = (Item(SAME, words.progress_same, tuple(words.same_words.split("、"))),) if last else ()
    hint = words.progress_hint_first
    if filed:
        hint = words.progress_hint_filed.format(text=filed.progress)
    elif last:
        hint = words.progress_hint.format(last=last.progress)
    has_begun = filed is not None and bool(filed.because and report.started)  # 未开工 is its progress no more
    stays = bool(report.not_started_because) or (stands(project, "progress") and not has_begun)
    progress = yield from Text(
        f"progress@{key}",
        words.ask_progress,
        hint=hint,
        longest=facts.longest,
        quick=same,
        optional=stays,
        no_amount=words.progress_no_amount,
    )
    photos = yield from Photos(
        f"photos@{key}",
        words.ask_photos,
        hint=words.photos_hint,
        offered=facts.loose_media,
        optional=stands(project, "photos") or bool(report.not_started_because),
        most=max(0, facts.most_media - (project.filed.photos if project.filed else 0)),
    )
    text, carried = _said(facts, project, report, progress)
    return replace(report, progress=text, carried=carried, photos=photos or ())


def _said(
    facts: Facts, project: ProjectFacts, report: FileProgress, progress: str | None
) -> tuple[str, bool]:
    """What is filed as 形象进度, and whether it is 同上月: last month's sentence again, and nothing spent."""
    last, unspent = project.last.progress if project.last else "", not report.amount
    if progress == quick(SAME):
        return last, unspent
    if progress is not None:
        return progress, unspent and progress == last
    why = report.not_started_because
    if project.filed and why in {"", project.filed.because}:
        return project.filed.progress, unspent and project.filed.carried
    return facts.words.not_started_text.format(why=why), False
