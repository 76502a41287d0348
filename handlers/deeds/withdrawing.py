"""撤回: a report is taken back by its own unit, before the close."""

from handlers.commands import WithdrawReport
from handlers.deeds.duty import is_open
from handlers.deeds.progress import tell_person
from handlers.moments import day_and_hour
from handlers.outcome import Outcome, enter, refusal
from handlers.turning import Turn
from rules.kinds import DutyKind, ReportKind
from rules.periods import Period
from storage import duties, projects, reports
from storage.messages import Option, Outgoing


def withdraw_report(turn: Turn, command: WithdrawReport) -> Outcome:
    """The report counts for nothing from now on, its versions stay; the duty is owed again (rule 5 of duties)."""
    words = turn.city.words
    project, period = projects.named(turn.session, command.project_id), Period.parse(command.period).chinese
    duty = duties.find(turn.session, project.id, DutyKind.PROGRESS, command.period)
    standing = reports.said(turn.session, project.id, ReportKind.PROGRESS, command.period)
    if duty is None or standing is None or not is_open(duty, turn):
        return refusal(words.nothing_to_withdraw.format(project=project.name, period=period))
    receipt = f"J{standing.id}"
    reports.withdraw(turn.session, standing.id, turn.now)
    duties.unsettle(turn.session, duty.id)
    enter(
        turn, project.unit_id, "withdraw_report", report=receipt, version=standing.version, project=project.id,
        period=command.period,
    )  # fmt: skip
    said = {"project": project.name, "period": period, "receipt": receipt}
    whose = reports.whose(turn.session, standing.id)
    if whose != turn.person.id:
        tell_person(turn, whose, words.told_withdrawn.format(name=turn.person.name, **said))
    template = (
        words.receipt_withdrawn if turn.now < duty.due + duties.SECOND else words.receipt_withdrawn_late
    )
    text = template.format(**said, due=day_and_hour(duty.due, turn.city.zone))
    again = Option(
        label=words.duties_button_progress.format(project=project.name),
        data=f"o|report_progress|{project.id}.{command.period}",
    )
    return Outcome(Outgoing(text=text, rows=((again,),)), summary=text)
