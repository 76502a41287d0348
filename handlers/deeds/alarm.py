"""The alarm of a major problem: its ladder is opened and the first rung told, in the transaction that registers it.

The rungs above, the repeats and what follows an acknowledgement are the sweep's (`reminders/escalation.py`).
"""

from datetime import timedelta

from handlers.deeds import on_behalf
from handlers.deeds.group_telling import tell_alarm
from handlers.deeds.issue_telling import with_turn
from handlers.deeds.telling import speaker
from handlers.moments import dated, day_and_hour
from handlers.outcome import enter
from handlers.screen import Rows
from handlers.turning import Turn
from rules.kinds import Lane
from rules.ladder import FIRST, due, following, next_rung
from storage import escalations, people, projects, whom
from storage.messages import Option, Outgoing
from storage.people import Contact
from storage.rules import InForce
from storage.tables.escalating import Escalation
from storage.tables.reporting import Issue

# A telephone shows some twenty characters a line, and about ten lines with the buttons below them.
LONGEST_WHAT, LONGEST_HELP = 64, 32


def raise_alarm(
    turn: Turn, issue: Issue, rules: InForce, photos: tuple[int, ...] = (), why: str = ""
) -> list[Contact]:
    """Writes to everyone who must know at once; gives back who that is, reachable or not.

    `why` stands above what was filed, of a problem that is not new.
    """
    ladder, zone = rules.book.ladder, turn.city.zone
    ends = turn.now + timedelta(minutes=rules.book.drill.minutes) if issue.drill else None
    alert = _alert(turn, issue, rules, photos, why)
    row = escalations.open_ladder(turn.session, issue.id, ladder, alert, turn.now, ends)
    first = ladder.rungs[FIRST.rung]
    told = whom.told(turn.session, first, whom.About.of(issue, rules.book), turn.today)
    told = [each for each in told if each.person_id != turn.person.id]
    found = people.contacts(turn.session, [each.person_id for each in told], turn.city.running)
    contacts = {contact.id: contact for contact in found}
    reachable = any(each.awaited and contacts[each.person_id].address for each in told)
    step = following(ladder, FIRST) if reachable else next_rung(FIRST)
    at = due(ladder, FIRST, turn.now, rules.book, zone) if reachable else turn.now
    escalations.say(turn.session, row, step, at)
    tell_alarm(turn, issue, alert, once=escalations.alarm_key(row))
    sent = [(each, _send(turn, issue, row, alert, each, contacts[each.person_id])) for each in told]
    escalations.record(turn.session, row, FIRST.rung, sent, turn.now)
    enter(turn, issue.unit_id, "open_ladder", issue=issue.number, told=[each.person_id for each in told])
    return found


def _send(
    turn: Turn, issue: Issue, row: Escalation, alert: Outgoing, told: whom.Told, contact: Contact
) -> int | None:
    """The unit's own head is told, but has nothing to press: it is not theirs to acknowledge (decisions: 9)."""
    mark = on_behalf.mark(turn, told.acts_for)
    message = alert.model_copy(update={"title": alert.title + mark, **({} if told.may else {"rows": ()})})
    if told.stands_in and told.acts_for is not None:
        why = turn.city.words.alert_stands_in.format(name=on_behalf.name_of(turn, told.acts_for))
        message = message.model_copy(update={"text": f"{why}\n{alert.text}"})
    once = escalations.once(row, told.person_id)
    message = with_turn(turn, issue, contact.id, message)
    written = turn.push(contact, message, Lane.URGENT, number=f"W{row.issue_id}", once=once)
    return written if contact.address else None


def _alert(turn: Turn, issue: Issue, rules: InForce, photos: tuple[int, ...], why: str) -> Outgoing:
    """What matters first: the project, what has happened, the help that is needed, whom to call."""
    words, by = turn.city.words, speaker(turn, issue.for_person)
    category = rules.book.category(issue.category)
    text = words.alert.format(
        what=_on_one_screen(turn, issue, issue.what, LONGEST_WHAT),
        help=_on_one_screen(turn, issue, issue.help_needed, LONGEST_HELP) or words.help_none,
        category=category.name if category else issue.category,
        place=issue.place or words.place_on_site,
        found=dated(issue.found.astimezone(turn.city.zone), turn.today),
        unit=by.unit,
        name=by.name,
        phone=by.phone,
        time=day_and_hour(issue.filed, turn.city.zone),
    )
    project = projects.named(turn.session, issue.project_id)
    title = words.alert_title.format(number=issue.number, project=project.name)
    return Outgoing(
        title=drill_mark(turn, issue) + title,
        text="\n".join(filter(None, (why, text))),
        rows=take_rows(turn, issue),
        photos=photos,
    )


def _on_one_screen(turn: Turn, issue: Issue, text: str, longest: int) -> str:
    """An alert is read at a glance; who wants all of a long text asks for it by the number."""
    lines = " ".join(text.split())
    if len(lines) <= longest:
        return lines
    return turn.city.words.alert_more.format(text=lines[:longest], number=issue.number)


def drill_mark(turn: Turn, issue: Issue) -> str:
    """【演练】 before everything that is said of a drill."""
    return turn.city.words.drill_mark if issue.drill else ""


def take_rows(turn: Turn, issue: Issue) -> Rows:
    """Taking note of a problem, and what may follow."""
    words = turn.city.words
    return (
        (
            Option(label=words.acknowledge_button, data=f"a|{issue.id}"),
            Option(label=words.handle_button, data=f"h|{issue.id}"),
        ),
        follow_row(turn, issue),
    )


def follow_row(turn: Turn, issue: Issue) -> tuple[Option, ...]:
    words = turn.city.words
    return (
        Option(label=words.word_forward, data=f"o|forward_issue|{issue.id}"),
        Option(label=words.word_direct, data=f"o|direct_issue|{issue.id}"),
    )
