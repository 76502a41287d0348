"""续报: while a major problem is open its unit says every day how it stands, rest days too (decisions: 9).

Rule 1  It is asked for once a day, of the project's contacts, and one tap answers. A word of that day answers too.
Rule 2  Who was not asked owes nothing: a day on which the program stood still is nobody's fault.
Rule 3  What was not said is an event of the problem, and its unit's head and the office hear of it.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.case import Case, cases
from reminders.moment import SLICE, Moment
from reminders.wording import escalation as words
from rules.book import FollowUp
from rules.kinds import IssueWord, Lane, Role
from rules.workdays import instant
from storage import escalations, issues, ledger, outbox, owing, people, projects
from storage import rules as stored_rules
from storage.messages import Option, Outgoing
from storage.tables.traffic import Occurrence


def ask_words(session: Session, moment: Moment) -> bool:
    """Asks for the day's words, between the hour of asking and the hour at which they are due."""
    today = moment.now.astimezone(moment.zone).date()
    begins, ends = _hours(moment.rules.book.follow_up, today, moment.zone)
    key = f"words asked {today}"
    if not begins <= moment.now < ends or session.get(Occurrence, key) is not None:
        return False
    midnight = instant(today, time(), moment.zone)
    rows = escalations.without_question(session, today, midnight, SLICE)
    for case in cases(session, moment, [row.id for row in rows]):
        case.row.asked_on = today
        if not issues.said_since(session, case.issue.id, midnight):
            case.row.word_due = ends
            _ask(case, today, ends)
    if not rows:
        session.add(Occurrence(key=key, at=moment.now))
    session.flush()
    return bool(rows)


def note_silence(session: Session, moment: Moment) -> bool:
    """What was owed and not said is noted down, and told to the unit's head and the office."""
    rows = escalations.words_due(session, moment.said, SLICE)
    for case in cases(session, moment, [row.id for row in rows]):
        day = case.row.asked_on or case.today
        case.row.word_due = None
        silent = not issues.said_since(session, case.issue.id, instant(day, time(), moment.zone))
        if silent and case.issue.closed is None:
            _note(case, day)
    session.flush()
    return bool(rows)


def next_question(session: Session, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The next moment at which words are asked for, or fall due."""
    hours, today = stored_rules.in_force(session).book.follow_up, now.astimezone(zone).date()
    moments = [*_hours(hours, today, zone), *_hours(hours, today + timedelta(days=1), zone)]
    coming = next((moment for moment in moments if moment > now), None)
    return coming if escalations.any_open(session) else None


def _hours(rules: FollowUp, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    return instant(day, rules.asked, zone), instant(day, rules.due, zone)


def _ask(case: Case, today: date, ends: datetime) -> None:
    issue = case.issue
    local = ends.astimezone(case.moment.zone)
    text = words.WORD_ASKED.format(
        number=issue.number, project=_project(case), hour=f"{local.hour}:{local.minute:02}"
    )
    labels = {
        IssueWord.STILL: words.WORD_STILL,
        IssueWord.CHANGED: words.WORD_CHANGED,
        IssueWord.SOLVED: words.WORD_SOLVED,
    }
    row = tuple(Option(label=label, data=f"w|{issue.id}|{word}") for word, label in labels.items())
    _tell(case, _contacts(case), Outgoing(text=text, rows=(row,)), f"word asked {issue.id} {today}")


def _note(case: Case, day: date) -> None:
    issue, asked = case.issue, _contacts(case)
    issues.add_event(case.session, issue.id, None, issues.NO_WORD, case.moment.now)
    ledger.append(
        case.session, chain=f"unit:{issue.unit_id}", who="system", act="note_no_word", now=case.moment.now,
        facts={"issue": issue.number, "day": day.isoformat()},
    )  # fmt: skip
    called = people.names(case.session, asked)
    text = words.WORD_MISSED.format(
        number=issue.number, project=_project(case), month=day.month, day=day.day,
        names=words.BETWEEN.join(called[each] for each in asked),
    )  # fmt: skip
    heads = people.responsible(case.session, issue.project_id, [Role.HEAD], case.today)
    office = people.in_role(case.session, Role.OFFICE, case.today)
    _tell(case, [*asked, *heads, *office], Outgoing(text=text), f"word missed {issue.id} {day}")


def _contacts(case: Case) -> list[int]:
    callers = owing.callers(case.session, [case.issue.project_id], case.today)
    return [each.id for each in callers.get(case.issue.project_id, ())]


def _project(case: Case) -> str:
    return projects.named(case.session, case.issue.project_id).name


def _tell(case: Case, person_ids: list[int], message: Outgoing, once: str) -> None:
    """A major problem's words are asked for on rest days too, but they yield to alerts."""
    for contact in case.contacts(list(dict.fromkeys(person_ids))):
        channel = contact.address.channel if contact.address else ""
        outbox.write(
            case.session, address=contact.address, person_id=contact.id, message=message, lane=Lane.REMINDER,
            now=case.moment.now, limit=case.moment.reach.limit(channel), number=case.issue.number,
            once=f"{once} {contact.id}",
        )  # fmt: skip
