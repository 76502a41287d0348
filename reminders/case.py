"""A ladder that is due, with its problem, as one slice of the sweep sees it; and how it speaks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from reminders.moment import Moment
from reminders.wording import escalation as words
from rules.book import Ladder
from rules.kinds import EscalationState, Lane
from storage import escalations, ledger, outbox, people
from storage.messages import Outgoing
from storage.people import Contact
from storage.tables.escalating import Escalation, EscalationAlert
from storage.tables.reporting import Issue


@dataclass(frozen=True, slots=True)
class Case:
    session: Session
    moment: Moment
    row: Escalation
    issue: Issue
    ladder: Ladder
    alert: Outgoing
    told: Sequence[EscalationAlert]  # everyone whom it has told before this slice

    @property
    def told_lately(self) -> list[EscalationAlert]:
        """Those told since the ladder was opened or taken up again."""
        return [each for each in self.told if each.step >= self.row.since]

    @property
    def number(self) -> str:
        return (words.DRILL if self.issue.drill else "") + self.issue.number

    @property
    def today(self) -> date:
        return self.moment.now.astimezone(self.moment.zone).date()

    def contacts(self, person_ids: Sequence[int]) -> list[Contact]:
        return people.contacts(self.session, person_ids, self.moment.reach.running)

    def clock(self, moment: datetime) -> str:
        local = moment.astimezone(self.moment.zone)
        return words.DAY_AND_HOUR.format(
            month=local.month, day=local.day, hour=local.hour, minute=f"{local.minute:02}"
        )


def cases(session: Session, moment: Moment, ids: Sequence[int]) -> list[Case]:
    """These ladders, read together."""
    if not ids:
        return []
    told = escalations.told_by(session, ids)
    return [
        Case(
            session, moment, row, issue, escalations.ladder_of(row), Outgoing.model_validate(row.alert), told[row.id]
        )
        for row, issue in escalations.these(session, ids)
    ]  # fmt: skip


def names_of(case: Case, person_ids: Sequence[int]) -> str:
    called = people.names(case.session, person_ids)
    return words.BETWEEN.join(called[each] for each in dict.fromkeys(person_ids) if each in called)


def write(case: Case, contact: Contact, message: Outgoing, once: str) -> int | None:
    """Writes an urgent message down; the outgoing row if it can reach the person."""
    channel = contact.address.channel if contact.address else ""
    written = outbox.write(
        case.session, address=contact.address, person_id=contact.id, message=message, lane=Lane.URGENT,
        now=case.moment.now, limit=case.moment.reach.limit(channel), number=case.issue.number, once=once,
    )  # fmt: skip
    return written if contact.address else None


def end(case: Case, state: EscalationState) -> None:
    escalations.end(case.session, case.row, state, case.moment.now)
    enter(case, "end_ladder", state=state)


def enter(case: Case, act: str, **facts: object) -> None:
    ledger.append(
        case.session, chain=f"unit:{case.issue.unit_id}", who="system", act=act, now=case.moment.now,
        facts={"issue": case.issue.number, **facts},
    )  # fmt: skip
