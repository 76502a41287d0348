"""The city as it has to be, in the plainest words, written apart from the program and without its code.

It is told what happened (an update was stored, a turn was taken, a call ended, a sweep ran, a process died) and says
what must stand then. Whatever it does not foresee is a difference.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

# Whom a ladder of the test's rules tells, in order, and how long after that the next step is due; then comes its end.
LEAD, SUPERVISION = ("leader", "department", "office", "head"), ("supervision", "head")
LADDER = (
    (0, LEAD, timedelta(minutes=10)),
    (0, LEAD, timedelta(minutes=10)),
    (1, SUPERVISION, timedelta(minutes=20)),
)


class Difference(AssertionError):  # noqa: N818 - it is what is looked for
    """The program does not do what the model says."""


def same(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise Difference(f"{what}\n  the program: {found}\n  the model:   {wanted}")


# What people do


class Card(NamedTuple):
    """A report shown to be confirmed, in one conversation."""

    project: int
    talk: str
    yuan: int


class Amount(NamedTuple):
    """A line with the month's amount of a project."""

    project: int
    yuan: int


class Tap(NamedTuple):
    """The confirming button of a card, which may be an old one."""

    card: Card


class Yes(NamedTuple):
    """确认, typed."""


class Nonsense(NamedTuple):
    pass


class Word(NamedTuple):
    """One of the words with which a major problem is reported; the last one confirms."""

    last: bool


class TakeNote(NamedTuple):
    problem: int


Deed = Amount | Tap | Yes | Nonsense | Word | TakeNote


class Update(NamedTuple):
    external: str
    who: str
    received: datetime
    deed: Deed


class Shown(NamedTuple):
    """What an answer shows: a card, a receipt, or other words."""

    kind: str
    project: int = 0
    yuan: int = 0
    talk: str = ""


# What must have come of it


class Filed(NamedTuple):
    yuan: int
    at: datetime


@dataclass
class Problem:
    """A major problem: the steps of its ladder that were said, when the next is due, and who has taken note."""

    filed: datetime
    said: list[datetime] = field(default_factory=list)
    next: datetime | None = None
    taken: tuple[str, datetime] | None = None

    def says(self, now: datetime) -> None:
        """One step, or the end of the ladder."""
        if len(self.said) == len(LADDER):
            self.next = None
            return
        self.said.append(now)
        self.next = now + LADDER[len(self.said) - 1][2]

    def due(self, now: datetime) -> bool:
        """Never before it was due, and nothing after somebody took note."""
        return self.taken is None and self.next is not None and self.next <= now

    def told(self) -> set[tuple[int, int, str, datetime]]:
        """Step, rung, who was told and when."""
        steps = zip(LADDER, self.said, strict=False)
        return {
            (number, rung, who, at)
            for number, ((rung, people, _), at) in enumerate(steps, 1)
            for who in people
        }


@dataclass
class Letter:
    """An outgoing row as the platform met it. `repeats`: how often it may go again after a doubt.

    `flying`: the platform was called, and what came of it is not written down yet.
    """

    chat: str
    repeats: int
    flying: bool = False
    sent: bool = False
    accepted: int = 0
    doubts: int = 0


@dataclass
class City:
    stored: dict[str, Update] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    open: dict[int, Card] = field(default_factory=dict)  # what is being reported, by project
    current: int | None = None  # the project of the report that its reporter is in the middle of
    talks: set[str] = field(default_factory=set)
    filed: dict[int, list[Filed]] = field(default_factory=lambda: defaultdict(list))
    problems: list[Problem] = field(default_factory=list)
    letters: dict[int, Letter] = field(default_factory=dict)
    answered: dict[str, int] = field(default_factory=dict)  # the answer that was called last, by chat

    # Inbox: stored once, and each sender's in the order in which they were stored.

    def stores(self, updates: Iterable[Update]) -> None:
        for each in updates:
            self.stored.setdefault(each.external, each)

    def next_turns(self) -> list[Update]:
        """The oldest of each sender that is not done."""
        oldest: dict[str, Update] = {}
        for each in self.stored.values():
            if each.external not in self.done:
                oldest.setdefault(each.who, each)
        return list(oldest.values())

    # Talk

    def takes_turn(self, update: Update, shown: Shown) -> None:
        """One turn, of which this was the answer."""
        same(f"{update.external} is taken a second time", update.external in self.done, False)
        self.done.add(update.external)
        match update.deed:
            case Amount(project, yuan):
                self._shows_card(Card(project, shown.talk, yuan), shown)
            case Tap(card):
                self._is_tapped(card, update, shown)
            case Yes() if self.current is not None:
                self._files(self.open[self.current], update, shown)
            case Nonsense() if self.current is not None:
                self._shows_card(self.open[self.current], shown)
            case Word(last=True):
                self.problems.append(Problem(update.received))
                self.problems[-1].says(update.received)
                same("a problem's receipt", shown.kind, "problem")
            case TakeNote(problem):
                self._takes_note(self.problems[problem - 1], update)
            case _:
                same(f"the answer to {update.deed}", shown.kind, "words")

    def _shows_card(self, card: Card, shown: Shown) -> None:
        """A project has one report that is open; what is said of it goes into that one."""
        known = self.open.get(card.project)
        same("a card is shown", shown, Shown("card", *card[::2], card.talk))
        if known:
            same("it belongs to the open report", card.talk, known.talk)
        else:
            same("a new report is another conversation", card.talk in self.talks, False)
        self.talks.add(card.talk)
        self.open[card.project], self.current = card, card.project

    def _is_tapped(self, card: Card, update: Update, shown: Shown) -> None:
        """A tap files what its card says if that report is still open and its newest card says the same; of another
        card that is open the newest is shown again; of one that has ended nothing comes."""
        newest = self.open.get(card.project)
        if newest is None or newest.talk != card.talk:
            same("the answer to the tap on a card that has ended", shown.kind, "words")
        elif newest != card:
            self._shows_card(newest, shown)
        else:
            self._files(card, update, shown)

    def _files(self, card: Card, update: Update, shown: Shown) -> None:
        self.filed[card.project].append(Filed(card.yuan, update.received))
        kind = "receipt" if len(self.filed[card.project]) == 1 else "correction"
        same("a receipt", shown, Shown(kind, card.project, card.yuan))
        del self.open[card.project]
        self.current = None

    # Escalation

    def _takes_note(self, problem: Problem, update: Update) -> None:
        if problem.taken is None:
            problem.taken = (update.who, update.received)

    def sweeps(self, now: datetime, said: Callable[[int], int] | None = None) -> None:
        """A sweep says the next step of each ladder that is due. One that died: as far as `said` shows (by problem)."""
        for number, each in enumerate(self.problems, 1):
            if each.due(now) and (said is None or said(number) == len(each.said) + 1):
                each.says(now)

    # Outgoing

    def is_called(self, row: int, letter: Letter, *, answers: bool, waiting: list[int]) -> Letter:
        """The platform is called for a row: not after it was sent; not again in doubt, unless it may be; in order.

        `waiting` are rows of its chat that are due and stand before it; answers stand as they were written.
        """
        known = self.letters.setdefault(row, letter)
        same(f"row {row} is sent again although it was sent", known.sent or known.flying, False)
        same(f"row {row} may be sent again in doubt", known.doubts <= known.repeats, True)
        same(f"due before row {row}", waiting, [])
        if answers:
            before = self.answered.get(known.chat, 0)
            same(f"row {row} goes after row {before} of its chat", before <= row, True)
            self.answered[known.chat] = row
        known.flying = True
        return known

    def is_heard(self, row: int, *, sent: bool, doubtful: bool) -> None:
        """What came of the call was written down."""
        letter = self.letters[row]
        letter.flying, letter.sent = False, sent
        letter.doubts += doubtful

    def dies(self, in_hand: Mapping[int, Letter]) -> None:
        """What a process had in hand when it died may have arrived."""
        for row, letter in in_hand.items():
            known = self.letters.setdefault(row, letter)
            known.flying, known.doubts = False, known.doubts + 1
