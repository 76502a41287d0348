"""Who may do what (权限): every permission of the city, as pure functions of how a person stands to a subject.

A person may do an act if one of its permissions holds. Which act needs which stands in `handlers/scope.py`,
beside the commands; how a person stands is loaded there, in the act's own transaction.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import Enum, auto

from rules.kinds import Role

REPORTING = (Role.REPORTER, Role.DEPUTY, Role.HEAD)  # 联络人, 分管领导, 一把手 of a project
HEADING = (Role.HEAD, Role.DEPUTY)  # 一把手, 分管领导 of a unit
LEADING = (Role.LEAD_LEADER, Role.LEAD_DEPARTMENT)  # 牵头领导, 牵头部门
TOLD = (Role.OFFICE, *LEADING, Role.HEAD)  # who gets digests; 督查室 asks when it wants to know
# Whoever holds one of these is nobody's to decide about but the office's: a code for them is their place.
OUT_OF_REACH = (
    *(Role.OFFICE, Role.ADMIN, Role.SUPERVISION, Role.LEAD_LEADER, Role.LEAD_DEPARTMENT, Role.HEAD),
)


class Part(Enum):
    """What somebody has to do here; who has several parts is given the first."""

    OFFICE = auto()
    HEADS = auto()
    REPORTS = auto()
    LEADS = auto()  # 牵头领导, and the secretaries who act for them
    HANDLES = auto()  # 牵头部门
    SUPERVISES = auto()


LOOKING = (Part.LEADS, Part.HANDLES, Part.SUPERVISES)  # they look at projects and report for none
_PARTS = {
    Role.OFFICE: Part.OFFICE,
    **dict.fromkeys(HEADING, Part.HEADS),
    Role.REPORTER: Part.REPORTS,
    Role.LEAD_LEADER: Part.LEADS,
    Role.LEAD_DEPARTMENT: Part.HANDLES,
    Role.SUPERVISION: Part.SUPERVISES,
}


def part_of(roles: Collection[Role], *, acts: bool = False) -> Part:
    """The part of somebody with these roles, who may act for a leader. Without any they report, if anything."""
    held = {_PARTS[role] for role in roles if role in _PARTS}
    return next((part for part in Part if part in held), Part.LEADS if acts else Part.REPORTS)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a person stands to what an act is about, today.

    roles       held in the whole system (市项目办, 管理员, 督查室 ...)
    answers     roles in which the person answers for the project that the act is about
    heads_unit  is 一把手 or 分管领导 of the unit that the act is about, and the person is within their reach
    own         the act is about the person themselves
    takes       may take note of the problem that the act is about (decisions: 9): 牵头领导, 牵头部门, 市项目办,
                who acts for one of them, and whom its ladder has asked
    raised      raised the problem that the act is about, whoever reports for its project
    """

    roles: frozenset[Role] = frozenset()
    answers: frozenset[Role] = frozenset()
    heads_unit: bool = False
    own: bool = False
    takes: bool = False
    raised: bool = False


Permission = Callable[[Standing], bool]


def anyone(_standing: Standing) -> bool:
    """Everyone who is bound."""
    return True


def reports_for_it(standing: Standing) -> bool:
    """Who reports for the project."""
    return not standing.answers.isdisjoint(REPORTING)


def raised_it(standing: Standing) -> bool:
    """提出人 of the problem."""
    return standing.raised


def office(standing: Standing) -> bool:
    """市项目办."""
    return Role.OFFICE in standing.roles


def gets_digests(standing: Standing) -> bool:
    """Whoever is told of projects unasked: 市项目办, who leads projects, the head of a unit."""
    return not standing.roles.isdisjoint(TOLD)


def heads_the_unit(standing: Standing) -> bool:
    """The unit's own 一把手 or 分管领导, over themselves and over those who stand below them."""
    return standing.heads_unit


def is_their_own(standing: Standing) -> bool:
    """Who the act is about."""
    return standing.own


def takes_the_problem(standing: Standing) -> bool:
    """Who may take note of the problem."""
    return standing.takes
