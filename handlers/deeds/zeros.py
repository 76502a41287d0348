"""Deeds about zero-reports (零报告): giving them, and noting what makes one doubtful afterwards."""

from handlers.commands import FileZeros, ZeroCheck
from handlers.deeds.duty import is_open, keep
from handlers.deeds.telling import not_theirs, speaker, tell_for
from handlers.moments import day, day_and_hour
from handlers.outcome import Outcome, enter
from handlers.screen import Rows
from handlers.turning import Turn
from rules.kinds import DutyKind, Lane, PeriodKind, ReportKind, Role, Severity
from rules.periods import Period, span
from storage import duties, issues, people, projects, reports
from storage.duties import DutyRow
from storage.messages import Option, Outgoing
from storage.tables.registry import Person
from storage.tables.reporting import Issue


def file_zeros(turn: Turn, command: FileZeros, talk_id: int | None) -> Outcome:
    words = turn.city.words
    period = Period.parse(command.period)
    if command.for_person:
        for project_id in command.project_ids:
            if refused := not_theirs(turn, command.for_person, project_id):
                return refused
    barred = issues.barring(turn.session, command.project_ids, *span(period, turn.city.zone))
    checks = {check.project_id: check for check in command.checked}
    lines, receipts, filed = [], [], []
    for project_id in command.project_ids:
        project = projects.named(turn.session, project_id)
        duty = duties.find(turn.session, project_id, DutyKind.ZERO, command.period)
        if project_id in barred:
            numbers = words.list_separator.join(f"W{bar.id}" for bar in barred[project_id])
            reason = words.zero_reason_issue.format(numbers=numbers)
        elif duty is None or not is_open(duty, turn):
            reason = words.zero_reason_closed
        else:
            receipt = _file_zero(turn, project.unit_id, duty, talk_id, command, checks.get(project_id))
            receipts.append(receipt)
            filed.append(project.name)
            lines.append(words.zero_receipt_line.format(project=project.name, receipt=receipt))
            continue
        lines.append(words.zero_refused_line.format(project=project.name, reason=reason))
    if command.for_person and receipts:
        names = words.list_separator.join(filed)
        told = words.told_for_zero.format(name=turn.person.name, period=period.chinese, projects=names)
        lines.append(tell_for(turn, command.for_person, Outgoing(text=told)))
    title = words.zero_receipt if receipts else words.zero_none.format(period=period.chinese)
    rows = _to_report(turn, command)
    if rows:
        lines.append(words.zero_left_out)
    message = Outgoing(title=title, text="\n".join(lines), rows=rows)
    return Outcome(message, receipts[0] if receipts else "", title)


def _to_report(turn: Turn, command: FileZeros) -> Rows:
    rows = []
    for project_id in command.to_report:
        label = turn.city.words.button_issue.format(project=projects.named(turn.session, project_id).name)
        rows.append((Option(label=label, data=f"o|report_issue|{project_id}"),))
    return tuple(rows)


def _file_zero(
    turn: Turn,
    unit_id: int,
    duty: DutyRow,
    talk_id: int | None,
    command: FileZeros,
    doubted: ZeroCheck | None,
) -> str:
    """Files a zero, unless one stands: then that one's receipt is repeated."""
    standing = reports.said(turn.session, duty.project_id, ReportKind.ZERO, duty.period)
    if standing is not None:
        return f"J{standing.id}"
    check = _check(doubted)
    filed = reports.file(
        turn.session, project_id=duty.project_id, unit_id=unit_id, kind=ReportKind.ZERO,
        period=duty.period, person_id=turn.person.id, content=reports.Content(check=check), talk_id=talk_id,
        now=turn.now, for_person=command.for_person,
    )  # fmt: skip
    keep(turn, duty, filed.report_id)
    enter(turn, unit_id, "file_zero", report=filed.receipt, project=duty.project_id, period=duty.period,
          check=check, for_person=command.for_person)  # fmt: skip
    return filed.receipt


def _check(doubted: ZeroCheck | None) -> dict[str, object]:
    """What spoke against a zero, and the answer, as the version keeps it; nothing spoke: both lists are empty."""
    if doubted is None:
        return {"flat": [], "nearby": []}
    red = {"red": doubted.red} if doubted.red else {}
    return {"flat": list(doubted.flat), "nearby": list(doubted.nearby), **red, "answer": "none"}


def doubt_zero(turn: Turn, issue: Issue) -> None:
    """A problem that others found although the unit had said zero: perhaps 瞒报, which a person decides, never we."""
    words, session = turn.city.words, turn.session
    period = _half_of(turn, issue)
    zero = reports.said(session, issue.project_id, ReportKind.ZERO, str(period))
    if zero is None or not _by_others(turn, issue):
        return
    receipt = f"J{zero.id}"
    issues.add_event(session, issue.id, turn.person.id, "found_after_zero", turn.now, receipt)
    enter(turn, issue.unit_id, "doubt_zero", report=receipt, issue=issue.number, project=issue.project_id,
          period=str(period))  # fmt: skip
    dated, told_by = issue.severity is Severity.MAJOR, speaker(turn, issue.for_person)
    text = (words.zero_doubted if dated else words.zero_doubted_undated).format(
        number=issue.number,
        project=projects.named(session, issue.project_id).name,
        unit=told_by.unit,
        name=told_by.name,
        time=day_and_hour(issue.filed, turn.city.zone),
        found=day(issue.found, turn.city.zone),
        period=period.chinese,
        filer=zero.name,
        receipt=receipt,
    )
    office = people.in_role(session, Role.OFFICE, turn.today)
    for contact in people.contacts(session, office, turn.city.running):
        turn.push(contact, Outgoing(text=text), Lane.REMINDER, number=issue.number)


def _half_of(turn: Turn, issue: Issue) -> Period:
    """The half-year in which a problem arose.

    Of a general one nobody is asked when it was found; like a monthly report it is told in the month after.
    """
    found = issue.found.astimezone(turn.city.zone).date()
    if issue.severity is Severity.GENERAL:
        found = Period.of(PeriodKind.MONTH, found).previous().last_day
    return Period.of(PeriodKind.HALF, found)


def _by_others(turn: Turn, issue: Issue) -> bool:
    """Whether who reported it is of another unit than the project's, or of the office."""
    roles = people.roles_of(turn.session, issue.whose, turn.today)
    return Role.OFFICE in roles or turn.session.get_one(Person, issue.whose).unit_id != issue.unit_id
