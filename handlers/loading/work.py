"""Facts for 待办问题: what waits for the person, or the one step that a button or a typed line named."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from handlers.facts import BRIEF, Facts
from handlers.loading.base import Loading, loose
from handlers.moments import day_ahead
from handlers.step_words import state_name, step_name
from handlers.work_facts import WorkFacts, WorkItem
from rules import issue_clocks
from rules.issue_life import TURN, Ask, Move, move, moves
from rules.kinds import IssueState, IssueStep, Role
from storage import departments, issue_life, people
from storage import rules as stored_rules
from storage.problem_scope import concerns, whos
from storage.rules import InForce
from storage.tables.reporting import Issue

MOST = 30  # problems that are listed
# States in which a problem waits for the office; of the new ones only those that are to be assigned.
_FOR_OFFICE = (IssueState.DISPUTED, IssueState.DEFERRING, IssueState.SOLVED, IssueState.REGISTERED,
               IssueState.ACKNOWLEDGED)  # fmt: skip
_LONGEST = timedelta(days=730)
_NOT_LISTED = frozenset(
    {*(IssueStep.RAISE, IssueStep.LOWER, IssueStep.IS_FALSE, IssueStep.NOT_FALSE), IssueStep.CONCEALED,
     IssueStep.NOT_CONCEALED}
)  # fmt: skip


def work(loading: Loading) -> Facts:
    rules = stored_rules.in_force(loading.session)
    named = str(loading.answers.get("step", ""))
    found = _named(loading, named) if "." in named else WorkFacts(_waiting(loading))
    chosen = next((each for each in found.items if each.id == named), None)
    if chosen is not None:
        found = _detailed(loading, rules, found, chosen)
    return Facts(
        loading.city.words,
        loading.person,
        today=loading.today,
        longest=rules.book.caps.text_length,
        most_media=rules.book.media.per_report,
        loose_media=loose(loading) if chosen and chosen.ask is Ask.EVIDENCE else (),
        work=found,
    )


def _named(loading: Loading, named: str) -> WorkFacts:
    """The step that was named, if it may be taken now; else why not."""
    words, (number, _, step) = loading.city.words, named.partition(".")
    issue = loading.session.get(Issue, int(number)) if number.isdecimal() else None
    known = step in frozenset(IssueStep)
    if issue is None or not known or not concerns(loading.session, loading.person.id, issue, loading.today):
        return WorkFacts(refusal=words.no_such_issue.format(number=f"W{number}"))
    if issue.drill:
        return WorkFacts(refusal=words.drill_only_known.format(number=issue.number))
    found = move(issue.state, IssueStep(step), issue.severity)
    if found is None:
        said = {"number": issue.number, "step": step_name(words, IssueStep(step))}
        return WorkFacts(refusal=words.step_not_now.format(state=state_name(words, issue.state), **said))
    if not whos(loading.session, loading.person.id, issue, loading.today) & set(found.who):
        return WorkFacts(refusal=words.not_for_you)
    if found.step is IssueStep.EXTEND and issue.due is not None and loading.now > issue.due:
        return WorkFacts(refusal=words.extend_too_late.format(number=issue.number))
    [(issue, project)] = issue_life.these(loading.session, [issue.id])
    return WorkFacts((_item(loading, issue, project, found),))


def _waiting(loading: Loading) -> tuple[WorkItem, ...]:
    """The steps of whose turn it is, on problems that wait for the person, oldest first."""
    found = []
    for issue, project in issue_life.these(loading.session, _ids(loading)):
        turn = TURN.get(issue.state)
        if turn is None or turn not in whos(loading.session, loading.person.id, issue, loading.today):
            continue
        for each in moves(issue.state, issue.severity, [turn]):
            if isinstance(each.step, IssueStep) and each.step not in _NOT_LISTED:
                found.append(_item(loading, issue, project, each))
    return tuple(found)


def _ids(loading: Loading) -> Iterable[int]:
    session = loading.session
    roles = people.roles_of(session, loading.person.id, loading.today)
    found: list[int] = []
    if not roles.isdisjoint(departments.SPEAKING):
        found += issue_life.held_by(session, loading.person.unit_id)
    if Role.OFFICE in roles:
        found += issue_life.standing_so(session, _FOR_OFFICE, MOST)
    return list(dict.fromkeys(found))[:MOST]


def _item(loading: Loading, issue: Issue, project: str, found: Move) -> WorkItem:
    words, step = loading.city.words, IssueStep(found.step)
    label = words.work_item.format(step=step_name(words, step), number=issue.number)
    brief = issue.what if len(issue.what) <= BRIEF else f"{issue.what[: BRIEF - 1]}…"
    line = words.work_line.format(
        number=issue.number, project=project, brief=brief, state=state_name(words, issue.state)
    )
    return WorkItem(issue.id, step, label, line, found.ask)


def _detailed(loading: Loading, rules: InForce, found: WorkFacts, chosen: WorkItem) -> WorkFacts:
    if chosen.ask not in (Ask.UNIT, Ask.DAY):
        return found
    issue = loading.session.get_one(Issue, chosen.issue_id)
    zone, category = loading.city.zone, rules.book.category(issue.category)
    due = issue.due.astimezone(zone).date() if issue.due else loading.today
    by_rule = None
    if category is not None:
        by_rule = issue_clocks.due(loading.now, category.days, rules.book, zone).astimezone(zone).date()
    found = replace(
        found,
        due=day_ahead(issue.due, zone, loading.now) if issue.due else "",
        earliest=due + timedelta(days=1) if chosen.ask is Ask.DAY else loading.today,
        latest=loading.today + _LONGEST,
        by_rule=by_rule,
    )
    if chosen.ask is not Ask.UNIT:
        return found
    leads = frozenset(departments.leads(loading.session, loading.today))
    return replace(found, units=_units(loading, rules, issue), leads=leads)


def _units(loading: Loading, rules: InForce, issue: Issue) -> tuple[tuple[int, str], ...]:
    """Units with somebody who can sign; the lead department of the category first."""
    session, category = loading.session, rules.book.category(issue.category)
    able = departments.able(session, loading.today)
    lead = category and departments.leading(session, category.lead, issue.project_id, loading.today)
    refused = issue_life.last_refused(session, issue.id)
    order = sorted(able, key=lambda unit: (unit != lead or unit == refused, unit))
    return tuple((unit, able[unit]) for unit in order)
