"""What groups hear of a major problem: the city's groups the alarm, the problem's own group everything that follows.

Rule 1  A group has nothing to press: nobody in it is known to be the one who answers.
Rule 2  It never stands in for a person: whoever must know is told by themselves, before and beside it.
Rule 3  A drill makes no group; it is told to the city's groups with its mark.
"""

from handlers.turning import Turn
from rules.kinds import Lane, Role
from storage import groups, issue_chats, people, projects
from storage.alerting import alerted
from storage.messages import Outgoing
from storage.tables.reporting import Issue


def tell_alarm(turn: Turn, issue: Issue, alert: Outgoing, once: str) -> None:
    """`once` names this alarm; the same problem has another when it is opened again."""
    words_only = Outgoing(title=alert.title, text=alert.text)
    groups.tell(
        turn.session, turn.city.running, words_only, Lane.URGENT, now=turn.now, number=issue.number,
        limit=turn.city.show(groups.CHANNEL).text_limit, once=once, inbox_id=turn.inbox_id,
    )  # fmt: skip
    if not issue.drill:
        _open_chat(turn, issue)
        tell_chat(turn, issue, words_only)


def tell_chat(turn: Turn, issue: Issue, message: Outgoing) -> None:
    """Into the problem's own group, if it has one."""
    issue_chats.tell(
        turn.session, issue.id, turn.city.running, Outgoing(title=message.title, text=message.text), now=turn.now,
        limit=turn.city.show(issue_chats.CHANNEL).text_limit, inbox_id=turn.inbox_id,
    )  # fmt: skip


def _open_chat(turn: Turn, issue: Issue) -> None:
    """Of the leaders, their department, the office and who raised it: those who are in the app."""
    account = issue_chats.account_of(turn.city.running)
    if account is None:
        return
    project = projects.named(turn.session, issue.project_id).name
    name = turn.city.words.chat_name.format(number=issue.number, project=project)
    concerned = alerted(turn.session, issue.project_id, turn.today, heads=False)
    # The office first, who is to own the group.
    members = [*people.in_role(turn.session, Role.OFFICE, turn.today), *concerned, issue.whose]
    issue_chats.open_chat(turn.session, issue.id, account, name, members, turn.now)
