"""送达异常 decided: late or missed after all, or let be; it stays out of timeliness only then for good."""

from handlers.commands import JudgeDuty
from handlers.conversations.judge_duty import judgement
from handlers.deeds.duty import restate
from handlers.deeds.telling import name_of, tell_reporters
from handlers.outcome import Outcome, digest, enter, refusal
from handlers.turning import Turn
from rules.duties import filing_that_counts
from rules.kinds import DutyState
from storage import projects, reports
from storage.messages import Outgoing
from storage.tables.reporting import Duty


def judge_duty(turn: Turn, command: JudgeDuty) -> Outcome:
    words, duty = turn.city.words, turn.session.get_one(Duty, command.duty_id)
    named = {"project": projects.named(turn.session, duty.project_id).name, "duty": name_of(turn, duty)}
    if duty.state is not DutyState.UNDELIVERED or duty.judged is not None:
        return refusal(words.judge_too_late.format(**named))
    filed = _filed(turn, duty)
    duty.judged, duty.judged_by, duty.judged_because = turn.now, turn.person.id, command.because
    turn.session.flush()
    enter(
        turn, duty.unit_id, "judge_undelivered", duty=duty.id, project=duty.project_id, period=duty.period,
        counts=command.counts, because=digest(turn, command.because),
    )  # fmt: skip
    if command.counts:
        restate(turn, duty, DutyState.LATE if filed else DutyState.MISSED)
    said = judgement(words, counts=command.counts, filed=filed)
    told = words.told_judged.format(**named, judgement=said, because=command.because)
    tell_reporters(turn, duty.project_id, Outgoing(text=told))
    title = words.judged.format(**named, judgement=said)
    return Outcome(Outgoing(text=title), summary=title)


def _filed(turn: Turn, duty: Duty) -> bool:
    """Whether a report that counts had come by the close."""
    returned = bool(duty.report_id and reports.returned(turn.session, [duty.report_id]))
    return filing_that_counts(duty.settled, returned=returned) is not None
