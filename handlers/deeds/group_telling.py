"""What groups hear of a major problem in a turn; the rules are `storage/group_telling.py`'s."""

from handlers.turning import Turn
from storage import group_telling
from storage.group_telling import Ways
from storage.messages import Outgoing
from storage.tables.reporting import Issue


def tell_alarm(turn: Turn, issue: Issue, alert: Outgoing, once: str) -> None:
    group_telling.tell_alarm(turn.session, issue, alert, _ways(turn), once)


def tell_chat(turn: Turn, issue: Issue, message: Outgoing) -> None:
    """Into the problem's own group, if it has one."""
    group_telling.tell_chat(turn.session, issue, message, _ways(turn))


def _ways(turn: Turn) -> Ways:
    city = turn.city
    return Ways(
        city.running, lambda channel: city.show(channel).text_limit, turn.now, city.zone, turn.inbox_id
    )
