"""Facts from storage, for one script and one turn: only what that script asks about."""

from collections.abc import Callable

from handlers.facts import Facts
from handlers.loading import desk, digests, handover, leave, registry
from handlers.loading.base import Loading, by_name
from handlers.loading.burden import office_burden
from handlers.loading.duties import my_duties
from handlers.loading.issue import issue
from handlers.loading.light import exempt_light
from handlers.loading.notice import send_notice
from handlers.loading.owing import phone_list, who_owes
from handlers.loading.progress import progress
from handlers.loading.report_for import report_for
from handlers.loading.zero import zero


def load(loading: Loading, script: str) -> Facts:
    return _LOADERS[script](loading)


def _not_mine(loading: Loading) -> Facts:
    return Facts(loading.city.words, loading.person, projects=by_name(loading))


_LOADERS: dict[str, Callable[[Loading], Facts]] = {
    "report_progress": progress,
    "report_issue": issue,
    "report_zero": zero,
    "my_duties": my_duties,
    "show_help": desk.of_office(desk.nothing),
    "not_mine": _not_mine,
    "desk": desk.of_office(desk.nothing),
    "who_owes": who_owes,
    "phone_list": desk.of_office(phone_list),
    "return_report": desk.of_office(desk.return_report),
    "unlock_duty": desk.of_office(desk.unlock_duty),
    "exempt_duty": desk.of_office(desk.exempt_duty),
    "exempt_light": desk.of_office(exempt_light),
    "judge_duty": desk.of_office(desk.judge_duty),
    "pause_project": desk.of_office(desk.leave),
    "resume_project": desk.of_office(desk.resume),
    "end_project": desk.of_office(desk.leave),
    "report_for": report_for,
    "send_notice": desk.of_office(send_notice),
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
    "burden": desk.of_office(office_burden),
    "take_leave": leave.take_leave,
    "end_leave": leave.end_leave,
    "set_digest": digests.set_digest,
    "monthly_review": digests.monthly_review,
}
