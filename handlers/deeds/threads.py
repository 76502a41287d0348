"""Deeds about a problem that stands (续报): a further word on it, and 误报, which only the office can decide.

Leaders, the unit's head and the office hear of a major problem's words; a general one's stay silent. What is
still there is told when there is room, what has changed at once.
"""

from handlers.commands import CallFalse, FollowUp
from handlers.conversations.follow_up import age, word_name
from handlers.deeds.alarm import take_rows
from handlers.deeds.duty import restate
from handlers.deeds.group_telling import tell_chat
from handlers.deeds.issue_telling import judging_rows, rows_of, said_by, tell_others, tell_turn
from handlers.deeds.problems import taken, told_lines
from handlers.deeds.rising import rise_by_rule
from handlers.deeds.telling import not_theirs, speaker, tell_for
from handlers.moments import day, day_and_hour
from handlers.outcome import Outcome, digest, enter, refusal
from handlers.turning import Turn
from rules.issue_life import ENDED, Who
from rules.kinds import DutyState, IssueState, IssueStep, IssueWord, Lane, Role, Severity
from storage import duties, issue_life, issues, media, people, projects
from storage import rules as stored_rules
from storage.alerting import may_take, told_of
from storage.issue_life import Rules
from storage.messages import Option, Outgoing
from storage.people import Contact
from storage.tables.reporting import Issue

_OPEN_STILL = (IssueWord.STILL, IssueWord.UNSOLVED)

# After one of the others, what was reported done counts no more.
_ENDING = (IssueStep.FINISH, IssueWord.UNSOLVED, IssueStep.SEND_BACK, IssueStep.REOPEN)


def follow_up(turn: Turn, command: FollowUp) -> Outcome:
    words = turn.city.words
    issue = turn.session.get_one(Issue, command.issue_id)
    if command.for_person and (refused := not_theirs(turn, command.for_person, issue.project_id)):
        return refused
    if issue.drill:
        return refusal(words.drill_only_known.format(number=issue.number))
    if issue.state in ENDED:
        return refusal(words.closed_already.format(number=issue.number))
    if issue.state is IssueState.SOLVED and command.word in (IssueWord.STILL, IssueWord.CHANGED):
        return _solved_already(turn, issue)
    if _said_already(turn, issue, command):
        return _receipt(turn, issue, command, [])
    adds = issue.state is IssueState.SOLVED and command.word is IssueWord.SOLVED
    major = issue.severity is Severity.MAJOR
    knows = _say(turn, issue, command)
    told = _tell(turn, issue, command, knows) if major else []
    return _receipt(
        turn, issue, command, told, adds=adds, risen=not major and issue.severity is Severity.MAJOR
    )


def _say(turn: Turn, issue: Issue, command: FollowUp) -> set[int]:
    """Gives back who has been told of it as what moves the problem on."""
    whose = command.for_person or turn.person.id
    in_force = stored_rules.in_force(turn.session)
    rules = Rules(in_force.book, turn.city.zone)
    moved = issues.say(turn.session, issue, whose, command.word, command.note, turn.now, rules)
    media.tie(turn.session, turn.person.id, command.photos, issue_id=issue.id)
    for duty in duties.keep_word(turn.session, issue.id, turn.now):
        if duty.state is DutyState.MISSED:  # it stood unlocked
            restate(turn, duty, DutyState.LATE)
    enter(
        turn, issue.unit_id, "follow_up", issue=issue.number, project=issue.project_id, word=command.word,
        times=issue.times, text=digest(turn, command.note), photos=len(command.photos),
        for_person=command.for_person,
    )  # fmt: skip
    knows = _tell_moved(turn, issue, command) if moved else set[int]()
    rise_by_rule(turn, issue, in_force)
    return knows


def _tell_moved(turn: Turn, issue: Issue, command: FollowUp) -> set[int]:
    """What the unit says moves on what a department holds; the leaders of a major one hear of it anyway."""
    if issue_life.holder(turn.session, issue.id) is None:
        return set()
    words, major = turn.city.words, issue.severity is Severity.MAJOR
    title = words.told_step.format(
        number=issue.number,
        step=word_name(words, command.word),
        project=projects.named(turn.session, issue.project_id).name,
    )
    lines = [said_by(turn, command.note)]
    known = set(told_of(turn.session, issue, turn.today)) if major else set[int]()
    told = set[int]()
    if not (major and issue.state is IssueState.SOLVED):
        told = tell_turn(turn, issue, title, lines)
    tell_others(turn, issue, [Who.HOLDER], Outgoing(title=title, text="\n".join(lines)), known | told)
    return told


def _said_already(turn: Turn, issue: Issue, command: FollowUp) -> bool:
    """Whether a bare word only repeats: a button pressed twice, or the same word of the same day."""
    if command.note or command.photos:
        return False
    if command.word is IssueWord.SOLVED:
        return issue.state is IssueState.SOLVED
    last = issues.newest(turn.session, issue.id, IssueWord)
    same_kind = last is not None and last.kind in _OPEN_STILL and command.word in _OPEN_STILL
    return (
        last is not None
        and same_kind
        and issue.state not in (IssueState.DONE, IssueState.SOLVED)  # there it is a step
        and last.person_id == (command.for_person or turn.person.id)
        and last.at.astimezone(turn.city.zone).date() == turn.today
    )


def _solved_already(turn: Turn, issue: Issue) -> Outcome:
    """A button of an older list must not open again what was solved since; a button that says so may."""
    time = day(issue.closed or turn.now, turn.city.zone)
    text = turn.city.words.solved_already.format(number=issue.number, time=time)
    return Outcome(Outgoing(text=text, rows=(after_solved(turn, issue.id),)), summary=text)


def after_solved(turn: Turn, issue_id: int) -> tuple[Option, ...]:
    words = turn.city.words
    return (
        Option(label=words.word_how, data=f"w|{issue_id}|how"),
        Option(label=words.word_unsolved, data=f"w|{issue_id}|{IssueWord.UNSOLVED}"),
    )


def _receipt(
    turn: Turn,
    issue: Issue,
    command: FollowUp,
    told: list[Contact],
    *,
    adds: bool = False,
    risen: bool = False,
) -> Outcome:
    words = turn.city.words
    title = words.receipt_word.format(number=issue.number, word=word_name(words, command.word))
    if adds:
        title = words.receipt_how.format(number=issue.number)
    lines = [projects.named(turn.session, issue.project_id).name, how_often(turn, issue)]
    if risen:
        lines.append(words.risen_by_rule)
    if told:
        lines += told_lines(turn, told)
    if command.for_person:
        lines.append(_tell_caller(turn, issue, command, command.for_person))
    bare = command.word is IssueWord.SOLVED and not command.note
    rows = (after_solved(turn, issue.id),) if bare else ()
    return Outcome(Outgoing(title=title, text="\n".join(lines), rows=rows), issue.number, title)


def _tell_caller(turn: Turn, issue: Issue, command: FollowUp, person_id: int) -> str:
    """代报: who telephoned sees what was said for them."""
    words = turn.city.words
    text = words.told_for_word.format(
        name=turn.person.name,
        number=issue.number,
        project=projects.named(turn.session, issue.project_id).name,
        word="，".join(filter(None, (word_name(words, command.word), command.note))),
    )
    return tell_for(turn, person_id, Outgoing(text=text))


def how_often(turn: Turn, issue: Issue) -> str:
    words = turn.city.words
    days = (turn.today - issue.filed.astimezone(turn.city.zone).date()).days
    return words.issue_times.format(times=issue.times, age=age(words, days))


def _tell(turn: Turn, issue: Issue, command: FollowUp, knows: set[int]) -> list[Contact]:
    words = turn.city.words
    title = words.told_word.format(
        sign="✅" if command.word is IssueWord.SOLVED else "🔴",
        number=issue.number,
        word=word_name(words, command.word),
        project=projects.named(turn.session, issue.project_id).name,
    )
    text = words.told_word_text.format(
        note=command.note + "\n" if command.note else "",
        what=issue.what,
        age=how_often(turn, issue),
        **speaker(turn, command.for_person)._asdict(),
        time=day_and_hour(turn.now, turn.city.zone),
    )
    done, photos = _reported_done(turn, issue) if command.word is IssueWord.SOLVED else ("", ())
    lane = Lane.REMINDER if command.word is IssueWord.STILL else Lane.URGENT
    waiting = command.word is not IssueWord.SOLVED and taken(turn, issue.id) is None
    may = may_take(turn.session, issue, turn.today) if waiting else []
    ids = [each for each in told_of(turn.session, issue, turn.today) if each != turn.person.id]
    office = people.in_role(turn.session, Role.OFFICE, turn.today)
    contacts = people.contacts(turn.session, ids, turn.city.running)
    for contact in [each for each in contacts if each.id not in knows]:
        rows = take_rows(turn, issue) if contact.id in may else ()
        seen: tuple[int, ...] = ()
        if command.word is IssueWord.SOLVED and contact.id in office:
            rows, seen = rows_of(turn, issue, [Who.OFFICE]), photos
        message = Outgoing(title=title, text=done + text, rows=rows, photos=seen)
        turn.push(contact, message, lane, number=issue.number)
    tell_chat(turn, issue, Outgoing(title=title, text=text))
    return contacts


def _reported_done(turn: Turn, issue: Issue) -> tuple[str, tuple[int, ...]]:
    """What the department said and sent when it reported the problem done: the office closes it on that."""
    event = issues.newest(turn.session, issue.id, _ENDING)
    if event is None or event.kind != IssueStep.FINISH or event.person_id is None:
        return "", ()
    name = people.names(turn.session, [event.person_id])[event.person_id]
    words = turn.city.words
    line = words.told_done.format(name=name, note=event.note or words.told_done_photos)
    return f"{line}\n", media.of_issue(turn.session, issue.id, event.person_id)


def call_false(turn: Turn, command: CallFalse) -> Outcome:
    """The office is told once; until it has decided, everything stays as it is."""
    words, issue = turn.city.words, turn.session.get_one(Issue, command.issue_id)
    if issue.drill:
        return refusal(words.drill_only_known.format(number=issue.number))
    if issue.state in ENDED:
        return refusal(words.closed_already.format(number=issue.number))
    if issues.newest(turn.session, issue.id, (issue_life.CALLED_FALSE,)) is not None:
        return refusal(words.false_told_already.format(number=issue.number))
    issues.add_event(turn.session, issue.id, turn.person.id, issue_life.CALLED_FALSE, turn.now)
    enter(turn, issue.unit_id, "call_issue_false", issue=issue.number, project=issue.project_id)
    text = words.false_to_office.format(
        number=issue.number,
        project=projects.named(turn.session, issue.project_id).name,
        unit=turn.person.unit,
        name=turn.person.name,
        phone=turn.person.phone,
        what=issue.what,
    )
    office = people.contacts(
        turn.session, people.in_role(turn.session, Role.OFFICE, turn.today), turn.city.running
    )
    rows = judging_rows(turn, issue)
    for contact in office:
        turn.push(contact, Outgoing(text=text, rows=rows), Lane.REMINDER, number=issue.number)
    title = words.false_told.format(number=issue.number)
    return Outcome(Outgoing(title=title, text="\n".join(told_lines(turn, office))), issue.number, title)
