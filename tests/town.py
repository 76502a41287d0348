"""A small town: two projects, who reports them, who leads them, and an office; its duties are open.

The reporter answers for 城北水厂扩建工程 and 南湖大道改造, the deputy for the first of them too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from reminders.reach import Reach
from reminders.sweep import NOBODY, sweep
from rules.kinds import Role
from storage import rules as stored_rules
from storage.database import Database
from storage.messages import Outgoing
from storage.tables.base import Base
from storage.tables.registry import Person, Project, Unit
from storage.tables.reminding import NudgeDuty
from storage.tables.reporting import Duty
from tests.builders import (
    a_binding,
    a_delivered_reminder,
    a_person,
    a_project,
    a_report,
    a_responsibility,
    a_unit,
    a_year_plan,
)
from tests.chat import START, ZONE, Chat, Clock, labels

T = TypeVar("T")
Row = TypeVar("Row", bound=Base)

NORTH, SOUTH = "城北水厂扩建工程", "南湖大道改造"


@dataclass
class Town:
    """People by what they do; `north` and `south` are the projects' ids.

    Nobody is reminded unless `reach` says by which accounts; and whoever owes something is known to know it, so that
    what does not come is late or missed, unless a test of reminders sets `known` to False.
    """

    database: Database
    clock: Clock
    north: int
    south: int
    reporter: Chat
    deputy: Chat
    head: Chat
    leader: Chat
    department: Chat
    office: Chat
    reach: Reach = NOBODY
    known: bool = True

    def do(self, work: Callable[[Session], T]) -> T:
        return self.database.run_now(work)

    def chat(self, user: str) -> Chat:
        return Chat(self.database, user, self.clock)

    def restarts(self) -> None:
        """The program ends and begins anew on the same file."""
        self.database.close()
        self.database = Database(self.database.url, busy_seconds=5)
        for chat in (self.reporter, self.deputy, self.head, self.leader, self.department, self.office):
            chat.database = self.database

    def sweep(self) -> int:
        """Sweeps until nothing is due; gives back how many slices there were."""
        if self.known:
            self.do(everybody_knows)
        slices = 1
        while self.do(lambda session: sweep(session, self.clock.now, ZONE, reach=self.reach)):
            slices += 1
        return slices

    def reaches(self, month: int, day: int, hour: int = 9, minute: int = 0) -> None:
        self.clock.strike(month, day, hour, minute)
        self.sweep()

    def has_reported(self, project_id: int, period: str, **given: object) -> None:
        """A report of the reporter's stands for that month."""
        person_id = int(self.reporter.user) - 1000
        values = {"period": period, "filed_by": person_id, "person": None, **given}

        def work(session: Session) -> None:
            values["project"] = session.get_one(Project, project_id)
            values["person"] = session.get_one(Person, person_id)
            a_report(session, **values)  # type: ignore[arg-type]  # columns by name

        self.do(work)

    def rows(self, table: type[Row]) -> list[Row]:
        return self.do(
            lambda session: list(session.scalars(select(table).order_by(*inspect(table).primary_key)))
        )


def everybody_knows(session: Session) -> None:
    """Every duty that has no proof of it yet was provably heard of when it opened."""
    proven = select(NudgeDuty.nudge_id).where(NudgeDuty.duty_id == Duty.id).exists()
    someone = session.scalar(select(Person.id).order_by(Person.id).limit(1))
    for duty in session.scalars(select(Duty).where(~proven)).all():
        a_delivered_reminder(session, duty, someone or 0)


def a_town(database: Database) -> Town:
    clock = Clock()
    ids = database.run_now(_settle)
    chats = {
        role: Chat(database, str(person + 1000), clock) for role, person in ids.items() if role.islower()
    }
    town = Town(database, clock, ids["NORTH"], ids["SOUTH"], **chats)
    town.sweep()
    return town


def _settle(session: Session) -> dict[str, int]:
    stored_rules.take(session, None, START)
    unit = a_unit(session, name="城北区住建局")
    city = a_unit(session, name="市政府")
    reporter = someone(session, unit, "张三", Role.REPORTER)
    deputy = someone(session, unit, "李四", Role.DEPUTY)
    head = someone(session, unit, "赵局长", Role.HEAD)
    leader = someone(session, city, "王市长", Role.LEAD_LEADER)
    department = someone(session, city, "孙主任", Role.LEAD_DEPARTMENT)
    office = someone(session, city, "周科长", Role.OFFICE)
    north = a_project(session, reporter=reporter, name=NORTH, number=7)
    south = a_project(session, reporter=reporter, name=SOUTH, number=13)
    a_year_plan(session, north)
    a_responsibility(session, north, deputy, Role.DEPUTY)
    for project in (north, south):
        a_responsibility(session, project, leader, Role.LEAD_LEADER)
        a_responsibility(session, project, department, Role.LEAD_DEPARTMENT)
        a_responsibility(session, project, head, Role.HEAD)
    people = {
        "reporter": reporter, "deputy": deputy, "head": head, "leader": leader, "department": department,
        "office": office,
    }  # fmt: skip
    return {"NORTH": north.id, "SOUTH": south.id, **{role: person.id for role, person in people.items()}}


def someone(session: Session, unit: Unit, name: str, role: Role) -> Person:
    person = a_person(session, unit=unit, role=role, name=name)
    a_binding(session, person, channel="chat")
    return person


def reports_problem(
    chat: Chat, severity: str = "🔴 重大问题", project: str = NORTH, what: str = "两户阻工"
) -> Outgoing:
    """A new problem, confirmed; gives back the receipt."""
    chat.says("报问题")
    if project in "".join(labels(chat.last())):
        chat.taps(project)
    if "新问题" in labels(chat.last()):
        chat.taps("新问题")
    chat.taps(severity)
    chat.says("征拆")
    chat.says(what)
    if severity.endswith("重大问题"):
        chat.taps("刚才")
        chat.taps("就在项目现场")
    chat.says("请派工作组")
    chat.taps("没有照片")
    return chat.says("确认")
