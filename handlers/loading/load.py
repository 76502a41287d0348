"""Facts from storage, for one script and one turn: only what that script asks about."""

from collections.abc import Callable

from handlers.facts import Facts
from handlers.loading.base import Loading
from handlers.loading.duties import my_duties
from handlers.loading.issue import issue
from handlers.loading.progress import progress
from handlers.loading.zero import zero


def load(loading: Loading, script: str) -> Facts:
    return _LOADERS[script](loading)


def _help(loading: Loading) -> Facts:
    return Facts(loading.city.words, loading.person)


_LOADERS: dict[str, Callable[[Loading], Facts]] = {
    "report_progress": progress,
    "report_issue": issue,
    "report_zero": zero,
    "my_duties": my_duties,
    "show_help": _help,
}
