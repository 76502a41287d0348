"""Whom a name in a project's row means."""

from collections import defaultdict

from rules.kinds import Role
from storage.cells import plain
from storage.entries import PROJECTS, ProjectEntry
from storage.planning.differences import WORDS
from storage.planning.plan import Plan
from storage.preview import Key


class PersonFinder:
    """Whom a cell of sheet 项目 means: 姓名, 姓名(单位), a phone; for a lead department a unit."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.by_name: dict[str, list[Key]] = defaultdict(list)
        self.by_unit: dict[Key, list[Key]] = defaultdict(list)
        for key, row in plan.all_people.items():
            unit = plan.all_units.get(row["unit_id"], {"name": ""})
            names = {plain(row["name"]), plain(f"{row['name']}({unit['name']})"), row["phone"]}
            for name in names - {None}:
                self.by_name[name].append(key)
            self.by_unit[row["unit_id"]].append(key)

    def find(self, entry: ProjectEntry, column: str, role: Role, unit: Key | None) -> list[Key]:
        found: list[Key] = []
        for name in getattr(entry, column):
            if not self.plan.spoiled(name):
                found += self.one(entry, column, name, role, unit)
        return list(dict.fromkeys(found))

    def one(self, entry: ProjectEntry, column: str, name: str, role: Role, unit: Key | None) -> list[Key]:
        role_name = WORDS[role]

        def wrong(expected: str) -> list[Key]:
            self.plan.wrong(PROJECTS, entry, column, name, expected)
            return []

        department = self.plan.unit_keys.get(plain(name)) if role is Role.LEAD_DEPARTMENT else None
        if department is not None:
            people = [key for key in self.by_unit[department] if self.holds(key, role)]
            return people or wrong(f"人员表里有角色“{role_name}”的人的单位")
        people = self.by_name.get(plain(name), [])
        if len(people) > 1:
            people = [key for key in people if self.plan.all_people[key]["unit_id"] == unit]
            if len(people) != 1:
                return wrong("唯一的人；有同名的，请写成 姓名(单位) 或写手机")
        if not people:
            return wrong("人员表里或已登记的人")
        return people if self.holds(people[0], role) else wrong(f"人员表里角色含“{role_name}”的人")

    def holds(self, key: Key, role: Role) -> bool:
        return role in self.plan.all_people[key]["roles"]
