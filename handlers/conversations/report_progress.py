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

from dataclasses import replace

from handlers.card import Confirm
from handlers.commands import FileProgress, Tell
from handlers.conversation import Dialogue
from handlers.facts import Facts, Filed, ProjectFacts
from handlers.questions import Choice, Money, Photos, Text, quick
from handlers.reading import Item
from rules import money
from rules.kinds import ProjectKind, Stage

SAME = "same"
STAGES = {
    Stage.INTENTION: "意向",
    Stage.SIGNED: "签约",
    Stage.STARTED: "开工",
    Stage.COMPLETED: "竣工",
    Stage.PRODUCING: "投产",
    Stage.YIELDING: "效益",
}
PRELIMINARY_STAGES = (Stage.INTENTION, Stage.SIGNED, Stage.STARTED)


def report_progress(facts: Facts) -> Dialogue[FileProgress | Tell]:
    words = facts.words
    open_now = [project for project in facts.projects if project.period]
    if not open_now:
        return _nothing_open(facts)
    chosen = yield from Choice(
        "project", words.ask_project, items=tuple(_item(facts, each) for each in open_now)
    )
    project = next(each for each in open_now if subject(each) == chosen)
    if project.filed:
        answer = yield from _correct(facts, project)
        if answer == "no":
            return Tell(text=words.correct_left.format(receipt=project.filed.receipt))
    if project.kind is ProjectKind.PRELIMINARY:
        return (yield from _preliminary(facts, project))
    return (yield from _construction(facts, project))


def subject(project: ProjectFacts) -> str:
    """What the answers belong to: the project and its period, so that neither can be swapped under them."""
    return f"{project.id}.{project.period}"


def _item(facts: Facts, project: ProjectFacts) -> Item:
    label = facts.words.project_done_mark.format(project=project.name) if project.filed else project.name
    return Item(subject(project), label, (project.name, f"{project.number}号", str(project.number)))


def _nothing_open(facts: Facts) -> Tell:
    words = facts.words
    if not facts.projects:
        return Tell(text=words.no_projects)
    if facts.next_opening:
        return Tell(text=words.progress_closed.format(opens=facts.next_opening))
    return Tell(text=words.progress_closed_unknown)


def _correct(facts: Facts, project: ProjectFacts) -> Dialogue[str]:
    words, filed = facts.words, project.filed
    assert filed is not None  # noqa: S101 - the caller asked
    prompt = words.ask_correct.format(
        project=project.name, period=project.period_name, name=filed.name, receipt=filed.receipt
    )
    return (
        yield from Choice(
            f"correct@{subject(project)}.{filed.version}",  # a newer version is asked about anew
            prompt,
            hint=_stands(facts, filed),
            items=(
                Item("yes", words.correct_yes, tuple(words.correct_yes_words.split("、"))),
                Item("no", words.correct_no, tuple(words.correct_no_words.split("、"))),
            ),
        )
    )


def _stands(facts: Facts, filed: Filed) -> str:
    """What would be corrected, so that nobody replaces words they have not seen."""
    words = facts.words
    amount = "" if filed.amount is None else words.line_amount.format(amount=money.wan(filed.amount))
    progress = words.line_progress.format(text=filed.progress) if filed.progress else ""
    return "\n".join(filter(None, (amount, progress)))


def _construction(facts: Facts, project: ProjectFacts) -> Dialogue[FileProgress]:
    words, key = facts.words, subject(project)
    amount = yield from Money(
        f"amount@{key}",
        words.ask_amount.format(project=project.name, period=project.period_name),
        hint=_amount_hint(facts, project),
        quick=_same_as_last(facts, project),
    )
    if amount == SAME and project.last:
        report = FileProgress(project.id, project.period, 0, project.last.progress, carried=True)
    else:
        progress, photos = yield from _what_was_done(facts, project)
        report = FileProgress(project.id, project.period, int(amount), progress, photos=photos)
    return (yield from _finish(facts, project, report))


def _preliminary(facts: Facts, project: ProjectFacts) -> Dialogue[FileProgress]:
    """前期 projects owe their stage and what has been done, no amount (decisions: duties)."""
    stage = yield from Choice(
        f"stage@{subject(project)}",
        facts.words.ask_stage.format(project=project.name),
        items=tuple(Item(stage.value, STAGES[stage]) for stage in PRELIMINARY_STAGES),
        columns=3,
    )
    progress, photos = yield from _what_was_done(facts, project)
    report = FileProgress(project.id, project.period, None, progress, stage=stage, photos=photos)
    return (yield from _finish(facts, project, report))


def _what_was_done(facts: Facts, project: ProjectFacts) -> Dialogue[tuple[str, tuple[int, ...]]]:
    words, key = facts.words, subject(project)
    hint = words.progress_hint_first
    if project.filed:
        hint = words.progress_hint_filed.format(text=project.filed.progress)
    elif project.last:
        hint = words.progress_hint.format(last=project.last.progress)
    progress = yield from Text(f"progress@{key}", words.ask_progress, hint=hint, longest=300)
    photos = yield from Photos(
        f"photos@{key}", words.ask_photos, hint=words.photos_hint, offered=facts.loose_media
    )
    return progress, photos


def _finish(facts: Facts, project: ProjectFacts, report: FileProgress) -> Dialogue[FileProgress]:
    """Two optional questions, opened only from the card; then the card."""
    words, key = facts.words, subject(project)
    none = (Item("none", words.extra_none, tuple(words.extra_none_words.split("、"))),)
    next_plan = yield from Text(f"next@{key}", words.ask_next_plan, optional=True, longest=300, quick=none)
    coordination = yield from Text(
        f"coordination@{key}", words.ask_coordination, optional=True, longest=300, quick=none
    )
    report = replace(
        report,
        next_plan="" if next_plan in {None, quick("none")} else next_plan,
        coordination="" if coordination in {None, quick("none")} else coordination,
        corrects=project.filed is not None,
        based_on=project.filed.version if project.filed else 0,
    )
    yield from Confirm.of(
        f"confirm@{key}",
        words.card_progress.format(project=project.name, period=project.period_name),
        "\n".join(_lines(facts, project, report)),
        editable=_editable(facts, key, report),
    )
    return report


def _lines(facts: Facts, project: ProjectFacts, report: FileProgress) -> list[str]:
    words, lines = facts.words, []
    if report.amount is not None:
        lines += [words.line_amount.format(amount=money.wan(report.amount))]
        lines += _cumulative(facts, project, report.amount)
    if report.stage:
        lines.append(words.line_stage.format(text=STAGES[Stage(report.stage)]))
    if report.carried:
        lines.append(words.line_carried.format(text=report.progress))
    else:
        lines.append(words.line_progress.format(text=report.progress))
        lines.append(_photo_line(facts, project, len(report.photos)))
    if report.next_plan:
        lines.append(words.line_next_plan.format(text=report.next_plan))
    if report.coordination:
        lines.append(words.line_coordination.format(text=report.coordination))
    return lines


def _photo_line(facts: Facts, project: ProjectFacts, count: int) -> str:
    words = facts.words
    if project.filed and project.filed.photos:
        return words.line_photos_kept.format(kept=project.filed.photos, count=count)
    return words.line_photos.format(count=count) if count else words.line_no_photos


def _editable(facts: Facts, key: str, report: FileProgress) -> list[Item]:
    words = facts.words
    first = Item(f"stage@{key}", words.edit_stage)
    if report.amount is not None:
        first = Item(f"amount@{key}", words.edit_amount)
    done = [Item(f"progress@{key}", words.edit_progress), Item(f"photos@{key}", words.edit_photos)]
    extras = [
        Item(f"next@{key}", words.edit_next_plan if report.next_plan else words.add_next_plan),
        Item(
            f"coordination@{key}",
            words.edit_coordination if report.coordination else words.add_coordination,
        ),
    ]
    return [first, *([] if report.carried else done), *extras]


def _same_as_last(facts: Facts, project: ProjectFacts) -> tuple[Item, ...]:
    """同上月 means nothing moved (decisions: 6): only with last month's report, and no milestone due."""
    if project.last is None or project.milestone_due:
        return ()
    return (Item(SAME, facts.words.same_as_last, tuple(facts.words.same_words.split("、"))),)


def _amount_hint(facts: Facts, project: ProjectFacts) -> str:
    done, words = money.wan(project.year_done), facts.words
    if project.filed and project.filed.amount is not None:
        return words.filed_amount_hint.format(amount=money.wan(project.filed.amount))
    if project.year_plan:
        return words.amount_hint.format(year_done=done, plan=money.wan(project.year_plan))
    return words.amount_hint_no_plan.format(year_done=done)


def _cumulative(facts: Facts, project: ProjectFacts, amount: int) -> list[str]:
    words = facts.words
    year, total = project.year_done + amount, project.total_done + amount
    if project.year_plan:
        line = words.line_year.format(amount=money.wan(year), share=_share(year, project.year_plan))
    else:
        line = words.line_year_no_plan.format(amount=money.wan(year))
    if not project.total_investment:
        return [line]
    return [
        line,
        words.line_total.format(amount=money.wan(total), share=_share(total, project.total_investment)),
    ]


def _share(part: int, whole: int) -> str:
    return f"{part * 100 / whole:.1f}"
