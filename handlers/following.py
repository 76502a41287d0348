"""A word on a problem (续报) from a button under it or a typed line: done at once, or asked about first.

At once goes what needs no more to be said: 仍在, 还没解决, a general problem's 已解决, and whatever will be refused.
What has changed, and how a major problem was solved, is asked for and seen on a card.
"""

from typing import Any

from handlers import drafts, talking
from handlers.buttons import HOW, SayOf
from handlers.commands import CallFalse, FollowUp
from handlers.deeds.carry_out import carry_out
from handlers.deeds.problems import concerns
from handlers.lengths import is_too_long
from handlers.loading.base import kept_media
from handlers.outcome import Outcome, refusal
from handlers.scope import allows
from handlers.turning import Turn
from rules.issue_life import ENDED
from rules.kinds import IssueState, IssueWord, Severity
from storage.tables.reporting import Issue


def follow(turn: Turn, said: SayOf) -> None:
    issue = turn.session.get(Issue, said.issue)
    if issue is None or not concerns(turn, issue):
        _answer(turn, refusal(turn.city.words.no_such_issue.format(number=f"W{said.issue}")))
        return
    if said.word == "false":
        _answer(turn, carry_out(turn, CallFalse(issue.id), None))
        return
    word = IssueWord.SOLVED if said.word == HOW else IssueWord(said.word)
    if word is IssueWord.STILL and said.note:
        word = IssueWord.CHANGED
    command = FollowUp(issue.id, word)
    if not allows(turn, command) or _at_once(issue, said, word):
        _answer(turn, carry_out(turn, command, None))
        return
    if not is_too_long(turn, said.note):
        _ask(turn, issue, word, said.note)


def _ask(turn: Turn, issue: Issue, word: IssueWord, note: str) -> None:
    """Opens the conversation with what is known already, or takes it up if it stands open (a button pressed twice)."""
    project = str(issue.project_id)
    given: dict[str, Any] = {
        "project": project,
        f"thread@{project}": str(issue.id),
        f"word@w{issue.id}": word,
    }
    if turn.incoming.media:
        sent = kept_media(turn.session, turn.person.id, turn.now, turn.today)
        given[f"photos@w{issue.id}"] = {"ids": list(sent), "done": True}
    if note:
        given[f"note@w{issue.id}.{word}"] = {"text": note}
    begun = drafts.about(turn, "report_issue", project)
    if begun is not None and given.items() <= begun.answers.items():
        talking.resume(turn, begun.id)
    else:
        talking.open_prefilled(turn, "report_issue", given)


def _at_once(issue: Issue, said: SayOf, word: IssueWord) -> bool:
    if issue.drill or issue.state in ENDED or word in (IssueWord.STILL, IssueWord.UNSOLVED):
        return True
    if word is IssueWord.CHANGED:
        return issue.state is IssueState.SOLVED
    # Where a department has said that it is done, it has said how as well.
    told = issue.severity is Severity.GENERAL or issue.state is IssueState.DONE
    return told and said.word != HOW and not said.note


def _answer(turn: Turn, outcome: Outcome) -> None:
    turn.answer(outcome.message, number=outcome.number)
