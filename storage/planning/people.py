"""The people of the file against those registered: who is who, and which roles begin and end."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from rules.kinds import ProjectState, Role
from storage.cells import plain
from storage.entries import HEADINGS, PEOPLE, ROLE_WORDS, PersonEntry
from storage.identity import Wanted, person_keys
from storage.likeness import near_person
from storage.planning.differences import differences, person_label
from storage.planning.plan import Plan, Sheet
from storage.planning.units import unit_of
from storage.preview import FieldChange, Key, SheetPreview, Values
from storage.tables.registry import Person

BACK = "在职"  # what the preview calls it if somebody who has left is in the file again


def plan_people(plan: Plan) -> SheetPreview:
    sheet, entries = Sheet(PEOPLE), plan.book.people
    plan.once(PEOPLE, "phone", ((entry, entry.phone, entry.phone) for entry in entries))
    plan.once(PEOPLE, "wecom_userid", ((e, e.wecom_userid, e.wecom_userid) for e in entries))
    units = {entry.new_key: unit_of(plan, PEOPLE, entry) for entry in entries}
    _namesakes(plan, units)
    keys = _keys(plan, units)
    plan.person_keys = keys
    sheet.claimed |= set(keys.values())
    missing = [row for key, row in plan.registry.people.items() if row["active"] and key not in sheet.claimed]
    gone = [
        row for key, row in plan.registry.people.items() if not row["active"] and key not in sheet.claimed
    ]
    alike = _Missing.of(missing, gone)
    for entry in entries:
        _near(plan, entry, units[entry.new_key], keys[entry.new_key], alike)
        _person(plan, sheet, entry, keys[entry.new_key], units[entry.new_key])
    _somebody_stays(plan, keys)
    left = (row for row in missing if plain(row["name"]) not in plan.book.left)
    return sheet.shown(plan.missing(PEOPLE, (person_label(plan, row) for row in left)))


def _namesakes(plan: Plan, units: Mapping[Key, Key | None]) -> None:
    """Two of one name in a unit are two people only if each has a phone."""
    groups: dict[tuple[str, Key | None], list[PersonEntry]] = defaultdict(list)
    for entry in plan.book.people:
        groups[plain(entry.name), units[entry.new_key]].append(entry)
    for group in groups.values():
        for entry in group[1:]:
            if not all(one.phone for one in group):
                expected = f"不重复；第{group[0].row}行已有同单位同名的人，是两个人就都写上手机"
                plan.wrong(PEOPLE, entry, "name", entry.name, expected)


def _keys(plan: Plan, units: Mapping[Key, Key | None]) -> dict[Key, Key]:
    entries = {entry.new_key: entry for entry in plan.book.people}
    wanted = [Wanted(key, entry.name, units[key], entry.phone) for key, entry in entries.items()]
    keys, doubtful = person_keys(plan.registry, wanted)
    for key in doubtful:
        expected = "登记的手机；同单位登记了几个同名的人"
        plan.wrong(PEOPLE, entries[key], "phone", entries[key].phone, expected)
    plan.certain(PEOPLE, plan.book.people, keys, plan.registry.people, "phone", "没有别人在用的号码")
    return keys


@dataclass(slots=True)
class _Missing:
    """Registered people who are not in the file, by what makes one of the file look like them.

    Of those who have left only the account counts: it stays theirs, and is there once.
    """

    by_account: dict[str, list[Values]] = field(default_factory=lambda: defaultdict(list))
    by_name: dict[str, list[Values]] = field(default_factory=lambda: defaultdict(list))
    by_unit: dict[Key, list[Values]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, rows: Sequence[Values], gone: Sequence[Values]) -> "_Missing":
        missing = cls()
        for row in (*rows, *gone):
            missing.by_account[row["wecom_userid"] or ""].append(row)
        for row in rows:
            missing.by_name[plain(row["name"])].append(row)
            missing.by_unit[row["unit_id"]].append(row)
        return missing

    def alike(self, entry: PersonEntry, unit: Key | None) -> list[Values]:
        near = [row for row in self.by_unit.get(unit or 0, ()) if near_person(row["name"], entry.name)]
        same = self.by_name.get(plain(entry.name), [])
        return same + [row for row in near if row not in same]


def _near(plan: Plan, entry: PersonEntry, unit: Key | None, key: Key, missing: _Missing) -> None:
    registered = plan.registry.people.get(key)
    if registered and not {*plain(registered["name"])} & {*plain(entry.name)}:
        expected = f"“{registered['name']}”（此号码登记的人）；换了人，新人要用自己的号码"
        plan.wrong(PEOPLE, entry, "name", entry.name, expected)
    if entry.wecom_userid:
        for row in missing.by_account.get(entry.wecom_userid, ()):
            expected = (
                f"没有别人登记过的账号；“{row['name']}”{'' if row['active'] else '（已离任）'}登记的就是它"
            )
            plan.wrong(PEOPLE, entry, "wecom_userid", entry.wecom_userid, expected)
    for row in missing.alike(entry, unit) if registered is None else ():
        if not (entry.phone and row["phone"]):
            expected = f"登记的“{person_label(plan, row)}”，或写上手机；若是两个人，请把原来那个也写在表里"
            plan.wrong(PEOPLE, entry, "name", entry.name, expected)


def _somebody_stays(plan: Plan, keys: Mapping[Key, Key]) -> None:
    """Without anybody of the office nobody could give the role back in chat."""
    before = {key for key, roles in plan.registry.roles.items() if Role.OFFICE in roles}
    if any(Role.OFFICE in row["roles"] for row in plan.all_people.values()):
        return
    for entry in plan.book.people:
        if keys[entry.new_key] in before:
            plan.wrong(
                PEOPLE,
                entry,
                "roles",
                "、".join(_role_names(entry.roles)),
                "总要有一个人是市项目办；请先加一个人",
            )


def roles_still_needed(plan: Plan) -> None:
    """Whoever loses a role answers for nothing in it; said once the projects of the file are planned.

    Else they would go on reporting, and whatever else is changed about the project would be refused for them.
    """
    ended = {*plan.responsible_ended}
    still: dict[tuple[Key, Role], list[str]] = defaultdict(list)
    for project, held in plan.registry.responsible.items():
        if plan.registry.projects[project]["state"] is ProjectState.ENDED:
            continue
        for (role, person), rows in held.items():
            if not ended.issuperset(rows):
                still[person, role].append(plan.registry.projects[project]["name"])
    for entry in plan.book.people:
        key = plan.person_keys[entry.new_key]
        for role in plan.registry.roles.get(key, {}):
            if role not in entry.roles and (names := still.get((key, role))):
                _still_needed(plan, entry, role, names)


def _still_needed(plan: Plan, entry: PersonEntry, role: Role, names: Sequence[str]) -> None:
    [called] = _role_names([role])
    others = f"等{len(names)}个项目" if len(names) > 1 else ""
    expected = f"含“{called}”，他还是“{names[0]}”{others}的{called}；请先换人或交接"
    plan.wrong(PEOPLE, entry, "roles", "、".join(_role_names(entry.roles)), expected)


def _role_names(roles: Collection[Role]) -> list[str]:
    return [name for name, role in ROLE_WORDS.items() if role in roles]


def _person(plan: Plan, sheet: Sheet, entry: PersonEntry, key: Key, unit: Key | None) -> None:
    registered = plan.registry.people.get(key)
    values = {
        "name": entry.name,
        "unit_id": unit,
        "title": entry.title,
        "phone": entry.phone or (registered["phone"] if registered else None),
        "wecom_userid": entry.wecom_userid,
    }
    roles = {*entry.roles}
    before = plan.registry.roles.get(key, {})
    plan.all_people[key] = {**values, "roles": roles}
    changes = differences(plan, PEOPLE, registered, values)
    if before.keys() != roles:
        names, now = ("、".join(_role_names(each)) for each in (before, roles))
        changes.append(FieldChange(HEADINGS[PEOPLE]["roles"], names, now))
    if registered and not registered["active"]:
        changes.append(FieldChange(BACK, "否", "是"))
    plan.roles_begun += [(key, role) for role in entry.roles if role not in before]
    plan.roles_ended += [row for role, rows in before.items() if role not in roles for row in rows]
    if sheet.note(entry, key, person_label(plan, values), changes):
        for touched in {unit, registered["unit_id"] if registered else unit}:
            plan.touched[touched or 0][PEOPLE] += 1
    plan.drafts[Person].put(key, {**values, "active": True}, registered)
