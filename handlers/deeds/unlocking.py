"""解锁: opening a closed duty once more for a while.

What is filed for a missed one then is late at best; one that was filed takes corrections, and stays as written.
"""

from handlers.commands import UnlockDuty
from handlers.deeds.telling import name_of, report_row, tell_reporters
from handlers.moments import day_and_hour
from handlers.outcome import Outcome, digest, enter, refusal
from handlers.turning import Turn
from rules.duties import may_be_unlocked
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
    if not may_be_unlocked(duty.kind, duty.state) or until + duties.SECOND <= turn.now:
        return refusal(words.unlock_too_late.format(project=project.name, duty=name))
    duty.unlocked_until, duty.unlocked_by, duty.unlocked_because = until, turn.person.id, command.because
    turn.session.flush()
    enter(
        turn, duty.unit_id, "unlock_duty", duty=duty.id, project=project.id, period=duty.period,
        until=until.isoformat(), because=digest(turn, command.because),
    )  # fmt: skip
    when = day_and_hour(until, turn.city.zone)
    missed = duty.state is DutyState.MISSED
    template = words.told_unlocked if missed else words.told_unlocked_filed
    told = template.format(project=project.name, duty=name, until=when, because=command.because)
    tell_reporters(turn, project.id, Outgoing(text=told, rows=report_row(turn, duty)))
    title = words.unlocked.format(project=project.name, duty=name)
    means = words.line_late_at_best if missed else words.line_correction_only
    text = words.unlocked_until.format(until=when) + means
    return Outcome(Outgoing(title=title, text=text), summary=title)
