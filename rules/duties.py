"""Who owes what (应报), and how a duty stands (应报状态).

One function, `state_of`, decides every state. While a duty is open its state follows from the clock; at its
close it is written into its row, and what is written is never worked out again: not after a change of
rules, of exemptions or of problems. Only an unlock can still turn a missed duty into a late one.

Instants are compared to the second, as people read them: 18:00:00.9 is not after 18:00.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from rules.kinds import DutyKind, DutyState, ProjectState, Severity
from rules.periods import Period, Window, period_kind

# On which problems a word is a duty.
_OF_SEVERITY = {DutyKind.ISSUE: Severity.GENERAL, DutyKind.DAILY: Severity.MAJOR}
SETTLED = frozenset(DutyState) - {DutyState.UPCOMING, DutyState.OPEN, DutyState.OVERDUE}


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """What decides whether a project is on the expected list.

    state    today's state; only an active project owes
    since    first day of its present stay on the list: entered, or resumed after a pause
    until    last day on the list, None if no end is set
    sub      a sub-project (子项目), which owes nothing unless `owes_itself` (单独报送) is flagged
    """

    state: ProjectState
    since: date
    until: date | None = None
    sub: bool = False
    owes_itself: bool = False


@dataclass(frozen=True, slots=True)
class ProblemFacts:
    """The life of one problem, by the city's dates. `closed_on`: 已解决 or 销号; None while it is open."""

    severity: Severity
    filed_on: date
    closed_on: date | None = None


@dataclass(frozen=True, slots=True)
class DutyFacts:
    """What decides how a duty stands.

    window    its three instants, frozen when it was opened
    filed_at  the filing that counts, see `filing_that_counts`
    delivered  whether the duty and a reminder provably reached someone who answers for it, before it was due.
              Without proof a unit is never called late or missing, but 送达异常, for a person to review (N5).
              True until deliveries are recorded
    exempt    免报 was approved before the close
    answered  a problem answered for this zero, see `bars_zero`; a zero filed before it stands as filed
    off_list  the project was paused or ended before the period did, so that it no longer owes it, see `owed`
    written   the state written at the close, None before
    unlocked_until  the office unlocked this closed duty until then; what was filed stays on time or late
    """

    window: Window
    filed_at: datetime | None = None
    delivered: bool = True
    exempt: bool = False
    answered: bool = False
    off_list: bool = False
    written: DutyState | None = None
    unlocked_until: datetime | None = None


def owed(project: ProjectFacts, kind: DutyKind, period: Period, problem: ProblemFacts | None = None) -> bool:
    """Whether a project owes a duty for a period: it is active, and on the list for the whole of it.

    A word (ISSUE, DAILY) is owed for a `problem` that was there before the period began and is not closed by its
    end, each month for a general one and each day for a major one; in the period it is filed, the filing is the word.
    A zero is owed even if a problem will make it void.
    """
    if period.kind is not period_kind(kind):
        raise ValueError(f"found the period {period} for {kind}, expected a {period_kind(kind)}")
    if project.state is not ProjectState.ACTIVE or not expected(project, period):
        return False
    severity = _OF_SEVERITY.get(kind)
    if severity is None:
        return True
    return problem is not None and problem.severity is severity and _awaits_word(problem, period)


def expected(project: ProjectFacts, period: Period) -> bool:
    """Whether a project was on the expected list (应报名单) for the whole of a period, whatever its state is now.

    One that left after the period had ended still owes it.
    """
    if project.sub and not project.owes_itself:
        return False
    return project.since <= period.first_day and (project.until is None or project.until >= period.last_day)


def left_before(project: ProjectFacts, period: Period) -> bool:
    """Whether a project left the expected list before a period ended, so that it does not owe it (DutyFacts.off_list).

    Unlike `expected` it does not ask since when the project is on the list: what was opened was owed then, and one
    that left after the period and came back since owes it still.
    """
    return project.until is not None and project.until < period.last_day


def _awaits_word(problem: ProblemFacts, period: Period) -> bool:
    open_at_end = problem.closed_on is None or problem.closed_on > period.last_day
    return problem.filed_on < period.first_day and open_at_end


def may_be_unlocked(kind: DutyKind, state: DutyState | None) -> bool:
    """A missed duty may be opened once more; of what was filed only a monthly report has anything to correct."""
    filed = kind is DutyKind.PROGRESS and state in (DutyState.ON_TIME, DutyState.LATE)
    return state is DutyState.MISSED or filed


def bars_zero(half: Period, problems: Iterable[ProblemFacts]) -> bool:
    """Whether a half-year has no zero to give: a problem was filed in it, or is open now.

    The duty is then void, not late: the problem answered for it. One of an earlier half-year that is solved by
    now bars nothing. The program asks the same of the database (`storage.issues.barring`).
    """
    return any(problem.closed_on is None or half.contains(problem.filed_on) for problem in problems)


def filing_that_counts(
    filed: datetime | None,
    *,
    returned: bool = False,
    mended: datetime | None = None,
    mend_by: datetime | None = None,
) -> datetime | None:
    """When a duty's report counts as filed (decisions: 5).

    The first filing counts, also of a report that was sent back (退回), if it was mended by `mend_by`; else the
    mending. While it is `returned` and not mended, nothing counts: at the close, that is as if it never came.
    """
    if returned and mended is None:
        return None
    in_time = mended is None or mend_by is None or not _after(mended, mend_by)
    return filed if in_time else mended


def state_of(duty: DutyFacts, now: datetime) -> DutyState:
    """How a duty stands at an instant. Total: exactly one state for any facts and any aware `now`."""
    filed_at = duty.filed_at if duty.filed_at is not None and duty.filed_at <= now else None
    if duty.written is not None:
        return _after_close(duty, filed_at, duty.written)
    if duty.exempt:
        return DutyState.EXEMPT
    if filed_at is not None and not _after(filed_at, duty.window.due):
        return DutyState.ON_TIME
    if filed_at is not None and not _after(filed_at, duty.window.closes):
        return DutyState.LATE if duty.delivered else DutyState.UNDELIVERED
    if duty.answered or duty.off_list:
        return DutyState.VOID
    return _unfiled(duty, now, filed_at)


def state_at_close(duty: DutyFacts) -> DutyState:
    """The state to be written when the duty closes; always a settled one."""
    return state_of(duty, duty.window.closes + timedelta(seconds=1))


def _unfiled(duty: DutyFacts, now: datetime, filed_at: datetime | None) -> DutyState:
    if now < duty.window.opens:
        return DutyState.UPCOMING
    if not _after(now, duty.window.due):
        return DutyState.OPEN
    if not _after(now, duty.window.closes):
        return DutyState.OVERDUE
    return _after_close(duty, filed_at, DutyState.MISSED if duty.delivered else DutyState.UNDELIVERED)


def _after_close(duty: DutyFacts, filed_at: datetime | None, state: DutyState) -> DutyState:
    """Late at best: what was filed while a missed duty stood unlocked."""
    if state is not DutyState.MISSED or filed_at is None or duty.unlocked_until is None:
        return state
    in_time = _after(filed_at, duty.window.closes) and not _after(filed_at, duty.unlocked_until)
    return DutyState.LATE if in_time else state


def _after(moment: datetime, limit: datetime) -> bool:
    return moment >= limit + timedelta(seconds=1)
