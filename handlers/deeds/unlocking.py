"""解锁: opening a missed duty once more for a while; what is filed then is late at best."""

from handlers.commands import UnlockDuty
from handlers.deeds.telling import name_of, report_row, tell_reporters
from handlers.moments import day_and_hour
from handlers.outcome import Outcome, digest, enter, refusal
from handlers.turning import Turn
from rules.kinds import DutyState
from rules.workdays import instant
from storage import duties, projects
from storage import rules as stored_rules
from storage.messages import Outgoing
from storage.tables.reporting import Duty


def unlock_duty(turn: Turn, command: UnlockDuty) -> Outcome:
    words, duty = turn.city.words, turn.session.get_one(Duty, command.duty_id)
    project, name = projects.named(turn.session, duty.project_id), name_of(turn, duty)
    closes = stored_rules.in_force(turn.session).book.monthly.closes_time
    until = instant(command.until, closes, turn.city.zone)
    if duty.state is not DutyState.MISSED or until + duties.SECOND <= turn.now:
        return refusal(words.unlock_too_late.format(project=project.name, duty=name))
    duty.unlocked_until, duty.unlocked_by, duty.unlocked_because = until, turn.person.id, command.because
    turn.session.flush()
    enter(
        turn, duty.unit_id, "unlock_duty", duty=duty.id, project=project.id, period=duty.period,
        until=until.isoformat(), because=digest(command.because),
    )  # fmt: skip
    when = day_and_hour(until, turn.city.zone)
    told = words.told_unlocked.format(
        project=project.name, duty=name, until=when, because=command.because
    )  # fmt: skip
    tell_reporters(turn, project.id, Outgoing(text=told, rows=report_row(turn, duty)))
    title = words.unlocked.format(project=project.name, duty=name)
    return Outcome(Outgoing(title=title, text=words.unlocked_text.format(until=when)), summary=title)
