"""What deeds ask of a duty before they settle it, and how a report keeps it."""

from handlers.outcome import enter
from handlers.turning import Turn
from rules.duties import DutyFacts, filing_that_counts, state_of
from rules.kinds import DutyState
from storage import duties
from storage.duties import DutyRow
from storage.tables.reporting import Duty


def is_open(duty: DutyRow, turn: Turn) -> bool:
    """Whether a report is taken: between the duty's instants, while one can be mended, or while it stands unlocked."""
    if duty.state is not None:
        return duty.unlocked_until is not None and turn.now < duty.unlocked_until + duties.SECOND
    closes = max(duty.closes, duty.mend_by or duty.closes)
    return duty.exempt is None and duty.opens <= turn.now < closes + duties.SECOND


def keep(turn: Turn, duty: DutyRow, report_id: int) -> None:
    """A report keeps the duty. The first filing counts, also of one mended in time; a missed duty becomes late."""
    duties.settle(turn.session, duty.id, report_id, turn.now)
    if duty.mend_by is not None:
        counts = filing_that_counts(duty.settled, mended=turn.now, mend_by=duty.mend_by)
        duties.mend(turn.session, duty.id, counts)
    if duty.state is DutyState.MISSED:
        facts = DutyFacts(
            duty.window, filed_at=turn.now, written=duty.state, unlocked_until=duty.unlocked_until
        )
        restate(turn, duty, state_of(facts, turn.now))


def restate(turn: Turn, duty: DutyRow | Duty, state: DutyState | None) -> None:
    """Writes another state; the ledger keeps the one before."""
    duties.restate(turn.session, duty.id, state, turn.now)
    enter(turn, duty.unit_id, "restate_duty", duty=duty.id, before=duty.state, after=state)
