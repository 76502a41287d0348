"""Facts from storage, for one script and one turn: only what that script asks about."""

from collections.abc import Callable

from handlers.facts import Facts
from handlers.loading import handover, registry
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
    "registry_menu": registry.menu,
    "import_workbook": registry.workbook,
    "leave_workbook": registry.workbook,
    "add_project": registry.add_project,
    "change_project": registry.change_project,
    "replace_person": registry.change_project,
    "add_person": registry.add_person,
    "change_person": registry.change_person,
    "unbind": registry.accounts,
    "rebind": registry.accounts,
    "hand_over": handover.hand_over,
    "handed_over": handover.packet,
    "set_secretary": registry.secretary,
}
