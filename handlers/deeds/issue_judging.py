"""What the office has judged (误报, 瞒报): the table says what follows for the problem, this for the zero."""

from handlers.deeds.duty import restate
from handlers.outcome import enter
from handlers.turning import Turn
from rules.kinds import DutyKind, DutyState, IssueStep
from storage import duties, issue_life, issues, reports
from storage.tables.reporting import Issue, Report


def conceal(turn: Turn, issue: Issue) -> None:
    """瞒报: the zero that was given although there was this problem counts for nothing; its half-year is 未报."""
    zero = _zero(turn, issue)
    if zero is None or zero.withdrawn is not None:
        return
    reports.withdraw(turn.session, zero.id, turn.now)
    duty = duties.find(turn.session, zero.project_id, DutyKind.ZERO, zero.period)
    if duty is not None:
        duties.unsettle(turn.session, duty.id)
        if duty.state in (DutyState.ON_TIME, DutyState.LATE):
            restate(turn, duty, DutyState.MISSED)
    enter(turn, issue.unit_id, "void_zero", report=zero.receipt, issue=issue.number, project=zero.project_id,
          period=zero.period)  # fmt: skip


def judged(turn: Turn, issue: Issue, step: IssueStep) -> list[str]:
    """What is said of a judgement's consequence."""
    words, zero = turn.city.words, _zero(turn, issue)
    if step is IssueStep.IS_FALSE:
        return [words.told_false]
    if zero is None:
        return []
    template = words.told_zero_void if step is IssueStep.CONCEALED else words.told_zero_stands
    return [template.format(receipt=zero.receipt)]


def _zero(turn: Turn, issue: Issue) -> Report | None:
    """The zero that was put in doubt when the problem was found."""
    doubt = issues.newest(turn.session, issue.id, (issue_life.FOUND_AFTER_ZERO,))
    return turn.session.get(Report, int(doubt.note.removeprefix("J"))) if doubt else None
