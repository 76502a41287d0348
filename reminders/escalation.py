"""The ladder of a major problem goes on by itself (上报链): rungs, the end, and what must follow an acknowledgement.

Rule 1  A few steps a slice, and each step once: `escalations.say` moves on only from where the step was seen.
Rule 2  People are those of the day: who is away, has left or cannot be reached is passed over, and it is said.
Rule 3  Major problems do not rest: every hour and every day is theirs, unless a rung waits for working hours.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from reminders import drills
from reminders.case import Case, cases, end, enter, names_of, write
from reminders.issue_messages import turn_rows
from reminders.moment import Moment
from reminders.wording import escalation as words
from rules.issue_life import ENDED, TURN, Who
from rules.kinds import EscalationState, IssueAct, IssueState, Role, Severity
from rules.ladder import LATE, Step, due, following, is_end, next_rung, resumed
from storage import escalations, issues, people, projects, whom
from storage.messages import Option, Outgoing
from storage.people import Contact
from storage.problem_scope import those
from storage.tables.escalating import Escalation
from storage.tables.reporting import IssueEvent

# Ladders in a slice: each tells some six people, and all of it stays near 20 ms of writing (decisions: 24).
TOGETHER = 4

Rows = tuple[tuple[Option, ...], ...]


def escalate(session: Session, moment: Moment) -> bool:
    """Says what is due on a few ladders; True if there may be more."""
    ids = escalations.left_by_taker(session, TOGETHER) or escalations.due(session, moment.now, TOGETHER)
    for case in cases(session, moment, ids):
        _do(case)
    return bool(ids)


def _do(case: Case) -> None:
    row, issue = case.row, case.issue
    if issue.state in ENDED or issue.severity is not Severity.MAJOR:
        end(case, EscalationState.OVER)
    elif row.ends is not None and row.ends <= case.moment.now:
        drills.end_drill(case)
    elif row.state is EscalationState.TAKEN:
        _look_what_followed(case)
    elif is_end(case.ladder, escalations.step_of(row)):
        _tell_end(case)
    else:
        _say(case)


def _say(case: Case) -> None:
    """Tells one rung. If nobody there can be reached, the next one is due at once, and hears why."""
    ladder, step, row = case.ladder, escalations.step_of(case.row), case.row
    planned, now = row.next or case.moment.now, case.moment.now
    told = _still_to_tell(case, step)
    contacts = {each.id: each for each in case.contacts([each.person_id for each in told])}
    reached = any(each.awaited and contacts[each.person_id].address for each in told)
    waits = reached or (step.turn > 0 and not told)
    again = {each.person_id for each in case.told_lately} if step.turn == 0 else set()
    heard = {each: (each.may, each.person_id if each.person_id in again else 0) for each in told}
    reasons = {key: _reasons(case, step, planned, *key) for key in set(heard.values())}
    coming = following(ladder, step) if waits else next_rung(step)
    at = due(ladder, step, now, case.moment.rules.book, case.moment.zone) if waits else now
    if not escalations.say(case.session, row, coming, _not_after_the_drill(row, at)):
        return
    sent = [(each, _send(case, each, contacts[each.person_id], reasons[heard[each]])) for each in told]
    escalations.record(case.session, row, step.rung, sent, now)
    enter(case, "say_rung", rung=ladder.rungs[step.rung].key, turn=step.turn, told=list(contacts))


def _not_after_the_drill(row: Escalation, at: datetime) -> datetime:
    return at if row.ends is None else min(at, row.ends)


def _still_to_tell(case: Case, step: Step) -> list[whom.Told]:
    """The rung's people as of today, without those who have answered since the ladder began or went on."""
    today = case.moment.now.astimezone(case.moment.zone).date()
    about = whom.About.of(case.issue, case.moment.rules.book)
    answered = {each.person_id for each in case.told_lately if each.acknowledged}
    if case.issue.drill:  # who holds it is not tested by it
        answered.add(case.issue.filed_by)
    told = whom.told(case.session, case.ladder.rungs[step.rung], about, today)
    return [each for each in told if each.person_id not in answered]


def _reasons(case: Case, step: Step, planned: datetime, may: bool, person_id: int) -> list[str]:
    """Why this is said now, above what was said first; who cannot take it is asked to telephone.

    Nobody reads of themselves (`person_id`) that they were told.
    """
    found, now = list[str](), case.moment.now
    if case.row.since > 1 and case.row.since == case.row.said + 1:
        found += filter(None, [_what_was_promised(case)])
    if now - planned > LATE:
        found.append(words.RUNG_LATE.format(time=case.clock(planned)))
    if (
        case.issue.state is IssueState.SOLVED
    ):  # that does not stop the ladder, but whoever is called must know
        found.append(words.RUNG_SOLVED)
    before = [each for each in case.told_lately if each.may and not each.acknowledged]
    lasted, missing = _lasted(now - case.row.opened), _missing(case)
    if step.turn:
        found.append(words.RUNG_AGAIN.format(count=step.turn + 1, lasted=lasted, missing=missing))
    elif before:
        reached = [each.person_id for each in before if each.outbox_id is not None]
        if others := [each for each in reached if each != person_id]:
            template = words.RUNG_UP if may else words.RUNG_UP_CALL
            found.append(template.format(names=names_of(case, others), lasted=lasted, missing=missing))
        missed = {each.person_id for each in before} - {*_reachable(case, reached), person_id}
        if missed:
            found.append(words.RUNG_UNREACHED.format(names=names_of(case, sorted(missed))))
    return found


def _lasted(span: timedelta) -> str:
    minutes = span // timedelta(minutes=1)
    return (words.MINUTES if minutes < 120 else words.HOURS).format(
        count=minutes if minutes < 120 else minutes // 60
    )


def _missing(case: Case) -> str:
    return words.NO_SEQUEL if _promise(case) else words.NOBODY_TOOK


def _promise(case: Case) -> IssueEvent | None:
    """The acknowledgement after which nothing followed, so that the ladder was taken up again."""
    if case.row.since == 1:
        return None
    event = issues.newest(case.session, case.issue.id, (IssueAct.ACKNOWLEDGED,))
    return event if event is not None and event.at >= case.row.opened else None


def _what_was_promised(case: Case) -> str:
    event = _promise(case)
    if event is None or event.person_id is None:
        return ""
    name = names_of(case, [event.person_id])
    if not people.is_active(case.session, event.person_id):
        return words.TAKER_LEFT.format(name=name, number=case.number)
    return words.NOTHING_FOLLOWED.format(name=name, time=case.clock(event.at), number=case.number)


def _reachable(case: Case, person_ids: Sequence[int]) -> list[int]:
    return [each.id for each in case.contacts(person_ids) if each.address]


def _send(case: Case, told: whom.Told, contact: Contact, reasons: Sequence[str]) -> int | None:
    alert = case.alert
    if told.stands_in and told.acts_for is not None:
        reasons = [words.RUNG_STANDS_IN.format(name=names_of(case, [told.acts_for])), *reasons]
    mark = words.FOR_LEADER.format(leader=names_of(case, [told.acts_for])) if told.acts_for else ""
    message = alert.model_copy(
        update={
            "title": alert.title + mark,
            "text": "\n".join([*reasons, alert.text]),
            "rows": _rows(case, told, alert),
            "photos": () if _was_told(case, told.person_id) else alert.photos,
        }
    )
    written = write(case, contact, message, escalations.once(case.row, told.person_id))
    return written if contact.address else None


def _was_told(case: Case, person_id: int) -> bool:
    """Whether an earlier step was said to somebody: then they have the photos."""
    return any(each.person_id == person_id for each in case.told)


def _rows(case: Case, told: whom.Told, alert: Outgoing) -> Rows:
    """Who holds the problem signs for it, and that is taking note; whoever only learns of it has nothing to press."""
    holds = TURN.get(case.issue.state) is Who.HOLDER
    if holds and told.person_id in those(case.session, Who.HOLDER, case.issue, case.today):
        return turn_rows(case.issue, Who.HOLDER)
    return alert.rows if told.may else ()


def _tell_end(case: Case) -> None:
    """The last rung was told in vain: the office, the admin and who raised it must use the telephone."""
    today = case.moment.now.astimezone(case.moment.zone).date()
    ids = [
        *people.in_role(case.session, Role.OFFICE, today),
        *people.admins(case.session, case.moment.reach.admin, today),
        case.issue.whose,
    ]
    end(case, EscalationState.EXHAUSTED)
    if case.row.ends is not None:  # a drill still ends by its own hour
        case.row.next = case.row.ends
    alert = case.alert
    asked = escalations.told_of(case.session, case.issue.id, may=True)
    text = words.LADDER_ENDED.format(names=names_of(case, asked), missing=(missing := _missing(case)))
    title = words.LADDER_ENDED_TITLE.format(title=alert.title, missing=missing)
    message = alert.model_copy(update={"title": title, "text": f"{text}\n{alert.text}"})
    for contact in case.contacts(ids):
        rows = alert.rows if contact.id in asked else ()
        once = f"ladder ended:{case.row.id}:{case.row.said}:{contact.id}"
        write(case, contact, message.model_copy(update={"rows": rows}), once)


def _look_what_followed(case: Case) -> None:
    """Without 交办, 转办, 批示 or 续报 in time the ladder goes on, and says so to everyone.

    Whom its next step tells, which is due at once, hears it there.
    """
    row = case.row
    if escalations.followed(case.session, row):
        end(case, EscalationState.FOLLOWED)
        if row.ends is not None:  # a drill still ends by its own hour
            row.next = row.ends
        return
    by = row.taken_by
    escalations.resume(case.session, row, resumed(case.ladder, escalations.step_of(row)), case.moment.now)
    alert, why = case.alert, _what_was_promised(case)
    project = projects.named(case.session, case.issue.project_id).name
    asked = escalations.asked(case.session, case.issue, case.today)
    at_once = {each.person_id for each in _still_to_tell(case, escalations.step_of(row))}
    rest = [each for each in (*asked, case.issue.whose) if each not in at_once]
    for contact in case.contacts(list(dict.fromkeys(rest))):
        message = Outgoing(title=words.RESUMED_TITLE.format(number=case.number, project=project), text=why)
        if contact.id in asked and asked[contact.id].may:
            message = message.model_copy(update={"rows": alert.rows})
        write(case, contact, message, f"resumed:{row.id}:{row.since}:{contact.id}")
    enter(case, "resume_ladder", taken_by=by)
