"""The card of a monthly report: what it says before it is sent, and what can be changed on it."""

from dataclasses import replace

from handlers.card import Confirm
from handlers.commands import FileProgress, MilestoneWord
from handlers.conversation import Dialogue
from handlers.facts import Facts, ProjectFacts
from handlers.moments import named_ahead
from handlers.questions import Text, quick
from handlers.reading import Item
from rules import money
from rules.kinds import Stage

STAGES = {
    Stage.INTENTION: "意向",
    Stage.SIGNED: "签约",
    Stage.STARTED: "开工",
    Stage.COMPLETED: "竣工",
    Stage.PRODUCING: "投产",
    Stage.YIELDING: "效益",
}


def confirm_report(
    facts: Facts, project: ProjectFacts, key: str, report: FileProgress
) -> Dialogue[FileProgress]:
    """Two optional questions, opened only from the card; then the card."""
    words, filed = facts.words, project.filed
    next_plan = yield from _extra(facts, f"next@{key}", words.ask_next_plan)
    coordination = yield from _extra(facts, f"coordination@{key}", words.ask_coordination)
    report = replace(
        report,
        next_plan=_kept(next_plan, filed.next_plan if filed else ""),
        coordination=_kept(coordination, filed.coordination if filed else ""),
    )
    title = words.card_correction if filed else words.card_progress
    yield from Confirm.of(
        f"confirm@{key}",
        title.format(project=project.name, period=project.period_name),
        "\n".join(_lines(facts, project, report)),
        editable=_editable(facts, project, key, report),
    )
    return report


def _extra(facts: Facts, key: str, prompt: str) -> "Dialogue[str | None]":
    none = (Item("none", facts.words.extra_none, tuple(facts.words.extra_none_words.split("、"))),)
    return (yield from Text(key, prompt, optional=True, longest=facts.longest, quick=none))


def _kept(said: str | None, before: str) -> str:
    if said is None:
        return before
    return "" if said == quick("none") else said


def _lines(facts: Facts, project: ProjectFacts, report: FileProgress) -> list[str]:
    words, lines = facts.words, []
    if project.filed and project.filed.returned:
        lines.append(words.returned_hint.format(why=project.filed.returned))
    if report.started:
        lines.append(words.line_started.format(day=named_ahead(report.started, facts.today)))
    if report.amount is not None:
        lines += [words.line_amount.format(amount=money.wan(report.amount))]
        lines += _cumulative(facts, project, report)
    if report.stage:
        lines.append(words.line_stage.format(text=STAGES[Stage(report.stage)]))
    lines += [_milestone_line(facts, said) for said in report.milestones]
    unbegun = report.not_started_because
    if unbegun and report.progress != words.not_started_text.format(why=unbegun):
        lines.append(words.line_not_started.format(why=unbegun))
    template = words.line_carried if report.carried else words.line_progress
    lines.append(template.format(text=report.progress))
    if report.photos or not (report.carried or report.not_started_because):
        lines.append(_photo_line(facts, project, len(report.photos)))
    if report.next_plan:
        lines.append(words.line_next_plan.format(text=report.next_plan))
    if report.coordination:
        lines.append(words.line_coordination.format(text=report.coordination))
    return lines


def _milestone_line(facts: Facts, said: MilestoneWord) -> str:
    words = facts.words
    if said.done:
        return words.line_milestone_done.format(name=said.name, day=named_ahead(said.done, facts.today))
    return words.line_milestone_late.format(name=said.name, why=said.why)


def _photo_line(facts: Facts, project: ProjectFacts, count: int) -> str:
    words = facts.words
    if project.filed and project.filed.photos:
        return words.line_photos_kept.format(kept=project.filed.photos, count=count)
    return words.line_photos.format(count=count) if count else words.line_no_photos


def _editable(facts: Facts, project: ProjectFacts, key: str, report: FileProgress) -> list[Item]:
    words = facts.words
    first = [Item(f"amount@{key}", words.edit_amount)]
    if report.amount is None:
        first = [Item(f"stage@{key}", words.edit_stage)]
    if report.started or report.not_started_because:
        first.append(Item(f"start@{key}", words.edit_start))
    nodes = [
        Item(f"node@{key}.{said.id}", words.edit_milestone.format(name=said.name))
        for said in report.milestones
    ]
    done = [Item(f"progress@{key}", words.edit_progress), Item(f"photos@{key}", words.edit_photos)]
    same = report.carried and report.amount == 0 and project.unmoved and not project.filed
    extras = [
        Item(f"next@{key}", words.edit_next_plan if report.next_plan else words.add_next_plan),
        Item(
            f"coordination@{key}",
            words.edit_coordination if report.coordination else words.add_coordination,
        ),
    ]
    return [*first, *nodes, *([] if same else done), *extras]


def _cumulative(facts: Facts, project: ProjectFacts, report: FileProgress) -> list[str]:
    words, amount = facts.words, report.amount or 0
    if project.contained:
        return []
    year = project.year_done + amount + report.backfill_year
    total = project.total_done + amount + report.backfill_total
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
