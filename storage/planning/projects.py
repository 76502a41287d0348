"""The projects of the file against those registered, with their plans and whoever answers for them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from rules import money
from rules.kinds import ProjectState, Role, Stage
from storage.cells import plain
from storage.entries import HEADINGS, PROJECTS, ProjectEntry
from storage.identity import Wanted, project_keys
from storage.likeness import bare, near
from storage.planning.differences import beginnings, differences, not_emptied, person_name
from storage.planning.finder import PersonFinder
from storage.planning.plan import Plan, Sheet
from storage.planning.units import unit_of
from storage.preview import FieldChange, Key, SheetPreview, Values
from storage.tables.registry import Project, YearPlan

RESPONSIBLE = {
    "reporters": Role.REPORTER,
    "deputies": Role.DEPUTY,
    "heads": Role.HEAD,
    "lead_leaders": Role.LEAD_LEADER,
    "lead_departments": Role.LEAD_DEPARTMENT,
}
_BEFORE_START = (Stage.INTENTION, Stage.SIGNED)
PLAN_FIELDS = ("amount", "goal", "to_start", "to_finish")
PROJECT_FIELDS = (
    *("number", "name", "kind", "category", "district", "front", "nature", "content", "total_investment"),
    *("stage", "start_planned", "start_actual", "finish_planned", "finish_actual", "not_started_because"),
    *("opening_month", "opening_year_done", "opening_total_done", "sub_owes", "registered"),
)


def plan_projects(plan: Plan) -> SheetPreview:
    sheet, entries = Sheet(PROJECTS), plan.book.projects
    units = {entry.new_key: unit_of(plan, PROJECTS, entry) for entry in entries}
    plan.once(PROJECTS, "number", ((entry, entry.number, entry.number) for entry in entries))
    plan.once(PROJECTS, "code", ((entry, entry.code, entry.code) for entry in entries))
    names = ((entry, (bare(entry.name), units[entry.new_key]), entry.name) for entry in entries)
    plan.once(PROJECTS, "name", names)
    keys = _keys(plan, units)
    sheet.claimed |= set(keys.values())
    missing = {key: row for key, row in plan.registry.projects.items() if key not in sheet.claimed}
    _near(plan, units, keys, missing)
    plan.project_keys = {row["number"]: key for key, row in missing.items()}
    plan.project_keys |= {entry.number: keys[entry.new_key] for entry in entries}
    plan.parents |= {keys[e.new_key]: plan.project_keys.get(e.parent) if e.parent else None for e in entries}
    finder = PersonFinder(plan)
    for done, entry in enumerate(entries):
        plan.told(done, len(entries))
        _project(plan, sheet, entry, keys[entry.new_key], units[entry.new_key], finder)
    ended = ProjectState.ENDED
    left_out = (row["name"] for row in missing.values() if row["state"] is not ended)
    return sheet.shown(plan.missing(PROJECTS, left_out))


def _keys(plan: Plan, units: Mapping[Key, Key | None]) -> dict[Key, Key]:
    entries = plan.book.projects
    wanted = [Wanted(each.new_key, each.name, units[each.new_key], each.code) for each in entries]
    keys = project_keys(plan.registry, wanted)
    plan.certain(PROJECTS, plan.book.projects, keys, plan.registry.projects, "code", "没有别的项目在用的编码")
    return keys


def _near(
    plan: Plan, units: Mapping[Key, Key | None], keys: Mapping[Key, Key], missing: Mapping[int, Values]
) -> None:
    numbers = {row["number"]: row for row in missing.values()}
    by_name: dict[str, list[Values]] = defaultdict(list)
    by_unit: dict[Key, list[Values]] = defaultdict(list)
    for row in missing.values():
        by_name[plain(row["name"])].append(row)
        by_unit[row["unit_id"]].append(row)
    for entry in plan.book.projects:
        registered = plan.registry.projects.get(keys[entry.new_key])
        if registered:
            _near_registered(plan, entry, registered)
        if taken := numbers.get(entry.number):
            expected = f"没有别的项目在用的序号；登记的{entry.number}号是“{taken['name']}”"
            plan.wrong(PROJECTS, entry, "number", entry.number, expected)
        if registered:
            continue
        alike = by_name[plain(entry.name)] + [
            row for row in by_unit[units[entry.new_key] or 0] if near(row["name"], entry.name)
        ]
        for row in alike[:1]:
            if not (entry.code and row["code"]):
                expected = (
                    f"登记的{row['number']}号“{row['name']}”；同一项目请照登记的名称、责任单位或编码写，"
                    "若确是另一个项目，请把原来那个也写在表里"
                )
                plan.wrong(PROJECTS, entry, "name", entry.name, expected)


def _near_registered(plan: Plan, entry: ProjectEntry, registered: Values) -> None:
    """A code or a name may be slipped one row; then something else of the row does not fit."""
    if entry.code and registered["code"] and entry.code != registered["code"]:
        expected = f"“{registered['code']}”（同名同单位的项目登记的编码）"
        plan.wrong(PROJECTS, entry, "code", entry.code, expected)
    elif entry.number != registered["number"] and not near(entry.name, registered["name"]):
        expected = f"“{registered['name']}”（此编码登记的{registered['number']}号项目）"
        plan.wrong(PROJECTS, entry, "name", entry.name, expected)


def _project(
    plan: Plan, sheet: Sheet, entry: ProjectEntry, key: Key, unit: Key | None, finder: PersonFinder
) -> None:
    registered = plan.registry.projects.get(key)
    code = entry.code or (registered["code"] if registered else None)
    values: Values = {
        **{name: getattr(entry, name) for name in PROJECT_FIELDS},
        "code": code,
        "unit_id": unit,
        "parent_id": _parent(plan, entry, key),
    }
    if registered is not None:
        values = _start_that_was_reported(plan, key, registered, values)
    changes = differences(plan, PROJECTS, registered, values)
    changes += _year_plan(plan, entry, key)
    changes += _responsible(plan, entry, key, unit, finder)
    if sheet.note(entry, key, entry.name, changes, () if registered else _told(plan, entry, unit)):
        for touched in {unit, registered["unit_id"] if registered else unit}:
            plan.touched[touched or 0][PROJECTS] += 1
    plan.drafts[Project].put(key, values, registered)


def _start_that_was_reported(plan: Plan, key: Key, registered: Values, values: Values) -> Values:
    """An older file knows of no start; where one was reported it stays, with the stage that it led to.

    What such a file says of why there is none is as old as its empty cell.
    """
    said = plan.registry.reported.get(key, ())
    kept = not_emptied(registered, values, [each.started for each in said], "start_actual")
    if kept["start_actual"] is None:
        return not_emptied(registered, values, [each.because for each in said], "not_started_because")
    if values["start_actual"] is not None:
        return values
    stage = registered["stage"] if values["stage"] in _BEFORE_START else values["stage"]
    return {**kept, "stage": stage, "not_started_because": ""}


def _told(plan: Plan, entry: ProjectEntry, unit: Key | None) -> Iterator[str]:
    """What is shown of a new project besides its name: whose it is, and the money, where a slip costs most."""
    if unit is not None:
        yield str(plan.all_units[unit]["name"])
    yield f"总投资{money.auto(entry.total_investment)}"
    if entry.amount:
        yield f"{entry.year}年计划{money.auto(entry.amount)}"
    if entry.goal:
        yield f"{entry.year}年目标“{entry.goal}”"


def _parent(plan: Plan, entry: ProjectEntry, key: Key) -> Key | None:
    if entry.parent is None:
        return None
    parent = plan.parents.get(key)
    if parent is None:
        if not plan.spoiled(entry.parent):
            plan.wrong(PROJECTS, entry, "parent", entry.parent, "项目表里或已登记的项目序号")
    elif parent == key or plan.parents.get(parent) is not None:
        plan.wrong(PROJECTS, entry, "parent", entry.parent, "另一个项目，且它自己不是子项目")
    return parent


def _year_plan(plan: Plan, entry: ProjectEntry, key: Key) -> list[FieldChange]:
    if entry.year is None:
        return []
    values = {name: getattr(entry, name) for name in PLAN_FIELDS}
    registered = plan.registry.plans.get((key, entry.year))
    draft = plan.drafts[YearPlan]
    if registered is None:
        draft.new[entry.new_key] = {"project_id": key, "year": entry.year, **values}
        return beginnings(plan, PROJECTS, {"year": entry.year, **values})
    draft.put(registered["id"], values, registered)
    return differences(plan, PROJECTS, registered, values)


def _responsible(
    plan: Plan, entry: ProjectEntry, key: Key, unit: Key | None, finder: PersonFinder
) -> list[FieldChange]:
    """Who answers: living rows that the file no longer names end, those it names anew begin."""
    changes = []
    registered = plan.registry.responsible.get(key, {})
    for column, role in RESPONSIBLE.items():
        if getattr(entry, column) is None:
            continue
        before = [person for held, person in registered if held is role]
        now = finder.find(entry, column, role, unit)
        if {*before} == {*now}:
            continue
        old, new = ("、".join(person_name(plan, person) for person in people) for people in (before, now))
        changes.append(FieldChange(HEADINGS[PROJECTS][column], old, new))
        plan.responsible_begun += [(key, person, role) for person in now if person not in before]
        for person in before:
            plan.responsible_ended += [] if person in now else registered[role, person]
    return changes
