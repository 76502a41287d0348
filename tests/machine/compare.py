"""What stands in the database beside what the model says, after every step and in the end."""

import json
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from rules.kinds import DutyKind, DutyState, EscalationState, IssueAct
from storage import ledger
from storage.outbox import ANSWERED, State
from storage.tables.escalating import Escalation, EscalationAlert
from storage.tables.ledger import LedgerRow
from storage.tables.reporting import Duty, Issue, IssueEvent, Report, ReportVersion
from storage.tables.traffic import InboxRow, OutboxRow, Talk
from tests.machine.model import LADDER, Filed, Problem, same

if TYPE_CHECKING:
    from tests.machine.world import World

MONTH = "2012-03"


def compare(session: Session, world: "World") -> None:
    _inbox(session, world)
    _talks(session, world)
    _filed(session, world)
    _problems(session, world)


def _inbox(session: Session, world: "World") -> None:
    rows = session.execute(select(InboxRow.external, InboxRow.state).order_by(InboxRow.id)).all()
    same("stored", [row.external for row in rows], list(world.model.stored))
    same("done", {row.external for row in rows if row.state == "done"}, world.model.done)
    same("neither new nor done", [row for row in rows if row.state not in ("new", "done")], [])


def _talks(session: Session, world: "World") -> None:
    """The reports that are open, and which of them their reporter is in the middle of."""
    model = world.model
    person = int(world.chats["reporter"]) - 1000
    rows = session.execute(
        select(Talk.id, Talk.state).where(
            Talk.person_id == person, Talk.state.in_(["current", "paused"]), Talk.script == "report_progress"
        )
    )
    found = {f"t{_in_letters(row.id)}": row.state == "current" for row in rows}
    same("open reports", found, {card.talk: number == model.current for number, card in model.open.items()})


def _in_letters(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits


def _filed(session: Session, world: "World") -> None:
    """Each confirmed amount once and in order, the last one standing; and the duty is known to be settled."""
    rows = session.execute(
        select(Report.project_id, Report.version.label("standing"), ReportVersion.version, ReportVersion.amount,
               ReportVersion.filed)
        .join(ReportVersion, ReportVersion.report_id == Report.id)
        .order_by(ReportVersion.version)
    )  # fmt: skip
    found, standing = defaultdict(list), dict[int, int]()
    for row in rows:
        found[row.project_id].append((row.version, Filed(row.amount, row.filed)))
        standing[row.project_id] = row.standing
    wanted = {
        world.projects[number]: list(enumerate(filed, 1)) for number, filed in world.model.filed.items()
    }
    same("filed", dict(found), wanted)
    same("standing", standing, {project: len(filed) for project, filed in wanted.items()})
    settled = session.execute(
        select(Duty.project_id, Duty.settled).where(
            Duty.kind == DutyKind.PROGRESS, Duty.period == MONTH, Duty.report_id.is_not(None)
        )
    ).all()
    first = {world.projects[number]: filed[0].at for number, filed in world.model.filed.items()}
    same("settled", {row.project_id: row.settled for row in settled}, first)


def _problems(session: Session, world: "World") -> None:
    problems = world.model.problems
    filed = session.execute(select(Issue.id, Issue.filed).order_by(Issue.id)).all()
    same("problems", [row.filed for row in filed], [each.filed for each in problems])
    told = defaultdict(list)
    for row in session.execute(
        select(Escalation.issue_id, EscalationAlert.step, EscalationAlert.rung, EscalationAlert.person_id,
               EscalationAlert.at)
        .join(Escalation, Escalation.id == EscalationAlert.escalation_id)
    ):  # fmt: skip
        told[row.issue_id].append((row.step, row.rung, world.people.get(row.person_id, "?"), row.at))
    ladders = {row.issue_id: row for row in session.scalars(select(Escalation))}
    noted = defaultdict(list)
    for note in session.execute(
        select(IssueEvent.issue_id, IssueEvent.person_id, IssueEvent.at).where(
            IssueEvent.kind == IssueAct.ACKNOWLEDGED
        )
    ):
        noted[note.issue_id].append((world.people.get(note.person_id or 0, "?"), note.at))
    for number, each in zip((row.id for row in filed), problems, strict=True):
        same(f"told of W{number}", sorted(told[number]), sorted(each.told()))
        same(f"noted W{number}", noted[number], [each.taken] if each.taken else [])
        _ladder(ladders[number], each)


def _ladder(row: Escalation, problem: Problem) -> None:
    if problem.taken:
        same(f"the ladder of W{row.issue_id}", row.state, EscalationState.TAKEN)
        return
    ended = problem.next is None
    same(
        f"the ladder of W{row.issue_id}",
        (row.state, row.next),
        (EscalationState.EXHAUSTED if ended else EscalationState.RUNNING, problem.next),
    )


def numbers(session: Session) -> list[int]:
    """Those of the problems, in the order in which the model has them: on PostgreSQL what was undone leaves a gap."""
    return list(session.scalars(select(Issue.id).order_by(Issue.id)))


def steps_said(session: Session, problem: int) -> int:
    """How many steps of the ladder of the model's n-th problem were said; its end counts as one."""
    issue_id = numbers(session)[problem - 1]
    row = session.scalars(select(Escalation).where(Escalation.issue_id == issue_id)).one()
    return row.said + (row.state is EscalationState.EXHAUSTED)


def compare_at_the_end(session: Session, world: "World") -> None:
    same("waits to be stored", world.unheard, [])
    same("waits to be taken", world.model.next_turns(), [])
    same("the ledger's faults", ledger.verify(session), [])
    _rows_at_the_end(session, world)
    _alerts_at_the_end(session, world)
    _duties_at_the_end(session, world)
    _ledger_at_the_end(session, world)


def _rows_at_the_end(session: Session, world: "World") -> None:
    """Every row has come to its end, or is to go later; what was accepted, as often as it may be."""
    letters, now = world.model.letters, world.clock.now
    for row in session.scalars(select(OutboxRow).order_by(OutboxRow.id)):
        letter = letters.get(row.id)
        open_ = row.state in (State.DUE, State.SENDING)
        same(f"row {row.id} is open though due", open_ and row.due <= now, False)
        same(f"row {row.id} is sent", row.state == State.SENT, letter is not None and letter.sent)
        same(f"row {row.id} is in doubt", row.state == State.UNKNOWN, _is_unknown(row, world))
        same(f"row {row.id} has failed", row.state == State.FAILED, False)
        if letter is not None:
            same(f"row {row.id} arrived too often", letter.accepted <= letter.doubts + letter.sent, True)
            same(f"row {row.id} arrived more than twice", letter.accepted > 2 and letter.repeats < 10, False)
            same(f"doubts of row {row.id}", row.ambiguous, letter.doubts)
        if row.number and row.lane <= 1 and row.state not in (State.SENT, State.UNKNOWN):
            answered = row.note == ANSWERED or row.useless_after is not None  # by who took note
            same(
                f"receipt or alert {row.id} was answered before it went",
                (row.state, answered),
                (State.EXPIRED, True),
            )


def _is_unknown(row: OutboxRow, world: "World") -> bool:
    letter = world.model.letters.get(row.id)
    return letter is not None and not letter.sent and letter.doubts > letter.repeats


def _alerts_at_the_end(session: Session, world: "World") -> None:
    """Every step went to everybody whom it told, unless somebody has taken note before."""
    rows = session.execute(
        select(Escalation.issue_id, EscalationAlert.person_id, OutboxRow.id, OutboxRow.state, OutboxRow.note)
        .join(Escalation, Escalation.id == EscalationAlert.escalation_id)
        .join(OutboxRow, OutboxRow.id == EscalationAlert.outbox_id, isouter=True)
    )
    place = {number: each for each, number in enumerate(numbers(session))}
    for row in rows:
        problem = world.model.problems[place[row.issue_id]]
        if row.state not in (State.SENT, State.UNKNOWN):
            same(f"alert {row} never went, and nobody has taken note", problem.taken is not None, True)
    for number, each in enumerate(world.model.problems, 1):
        same(f"W{number} has come to its end", each.taken is not None or len(each.said) == len(LADDER), True)


def _duties_at_the_end(session: Session, world: "World") -> None:
    """The month has closed: who has reported is shown as having reported, and nobody else."""
    rows = session.execute(
        select(Duty.project_id, Duty.state).where(Duty.kind == DutyKind.PROGRESS, Duty.period == MONTH)
    )
    reported = {row.project_id for row in rows if row.state in (DutyState.ON_TIME, DutyState.LATE)}
    same("shown as having reported", reported, {world.projects[each] for each in world.model.filed})


def _ledger_at_the_end(session: Session, world: "World") -> None:
    found = Counter(json.loads(text)["act"] for text in session.scalars(select(LedgerRow.canonical)))
    wanted = {
        "file_progress": sum(len(each) for each in world.model.filed.values()),
        "file_issue": len(world.model.problems),
        "acknowledge_issue": sum(each.taken is not None for each in world.model.problems),
        "say_rung": sum(len(each.said) - 1 for each in world.model.problems),
    }
    same("deeds in the ledger", {act: found[act] for act in wanted}, wanted)
