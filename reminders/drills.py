"""演练: a drill ends by itself, with who took note when and which links are broken; once a quarter one is proposed."""

from collections.abc import Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.case import Case, end, names_of, write
from reminders.moment import Moment
from reminders.wording import escalation as words
from rules.book import Book
from rules.kinds import EscalationState, IssueState, Lane, PeriodKind, Role
from rules.periods import Period
from rules.reminding import may_go
from rules.workdays import calendar_of, instant
from storage import issue_life, issues, outbox, people, projects, waits
from storage import rules as stored_rules
from storage.issue_life import Rules
from storage.messages import Option, Outgoing
from storage.tables.escalating import EscalationAlert
from storage.tables.traffic import Occurrence

AT = time(10)  # a drill is proposed when people are at work


def end_drill(case: Case) -> None:
    """The office gets the result; everyone who was told hears that it is over."""
    session, now, issue = case.session, case.moment.now, case.issue
    told = case.told
    result = Outgoing(title=_title(case), text="\n".join(_result(case, told)))
    end(case, EscalationState.OVER)
    issue_life.stand(session, issue, IssueState.CLOSED, now, Rules(case.moment.rules.book, case.moment.zone))
    issue_life.let_go(session, issue, now)
    issues.add_event(session, issue.id, None, "drill_ended", now)
    office = people.in_role(session, Role.OFFICE, case.today)
    for contact in case.contacts([issue.filed_by, *office]):
        write(case, contact, result, f"drill result:{case.row.id}:{contact.id}")
    others = {each.person_id for each in told} - {issue.filed_by, *office}
    over = Outgoing(text=words.DRILL_TOLD_OVER.format(number=issue.number))
    for contact in case.contacts(sorted(others)):
        write(case, contact, over, f"drill over:{case.row.id}:{contact.id}")


def _title(case: Case) -> str:
    project = projects.named(case.session, case.issue.project_id).name
    return words.DRILL_ENDED_TITLE.format(number=case.issue.number, project=project)


def _result(case: Case, told: Sequence[EscalationAlert]) -> list[str]:
    first: dict[int, EscalationAlert] = {}
    for each in told:
        kept = first.setdefault(each.person_id, each)
        if each.acknowledged and not kept.acknowledged:
            first[each.person_id] = each
    broken = [each for each in first if not _reached(case.session, told, each)]
    quick = sorted(
        (each for each in first.values() if each.acknowledged), key=lambda each: (each.acknowledged, each.id)
    )
    silent = [
        each.person_id
        for each in first.values()
        if each.may and not each.acknowledged and each.person_id not in broken
    ]
    lines = [_noted(case, told, quick) if quick else words.DRILL_NOBODY]
    if silent:
        lines.append(words.DRILL_SILENT.format(names=names_of(case, silent)))
    lines.append(
        words.DRILL_UNREACHED.format(names=names_of(case, broken)) if broken else words.DRILL_ALL_REACHED
    )
    return lines


def _noted(case: Case, told: Sequence[EscalationAlert], quick: Sequence[EscalationAlert]) -> str:
    """Each with the whole minutes since they were first told."""
    since = {each.person_id: each.at for each in reversed(told)}
    said = (_how_quick(case, each, since[each.person_id]) for each in quick)
    return words.DRILL_NOTED.format(people=words.BETWEEN.join(said))


def _how_quick(case: Case, alert: EscalationAlert, since: datetime) -> str:
    minutes = int(((alert.acknowledged or since) - since).total_seconds() // 60)
    template = words.DRILL_PERSON if minutes else words.DRILL_QUICK
    return template.format(name=names_of(case, [alert.person_id]), minutes=minutes)


def _reached(session: Session, told: Sequence[EscalationAlert], person_id: int) -> bool:
    """Whether one alert at least was handed over, or answered."""
    theirs = [each for each in told if each.person_id == person_id]
    rows = waits.states(session, [each.outbox_id for each in theirs if each.outbox_id])
    return any(each.acknowledged for each in theirs) or outbox.State.SENT in rows


def propose_drill(session: Session, moment: Moment) -> bool:
    """Once a quarter, where the rules want it, the office is asked to hold a drill: by one tap."""
    if not moment.rules.book.drill.quarterly:
        return False
    today = moment.now.astimezone(moment.zone).date()
    quarter = Period.of(PeriodKind.QUARTER, today)
    if moment.now < _moment(quarter, moment.rules.book, moment.zone):
        return False
    key = f"drill {quarter}"
    if session.get(Occurrence, key) is not None:
        return False
    session.add(Occurrence(key=key, at=moment.now))
    session.flush()
    if issues.drilled_since(session, instant(quarter.first_day, time(), moment.zone)):
        return True
    message = Outgoing(text=words.DRILL_DUE, rows=((Option(label=words.DRILL_BUTTON, data="o|drill|"),),))
    for contact in people.contacts(
        session, people.in_role(session, Role.OFFICE, today), moment.reach.running
    ):
        channel = contact.address.channel if contact.address else ""
        outbox.write(
            session, address=contact.address, person_id=contact.id, message=message, lane=Lane.REMINDER,
            now=moment.now, due=may_go(moment.now, moment.rules.book, moment.zone),
            limit=moment.reach.limit(channel), once=f"{key}:{contact.id}",
        )  # fmt: skip
    return True


def next_proposal(session: Session, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The next moment at which a drill is proposed."""
    book = stored_rules.in_force(session).book
    if not book.drill.quarterly:
        return None
    quarter = Period.of(PeriodKind.QUARTER, now.astimezone(zone).date())
    moments = [_moment(each, book, zone) for each in (quarter, quarter.next())]
    return next((moment for moment in moments if moment > now), None)


def _moment(quarter: Period, book: Book, zone: ZoneInfo) -> datetime:
    """In the morning of the first working day of the quarter's second month."""
    first = quarter.first_day
    return instant(calendar_of(book).nth_workday(first.replace(month=first.month + 1), 1), AT, zone)
