"""A town in which leaders ask: districts, fronts, units and people beside those of the town, and projects of others."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from rules.kinds import Light, ProjectKind, Role
from storage.messages import Outgoing
from storage.tables.lights import ProjectLight
from storage.tables.registry import Person, Project, Unit
from tests.builders import NOW, a_person, a_project, a_responsibility, a_unit, a_year_plan, added, some_rules
from tests.chat import Chat
from tests.town import Town, someone

PLANT, CHEMICALS, HIDDEN = "君山垃圾焚烧发电厂", "云溪化工园一期", "平江秘密工程"


# 完成0，年度计划3000万，序时 3/12.
WHY = {
    "rule": "progress",
    "about": "behind_points",
    "numbers": {"done": 0, "plan": 30_000_000, "elapsed": 3, "of": 12},
}


@dataclass
class Asking:
    """The leader of the town leads all but `hidden`; `other` leads that alone. `idle` answers for nothing."""

    town: Town
    plant: int
    chemicals: int
    hidden: int
    other: Chat
    idle: Chat


def a_city_that_is_asked_about(town: Town) -> Asking:
    ids = town.do(lambda session: _settle(session, town))
    return Asking(
        town, ids["plant"], ids["chemicals"], ids["hidden"], town.chat(str(ids["other"] + 1000)),
        town.chat(str(ids["idle"] + 1000)),
    )  # fmt: skip


def _settle(session: Session, town: Town) -> dict[str, int]:
    for project_id, district, front in ((town.north, "城南区", "城建"), (town.south, "城南新区", "交通")):
        project = session.get_one(Project, project_id)
        project.district, project.front, project.category = district, front, "基础设施"
    city_unit = session.get_one(Person, int(town.leader.user) - 1000).unit_id
    leader = session.get_one(Person, int(town.leader.user) - 1000)
    leader.title = "副市长"
    investors = a_unit(session, name="市城建投资公司")
    elsewhere = a_unit(session, name="平江县水利局")
    reporter = a_person(session, unit=investors, name="钱五", phone="13700000001")
    plant = a_project(
        session, reporter=reporter, name=PLANT, number=21, district="君山区", front="城建", category="生态环保",
        initials="jsljfsfdc",
    )  # fmt: skip
    chemicals = a_project(
        session, reporter=reporter, name=CHEMICALS, number=22, district="云溪区", front="工业", category="重大产业",
        kind=ProjectKind.PRELIMINARY,
    )  # fmt: skip
    hidden = a_project(
        session, unit=elsewhere, reporter=a_person(session, unit=elsewhere, name="孙六"), name=HIDDEN, number=66,
        district="平江县", front="农林水", category="民生保障", initials="pjmmgc",
    )  # fmt: skip
    for project in (plant, chemicals):
        a_responsibility(session, project, leader, Role.LEAD_LEADER)
        a_year_plan(session, project, amount=30_000_000)
    a_year_plan(session, hidden, amount=777_000_000)
    unit = session.get_one(Unit, city_unit)
    other = someone(session, unit, "刘市长", Role.LEAD_LEADER)
    a_responsibility(session, hidden, other, Role.LEAD_LEADER)
    idle = someone(session, unit, "闲人", Role.ADMIN)
    return {
        "plant": plant.id, "chemicals": chemicals.id, "hidden": hidden.id, "other": other.id, "idle": idle.id,
    }  # fmt: skip


def turns(town: Town, project_id: int, light: Light | None, since: date = date(2012, 3, 20)) -> None:
    """A project has this light from now on."""

    def work(session: Session) -> None:
        session.query(ProjectLight).filter_by(project_id=project_id, replaced=None).update({"replaced": NOW})
        row = ProjectLight(
            project_id=project_id, light=light, before=None, turned=True, since=NOW.replace(day=since.day), at=NOW,
            replaced=None, month="2012-02", why=WHY, rules_version=some_rules(session).id,
        )  # fmt: skip
        added(session, row)

    town.do(work)


def said(message: Outgoing) -> str:
    """All that a person can see of a message."""
    return "\n".join([message.plain, *(option.label for row in message.rows for option in row)])
