"""The file against the registry, row by row: what is new, what differs, what cannot be. Only reads.

Sheets are taken in order, for each refers to the ones before. A row that is not registered yet is known by
the negative of its row number in the file.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from rules import money
from rules.kinds import ProjectState, Role
from storage.cells import plain
from storage.entries import (
    HEADINGS,
    KIND_WORDS,
    MILESTONES,
    PEOPLE,
    PROJECTS,
    ROLE_WORDS,
    STAGE_WORDS,
    UNITS,
    Book,
    CellError,
    Entry,
    MilestoneEntry,
    PersonEntry,
    ProjectEntry,
    UnitEntry,
)
from storage.likeness import bare, near, near_person
from storage.preview import FieldChange, Key, RowChange, SheetPreview, Values, Work, Writes
from storage.registered import Registry
from storage.tables.registry import Milestone, Person, Project, Unit, YearPlan

RESPONSIBLE = {
    "reporters": Role.REPORTER,
    "deputies": Role.DEPUTY,
    "heads": Role.HEAD,
    "lead_leaders": Role.LEAD_LEADER,
    "lead_departments": Role.LEAD_DEPARTMENT,
}
PLAN_FIELDS = ("amount", "goal", "to_start", "to_finish")
PROJECT_FIELDS = (
    *("number", "name", "kind", "category", "district", "front", "nature", "content", "total_investment"),
    *("stage", "start_planned", "start_actual", "finish_planned", "finish_actual", "not_started_because"),
    *("opening_month", "opening_year_done", "opening_total_done", "sub_owes", "registered"),
)
MONEY_FIELDS = ("total_investment", "amount", "opening_year_done", "opening_total_done")
WORDS = {
    str(word): name
    for names in (KIND_WORDS.items(), STAGE_WORDS.items(), ROLE_WORDS.items())
    for name, word in names
}


@dataclass(slots=True)
class Sheet:
    """One sheet while it is compared."""

    name: str
    claimed: set[int] = field(default_factory=set)
    added: list[str] = field(default_factory=list)
    changed: list[RowChange] = field(default_factory=list)
    unchanged: int = 0

    def note(self, entry: Entry, key: Key, label: str, changes: list[FieldChange]) -> bool:
        """Counts a row; says whether there is anything to write."""
        if key < 0:
            self.added.append(label)
        elif changes:
            self.changed.append(RowChange(entry.row, label, tuple(changes)))
        else:
            self.unchanged += 1
        return key < 0 or bool(changes)

    def shown(self, missing: Iterable[str]) -> SheetPreview:
        return SheetPreview(self.name, tuple(self.added), tuple(self.changed), self.unchanged, tuple(missing))


@dataclass(slots=True)
class Draft:
    """`Writes` while it is gathered."""

    new: dict[Key, Values] = field(default_factory=dict)
    old: dict[int, Values] = field(default_factory=dict)

    def put(self, key: Key, values: Values, registered: Values | None) -> None:
        if registered is None:
            self.new[key] = values
        elif changed := {name: value for name, value in values.items() if registered[name] != value}:
            self.old[key] = changed

    def done(self) -> Writes:
        return Writes(self.new, self.old)


class Planner:
    """Goes through the sheets in order; each knows what the ones before have settled."""

    def __init__(self, registry: Registry, book: Book) -> None:
        self.registry, self.book = registry, book
        self.errors: list[CellError] = []
        self.drafts = {table: Draft() for table in (Unit, Person, Project, YearPlan, Milestone)}
        self.touched: dict[Key, Counter[str]] = defaultdict(Counter)
        self.roles_begun: list[tuple[Key, Role]] = []
        self.roles_ended: list[int] = []
        self.responsible_begun: list[tuple[Key, Key, Role]] = []
        self.responsible_ended: list[int] = []
        # The registry as it will be: registered rows, with those of the file over them.
        self.all_units: dict[Key, Values] = dict(registry.units)
        self.all_people: dict[Key, Values] = {
            key: {**row, "roles": set(registry.roles.get(key, ()))}
            for key, row in registry.people.items()
            if row["active"]
        }
        self.unit_keys: dict[str, Key] = {plain(row["name"]): key for key, row in registry.units.items()}
        self.project_keys: dict[int, Key] = {row["number"]: key for key, row in registry.projects.items()}
        self.parents: dict[Key, Key | None] = {
            key: row["parent_id"] for key, row in registry.projects.items()
        }

    def work(self) -> Work:
        units, people, projects, plans, milestones = (draft.done() for draft in self.drafts.values())
        return Work(
            units=units,
            people=people,
            projects=projects,
            plans=plans,
            milestones=milestones,
            roles_begun=tuple(self.roles_begun),
            roles_ended=tuple(self.roles_ended),
            responsible_begun=tuple(self.responsible_begun),
            responsible_ended=tuple(self.responsible_ended),
            touched={unit: dict(counts) for unit, counts in self.touched.items()},
        )

    def wrong(self, sheet: str, entry: Entry, column: str, found: object, expected: str) -> None:
        error = CellError(
            sheet=sheet,
            row=entry.row,
            column=HEADINGS[sheet][column],
            found=f"写的是“{found}”" if found not in (None, "") else "",
            expected=expected,
        )
        self.errors.append(error)

    def once(self, sheet: str, column: str, rows: Iterable[tuple[Entry, object, object]]) -> None:
        """Every value at most once in the file; `rows` gives what is compared and what is shown."""
        first: dict[object, int] = {}
        for entry, compared, shown in rows:
            if compared is not None and (row := first.setdefault(compared, entry.row)) != entry.row:
                self.wrong(sheet, entry, column, shown, f"不重复；第{row}行已经有了")

    # 单位

    def units(self) -> SheetPreview:
        sheet, entries = Sheet(UNITS), self.book.units
        self.once(UNITS, "name", ((entry, plain(entry.name), entry.name) for entry in entries))
        for entry in entries:
            key = self.unit_keys.get(plain(entry.name), -entry.row)
            sheet.claimed.add(key)
            registered = self.registry.units.get(key)
            values = {"name": entry.name, "district": entry.district}
            self.unit_keys[plain(entry.name)] = key
            self.all_units[key] = values
            if sheet.note(entry, key, entry.name, self.differences(UNITS, registered, values)):
                self.touched[key][UNITS] += 1
            self.drafts[Unit].put(key, values, registered)
        missing = [row for key, row in self.registry.units.items() if key not in sheet.claimed]
        self.near_units([entry for entry in entries if -entry.row in sheet.claimed], missing)
        return sheet.shown(row["name"] for row in missing)

    def near_units(self, new: list[UnitEntry], missing: list[Values]) -> None:
        for entry in new:
            for row in missing:
                if row["district"] == entry.district and near(row["name"], entry.name):
                    expected = f"登记的“{row['name']}”；若确是另一个单位，请把原来那个也写在表里"
                    self.wrong(UNITS, entry, "name", entry.name, expected)

    def unit_of(self, sheet: str, entry: PersonEntry | ProjectEntry) -> Key | None:
        key = self.unit_keys.get(plain(entry.unit))
        if key is None and plain(entry.unit) not in self.book.spoiled:
            close = get_close_matches(plain(entry.unit), self.unit_keys, n=1, cutoff=0.5)
            hint = f"；是不是“{self.all_units[self.unit_keys[close[0]]]['name']}”" if close else ""
            self.wrong(sheet, entry, "unit", entry.unit, f"单位表里或已登记的单位{hint}")
        return key

    # 人员

    def people(self) -> SheetPreview:
        sheet, entries = Sheet(PEOPLE), self.book.people
        self.once(PEOPLE, "phone", ((entry, entry.phone, entry.phone) for entry in entries))
        self.once(PEOPLE, "wecom_userid", ((e, e.wecom_userid, e.wecom_userid) for e in entries))
        units = {entry.row: self.unit_of(PEOPLE, entry) for entry in entries}
        self.namesakes(units)
        keys = self.person_keys(units)
        sheet.claimed |= set(keys.values())
        missing = [
            row for key, row in self.registry.people.items() if row["active"] and key not in sheet.claimed
        ]
        for entry in entries:
            self.near_people(entry, units[entry.row], keys[entry.row], missing)
            self.person(sheet, entry, keys[entry.row], units[entry.row])
        return sheet.shown(self.person_label(row) for row in missing)

    def namesakes(self, units: Mapping[int, Key | None]) -> None:
        """Two of one name in a unit are two people only if each has a phone."""
        groups: dict[tuple[str, Key | None], list[PersonEntry]] = defaultdict(list)
        for entry in self.book.people:
            groups[plain(entry.name), units[entry.row]].append(entry)
        for group in groups.values():
            for entry in group[1:]:
                if not all(one.phone for one in group):
                    expected = f"不重复；第{group[0].row}行已有同单位同名的人，是两个人就都写上手机"
                    self.wrong(PEOPLE, entry, "name", entry.name, expected)

    def person_keys(self, units: Mapping[int, Key | None]) -> dict[int, Key]:
        """Row -> person: by phone first, then by name and unit among those whom no phone has claimed."""
        by_phone = {row["phone"]: key for key, row in self.registry.people.items() if row["phone"]}
        keys = {entry.row: by_phone[entry.phone] for entry in self.book.people if entry.phone in by_phone}
        claimed = set(keys.values())
        by_name: dict[tuple[str, Key], list[Key]] = defaultdict(list)
        for key, row in self.registry.people.items():
            if key not in claimed:
                by_name[plain(row["name"]), row["unit_id"]].append(key)
        for entry in self.book.people:
            if entry.row in keys:
                continue
            same = by_name.get((plain(entry.name), units[entry.row] or 0), [])
            if len(same) > 1:
                self.wrong(PEOPLE, entry, "phone", entry.phone, "登记的手机；同单位登记了几个同名的人")
            keys[entry.row] = same.pop(0) if same else -entry.row
        return keys

    def near_people(self, entry: PersonEntry, unit: Key | None, key: Key, missing: list[Values]) -> None:
        registered = self.registry.people.get(key)
        if registered and not {*plain(registered["name"])} & {*plain(entry.name)}:
            expected = f"“{registered['name']}”（此号码登记的人）；换了人，新人要用自己的号码"
            self.wrong(PEOPLE, entry, "name", entry.name, expected)
        for row in missing:
            if entry.wecom_userid and row["wecom_userid"] == entry.wecom_userid:
                expected = f"没有别人在用的账号；“{row['name']}”登记的就是它"
                self.wrong(PEOPLE, entry, "wecom_userid", entry.wecom_userid, expected)
            alike = plain(row["name"]) == plain(entry.name) or (
                row["unit_id"] == unit and near_person(row["name"], entry.name)
            )
            if registered is None and alike and not (entry.phone and row["phone"]):
                expected = f"登记的“{self.person_label(row)}”，或写上手机；若是两个人，请把原来那个也写在表里"
                self.wrong(PEOPLE, entry, "name", entry.name, expected)

    def person(self, sheet: Sheet, entry: PersonEntry, key: Key, unit: Key | None) -> None:
        registered = self.registry.people.get(key)
        values = {
            "name": entry.name,
            "unit_id": unit,
            "title": entry.title,
            "phone": entry.phone or (registered["phone"] if registered else None),
            "wecom_userid": entry.wecom_userid,
        }
        roles = {*entry.roles}
        before = self.registry.roles.get(key, {})
        self.all_people[key] = {**values, "roles": roles}
        changes = self.differences(PEOPLE, registered, values)
        if before.keys() != roles:
            names = [name for name, role in ROLE_WORDS.items() if role in before]
            now = [name for name, role in ROLE_WORDS.items() if role in roles]
            changes.append(FieldChange(HEADINGS[PEOPLE]["roles"], "、".join(names), "、".join(now)))
        self.roles_begun += [(key, role) for role in entry.roles if role not in before]
        self.roles_ended += [row for role, rows in before.items() if role not in roles for row in rows]
        if sheet.note(entry, key, self.person_label(values), changes):
            for touched in {unit, registered["unit_id"] if registered else unit}:
                self.touched[touched or 0][PEOPLE] += 1
        self.drafts[Person].put(key, values, registered)

    def person_label(self, row: Values) -> str:
        unit = self.all_units.get(row["unit_id"])
        return f"{row['name']}（{unit['name']}）" if unit else str(row["name"])

    # 项目

    def projects(self) -> SheetPreview:
        sheet, entries = Sheet(PROJECTS), self.book.projects
        units = {entry.row: self.unit_of(PROJECTS, entry) for entry in entries}
        self.once(PROJECTS, "number", ((entry, entry.number, entry.number) for entry in entries))
        self.once(PROJECTS, "code", ((entry, entry.code, entry.code) for entry in entries))
        names = ((entry, (bare(entry.name), units[entry.row]), entry.name) for entry in entries)
        self.once(PROJECTS, "name", names)
        keys = self.matched_projects(units)
        sheet.claimed |= set(keys.values())
        missing = {key: row for key, row in self.registry.projects.items() if key not in sheet.claimed}
        self.near_projects(units, keys, missing)
        self.project_keys = {row["number"]: key for key, row in missing.items()}
        self.project_keys |= {entry.number: keys[entry.row] for entry in entries}
        self.parents |= {keys[e.row]: self.project_keys.get(e.parent) if e.parent else None for e in entries}
        finder = PersonFinder(self)
        for entry in entries:
            self.project(sheet, entry, keys[entry.row], units[entry.row], finder)
        return sheet.shown(row["name"] for row in missing.values() if row["state"] is not ProjectState.ENDED)

    def matched_projects(self, units: Mapping[int, Key | None]) -> dict[int, Key]:
        """Row -> project: by code first, then by name and unit among those that no code has claimed."""
        by_code = {row["code"]: key for key, row in self.registry.projects.items() if row["code"]}
        keys = {entry.row: by_code[entry.code] for entry in self.book.projects if entry.code in by_code}
        claimed = set(keys.values())
        by_name = {
            (plain(row["name"]), row["unit_id"]): key
            for key, row in self.registry.projects.items()
            if key not in claimed
        }
        for entry in self.book.projects:
            if entry.row not in keys:
                keys[entry.row] = by_name.get((plain(entry.name), units[entry.row] or 0), -entry.row)
        return keys

    def near_projects(
        self, units: Mapping[int, Key | None], keys: Mapping[int, Key], missing: Mapping[int, Values]
    ) -> None:
        numbers = {row["number"]: row for row in missing.values()}
        by_name: dict[str, list[Values]] = defaultdict(list)
        by_unit: dict[Key, list[Values]] = defaultdict(list)
        for row in missing.values():
            by_name[plain(row["name"])].append(row)
            by_unit[row["unit_id"]].append(row)
        for entry in self.book.projects:
            registered = self.registry.projects.get(keys[entry.row])
            if registered:
                self.near_registered(entry, registered)
            if taken := numbers.get(entry.number):
                expected = f"没有别的项目在用的序号；登记的{entry.number}号是“{taken['name']}”"
                self.wrong(PROJECTS, entry, "number", entry.number, expected)
            if registered:
                continue
            alike = by_name[plain(entry.name)] + [
                row for row in by_unit[units[entry.row] or 0] if near(row["name"], entry.name)
            ]
            for row in alike[:1]:
                if not (entry.code and row["code"]):
                    expected = (
                        f"登记的{row['number']}号“{row['name']}”；同一项目请照登记的名称、责任单位或编码写，"
                        "若确是另一个项目，请把原来那个也写在表里"
                    )
                    self.wrong(PROJECTS, entry, "name", entry.name, expected)

    def near_registered(self, entry: ProjectEntry, registered: Values) -> None:
        """A code or a name may be slipped one row; then something else of the row does not fit."""
        if entry.code and registered["code"] and entry.code != registered["code"]:
            expected = f"“{registered['code']}”（同名同单位的项目登记的编码）"
            self.wrong(PROJECTS, entry, "code", entry.code, expected)
        elif entry.number != registered["number"] and not near(entry.name, registered["name"]):
            expected = f"“{registered['name']}”（此编码登记的{registered['number']}号项目）"
            self.wrong(PROJECTS, entry, "name", entry.name, expected)

    def project(
        self, sheet: Sheet, entry: ProjectEntry, key: Key, unit: Key | None, finder: "PersonFinder"
    ) -> None:
        registered = self.registry.projects.get(key)
        values = {name: getattr(entry, name) for name in PROJECT_FIELDS}
        values["code"] = entry.code or (registered["code"] if registered else None)
        values |= {"unit_id": unit, "parent_id": self.parent(entry, key)}
        changes = self.differences(PROJECTS, registered, values)
        changes += self.year_plan(entry, key)
        changes += self.responsible(entry, key, unit, finder)
        if sheet.note(entry, key, entry.name, changes):
            for touched in {unit, registered["unit_id"] if registered else unit}:
                self.touched[touched or 0][PROJECTS] += 1
        self.drafts[Project].put(key, values, registered)

    def parent(self, entry: ProjectEntry, key: Key) -> Key | None:
        if entry.parent is None:
            return None
        parent = self.parents.get(key)
        if parent is None:
            if str(entry.parent) not in self.book.spoiled:
                self.wrong(PROJECTS, entry, "parent", entry.parent, "项目表里或已登记的项目序号")
        elif parent == key or self.parents.get(parent) is not None:
            self.wrong(PROJECTS, entry, "parent", entry.parent, "另一个项目，且它自己不是子项目")
        return parent

    def year_plan(self, entry: ProjectEntry, key: Key) -> list[FieldChange]:
        if entry.year is None:
            return []
        values = {name: getattr(entry, name) for name in PLAN_FIELDS}
        registered = self.registry.plans.get((key, entry.year))
        draft = self.drafts[YearPlan]
        if registered is None:
            draft.new[-entry.row] = {"project_id": key, "year": entry.year, **values}
            return [FieldChange(HEADINGS[PROJECTS]["year"], "", str(entry.year))]
        draft.put(registered["id"], values, registered)
        return self.differences(PROJECTS, registered, values)

    def responsible(
        self, entry: ProjectEntry, key: Key, unit: Key | None, finder: "PersonFinder"
    ) -> list[FieldChange]:
        """Who answers: living rows that the file no longer names end, those it names anew begin."""
        changes = []
        registered = self.registry.responsible.get(key, {})
        for column, role in RESPONSIBLE.items():
            before = [person for held, person in registered if held is role]
            now = finder.find(entry, column, role, unit)
            if {*before} == {*now}:
                continue
            old, new = ("、".join(self.person_name(person) for person in people) for people in (before, now))
            changes.append(FieldChange(HEADINGS[PROJECTS][column], old, new))
            self.responsible_begun += [(key, person, role) for person in now if person not in before]
            for person in before:
                self.responsible_ended += [] if person in now else registered[role, person]
        return changes

    def person_name(self, key: Key) -> str:
        row = self.all_people.get(key) or self.registry.people[key]
        return str(row["name"])

    # 节点

    def milestones(self, entries: tuple[MilestoneEntry, ...]) -> SheetPreview:
        sheet = Sheet(MILESTONES)
        self.once(MILESTONES, "name", ((e, (e.project, plain(e.name)), e.name) for e in entries))
        names = {entry.number: entry.name for entry in self.book.projects}
        units = {key: row["unit_id"] for key, row in self.registry.projects.items()}
        units |= {key: row["unit_id"] for key, row in self.drafts[Project].new.items()}
        for entry in entries:
            key = self.project_keys.get(entry.project)
            if key is None:
                if str(entry.project) not in self.book.spoiled:
                    self.wrong(MILESTONES, entry, "project", entry.project, "项目表里或已登记的项目序号")
                continue
            name = names.get(entry.project) or self.registry.projects[key]["name"]
            if entry.project_name and plain(entry.project_name) != plain(name):
                expected = f"“{name}”（{entry.project}号项目的名称）"
                self.wrong(MILESTONES, entry, "project_name", entry.project_name, expected)
            registered = self.registry.milestones.get((key, plain(entry.name)))
            values = {"name": entry.name, "planned": entry.planned, "actual": entry.actual}
            place = registered["id"] if registered else -entry.row
            sheet.claimed.add(place)
            label = f"{name} {entry.name}"
            if sheet.note(entry, place, label, self.differences(MILESTONES, registered, values)):
                self.touched[units.get(key) or 0][MILESTONES] += 1
            draft = values if registered else {"project_id": key, **values}
            self.drafts[Milestone].put(place, draft, registered)
        return sheet.shown(
            f"{self.registry.projects[project]['name']} {row['name']}"
            for (project, _), row in self.registry.milestones.items()
            if row["id"] not in sheet.claimed
        )

    # What differs, in words

    def differences(self, sheet: str, registered: Values | None, values: Values) -> list[FieldChange]:
        if registered is None:
            return []
        return [
            FieldChange(self.heading(sheet, name), self.text(name, registered[name]), self.text(name, value))
            for name, value in values.items()
            if registered[name] != value
        ]

    def heading(self, sheet: str, column: str) -> str:
        return HEADINGS[sheet][column.removesuffix("_id")]

    def text(self, column: str, value: object) -> str:
        match value:
            case None:
                return ""
            case bool():
                return "是" if value else "否"
            case int() if column in MONEY_FIELDS:
                return money.auto(value)
            case int() if column == "unit_id":
                return str(self.all_units[value]["name"])
            case int() if column == "parent_id":
                return "、".join(str(number) for number, key in self.project_keys.items() if key == value)
            case _:
                return WORDS.get(str(value), str(value))


class PersonFinder:
    """Whom a cell of sheet 项目 means: 姓名, 姓名(单位), a phone; for a lead department a unit."""

    def __init__(self, planner: Planner) -> None:
        self.planner = planner
        self.by_name: dict[str, list[Key]] = defaultdict(list)
        self.by_unit: dict[Key, list[Key]] = defaultdict(list)
        for key, row in planner.all_people.items():
            unit = planner.all_units.get(row["unit_id"], {"name": ""})
            names = {plain(row["name"]), plain(f"{row['name']}({unit['name']})"), row["phone"]}
            for name in names - {None}:
                self.by_name[name].append(key)
            self.by_unit[row["unit_id"]].append(key)

    def find(self, entry: ProjectEntry, column: str, role: Role, unit: Key | None) -> list[Key]:
        found: list[Key] = []
        for name in getattr(entry, column):
            if plain(name) not in self.planner.book.spoiled:
                found += self.one(entry, column, name, role, unit)
        return list(dict.fromkeys(found))

    def one(self, entry: ProjectEntry, column: str, name: str, role: Role, unit: Key | None) -> list[Key]:
        role_name = WORDS[role]

        def wrong(expected: str) -> list[Key]:
            self.planner.wrong(PROJECTS, entry, column, name, expected)
            return []

        department = self.planner.unit_keys.get(plain(name)) if role is Role.LEAD_DEPARTMENT else None
        if department is not None:
            people = [key for key in self.by_unit[department] if self.holds(key, role)]
            return people or wrong(f"人员表里有角色“{role_name}”的人的单位")
        people = self.by_name.get(plain(name), [])
        if len(people) > 1:
            people = [key for key in people if self.planner.all_people[key]["unit_id"] == unit]
            if len(people) != 1:
                return wrong("唯一的人；有同名的，请写成 姓名(单位) 或写手机")
        if not people:
            return wrong("人员表里或已登记的人")
        return people if self.holds(people[0], role) else wrong(f"人员表里角色含“{role_name}”的人")

    def holds(self, key: Key, role: Role) -> bool:
        return role in self.planner.all_people[key]["roles"]
