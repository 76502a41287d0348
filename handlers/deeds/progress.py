"""Deeds about progress (进展月报): filing a report, or a new version of one."""

import re

from handlers.commands import FileProgress
from handlers.conversations.progress_card import STAGES
from handlers.deeds.duty import is_open, keep
from handlers.deeds.telling import not_theirs, speaker, tell_for
from handlers.outcome import Outcome, digest, enter, refusal
from handlers.turning import Turn
from rules import money
from rules.kinds import DutyKind, Lane, ReportKind, Stage
from rules.periods import Period
from storage import advance, advancing, duties, media, people, projects, reports
from storage.advancing import Spoken
from storage.messages import Option, Outgoing
from storage.projects import OpenProject
from storage.reports import Filed, Said

_PERCENT = re.compile(r"(\d{1,3})(?:\.\d+)?\s*[%％]")


def file_progress(turn: Turn, command: FileProgress, talk_id: int | None) -> Outcome:
    words = turn.city.words
    project = projects.named(turn.session, command.project_id)
    period_name = Period.parse(command.period).chinese
    duty = duties.find(turn.session, project.id, DutyKind.PROGRESS, command.period)
    if duty is None or not is_open(duty, turn):
        return refusal(words.duty_closed.format(project=project.name, period=period_name))
    if command.for_person and (refused := not_theirs(turn, command.for_person, project.id)):
        return refused
    standing = reports.said(turn.session, project.id, ReportKind.PROGRESS, command.period)
    if standing is not None and not command.based_on:
        text = words.filed_meanwhile.format(
            project=project.name, period=period_name, name=standing.name, receipt=f"J{standing.id}"
        )
        return refusal(text)
    if standing is not None and standing.version != command.based_on:
        return _corrected_meanwhile(turn, command, project.name, standing)
    whose = reports.whose(turn.session, standing.id) if standing is not None else None
    filed = _file_and_follow(turn, command, project.unit_id, talk_id, standing)
    keep(turn, duty, filed.report_id)
    if whose not in (None, turn.person.id, command.for_person):
        _tell_whose(turn, command, project.name, filed, whose)
    if command.for_person:
        return _receipt_for(turn, command, project.name, filed, command.for_person)
    return _progress_receipt(turn, command, project.name, filed, corrected=standing is not None)


def _receipt_for(turn: Turn, command: FileProgress, project: str, filed: Filed, person_id: int) -> Outcome:
    """代报: whose report it is sees it, and can correct it."""
    words, summary = turn.city.words, "\n".join(_progress_summary(turn, command))
    period = Period.parse(command.period).chinese
    told = words.told_for.format(
        name=turn.person.name, project=project, period=period, receipt=filed.receipt, summary=summary
    )
    data = f"o|report_progress|{command.project_id}.{command.period}"
    rows = ((Option(label=words.correct_button, data=data),),)
    reached = tell_for(turn, person_id, Outgoing(text=told, rows=rows))
    title = words.receipt_progress.format(receipt=filed.receipt)
    text = words.receipt_progress_text.format(project=project, period=period, summary=summary)
    message = Outgoing(title=title, text=f"{text}\n{reached}")
    return Outcome(message, filed.receipt, title)


def _file_and_follow(
    turn: Turn, command: FileProgress, unit_id: int, talk_id: int | None, standing: Said | None
) -> Filed:
    """Files a version; the project follows what it says of it (its stage, its start, its milestones)."""
    new = advancing.of_version(
        command.stage, command.started, command.not_started_because, _milestones(command)
    )
    kept = standing.project_before if standing else None
    before = advancing.before(turn.session, command.project_id, kept, new)
    filed = file_version(turn, command, unit_id, talk_id, before)
    old = standing.of_the_project if standing else advancing.NOTHING
    advancing.follow(turn.session, command.project_id, before, old, new)
    return filed


def _milestones(command: FileProgress) -> list[dict[str, object]]:
    return [
        {"id": said.id, "done": said.done.isoformat() if said.done else None, "why": said.why}
        for said in command.milestones
    ]


def _corrected_meanwhile(turn: Turn, command: FileProgress, project: str, standing: Said) -> Outcome:
    """A correction of words that no longer stand would take back someone's correction unseen."""
    words, period = turn.city.words, command.period
    text = words.corrected_meanwhile.format(
        project=project, period=Period.parse(period).chinese, name=standing.name, receipt=f"J{standing.id}",
        version=standing.version, text=standing.progress,
    )  # fmt: skip
    look = Option(label=words.look_again, data=f"o|report_progress|{command.project_id}.{period}")
    return Outcome(Outgoing(text=text, rows=((look,),)), summary=text)


def _tell_whose(turn: Turn, command: FileProgress, project: str, filed: Filed, whose: int) -> None:
    """Nobody's report is corrected behind their back."""
    text = turn.city.words.told_corrected.format(
        name=speaker(turn, command.for_person).name,
        project=project,
        period=Period.parse(command.period).chinese,
        receipt=filed.receipt,
        version=filed.version,
    )
    tell_person(turn, whose, text)


def file_version(
    turn: Turn, command: FileProgress, unit_id: int, talk_id: int | None, before: Spoken | None = None
) -> Filed:
    """`before` is how the project stood before its report spoke of it."""
    percent = _PERCENT.findall(command.progress)
    content = reports.Content(
        amount=command.amount,
        progress=command.progress,
        percent=int(percent[-1]) if percent and int(percent[-1]) <= 100 else None,
        carried=command.carried,
        stage=command.stage,
        next_plan=command.next_plan,
        coordination=command.coordination,
        started=command.started,
        not_started_because=command.not_started_because,
        backfill_year=command.backfill_year,
        backfill_total=command.backfill_total,
        backfilled=list(command.backfilled) or None,
        milestones=_milestones(command),
        project_before=before.as_json() if before else None,
    )
    filed = reports.file(
        turn.session, project_id=command.project_id, unit_id=unit_id, kind=ReportKind.PROGRESS,
        period=command.period, person_id=turn.person.id, content=content, talk_id=talk_id, now=turn.now,
        for_person=command.for_person,
    )  # fmt: skip
    media.tie(turn.session, turn.person.id, command.photos, version_id=filed.version_id)
    enter(
        turn, unit_id, "file_progress", report=filed.receipt, version=filed.version,
        project=command.project_id, period=command.period, amount=command.amount, carried=command.carried,
        stage=command.stage, photos=len(command.photos), started=command.started and str(command.started),
        backfill=command.backfill_total, milestones=[[said.id, str(said.done or "")] for said in command.milestones],
        for_person=command.for_person,
        text=digest(turn, f"{command.progress}\n{command.next_plan}\n{command.coordination}"),
    )  # fmt: skip
    return filed


def _progress_receipt(
    turn: Turn, command: FileProgress, project: str, filed: Filed, *, corrected: bool
) -> Outcome:
    words, owed = turn.city.words, owed_now(turn)
    lines = [*_progress_summary(turn, command), still_owed(turn, owed)]
    title = words.receipt_progress.format(receipt=filed.receipt)
    if corrected:
        title = words.receipt_correction.format(receipt=filed.receipt, version=filed.version)
    period = Period.parse(command.period).chinese
    text = words.receipt_progress_text.format(project=project, period=period, summary="\n".join(lines))
    rows = tuple((_next_project(turn, row),) for row in owed[:1])
    return Outcome(Outgoing(title=title, text=text, rows=rows), filed.receipt, title)


def owed_now(turn: Turn) -> list[OpenProject]:
    """The person's projects whose monthly report is still owed."""
    rows = projects.open_for_progress(turn.session, turn.person.id, turn.now, turn.today)
    return [row for row in rows if row.owed]


def still_owed(turn: Turn, owed: list[OpenProject]) -> str:
    words = turn.city.words
    return words.still_owed.format(count=len(owed)) if owed else words.nothing_owed


def _next_project(turn: Turn, row: OpenProject) -> Option:
    label = turn.city.words.next_project_button.format(project=row.name)
    return Option(label=label, data=f"o|report_progress|{row.id}.{row.period}")


def _progress_summary(turn: Turn, command: FileProgress) -> list[str]:
    words, lines = turn.city.words, []
    if command.amount is not None:
        done = advance.done_before(turn.session, command.project_id, command.period)
        lines.append(words.line_amount.format(amount=money.wan(command.amount)))
        year = done.year + command.amount + command.backfill_year
        if not done.contained:
            lines.append(words.line_year_no_plan.format(amount=money.wan(year)))
    if command.stage:
        lines.append(words.line_stage.format(text=STAGES[Stage(command.stage)]))
    template = words.line_carried if command.carried else words.line_progress
    return [*lines, template.format(text=command.progress)]


def tell_person(turn: Turn, person_id: int, text: str) -> None:
    for contact in people.contacts(turn.session, [person_id], turn.city.running):
        turn.push(contact, Outgoing(text=text), Lane.REMINDER)
