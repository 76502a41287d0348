"""The life of a problem, walked at random over a real database beside a plain model of it.

After every step: the problem stands as the model says; whose turn it is can lead out of it; its clocks run and add up;
and nobody was sent a word about it who does not stand to it. The long form: SANBAO_LONG_WALK=100000, see
docs/reliability.md.
"""

import os
import random
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.commands import FollowUp, TakeStep
from handlers.deeds.carry_out import carry_out
from handlers.facts import PersonFacts
from handlers.turning import Turn
from reminders.reach import Reach
from reminders.sweep import sweep
from rules.issue_clocks import per_holder, total
from rules.issue_life import ENDED, LIFE, TURN, Next, moves, who_may
from rules.kinds import IssueState, IssueStep, IssueWord, Lane, Role, Severity
from storage import issue_life, problem_scope
from storage import rules as stored_rules
from storage.database import Database
from storage.messages import Address, Incoming, IncomingKind
from storage.tables.registry import Person
from storage.tables.reporting import Issue
from storage.tables.traffic import OutboxRow
from tests.builders import a_binding, a_person, a_unit
from tests.chat import CITY, START, ZONE
from tests.town import Town, a_town, reports_problem

REACH = Reach(running=frozenset({("chat", "bot")}))
S, P, W = IssueState, IssueStep, IssueWord
LONG = int(os.environ.get("SANBAO_LONG_WALK", "0"))
SEED = int(os.environ.get("SANBAO_WALK_SEED", "0"))
PROBLEM_STEPS, CITY_STEPS = 200, 1000


WORDS = (W.STILL, W.CHANGED, W.SOLVED, W.UNSOLVED)
BY_DEPARTMENT = (P.SIGN, P.REFUSE, P.FEEDBACK, P.EXTEND, P.FINISH)
OF_REPORTER = (*WORDS, P.RAISE, P.REOPEN)


class Model:
    """A problem's life in the plainest words there are, written down apart from the table."""

    def __init__(self, severity: Severity) -> None:
        self.state, self.severity, self.signed = S.REGISTERED, severity, False
        self.had: list[tuple[int, bool]] = []  # departments, and whether they refused
        self.holder: int | None = None
        self.closed_at: datetime | None = None
        self.away = timedelta()  # while it was closed
        self.taken = False  # somebody has signed for it as a major one, and so taken note of it

    def back(self) -> IssueState:
        if self.holder is None:
            return S.ACKNOWLEDGED if self.taken else S.REGISTERED
        return S.HANDLING if self.signed else S.ASSIGNED

    def give(self, unit: int) -> None:
        self.holder, self.signed = unit, False
        self.had.append((unit, False))

    def may(self, actor: str, unit: int | None, step: IssueStep | IssueWord) -> bool:
        if actor == "office":
            return True
        if actor == "reporter":
            return step in OF_REPORTER and not (step is P.REOPEN and self.state is S.FALSE)
        if actor == "leader":
            return step in (P.RAISE, P.LOWER)
        return unit == self.holder and step in BY_DEPARTMENT

    def does(self, step: IssueStep | IssueWord, unit: int, now: datetime) -> None:
        """The step, if it can be done where the problem stands."""
        state, working = self.state, self.state in (S.HANDLING, S.DEFERRING)
        ended, said_done = state in ENDED, state in (S.DONE, S.SOLVED)
        if step is P.ASSIGN and not ended and not said_done:
            self.give(unit)
            self.state = S.ASSIGNED
        elif step is P.SIGN and state is S.ASSIGNED:
            self.state, self.signed = S.HANDLING, True
            self.taken |= self.severity is Severity.MAJOR
        elif step is P.REFUSE and state is S.ASSIGNED:
            self.had[-1] = (self.had[-1][0], True)
            self.state, self.holder = S.DISPUTED, None
        elif step is P.UPHOLD and state is S.DISPUTED:
            self.give(next(each for each, refused in reversed(self.had) if refused))
            self.state, self.signed = S.HANDLING, True
        elif step is P.EXTEND and state is S.HANDLING:
            self.state = S.DEFERRING
        elif step in (P.APPROVE, P.DENY) and state is S.DEFERRING:
            self.state = S.HANDLING
        elif step is P.FINISH and working:
            self.state = S.DONE
        elif (step is P.CLOSE and said_done) or (step is P.IS_FALSE and not ended):
            self.state, self.holder, self.closed_at = S.CLOSED if step is P.CLOSE else S.FALSE, None, now
        elif ((step is P.SEND_BACK or step is W.UNSOLVED) and said_done) or (
            step is W.STILL and state is S.DONE
        ):
            self.state = self.back()
        elif step is W.SOLVED and not ended:
            self.state = S.SOLVED
        elif step is P.REOPEN and ended:
            self.reopens(now)
        elif step is P.RAISE and not ended and state is not S.SOLVED:
            self.severity = Severity.MAJOR
        elif step is P.LOWER and not ended and state is not S.SOLVED:
            self.severity = Severity.GENERAL

    def reopens(self, now: datetime) -> None:
        assert self.closed_at is not None
        self.away += now - self.closed_at
        held = [each for each, refused in self.had if not refused]
        self.state = self.back()
        if held:
            self.give(held[-1])
            self.state = S.ASSIGNED


class Walk:
    """One problem of a town with two departments, and its model beside it."""

    def __init__(self, town: Town, units: dict[str, int], severity: Severity) -> None:
        self.town, self.units, self.model = town, units, Model(severity)
        chats = {"reporter": town.reporter, "leader": town.leader, "office": town.office}
        self.people = {name: int(chat.user) - 1000 for name, chat in chats.items()}
        self.people |= {name: town.do(lambda session, each=name: _called(session, each)) for name in units}
        reports_problem(town.reporter, "🔴 重大问题" if severity is Severity.MAJOR else "一般问题")
        self.issue, self.seen = max(row.id for row in town.rows(Issue)), 0
        self.checks()

    def steps(self, actor: str, step: IssueStep | IssueWord, unit: str, minutes: int) -> None:
        self.town.clock.pass_(minutes=minutes)
        self.town.do(self._time_passes)
        self.town.do(lambda session: self._step(session, actor, step, unit))

    def _time_passes(self, session: Session) -> None:
        while sweep(session, self.town.clock.now, ZONE, reach=REACH):
            pass
        model, issue = self.model, session.get_one(Issue, self.issue)
        if (model.state, model.severity, issue.state) == (S.SOLVED, Severity.GENERAL, S.CLOSED):
            model.state, model.holder, model.closed_at = S.CLOSED, None, issue.closed_out  # by rule, in time
            assert issue.closed_out is not None
            assert issue.closed is not None
            assert issue.closed_out - issue.closed >= timedelta(days=5)
        self._check(session)  # what the sweep has said concerned whoever heard it then

    def _step(self, session: Session, actor: str, step: IssueStep | IssueWord, unit: str) -> None:
        now, issue = self.town.clock.now, session.get_one(Issue, self.issue)
        too_late = step is P.EXTEND and issue.due is not None and now > issue.due
        too_late |= step is P.APPROVE and issue.asked_until is not None and now > issue.asked_until
        closed = issue.closed_out
        too_late |= step is P.REOPEN and actor != "office" and closed is not None and (
            now - closed > timedelta(days=30)
        )  # fmt: skip
        self._carry_out(session, actor, step, unit)
        if self.model.may(actor, self.units.get(actor), step) and not too_late:
            self.model.does(step, self.units[unit], now)
        self._check(session)

    def _carry_out(self, session: Session, actor: str, step: IssueStep | IssueWord, unit: str) -> None:
        person, now = session.get_one(Person, self.people[actor]), self.town.clock.now
        facts = PersonFacts(person.id, person.name, person.unit_id, "", phone="")
        address = Address(
            channel="chat", account="bot", user=str(person.id + 1000), chat=str(person.id + 1000)
        )
        incoming = Incoming(address=address, kind=IncomingKind.TEXT, text="")
        turn = Turn(session, CITY, self.inbox, incoming, facts, now, now, now.astimezone(ZONE).date())
        if isinstance(step, IssueWord):
            carry_out(turn, FollowUp(self.issue, step), None)
        else:
            until = (now + timedelta(days=400)).date() if step is P.EXTEND else None
            command = TakeStep(self.issue, step, "原因", until=until, unit_id=self.units[unit])
            carry_out(turn, command, None)

    @property
    def inbox(self) -> int:
        return 1  # the row of the town's first message

    def checks(self) -> None:
        self.town.do(self._check)

    def _check(self, session: Session) -> None:
        issue, model, now = session.get_one(Issue, self.issue), self.model, self.town.clock.now
        today = now.astimezone(ZONE).date()
        assert (issue.state, issue.severity) == (model.state, model.severity)
        assert issue_life.holder(session, issue.id) == model.holder
        self._can_go_on(session, issue, today)
        self._clocks_run(session, issue, now)
        self._told_only_whom_it_concerns(session, issue, today)

    def _can_go_on(self, session: Session, issue: Issue, today: date) -> None:
        if issue.state in ENDED:
            return  # the office may reopen it, which the walk does
        who = TURN[issue.state]
        acting = problem_scope.those(session, who, issue, today)
        assert acting, f"nobody to act in {issue.state}"
        assert [each for each in moves(issue.state, issue.severity, [who]) if each.leads is not Next.SAME]

    def _clocks_run(self, session: Session, issue: Issue, now: datetime) -> None:
        held = issue_life.held(session, issue.id)
        living = [each for each in held if each.until is None]
        assert len(living) == (0 if issue.state in ENDED else 1)
        spent = sum(per_holder(held, now).values(), timedelta())
        assert spent + self.model.away == total(issue.filed, issue.closed_out, now)
        assert (issue.closed_out is not None) is (issue.state in ENDED)

    def _told_only_whom_it_concerns(self, session: Session, issue: Issue, today: date) -> None:
        wanted = select(OutboxRow).where(OutboxRow.id > self.seen, OutboxRow.number == issue.number)
        for row in session.scalars(wanted.order_by(OutboxRow.id)):
            self.seen, person = row.id, row.person_id
            assert person is not None
            assert row.inbox_id is not None or problem_scope.concerns(session, person, issue, today), row.body
            if row.lane != Lane.REPLY.order:
                assert problem_scope.concerns(session, person, issue, today), row.body
                self._may_press(session, issue, person, row, today)

    def _may_press(self, session: Session, issue: Issue, person: int, row: OutboxRow, today: date) -> None:
        stands = problem_scope.whos(session, person, issue, today)
        for option in (option for line in row.body.get("rows", ()) for option in line):
            kind, _, rest = option["data"].partition("|handle_issue|")
            if kind == "o":
                assert stands & who_may(IssueStep(rest.partition(".")[2])), option


def _called(session: Session, name: str) -> int:
    return session.scalars(select(Person.id).where(Person.name == name)).one()


def a_town_with_departments(database: Database) -> tuple[Town, dict[str, int]]:
    """By these rules nothing is given or raised but by people, so that the model stays plain."""
    town = a_town(database)

    def settle(session: Session) -> dict[str, int]:
        stored_rules.take(session, '[problems]\nauto_assign = "none"\nrise_days = 0\nrise_times = 0', START)
        found = {}
        for name in ("征收", "规划"):
            unit = a_unit(session, name=f"市{name}办")
            a_binding(
                session, a_person(session, unit=unit, role=Role.LEAD_DEPARTMENT, name=name), channel="chat"
            )
            found[name] = unit.id
        return found

    return town, town.do(settle)


steps = st.tuples(
    st.sampled_from(["office", "office", "reporter", "leader", "征收", "规划"]),
    st.sampled_from([*IssueStep, *WORDS]),
    st.sampled_from(["征收", "规划"]),
    st.sampled_from([1, 7, 60, 60 * 24, 60 * 24 * 6]),
)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(Severity), st.lists(steps, min_size=10, max_size=30))
def test_a_problem_lives_as_the_model_says_whoever_does_what(
    new_city: Callable[[], str],
    severity: Severity,
    walked: list[tuple[str, IssueStep | IssueWord, str, int]],
) -> None:
    database = Database(new_city(), busy_seconds=5)
    try:
        walk = Walk(*a_town_with_departments(database), severity)
        for each in walked:
            walk.steps(*each)
    finally:
        database.close()


@pytest.mark.skipif(not LONG, reason="the long form: SANBAO_LONG_WALK says how many steps")
def test_the_long_walk(new_city: Callable[[], str]) -> None:
    """Steps that are possible are chosen more often, so that the walk comes round to every state.

    Every 200 steps another problem, every 1,000 another city: problems that are left open cost every sweep.
    """
    dice, visited = random.Random(LONG + SEED), set[IssueState]()  # noqa: S311 - a walk, no secret
    for begun in range(0, LONG, CITY_STEPS):
        database = Database(new_city(), busy_seconds=5)
        try:
            town, units = a_town_with_departments(database)
            for _ in range(0, min(CITY_STEPS, LONG - begun), PROBLEM_STEPS):
                walk = Walk(town, units, dice.choice(list(Severity)))
                for _ in range(PROBLEM_STEPS):
                    possible = [each.step for each in LIFE if walk.model.state in each.states]
                    step = dice.choice(possible) if dice.random() < 0.8 else dice.choice([*IssueStep, *WORDS])
                    actor = dice.choice(["office", "office", "reporter", "leader", *units])
                    walk.steps(actor, step, dice.choice(list(units)), dice.choice([1, 7, 60, 60 * 24]))
                    visited.add(walk.model.state)
        finally:
            database.close()
    assert LONG < 2000 or visited >= {*IssueState} - {S.ACKNOWLEDGED}
