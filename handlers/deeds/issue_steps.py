"""Deeds of a problem's life (问题办理): each step by the table of rules/issue_life, told to whose turn it is then.

What the unit itself says of a problem is a step too, and stands in `threads.py`.
"""

from datetime import timedelta

from handlers.commands import TakeStep
from handlers.deeds.alarm import raise_alarm
from handlers.deeds.group_telling import tell_chat
from handlers.deeds.issue_judging import conceal, judged
from handlers.deeds.issue_telling import (
    JUDGING,
    TELLS,
    about,
    due_name,
    holder_name,
    not_now,
    rows_of,
    said_by,
    tell_others,
    tell_turn,
    title_of,
)
from handlers.deeds.noting import acting_for, take, tell_told, who_and_when
from handlers.deeds.problems import taken
from handlers.deeds.rising import raise_issue
from handlers.deeds.threads import how_often
from handlers.moments import day_ahead
from handlers.outcome import Outcome, digest, enter, refusal
from handlers.step_words import step_name
from handlers.turning import Turn
from rules.issue_clocks import on
from rules.issue_life import ENDED, Ask, Move, Who, leads_to, move
from rules.kinds import DutyKind, EscalationState, IssueStep, IssueWord, Severity
from storage import duties, escalations, issue_life, issues, media, projects
from storage import rules as stored_rules
from storage.alerting import may_take, told_of
from storage.giving import give
from storage.issue_life import Rules
from storage.messages import Outgoing
from storage.problem_scope import whos
from storage.rules import InForce
from storage.tables.reporting import Issue, IssueEvent

# What was said to be solved, was not.
_UNDOES = (IssueWord.UNSOLVED, IssueStep.SEND_BACK, IssueStep.REOPEN)

# Steps that leave the turn with who had it.
_SAME_TURN = frozenset(
    {
        *(IssueStep.FEEDBACK, IssueStep.LOWER, IssueStep.NOT_FALSE),
        *(IssueStep.CONCEALED, IssueStep.NOT_CONCEALED),
    }
)


def take_step(turn: Turn, command: TakeStep) -> Outcome:
    issue = turn.session.get_one(Issue, command.issue_id)
    if issue.drill:
        return refusal(turn.city.words.drill_only_known.format(number=issue.number))
    found = move(issue.state, command.step, issue.severity)
    if found is None or not whos(turn.session, turn.person.id, issue, turn.today) & set(found.who):
        return refusal(not_now(turn, issue, command.step))
    rules = stored_rules.in_force(turn.session)
    if refused := _too_late(turn, issue, command, rules) or _incomplete(turn, command, found):
        return refusal(refused)
    before = _standing(turn, issue)
    _do(turn, issue, command, found, rules)
    enter(
        turn, issue.unit_id, f"issue_{command.step.name.lower()}", issue=issue.number, project=issue.project_id,
        before=before, after=_standing(turn, issue), note=digest(turn, command.note), photos=len(command.photos),
        helping=list(command.helping),
    )  # fmt: skip
    told = set[int]()
    if command.step is IssueStep.REOPEN and issue.severity is Severity.MAJOR:
        alarmed = raise_alarm(turn, issue, rules, why=_why(turn, issue, command))
        told = {each.id for each in alarmed if each.address}
    _tell(turn, issue, command, told)
    return _receipt(turn, issue, command)


def add_to_finished(turn: Turn, done: IssueEvent, photos: tuple[int, ...], more: str, whole: str) -> str:
    """What came behind a 办结 that waits is a part of it, and `more` words are told like it; gives back the number."""
    issue = turn.session.get_one(Issue, done.issue_id)
    media.tie(turn.session, turn.person.id, photos, issue_id=issue.id)
    enter(
        turn, issue.unit_id, "add_media", part_of=issue.number, count=len(photos),
        before=digest(turn, done.note), after=digest(turn, whole),
    )  # fmt: skip
    done.note = whole
    if more:
        _tell(turn, issue, TakeStep(issue.id, IssueStep.FINISH, more, photos), set())
    return issue.number


def _too_late(turn: Turn, issue: Issue, command: TakeStep, rules: InForce) -> str:
    """延期 is asked for before the limit; what was closed long ago is reopened by the office only."""
    words, days = turn.city.words, rules.book.problems.reopen_days
    if command.step is IssueStep.EXTEND and issue.due is not None and turn.now > issue.due:
        return words.extend_too_late.format(number=issue.number)
    if command.step is IssueStep.APPROVE and issue.asked_until is not None and turn.now > issue.asked_until:
        asked = day_ahead(issue.asked_until, turn.city.zone, turn.now)
        return words.approve_too_late.format(number=issue.number, day=asked)
    closed = issue.closed_out or turn.now
    late = command.step is IssueStep.REOPEN and turn.now - closed > timedelta(days=days)
    if late and Who.OFFICE not in whos(turn.session, turn.person.id, issue, turn.today):
        return words.step_too_late.format(number=issue.number, days=days)
    return ""


def _incomplete(turn: Turn, command: TakeStep, found: Move) -> str:
    """What a step needs to be told, and was not."""
    missing = {
        Ask.REASON: not command.note,
        Ask.TEXT: not command.note,
        Ask.DAY: not command.note or command.until is None,
        Ask.UNIT: command.unit_id is None,
        Ask.EVIDENCE: not command.note and not command.photos,
        None: False,
    }
    return turn.city.words.type_answer if missing[found.ask] else ""


def _do(turn: Turn, issue: Issue, command: TakeStep, found: Move, in_force: InForce) -> None:
    session, step, now = turn.session, command.step, turn.now
    rules = Rules(in_force.book, turn.city.zone)
    was = issue.state
    _pass_on(turn, issue, command, rules)
    issues.add_event(session, issue.id, turn.person.id, step, now, command.note)
    media.tie(session, turn.person.id, command.photos, issue_id=issue.id)
    after = leads_to(found, was, issue_life.back_to(session, issue))
    if step is IssueStep.RAISE:
        raise_issue(turn, issue, in_force, _why(turn, issue, command))
        return
    if step is IssueStep.LOWER:
        issue.severity = Severity.GENERAL
        issue_life.limit_again(session, issue, rules)
    if after is not was or step is IssueStep.ASSIGN:
        issue_life.stand(session, issue, after, now, rules)
    if after in ENDED:
        issue_life.let_go(session, issue, now)
        duties.keep_word(session, issue.id, now, [DutyKind.ISSUE])  # nobody can say a word on it any more
    if step is IssueStep.LOWER or after in ENDED:
        duties.end_daily(session, issue.id, now)
    if step is IssueStep.CONCEALED:
        conceal(turn, issue)
    if step is IssueStep.LOWER or after in ENDED:
        _end_ladder(turn, issue)


def _end_ladder(turn: Turn, issue: Issue) -> None:
    """Nobody is called any more for what is closed, or no major problem."""
    if (row := escalations.of_issue(turn.session, issue.id)) is not None:
        escalations.end(turn.session, row, EscalationState.OVER, turn.now)


def _pass_on(turn: Turn, issue: Issue, command: TakeStep, rules: Rules) -> None:
    """Who holds it from now on, and until when it is to be done."""
    session, now = turn.session, turn.now
    asked = on(command.until, rules.book, rules.zone) if command.until else None
    match command.step:
        case IssueStep.ASSIGN if command.unit_id is not None:
            give(session, issue, command.unit_id, now, rules, helping=command.helping, limit=asked)
        case IssueStep.REFUSE:
            issue_life.hold(session, issue, None, now, refused=True)
        case IssueStep.UPHOLD:
            issue_life.hold(session, issue, issue_life.last_refused(session, issue.id), now)
        case IssueStep.EXTEND:
            issue.asked_until = asked
        case IssueStep.APPROVE:
            issue.due, issue.asked_until = issue.asked_until or issue.due, None
        case IssueStep.DENY:
            issue.asked_until = None
        case IssueStep.REOPEN if (unit := issue_life.last_department(session, issue.id)) is not None:
            give(session, issue, unit, now, rules)
        case IssueStep.REOPEN:
            issue_life.hold(session, issue, None, now)


def _why(turn: Turn, issue: Issue, command: TakeStep) -> str:
    """Why leaders are told of a problem that is not new: what was done, by whom, and how often it was reported."""
    step = turn.city.words.told_again.format(
        step=step_name(turn.city.words, command.step), by=said_by(turn, command.note)
    )
    return f"{step}\n{how_often(turn, issue)}" if issue.times > 1 else step


def _tell(turn: Turn, issue: Issue, command: TakeStep, alarmed: set[int]) -> None:
    """`alarmed` have just been told of it by the alarm, whose turn it is with what they may press."""
    step = command.step
    if step is IssueStep.SIGN:
        _signing_is_knowing(turn, issue)
        return
    if step is IssueStep.RAISE:
        return  # the alarm has told everyone
    title, by, details = title_of(turn, issue, step), said_by(turn, command.note), _details(turn, issue, step)
    told: set[int] = set()
    if step not in _SAME_TURN:
        lines = [by, *details] if step is not IssueStep.APPROVE else [by]
        told = tell_turn(turn, issue, title, lines, alarmed, photos=command.photos)
    others, also = TELLS.get(step, ()), list[int]()
    if step is IssueStep.FINISH and issue.severity is Severity.MAJOR:
        also = told_of(
            turn.session, issue, turn.today
        )  # leaders, lead department, head, and whom the ladder has told
    if step is IssueStep.CLOSE and issue.severity is Severity.MAJOR:
        title = turn.city.words.told_final.format(number=issue.number, project=_project(turn, issue))
        others = (*others, Who.LEADER, Who.DEPARTMENT)
    message = Outgoing(title=title, text="\n".join([by, *details]))
    tell_others(turn, issue, others, message, told | alarmed, also)
    # Opening it again rings the alarm, which groups hear; a judgement of what somebody did is not for all of them.
    if step is not IssueStep.REOPEN and step not in JUDGING:
        tell_chat(turn, issue, message)


def _project(turn: Turn, issue: Issue) -> str:
    return projects.named(turn.session, issue.project_id).name


def _details(turn: Turn, issue: Issue, step: IssueStep) -> list[str]:
    """What of the problem itself is told with a step: enough to act without looking it up."""
    words, what = turn.city.words, turn.city.words.told_what.format(text=issue.what)
    match step:
        case IssueStep.ASSIGN:
            return about(turn, issue)
        case IssueStep.EXTEND if issue.asked_until is not None:
            asked = day_ahead(issue.asked_until, turn.city.zone, turn.now)
            return [words.told_asked_day.format(day=asked, due=due_name(turn, issue))]
        case IssueStep.APPROVE:
            return [words.told_limit.format(due=due_name(turn, issue))]
        case IssueStep.CLOSE:
            return [what, *_solved(turn, issue), how_often(turn, issue)]
        case IssueStep.REFUSE | IssueStep.FINISH | IssueStep.SEND_BACK | IssueStep.REOPEN:
            return [what]
        case IssueStep.IS_FALSE | IssueStep.CONCEALED | IssueStep.NOT_CONCEALED:
            return judged(turn, issue, step)
    return []


def _solved(turn: Turn, issue: Issue) -> list[str]:
    """How it was solved, in the words of who handled it, or else of who raised it; nothing that was sent back since."""
    undone = issues.newest(turn.session, issue.id, _UNDOES)
    for kind in (IssueStep.FINISH, IssueWord.SOLVED):
        said = issues.newest(turn.session, issue.id, [kind])
        if said is not None and said.note and (undone is None or said.id > undone.id):
            return [turn.city.words.told_solved.format(note=said.note)]
    return []


def _signing_is_knowing(turn: Turn, issue: Issue) -> None:
    """A lead department that signs has taken note too: one tap for both, and it stops the ladder."""
    if issue.severity is not Severity.MAJOR:
        return
    if turn.person.id in may_take(turn.session, issue, turn.today) and taken(turn, issue.id) is None:
        take(turn, issue)
    said = turn.city.words.told_signed.format(**who_and_when(turn, issue, acting_for(turn, issue)))
    tell_told(turn, issue, said)


def _receipt(turn: Turn, issue: Issue, command: TakeStep) -> Outcome:
    words = turn.city.words
    said = {"number": issue.number, "due": due_name(turn, issue), "unit": holder_name(turn, issue)}
    asked = day_ahead(issue.asked_until, turn.city.zone, turn.now) if issue.asked_until else ""
    text = {
        IssueStep.ASSIGN: words.took_assigned.format(**said),
        IssueStep.SIGN: words.took_sign.format(number=issue.number, due=said["due"]),
        IssueStep.REFUSE: words.took_refuse.format(number=issue.number),
        IssueStep.EXTEND: words.took_extend.format(number=issue.number, day=asked),
        IssueStep.FINISH: words.took_finish.format(number=issue.number),
    }.get(
        command.step,
        words.took_step.format(number=issue.number, step=step_name(words, command.step)),
    )
    rows = rows_of(turn, issue, [Who.HOLDER]) if command.step is IssueStep.SIGN else ()
    return Outcome(Outgoing(text=text, rows=rows), issue.number, text)


def _standing(turn: Turn, issue: Issue) -> dict[str, object]:
    """What a step changes, for the ledger."""
    return {
        "state": issue.state,
        "severity": issue.severity,
        "due": issue.due.isoformat() if issue.due else None,
        "holder": issue_life.holder(turn.session, issue.id),
    }
