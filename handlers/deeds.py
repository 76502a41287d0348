"""Commands carried out, in the turn's own transaction: rows, ledger, messages to others.

Rule 1  What two people could both change is looked up and checked here, not in the conversation.
Rule 2  Every deed leaves a ledger row in the chain of the unit it concerns, without names or free text.
Rule 3  A deed answers with an `Outcome`: what the person is told, and one line for buttons pressed later.
"""

import hashlib
import re
from dataclasses import dataclass

from handlers.city import City
from handlers.commands import Command, FileIssue, FileProgress, FileZeros, Tell
from handlers.loading import alerted, half_year
from handlers.moments import day_and_hour
from handlers.turning import Turn
from rules import money
from rules.kinds import DutyKind, Lane, ReportKind, Severity, Stage
from rules.periods import Period
from storage import duties, issues, ledger, media, people, projects, reports
from storage import rules as stored_rules
from storage.messages import Option, Outgoing
from storage.tables.registry import Project
from storage.tables.reporting import Duty, Issue, Report

_PERCENT = re.compile(r"(\d{1,3})(?:\.\d+)?\s*[%％]")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the person is told; `number` (J12, W3) marks a receipt; `summary` is kept with the ended talk."""

    message: Outgoing
    number: str = ""
    summary: str = ""


def carry_out(turn: Turn, command: Command, talk_id: int | None) -> Outcome:
    match command:
        case FileProgress():
            return file_progress(turn, command, talk_id)
        case FileIssue():
            return file_issue(turn, command, talk_id)
        case FileZeros():
            return file_zeros(turn, command, talk_id)
        case Tell():
            return tell(command)


def tell(command: Tell) -> Outcome:
    rows = tuple((Option(label=label, data=data),) for label, data in command.buttons)
    return Outcome(Outgoing(title=command.title, text=command.text, rows=rows))


# --- 进展 ------------------------------------------------------------


def file_progress(turn: Turn, command: FileProgress, talk_id: int | None) -> Outcome:
    words = turn.city.words
    project = turn.session.get_one(Project, command.project_id)
    period_name = Period.parse(command.period).chinese
    duty = duties.find(turn.session, project.id, DutyKind.PROGRESS, command.period)
    if duty is None or not _open(duty, turn):
        return _refusal(words.duty_closed.format(project=project.name, period=period_name))
    standing = reports.standing(turn.session, project.id, ReportKind.PROGRESS, command.period)
    if standing is not None and not command.corrects:
        text = words.filed_meanwhile.format(
            project=project.name, period=period_name, name=standing[2], receipt=standing[0].receipt
        )
        return _refusal(text)
    report = _file_progress(turn, command, project, talk_id)
    duties.settle(duty, report.id, turn.now)
    if command.stage:
        project.stage = Stage(command.stage)
    turn.session.flush()
    return _progress_receipt(turn, command, project, report)


def _open(duty: Duty, turn: Turn) -> bool:
    return duty.state is None and duty.opens <= turn.now < duty.closes + duties.SECOND


def _refusal(text: str) -> Outcome:
    return Outcome(Outgoing(text=text), summary=text)


def _file_progress(turn: Turn, command: FileProgress, project: Project, talk_id: int | None) -> Report:
    percent = _PERCENT.findall(command.progress)
    content = reports.Content(
        amount=command.amount,
        progress=command.progress,
        percent=int(percent[-1]) if percent and int(percent[-1]) <= 100 else None,
        carried=command.carried,
        stage=command.stage,
        next_plan=command.next_plan,
        coordination=command.coordination,
    )
    report, version = reports.file(
        turn.session, project_id=project.id, unit_id=project.unit_id, kind=ReportKind.PROGRESS,
        period=command.period, person_id=turn.person.id, content=content, talk_id=talk_id, now=turn.now,
    )  # fmt: skip
    media.tie(turn.session, turn.person.id, command.photos, version_id=version.id)
    _enter(
        turn, project.unit_id, "file_progress", report=report.receipt, version=report.version,
        project=project.id, period=command.period, amount=command.amount, carried=command.carried, text=_digest(command.progress),
        photos=len(command.photos),
    )  # fmt: skip
    return report


def _progress_receipt(turn: Turn, command: FileProgress, project: Project, report: Report) -> Outcome:
    words = turn.city.words
    lines = [_progress_summary(turn, command)]
    owed = [row for row in duties.owed_by(turn.session, turn.person.id, turn.now, turn.today)
            if row[0].kind is DutyKind.PROGRESS]  # fmt: skip
    lines.append(words.still_owed.format(count=len(owed)) if owed else words.nothing_owed)
    rows = tuple(
        (
            Option(
                label=words.next_project_button.format(project=name),
                data=f"o|report_progress|{duty.project_id}.{duty.period}",
            ),
        )
        for duty, name in owed[:1]
    )
    title = words.receipt_progress.format(receipt=report.receipt)
    if report.version > 1:
        title = words.receipt_correction.format(receipt=report.receipt, version=report.version)
    period = Period.parse(command.period).chinese
    text = words.receipt_progress_text.format(project=project.name, period=period, summary="\n".join(lines))
    return Outcome(Outgoing(title=title, text=text, rows=rows), report.receipt, title)


def _progress_summary(turn: Turn, command: FileProgress) -> str:
    words = turn.city.words
    parts = []
    if command.amount is not None:
        done = projects.done_before(turn.session, command.project_id, command.period)
        parts.append(words.line_amount.format(amount=money.wan(command.amount)))
        parts.append(words.line_year_no_plan.format(amount=money.wan(done.year + command.amount)))
    parts.append(
        (words.line_carried if command.carried else words.line_progress).format(text=command.progress)
    )
    return "\n".join(parts)


# --- 问题 ------------------------------------------------------------


def file_issue(turn: Turn, command: FileIssue, talk_id: int | None) -> Outcome:
    project = turn.session.get_one(Project, command.project_id)
    rules = stored_rules.in_force(turn.session)
    issue = issues.register(
        turn.session,
        Issue(
            project_id=project.id, unit_id=project.unit_id, severity=command.severity, category=command.category,
            what=command.what, help_needed=command.help_needed, found=turn.now, filed_by=turn.person.id,
            filed=turn.now, talk_id=talk_id, rules_version=rules.version,
        ),
        turn.now,
    )  # fmt: skip
    media.tie(turn.session, turn.person.id, command.photos, issue_id=issue.id)
    _enter(
        turn, project.unit_id, "file_issue", issue=issue.number, project=project.id, severity=command.severity,
        category=command.category, what=_digest(command.what), photos=len(command.photos),
    )  # fmt: skip
    words = turn.city.words
    if issue.severity is Severity.GENERAL:
        title = words.receipt_issue.format(number=issue.number)
        text = f"{project.name}\n{words.line_what.format(text=issue.what)}"
        return Outcome(Outgoing(title=title, text=text), issue.number, title)
    category = rules.book.category(command.category)
    told, unreached = _alert(turn, issue, project, category.name if category else command.category)
    title = words.receipt_major.format(number=issue.number)
    return Outcome(Outgoing(title=title, text=_told(turn.city, told, unreached)), issue.number, title)


def _alert(turn: Turn, issue: Issue, project: Project, category: str) -> tuple[list[str], list[str]]:
    """Tells everyone who must know at once; gives back who was reached and who has no channel."""
    words = turn.city.words
    text = words.alert.format(
        what=issue.what,
        help=issue.help_needed or words.help_none,
        category=category,
        unit=turn.person.unit,
        name=turn.person.name,
        phone=turn.person.phone,
        time=day_and_hour(issue.filed, turn.city.zone),
    )
    message = Outgoing(
        title=words.alert_title.format(number=issue.number, project=project.name),
        text=text,
        rows=((Option(label=words.acknowledge_button, data=f"a|{issue.id}"),),),
    )
    told: list[str] = []
    unreached: list[str] = []
    ids = [each for each in alerted(turn.session, project.id, turn.today) if each != turn.person.id]
    for contact in people.contacts(turn.session, ids):
        turn.push(contact, message, Lane.URGENT, number=issue.number)
        (told if contact.address else unreached).append(contact.name)
    return told, unreached


def _told(city: City, told: list[str], unreached: list[str]) -> str:
    words = city.words
    lines = []
    if told:
        lines.append(words.told.format(names=words.list_separator.join(told)))
    if unreached:
        lines.append(words.unreachable.format(names=words.list_separator.join(unreached)))
    return "\n".join(lines) or words.nobody_to_tell


def acknowledge(turn: Turn, issue_id: int) -> Outcome:
    """A leader, lead department or the office takes note of a problem; the rest are told (decisions: 9)."""
    words, number = turn.city.words, f"W{issue_id}"
    issue = turn.session.get(Issue, issue_id)
    if issue is None:
        return _refusal(words.no_such_issue.format(number=number))
    if turn.person.id not in alerted(turn.session, issue.project_id, turn.today):
        return _refusal(words.no_such_issue.format(number=number))
    if not _may_acknowledge(turn, issue):
        return _refusal(words.not_yours_to_acknowledge.format(number=number))
    taken = issues.acknowledgement(turn.session, issue_id)
    if taken is not None and taken.person_id is not None:
        name = people.contacts(turn.session, [taken.person_id])[0].name
        time = day_and_hour(taken.at, turn.city.zone)
        return _refusal(words.acknowledged_already.format(number=number, name=name, time=time))
    issues.acknowledge(turn.session, issue, turn.person.id, turn.now)
    _enter(turn, issue.unit_id, "acknowledge_issue", issue=number)
    project = turn.session.get_one(Project, issue.project_id)
    text = words.told_acknowledged.format(number=number, project=project.name, name=turn.person.name)
    others = [issue.filed_by, *alerted(turn.session, issue.project_id, turn.today)]
    for contact in people.contacts(turn.session, [each for each in others if each != turn.person.id]):
        turn.push(contact, Outgoing(text=text), Lane.URGENT, number=number)
    return Outcome(
        Outgoing(text=words.acknowledged.format(number=number, time=day_and_hour(turn.now, turn.city.zone)))
    )


def _may_acknowledge(turn: Turn, issue: Issue) -> bool:
    heads_only = alerted(turn.session, issue.project_id, turn.today, heads=False)
    return turn.person.id in heads_only


# --- 零报告 ------------------------------------------------------------


def file_zeros(turn: Turn, command: FileZeros, talk_id: int | None) -> Outcome:
    words = turn.city.words
    period = Period.parse(command.period)
    barred = issues.barring(turn.session, command.project_ids, *half_year(turn.city, period))
    lines, receipts = [], []
    for project_id in command.project_ids:
        project = turn.session.get_one(Project, project_id)
        duty = duties.find(turn.session, project_id, DutyKind.ZERO, command.period)
        if project_id in barred:
            reason = words.zero_reason_issue.format(numbers=words.list_separator.join(barred[project_id]))
        elif duty is None or not _open(duty, turn):
            reason = words.zero_reason_closed
        else:
            receipt = _file_zero(turn, project, duty, talk_id)
            receipts.append(receipt)
            lines.append(words.zero_receipt_line.format(project=project.name, receipt=receipt))
            continue
        lines.append(words.zero_refused_line.format(project=project.name, reason=reason))
    title = words.zero_receipt if receipts else words.zero_none.format(period=period.chinese)
    return Outcome(Outgoing(title=title, text="\n".join(lines)), receipts[0] if receipts else "", title)


def _file_zero(turn: Turn, project: Project, duty: Duty, talk_id: int | None) -> str:
    """Files a zero, unless one stands: then that one's receipt is repeated."""
    standing = reports.standing(turn.session, project.id, ReportKind.ZERO, duty.period)
    if standing is not None:
        return standing[0].receipt
    report, _ = reports.file(
        turn.session, project_id=project.id, unit_id=project.unit_id, kind=ReportKind.ZERO, period=duty.period,
        person_id=turn.person.id, content=reports.Content(), talk_id=talk_id, now=turn.now,
    )  # fmt: skip
    duties.settle(duty, report.id, turn.now)
    _enter(turn, project.unit_id, "file_zero", report=report.receipt, project=project.id, period=duty.period)
    return report.receipt


# --- 台帐 ------------------------------------------------------------


def _enter(turn: Turn, unit_id: int, act: str, **facts: object) -> None:
    ledger.append(
        turn.session, chain=f"unit:{unit_id}", who=f"person:{turn.person.id}", act=act,
        facts={**facts, "inbox": turn.inbox_id}, now=turn.now,
    )  # fmt: skip


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
