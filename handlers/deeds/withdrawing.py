"""撤回: a report is taken back by its own unit, before the close."""

from collections.abc import Mapping
from dataclasses import replace

from handlers.commands import WithdrawReport
from handlers.deeds.duty import is_open
from handlers.deeds.listing import void_what_is_not_owed
from handlers.deeds.progress import tell_person
from handlers.deeds.telling import not_theirs, speaker, tell_for
from handlers.moments import day_and_hour
from handlers.outcome import Outcome, enter, refusal
from handlers.turning import Turn
from rules.kinds import DutyKind, DutyState, ReportKind
from rules.periods import Period
from storage import advancing, duties, projects, reports
from storage.advancing import Spoken
from storage.duties import DutyRow
from storage.messages import Option, Outgoing
from storage.tables.registry import Project


def withdraw_report(turn: Turn, command: WithdrawReport) -> Outcome:
    """The report counts for nothing from now on, its versions stay; the duty is owed again (rule 5 of duties).

    Unless the project has left the list since and owes that period no longer.
    """
    words = turn.city.words
    project, period = projects.named(turn.session, command.project_id), Period.parse(command.period).chinese
    if command.for_person and (refused := not_theirs(turn, command.for_person, project.id)):
        return refused
    duty = duties.find(turn.session, project.id, DutyKind.PROGRESS, command.period)
    standing = reports.said(turn.session, project.id, ReportKind.PROGRESS, command.period)
    if duty is None or standing is None or not is_open(duty, turn):
        return refusal(words.nothing_to_withdraw.format(project=project.name, period=period))
    if duty.state is not None:  # unlocked: the state that was written holds that a report came
        return refusal(words.withdraw_closed.format(project=project.name, period=period))
    receipt = f"J{standing.id}"
    reports.withdraw(turn.session, standing.id, turn.now)
    duties.unsettle(turn.session, duty.id)
    before = Spoken.of_json(standing.project_before) if standing.project_before else None
    advancing.follow(turn.session, project.id, before, standing.of_the_project, advancing.NOTHING)
    owed = _still_owed(turn, project.id, command.period)
    enter(
        turn, project.unit_id, "withdraw_report", report=receipt, version=standing.version, project=project.id,
        period=command.period, for_person=command.for_person,
    )  # fmt: skip
    said = {"project": project.name, "period": period, "receipt": receipt}
    whose = reports.whose(turn.session, standing.id)
    if whose not in (turn.person.id, command.for_person):
        told = words.told_withdrawn if owed else words.told_withdrawn_off_list
        name = speaker(turn, command.for_person).name
        tell_person(turn, whose, told.format(name=name, **said))
    outcome = _to_file_again(turn, duty, said) if owed else _off_list(turn, said)
    return _with_caller(turn, command.for_person, outcome, said)


def _off_list(turn: Turn, said: Mapping[str, str]) -> Outcome:
    text = turn.city.words.receipt_withdrawn_off_list.format(**said)
    return Outcome(Outgoing(text=text), summary=text)


def _with_caller(turn: Turn, caller: int | None, outcome: Outcome, said: Mapping[str, str]) -> Outcome:
    """Who telephoned is told too, and the office reads whether they were."""
    if caller is None:
        return outcome
    told = Outgoing(text=turn.city.words.told_for_withdrawn.format(name=turn.person.name, **said))
    text = f"{outcome.message.text}\n{tell_for(turn, caller, told)}"
    return replace(outcome, message=outcome.message.model_copy(update={"text": text}), summary=text)


def _to_file_again(turn: Turn, duty: DutyRow, said: Mapping[str, str]) -> Outcome:
    words, on_time = turn.city.words, turn.now < duty.due + duties.SECOND
    template = words.receipt_withdrawn if on_time else words.receipt_withdrawn_late
    text = template.format(**said, due=day_and_hour(duty.due, turn.city.zone))
    again = Option(
        label=words.duties_button_progress.format(project=said["project"]),
        data=f"o|report_progress|{duty.project_id}.{duty.period}",
    )
    return Outcome(Outgoing(text=text, rows=((again,),)), summary=text)


def _still_owed(turn: Turn, project_id: int, period: str) -> bool:
    void_what_is_not_owed(turn, turn.session.get_one(Project, project_id))
    duty = duties.find(turn.session, project_id, DutyKind.PROGRESS, period)
    return duty is not None and duty.state is not DutyState.VOID
