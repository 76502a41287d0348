"""Every conversation by its name: the name stands in talks and buttons, so it is never changed."""

from handlers.conversation import Script
from handlers.conversations.add_person import add_person
from handlers.conversations.add_project import add_project
from handlers.conversations.ask_menu import ask_menu
from handlers.conversations.burden import burden
from handlers.conversations.change_person import change_person
from handlers.conversations.change_project import change_project
from handlers.conversations.desk import desk
from handlers.conversations.direct_issue import direct_issue
from handlers.conversations.drill import drill
from handlers.conversations.end_leave import end_leave
from handlers.conversations.end_project import end_project
from handlers.conversations.exempt_duty import exempt_duty
from handlers.conversations.exempt_light import exempt_light
from handlers.conversations.forward_issue import forward_issue
from handlers.conversations.hand_over import hand_over
from handlers.conversations.handed_over import handed_over
from handlers.conversations.handle_issue import handle_issue
from handlers.conversations.handle_order import handle_order
from handlers.conversations.import_workbook import import_workbook
from handlers.conversations.judge_duty import judge_duty
from handlers.conversations.leave_workbook import leave_workbook
from handlers.conversations.make_order import make_order
from handlers.conversations.milestone_order import milestone_order
from handlers.conversations.monthly_review import monthly_review
from handlers.conversations.my_duties import my_duties
from handlers.conversations.not_mine import not_mine
from handlers.conversations.pause_project import pause_project
from handlers.conversations.phone_list import phone_list
from handlers.conversations.rebind import rebind
from handlers.conversations.registry_menu import registry_menu
from handlers.conversations.replace_person import replace_person
from handlers.conversations.report_for import report_for
from handlers.conversations.report_issue import report_issue
from handlers.conversations.report_progress import report_progress
from handlers.conversations.report_zero import report_zero
from handlers.conversations.resume_project import resume_project
from handlers.conversations.return_report import return_report
from handlers.conversations.send_notice import send_notice
from handlers.conversations.set_digest import set_digest
from handlers.conversations.set_secretary import set_secretary
from handlers.conversations.show_help import show_help
from handlers.conversations.spot_check import spot_check
from handlers.conversations.spot_results import spot_results
from handlers.conversations.take_leave import take_leave
from handlers.conversations.unbind import unbind
from handlers.conversations.unlock_duty import unlock_duty
from handlers.conversations.who_owes import who_owes

SCRIPTS: dict[str, Script] = {
    "report_progress": report_progress,
    "report_issue": report_issue,
    "report_zero": report_zero,
    "my_duties": my_duties,
    "show_help": show_help,
    "not_mine": not_mine,
    "handle_issue": handle_issue,
    "desk": desk,
    "who_owes": who_owes,
    "phone_list": phone_list,
    "return_report": return_report,
    "unlock_duty": unlock_duty,
    "exempt_duty": exempt_duty,
    "exempt_light": exempt_light,
    "judge_duty": judge_duty,
    "pause_project": pause_project,
    "resume_project": resume_project,
    "end_project": end_project,
    "report_for": report_for,
    "send_notice": send_notice,
    "drill": drill,
    "handle_order": handle_order,
    "make_order": make_order,
    "milestone_order": milestone_order,
    "spot_check": spot_check,
    "spot_results": spot_results,
    "direct_issue": direct_issue,
    "forward_issue": forward_issue,
    "registry_menu": registry_menu,
    "import_workbook": import_workbook,
    "leave_workbook": leave_workbook,
    "add_project": add_project,
    "change_project": change_project,
    "replace_person": replace_person,
    "add_person": add_person,
    "change_person": change_person,
    "unbind": unbind,
    "rebind": rebind,
    "hand_over": hand_over,
    "handed_over": handed_over,
    "set_secretary": set_secretary,
    "burden": burden,
    "take_leave": take_leave,
    "end_leave": end_leave,
    "set_digest": set_digest,
    "monthly_review": monthly_review,
    "ask_menu": ask_menu,
}

# The question that a button's preset answers; for the others it is the project.
PRESETS: dict[str, str] = {
    "import_workbook": "workbook", "leave_workbook": "workbook", "rebind": "subject", "handed_over": "packet",
    "who_owes": "unit", "end_leave": "leave", "monthly_review": "month", "direct_issue": "issue",
    "forward_issue": "issue", "handle_issue": "step", "handle_order": "order",
    "set_digest": "setting",
}  # fmt: skip

# What one of these has set may be set anew by another button of the same card.
SETTINGS = frozenset({"set_digest"})

# A cancelled one of these has reported nothing; any other has done nothing.
REPORTING = frozenset({"report_progress", "report_issue", "report_zero"})
# Of who asks about projects: a question typed in the middle of one of these is answered, and the talk waits.
ASKING = frozenset({"direct_issue", "forward_issue", "set_digest"})
# Of these a text is taken only soon after it was asked for: it goes to others, and does not come back.
SOON = frozenset({"direct_issue"})
# Scripts whose facts follow every answer: what may be chosen next, or what a change would do.
FOLLOWING = frozenset(
    {
        *("handle_order", "spot_check"),
        *("add_project", "change_project", "replace_person", "add_person", "change_person"),
        *("unbind", "rebind", "hand_over", "set_secretary", "take_leave", "end_leave", "handle_issue"),
    }
)
