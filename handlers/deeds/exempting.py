"""免报: exempting a project from one duty before its close, and taking that back."""

from handlers.commands import ExemptDuty, TakeBackExemption
from handlers.deeds.telling import name_of, report_row, tell_reporters
from handlers.moments import day_and_hour
from handlers.outcome import Outcome, digest, enter, refusal
from handlers.turning import Turn
from storage import duties, projects
from storage.messages import Outgoing
from storage.tables.reporting import Duty


def exempt_duty(turn: Turn, command: ExemptDuty) -> Outcome:
    words, duty = turn.city.words, turn.session.get_one(Duty, command.duty_id)
    named = {"project": projects.named(turn.session, duty.project_id).name, "duty": name_of(turn, duty)}
    if not _waits(turn, duty) or duty.exempt is not None:
        return refusal(words.exempt_too_late.format(**named))
    duty.exempt, duty.exempt_by, duty.exempt_because = turn.now, turn.person.id, command.because
    turn.session.flush()
    enter(
        turn, duty.unit_id, "exempt_duty", duty=duty.id, project=duty.project_id, period=duty.period,
        because=digest(turn, command.because),
    )  # fmt: skip
    told = words.told_exempted.format(**named, because=command.because)
    tell_reporters(turn, duty.project_id, Outgoing(text=told))
    title = words.exempted.format(**named)
    return Outcome(Outgoing(text=title), summary=title)


def take_back_exemption(turn: Turn, command: TakeBackExemption) -> Outcome:
    words, duty = turn.city.words, turn.session.get_one(Duty, command.duty_id)
    named = {"project": projects.named(turn.session, duty.project_id).name, "duty": name_of(turn, duty)}
    if not _waits(turn, duty) or duty.exempt is None:
        return refusal(words.exempt_too_late.format(**named))
    duty.exempt, duty.exempt_by, duty.exempt_because = None, None, ""
    turn.session.flush()
    enter(
        turn, duty.unit_id, "take_back_exemption", duty=duty.id, project=duty.project_id, period=duty.period
    )
    told = words.told_taken_back.format(**named, closes=day_and_hour(duty.closes, turn.city.zone))
    rows = report_row(turn, duty) if duty.opens <= turn.now else ()
    tell_reporters(turn, duty.project_id, Outgoing(text=told, rows=rows))
    title = words.taken_back.format(**named)
    return Outcome(Outgoing(text=title), summary=title)


def _waits(turn: Turn, duty: Duty) -> bool:
    """Whether the duty has not closed, and nothing has come for it that counts."""
    closed = duty.state is not None or duty.closes + duties.SECOND <= turn.now
    row = duties.of_project(turn.session, duty.project_id, Duty.id == duty.id, duties.awaited())
    return not closed and bool(row)
