"""The town that the machine lives in: that of the tests, somebody who raises major problems, and a short ladder."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy.orm import Session

from rules.kinds import Role
from storage import rules as stored_rules
from storage.database import Database
from storage.tables.registry import Person
from tests.builders import a_project, a_responsibility, a_unit
from tests.chat import START, Clock
from tests.town import a_town, someone

# A short ladder at every hour, and nothing that is given or raised but by people. What follows a note is not looked at.
RULES = """
[ladder]
follow_minutes = 1000000
rungs = [
    { key = "lead", who = ["lead_leader", "lead_department", "office"], told = ["head"], wait = 10, repeats = 1 },
    { key = "supervision", who = ["supervision"], told = ["head"], wait = 20, repeats = 0 },
]
[problems]
auto_assign = "none"
rise_days = 0
rise_times = 0
"""


class Settled(NamedTuple):
    """`chats` by who has them; `projects` by their numbers, those of the reporter."""

    clock: Clock
    chats: Mapping[str, str]
    projects: Mapping[int, int]


def settle(database: Database) -> Settled:
    town = a_town(database)
    chats = {name: getattr(town, name).user for name in ("reporter", "leader", "department", "office")}
    chats |= database.run_now(lambda session: _settle(session, chats["leader"], chats["department"]))
    return Settled(town.clock, chats, {7: town.north, 13: town.south})


def _settle(session: Session, leader: str, department: str) -> dict[str, str]:
    """Whoever raises problems on a project of their own, and who is told of them."""
    stored_rules.take(session, RULES, START)
    unit = a_unit(session, name="城南区")
    raiser = someone(session, unit, "钱二", Role.REPORTER)
    project = a_project(session, reporter=raiser, name="东湖隧道", number=21)
    people = {"raiser": raiser, "head": someone(session, unit, "郑局长", Role.HEAD)}
    people["supervision"] = someone(session, a_unit(session, name="督查室"), "吴主任", Role.SUPERVISION)
    a_responsibility(session, project, people["head"], Role.HEAD)
    for chat, role in ((leader, Role.LEAD_LEADER), (department, Role.LEAD_DEPARTMENT)):
        a_responsibility(session, project, session.get_one(Person, int(chat) - 1000), role)
    return {name: str(person.id + 1000) for name, person in people.items()}
