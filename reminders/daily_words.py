"""续报: while a major problem is open its unit owes a word every day on how it stands, rest days too (decisions: 9).

Rule 1  The day's duty is opened when it is asked for: once a day, of the project's contacts. One tap keeps it, and so
        does any word said since midnight.
Rule 2  Who was not asked owes nothing: a day on which the program stood still is nobody's fault. Nor does a paused
        project, or one whose problem was lowered or closed before the hour.
Rule 3  What was not said in time is an event of the problem too, and its unit's head and the office hear of it in
        working hours; but not of what is exempt, or of a question that reached nobody (it is judged: 送达异常).
Rule 4  Its state is written at midnight like any duty's (reminders/closing.py): until then it is late, not missed.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders import hearing
from reminders.case import Case, cases, names_of
from reminders.moment import SLICE, Moment
from reminders.wording import escalation as words
from rules.book import FollowUp
from rules.kinds import DutyKind, IssueWord, Lane, PeriodKind, ProjectState, Role
from rules.periods import Period, window
from rules.workdays import instant
from storage import duties, escalations, issues, ledger, nudges, outbox, people, projects, quiet_hours
from storage import rules as stored_rules
from storage.messages import Option, Outgoing
from storage.tables.reporting import Duty
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
        duty = _open(case, today, midnight)
        if duty.settled is None:
            case.row.word_due = ends
            _ask(case, duty)
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
        duty = duties.word_owed(session, case.issue.id, DutyKind.DAILY, Period.of(PeriodKind.DAY, day))
        if duty is not None and _is_silent(case, duty):
            _note(case, day)
    session.flush()
    return bool(rows)


def _is_silent(case: Case, duty: Duty) -> bool:
    """Whether the word was owed at its hour, by somebody who was provably asked, and not said by then."""
    if duty.settled is not None and duty.settled < duty.due + duties.SECOND:
        return False
    [project] = projects.these(case.session, [case.issue.project_id])
    owed = duty.exempt is None and duty.closes > duty.due and project.state is ProjectState.ACTIVE
    return owed and bool(nudges.delivered(case.session, [duty.id]))


def next_question(session: Session, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The next moment at which words are asked for, or fall due."""
    hours, today = stored_rules.in_force(session).book.follow_up, now.astimezone(zone).date()
    moments = [*_hours(hours, today, zone), *_hours(hours, today + timedelta(days=1), zone)]
    coming = next((moment for moment in moments if moment > now), None)
    return coming if escalations.any_open(session) else None


def _hours(rules: FollowUp, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    return instant(day, rules.asked, zone), instant(day, rules.due, zone)


def _open(case: Case, today: date, midnight: datetime) -> Duty:
    """The day's duty; a word that was said since midnight has kept it already."""
    issue, rules, period = case.issue, case.moment.rules, Period.of(PeriodKind.DAY, today)
    span = window(DutyKind.DAILY, period, rules.book, case.moment.zone)
    said = issue.last_word if issue.last_word is not None and issue.last_word >= midnight else None
    duty = Duty(
        project_id=issue.project_id, unit_id=issue.unit_id, kind=DutyKind.DAILY, period=str(period),
        subject=str(issue.id), opens=span.opens, due=span.due, closes=span.closes, settled=said,
        rules_version=rules.version,
    )  # fmt: skip
    case.session.add(duty)
    case.session.flush()
    return duty


def _ask(case: Case, duty: Duty) -> None:
    """The question is the duty's reminder: that it arrived is the proof that its unit knew (storage/nudges.py).

    Who is away or cannot be reached has a row that says so, and the next one up is asked.
    """
    issue, session, now = case.issue, case.session, case.moment.now
    local = duty.due.astimezone(case.moment.zone)
    text = words.WORD_ASKED.format(
        number=issue.number, project=_project(case), hour=f"{local.hour}:{local.minute:02}"
    )
    labels = {
        IssueWord.STILL: words.WORD_STILL,
        IssueWord.CHANGED: words.WORD_CHANGED,
        IssueWord.SOLVED: words.WORD_SOLVED,
    }
    row = tuple(Option(label=label, data=f"w|{issue.id}|{word}") for word, label in labels.items())
    message, once = Outgoing(text=text, rows=(row,)), f"word asked {issue.id} {duty.period}"
    told, reached = hearing.asked(session, case.moment, issue.project_id)
    rows = {
        each.person: nudges.add(
            session, each.person, nudges.DAILY, {duty.id: each.own}, now, reached.why_not(each.person)
        )
        for each in told
    }
    there = [each.person for each in told if reached.reaches(each.person)]
    for person, written in _tell(case, there, message, once, useless_after=duty.closes):
        nudges.sent_as(session, rows[person], written)


def _note(case: Case, day: date) -> None:
    issue, now, moment = case.issue, case.moment.now, case.moment
    asked, _ = hearing.asked(case.session, moment, issue.project_id)
    issues.add_event(case.session, issue.id, None, issues.NO_WORD, now)
    ledger.append(
        case.session, chain=f"unit:{issue.unit_id}", who="system", act="note_no_word", now=now,
        facts={"issue": issue.number, "day": day.isoformat()},
    )  # fmt: skip
    text = words.WORD_MISSED.format(
        number=issue.number, project=_project(case), month=day.month, day=day.day,
        who=_named(case, [each.person for each in asked if each.own]),
    )  # fmt: skip
    heads = people.responsible(case.session, issue.project_id, [Role.HEAD], case.today)
    office = people.in_role(case.session, Role.OFFICE, case.today)
    everybody = [*(each.person for each in asked), *heads, *office]
    due = quiet_hours.may_go(case.session, now, moment.zone)
    _tell(case, everybody, Outgoing(text=text), f"word missed {issue.id} {day}", due=due)


def _named(case: Case, person_ids: Sequence[int]) -> str:
    if not person_ids:
        return words.WORD_OWED_BY_NOBODY
    return words.WORD_OWED_BY.format(names=names_of(case, person_ids))


def _project(case: Case) -> str:
    return projects.named(case.session, case.issue.project_id).name


def _tell(
    case: Case, person_ids: list[int], message: Outgoing, once: str, *, due: datetime | None = None,
    useless_after: datetime | None = None,
) -> list[tuple[int, int | None]]:  # fmt: skip
    """A major problem's words are asked for on rest days too, but they yield to alerts. Gives back the rows."""
    found = []
    for contact in case.contacts(list(dict.fromkeys(person_ids))):
        channel = contact.address.channel if contact.address else ""
        written = outbox.write(
            case.session, address=contact.address, person_id=contact.id, message=message, lane=Lane.REMINDER,
            now=case.moment.now, limit=case.moment.reach.limit(channel), number=case.issue.number,
            due=due, once=f"{once} {contact.id}", useless_after=useless_after,
        )  # fmt: skip
        found.append((contact.id, written))
    return found
