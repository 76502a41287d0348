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
请核对：城北水厂扩建工程 2012年3月进展 [✅ 确认上报] [改本月完成] [改形象进度] [改照片] [＋下月安排] [＋需协调事项]
> [✅ 确认上报]
已收到 J1
"""

from handlers.commands import FileProgress, Tell
from handlers.conversation import Dialogue
from handlers.facts import Facts, ProjectFacts
from handlers.questions import Choice, Confirm, Item, Money, Photos, Text
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
            f"correct@{subject(project)}",
            prompt,
            items=(
                Item("yes", words.correct_yes, ("更正", "是", "要")),
                Item("no", words.correct_no, ("不要", "否")),
            ),
        )
    )


def _construction(facts: Facts, project: ProjectFacts) -> Dialogue[FileProgress]:
    words, key = facts.words, subject(project)
    amount = yield from Money(
        f"amount@{key}",
        words.ask_amount.format(project=project.name, period=project.period_name),
        hint=_amount_hint(facts, project),
        quick=_same_as_last(facts, project),
    )
    carried = amount == SAME
    photos: tuple[int, ...] = ()
    if carried and project.last:
        amount, progress = 0, project.last.progress
    else:
        hint = (
            words.progress_hint.format(last=project.last.progress)
            if project.last
            else words.progress_hint_first
        )
        progress = yield from Text(f"progress@{key}", words.ask_progress, hint=hint, longest=300)
        photos = yield from _photos(facts, key)
    next_plan, coordination = yield from _extras(facts, key)
    yuan = int(amount)
    lines = [
        words.line_amount.format(amount=money.wan(yuan)),
        *_cumulative(facts, project, yuan),
        (words.line_carried if carried else words.line_progress).format(text=progress),
    ]
    editable = [Item(f"amount@{key}", words.edit_amount)]
    if not carried:
        editable += [Item(f"progress@{key}", words.edit_progress), Item(f"photos@{key}", words.edit_photos)]
        lines.append(_photo_line(facts, photos))
    yield from _card(facts, project, lines, editable, next_plan, coordination)
    return FileProgress(
        project.id, project.period, yuan, progress, carried=carried, next_plan=next_plan,
        coordination=coordination, photos=photos, corrects=project.filed is not None,
    )  # fmt: skip


def _preliminary(facts: Facts, project: ProjectFacts) -> Dialogue[FileProgress]:
    """前期 projects owe their stage and what has been done, no amount (decisions: duties)."""
    words, key = facts.words, subject(project)
    stage = yield from Choice(
        f"stage@{key}",
        words.ask_stage.format(project=project.name),
        items=tuple(
            Item(value.value, name)
            for value, name in STAGES.items()
            if value in (Stage.INTENTION, Stage.SIGNED, Stage.STARTED)
        ),
        columns=3,
    )
    hint = (
        words.progress_hint.format(last=project.last.progress) if project.last else words.progress_hint_first
    )
    progress = yield from Text(f"progress@{key}", words.ask_progress, hint=hint, longest=300)
    photos = yield from _photos(facts, key)
    next_plan, coordination = yield from _extras(facts, key)
    lines = [
        words.line_stage.format(text=STAGES[Stage(stage)]),
        words.line_progress.format(text=progress),
        _photo_line(facts, photos),
    ]
    editable = [
        Item(f"stage@{key}", words.edit_stage),
        Item(f"progress@{key}", words.edit_progress),
        Item(f"photos@{key}", words.edit_photos),
    ]
    yield from _card(facts, project, lines, editable, next_plan, coordination)
    return FileProgress(
        project.id, project.period, None, progress, stage=stage, next_plan=next_plan,
        coordination=coordination, photos=photos, corrects=project.filed is not None,
    )  # fmt: skip


def _photos(facts: Facts, key: str) -> Dialogue[tuple[int, ...]]:
    return (
        yield from Photos(
            f"photos@{key}", facts.words.ask_photos, hint=facts.words.photos_hint, offered=facts.loose_media
        )
    )


def _extras(facts: Facts, key: str) -> Dialogue[tuple[str, str]]:
    """Two optional questions, opened only from the card."""
    next_plan = yield from Text(f"next@{key}", facts.words.ask_next_plan, optional=True, longest=300)
    coordination = yield from Text(
        f"coordination@{key}", facts.words.ask_coordination, optional=True, longest=300
    )
    return next_plan or "", coordination or ""


def _card(
    facts: Facts,
    project: ProjectFacts,
    lines: list[str],
    editable: list[Item],
    next_plan: str,
    coordination: str,
) -> Dialogue[None]:
    words, key = facts.words, subject(project)
    if next_plan:
        lines.append(words.line_next_plan.format(text=next_plan))
    if coordination:
        lines.append(words.line_coordination.format(text=coordination))
    extras = [Item(f"next@{key}", words.add_next_plan), Item(f"coordination@{key}", words.add_coordination)]
    yield from Confirm.of(
        f"confirm@{key}",
        words.card_progress.format(project=project.name, period=project.period_name),
        "\n".join(lines),
        editable=[*editable, *extras],
    )


def _same_as_last(facts: Facts, project: ProjectFacts) -> tuple[Item, ...]:
    """同上月 means nothing moved (decisions: 6): only with last month's report, and no milestone due."""
    if project.last is None or project.milestone_due:
        return ()
    return (Item(SAME, facts.words.same_as_last, tuple(facts.words.same_words.split("、"))),)


def _amount_hint(facts: Facts, project: ProjectFacts) -> str:
    done, words = money.wan(project.year_done), facts.words
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


def _photo_line(facts: Facts, photos: tuple[int, ...]) -> str:
    return facts.words.line_photos.format(count=len(photos)) if photos else facts.words.line_no_photos
