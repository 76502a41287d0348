"""The ladder of a major problem as it runs: opened, said, stopped, taken up again, ended. Never commits.

Rule 1  A step is said once: `say` moves the ladder on only if it still stands where its caller saw it.
Rule 2  What was answered is withdrawn: alerts that still wait to be sent never go (`outbox.withdraw`).
Rule 3  What decides stands in `rules/ladder.py`; here it is only written down.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import String, bindparam, insert, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from rules.book import Ladder
from rules.issue_life import ENDED
from rules.kinds import EscalationState, IssueAct, IssueStep, IssueWord, ProjectState, Severity
from rules.ladder import FIRST, Step, stops
from storage import departments, outbox, whom
from storage import rules as stored_rules
from storage.issue_life import REAL
from storage.messages import Outgoing
from storage.prepared import Change, Query, among
from storage.tables.escalating import Escalation, EscalationAlert
from storage.tables.registry import Person, Project
from storage.tables.reporting import Issue, IssueEvent
from storage.tables.traffic import Occurrence
from storage.whom import About, Told

# What counts as something that followed an acknowledgement (decisions: 9).
FOLLOWING = (IssueAct.FORWARDED, IssueAct.DIRECTIVE, *IssueStep, *IssueWord)
STOPPABLE = (EscalationState.RUNNING, EscalationState.EXHAUSTED)


def open_ladder(
    session: Session,
    issue_id: int,
    ladder: Ladder,
    alert: Outgoing,
    now: datetime,
    ends: datetime | None = None,
) -> Escalation:
    """Freezes a ladder into a problem; its first step is due at once. One that stands is begun anew."""
    row = of_issue(session, issue_id) or Escalation(issue_id=issue_id, said=0)
    row.opened, row.ends, row.next = now, ends, now
    row.ladder, row.alert = ladder.model_dump(mode="json"), alert.model_dump(mode="json")
    row.state, row.taken, row.taken_by = EscalationState.RUNNING, None, None
    row.rung, row.turn, row.since = *FIRST, row.said + 1
    session.add(row)
    session.flush()
    return row


def alarm_key(row: Escalation) -> str:
    """Names the alarm with which the ladder was opened: what groups are told once."""
    return f"alarm:W{row.issue_id}:{row.since}"


def of_issue(session: Session, issue_id: int) -> Escalation | None:
    return session.scalars(select(Escalation).where(Escalation.issue_id == issue_id)).first()


def ladder_of(row: Escalation) -> Ladder:
    return Ladder.model_validate(row.ladder)


def step_of(row: Escalation) -> Step:
    return Step(row.rung, row.turn)


_T = Escalation.metadata.tables["escalations"]
_ladder, _taker = _T.c, Person.__table__.c
# A partial index is used only if its condition stands in the statement.
_DUE = Query(
    select(_ladder.id)
    .where(_ladder.next.is_not(None), _ladder.next <= bindparam("now"))
    .order_by(_ladder.next, _ladder.id)
    .limit(bindparam("most")),
    int,
)
_LEFT = Query(
    select(_ladder.id)
    .select_from(Escalation.__table__.join(Person.__table__, _taker.id == _ladder.taken_by))
    .where(_ladder.next.is_not(None), _ladder.state == EscalationState.TAKEN.value, _taker.active.is_(False))
    .order_by(_ladder.id)
    .limit(bindparam("most")),
    int,
)


def due(session: Session, now: datetime, limit: int) -> list[int]:
    """Ladders with something to do, the longest overdue first."""
    return _DUE.all(session, now=now, most=limit)


def left_by_taker(session: Session, limit: int) -> list[int]:
    """Ladders that were stopped by somebody who is gone since, before anything followed."""
    return _LEFT.all(session, most=limit)


def these(session: Session, ids: Collection[int]) -> list[tuple[Escalation, Issue]]:
    """Ladders with their problems, in the order asked for."""
    wanted = select(Escalation, Issue).join(Issue, Issue.id == Escalation.issue_id)
    found = {row.id: (row, issue) for row, issue in session.execute(wanted.where(Escalation.id.in_(ids)))}
    return [found[each] for each in ids]


def told_by(session: Session, ids: Collection[int]) -> dict[int, list[EscalationAlert]]:
    """Everyone whom these ladders have told, each in order."""
    found: dict[int, list[EscalationAlert]] = {each: [] for each in ids}
    wanted = select(EscalationAlert).where(EscalationAlert.escalation_id.in_(ids))
    for alert in session.scalars(wanted.order_by(EscalationAlert.id)):
        found[alert.escalation_id].append(alert)
    return found


def next_instant(session: Session, after: datetime) -> datetime | None:
    wanted = select(Escalation.next).where(Escalation.next.is_not(None), Escalation.next > after)
    return session.scalar(wanted.order_by(Escalation.next).limit(1))


class Lapse(NamedTuple):
    """A step that is late."""

    id: int
    issue_id: int
    said: int
    state: EscalationState

    @property
    def key(self) -> str:
        return f"late rung {self.id} {self.said} {self.state}"


_LATE = Query(
    select(_ladder.id, _ladder.issue_id, _ladder.said, _ladder.state)
    .where(_ladder.next.is_not(None), _ladder.next <= bindparam("by"))
    .order_by(_ladder.next, _ladder.id)
    .limit(bindparam("most")),
    Lapse,
)
_happened = Occurrence.__table__.c
_AUDITED = Query(select(_happened.key).where(_happened.key.in_(among("keys", String))), str)


def lapses(session: Session, by: datetime, limit: int) -> list[Lapse]:
    """Of the steps that were due by then and are not said, the longest overdue first, those not told already."""
    late = _LATE.all(session, by=by, most=limit)
    known = set(_AUDITED.all(session, keys=[each.key for each in late])) if late else set()
    return [each for each in late if each.key not in known]


def without_question(
    session: Session, today: date, filed_before: datetime, limit: int
) -> Sequence[Escalation]:
    """Ladders of open major problems, real ones and not of today, whose unit was not yet asked for its word today.

    While a project is paused nobody owes a word on it.
    """
    wanted = (
        select(Escalation)
        .join(Issue, Issue.id == Escalation.issue_id)
        .join(Project, Project.id == Issue.project_id)
        .where(
            REAL,
            Project.state == ProjectState.ACTIVE,
            Issue.closed.is_(None),
            Issue.severity == Severity.MAJOR,
            Issue.filed < filed_before,
            or_(Escalation.asked_on.is_(None), Escalation.asked_on < today),
        )
    )
    return session.scalars(wanted.order_by(Escalation.id).limit(limit)).all()


def words_due(session: Session, now: datetime, limit: int) -> Sequence[Escalation]:
    """Ladders whose unit owed its word of the day until now."""
    wanted = select(Escalation).where(Escalation.word_due.is_not(None), Escalation.word_due <= now)
    return session.scalars(wanted.order_by(Escalation.word_due, Escalation.id).limit(limit)).all()


def any_open(session: Session) -> bool:
    """Whether a real major problem is open."""
    wanted = select(Issue.id).where(REAL, Issue.closed.is_(None), Issue.severity == Severity.MAJOR)
    return session.scalar(wanted.limit(1)) is not None


_SAY = Change(
    update(_T)
    .where(_ladder.id == bindparam("row"), _ladder.said == bindparam("seen"), _ladder.state == bindparam("standing"))
    .values(rung=bindparam("to_rung"), turn=bindparam("to_turn"), next=bindparam("at"), said=_ladder.said + 1)
)  # fmt: skip


def say(session: Session, row: Escalation, following: Step, at: datetime | None) -> bool:
    """Moves on from the step that is said now; False if another has said it. `at`: when the following one is due."""
    session.flush()
    moved = _SAY.run(
        session, row=row.id, seen=row.said, standing=row.state, to_rung=following.rung, to_turn=following.turn,
        at=at,
    )  # fmt: skip
    if not moved:
        session.refresh(row)
        return False
    stands = {"rung": following.rung, "turn": following.turn, "next": at, "said": row.said + 1}
    for name, value in stands.items():
        set_committed_value(row, name, value)
    return True


def once(row: Escalation, person_id: int) -> str:
    """The key under which the step that was just said is told to a person: never twice."""
    return f"rung:{row.id}:{row.said}:{person_id}"


_RECORD = Change(insert(EscalationAlert.metadata.tables["escalation_alerts"]))


def record(
    session: Session, row: Escalation, rung: int, told: Iterable[tuple[Told, int | None]], now: datetime
) -> None:
    """Who was told by the step that was just said, and by which outgoing row."""
    _RECORD.run_many(
        session,
        (
            {
                "escalation_id": row.id, "step": row.said, "rung": rung, "person_id": each.person_id, "at": now,
                "acts_for": each.acts_for, "may": each.may, "outbox_id": outbox_id,
            }
            for each, outbox_id in told
        ),
    )  # fmt: skip


def record_also(
    session: Session, row: Escalation, told: Iterable[tuple[Told, int | None]], now: datetime
) -> None:
    """Others to whom it was passed on (转办); who was told by that step already stays as they are."""
    known = {each.person_id for each in alerts(session, row) if each.step == row.said}
    rung = max((each.rung for each in alerts(session, row)), default=0)
    record(session, row, rung, [each for each in told if each[0].person_id not in known], now)


def alerts(session: Session, row: Escalation, *, all_of_them: bool = False) -> Sequence[EscalationAlert]:
    """Those told since the ladder was opened or taken up again."""
    wanted = select(EscalationAlert).where(EscalationAlert.escalation_id == row.id)
    if not all_of_them:
        wanted = wanted.where(EscalationAlert.step >= row.since)
    return session.scalars(wanted.order_by(EscalationAlert.id)).all()


def told_of(session: Session, issue_id: int, *, may: bool = False) -> list[int]:
    """Everyone whom the ladder of a problem has ever told; with `may` those who could stop it."""
    wanted = (
        select(EscalationAlert.person_id)
        .join(Escalation, Escalation.id == EscalationAlert.escalation_id)
        .where(Escalation.issue_id == issue_id)
        .order_by(EscalationAlert.id)
    )
    rows = session.scalars(wanted.where(EscalationAlert.may.is_(True)) if may else wanted)
    return list(dict.fromkeys(rows))


def open_for(session: Session, person_id: int, limit: int) -> Sequence[Issue]:
    """Problems that are not closed and that a person was asked to take, the newest first."""
    theirs = (
        select(Escalation.issue_id)
        .join(EscalationAlert, EscalationAlert.escalation_id == Escalation.id)
        .where(EscalationAlert.person_id == person_id, EscalationAlert.may.is_(True))
    )
    wanted = select(Issue).where(Issue.id.in_(theirs), Issue.state.not_in(ENDED))
    return session.scalars(wanted.order_by(Issue.id.desc()).limit(limit)).all()


def asked(session: Session, issue: Issue, today: date) -> dict[int, Told]:
    """Whom its ladder has told, as they are today: who has left or is nobody's secretary any more is not among them.

    A department to which it was passed on (转办) is asked like a rung.
    """
    row = of_issue(session, issue.id)
    if row is None:
        return {}
    ladder, about = ladder_of(row), About.of(issue, stored_rules.in_force(session).book)
    rungs = {each.rung for each in alerts(session, row, all_of_them=True)}
    found = [each for rung in sorted(rungs) for each in whom.told(session, ladder.rungs[rung], about, today)]
    units = session.scalars(
        select(IssueEvent.note).where(IssueEvent.issue_id == issue.id, IssueEvent.kind == IssueAct.FORWARDED)
    )
    found += [Told(person) for unit in units for person in _department(session, unit, issue, today)]
    return {each.person_id: each for each in sorted(found, key=lambda each: each.may)}


def _department(session: Session, name: str, issue: Issue, today: date) -> list[int]:
    unit = departments.called(session, name, today)
    return [] if unit is None else departments.contacts(session, unit, issue.project_id, today)


def answer(session: Session, row: Escalation, person_id: int, now: datetime) -> bool:
    """The person takes note; whether that stops the ladder. A drill ends once everyone who was asked has answered."""
    told = alerts(session, row)
    for each in told:
        if each.person_id == person_id and each.acknowledged is None:
            each.acknowledged = now
    session.flush()
    if row.ends is not None and _answered(told, person_id, each=True):
        row.ends = row.next = now
    if row.state not in STOPPABLE:
        return False
    rung = max((each.rung for each in told), default=0)
    last = [each for each in told if each.rung == rung]
    return _answered(last, person_id, each=ladder_of(row).rungs[rung].each)


def _answered(told: Sequence[EscalationAlert], person_id: int, *, each: bool) -> bool:
    may = [alert for alert in told if alert.may]
    return stops(
        each=each,
        asked={alert.person_id for alert in may if alert.outbox_id is not None},
        answered={alert.person_id for alert in may if alert.acknowledged is not None} | {person_id},
        for_whom={alert.person_id: alert.acts_for for alert in may if alert.acts_for is not None},
    )


def take(session: Session, row: Escalation, person_id: int, now: datetime, follow_by: datetime) -> None:
    """Stops the ladder: nothing more is said, and what still waits to be sent never goes."""
    row.state, row.taken, row.taken_by = EscalationState.TAKEN, now, person_id
    row.next = row.ends or follow_by
    session.flush()
    withdraw(session, row, now)


def followed(session: Session, row: Escalation) -> bool:
    """Whether something has followed the acknowledgement."""
    wanted = select(IssueEvent.id).where(
        IssueEvent.issue_id == row.issue_id,
        IssueEvent.kind.in_(FOLLOWING),
        IssueEvent.person_id.is_not(None),  # what a rule does is no answer
        IssueEvent.at >= row.taken,
    )
    return session.scalar(wanted.limit(1)) is not None


def resume(session: Session, row: Escalation, step: Step, now: datetime) -> None:
    """Nothing has followed: the ladder goes on from `step`, at once, and must be answered anew."""
    row.state, row.taken, row.taken_by = EscalationState.RUNNING, None, None
    row.rung, row.turn, row.next, row.since = step.rung, step.turn, now, row.said + 1
    session.flush()


def end(session: Session, row: Escalation, state: EscalationState, now: datetime) -> None:
    """Nothing is due any more. A ladder that is over leaves nothing on its way."""
    row.state, row.next = state, None
    session.flush()
    if state is EscalationState.OVER:
        withdraw(session, row, now)


def withdraw(session: Session, row: Escalation, now: datetime, person_id: int | None = None) -> None:
    told = alerts(session, row, all_of_them=True)
    outbox.withdraw(
        session,
        [each.outbox_id for each in told if each.outbox_id and person_id in (None, each.person_id)],
        now,
    )


def pass_over(
    session: Session, issue_id: int, blocked: int, reachable: Collection[int], now: datetime
) -> bool:
    """Someone who was told has blocked us: if nobody else of that rung can be reached, the next one is due now."""
    row = of_issue(session, issue_id)
    if row is None or row.state is not EscalationState.RUNNING:
        return False
    told = [each for each in alerts(session, row) if each.may]
    rung = max((each.rung for each in told), default=-1)
    if any(each.rung == rung and each.person_id != blocked and each.person_id in reachable for each in told):
        return False
    if row.rung <= rung:
        row.rung, row.turn = rung + 1, 0
    row.next = now
    session.flush()
    return True
