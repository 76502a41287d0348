"""The milestones of the file against those registered: one is its project and its name."""

from storage.cells import plain
from storage.entries import MILESTONES, MilestoneEntry
from storage.planning.differences import differences, not_emptied
from storage.planning.plan import Plan, Sheet
from storage.preview import SheetPreview, Values
from storage.tables.registry import Milestone, Project


def plan_milestones(plan: Plan, entries: tuple[MilestoneEntry, ...]) -> SheetPreview:
    sheet = Sheet(MILESTONES)
    plan.once(MILESTONES, "name", ((e, (e.project, plain(e.name)), e.name) for e in entries))
    names = {entry.number: entry.name for entry in plan.book.projects}
    units = {key: row["unit_id"] for key, row in plan.registry.projects.items()}
    units |= {key: row["unit_id"] for key, row in plan.drafts[Project].new.items()}
    for entry in entries:
        key = plan.project_keys.get(entry.project)
        if key is None:
            if not plan.spoiled(entry.project):
                plan.wrong(MILESTONES, entry, "project", entry.project, "项目表里或已登记的项目序号")
            continue
        name = names.get(entry.project) or plan.registry.projects[key]["name"]
        if entry.project_name and plain(entry.project_name) != plain(name):
            expected = f"“{name}”（{entry.project}号项目的名称）"
            plan.wrong(MILESTONES, entry, "project_name", entry.project_name, expected)
        registered = plan.registry.milestones.get((key, plain(entry.name)))
        values: Values = {"name": entry.name, "planned": entry.planned, "actual": entry.actual}
        if registered is not None:
            said = [each.of(registered["id"])[0] for each in plan.registry.reported.get(key, ())]
            values = not_emptied(registered, values, said, "actual")
        place = registered["id"] if registered else entry.new_key
        sheet.claimed.add(place)
        label = f"{name} {entry.name}"
        if sheet.note(entry, place, label, differences(plan, MILESTONES, registered, values)):
            plan.touched[units.get(key) or 0][MILESTONES] += 1
        draft = values if registered else {"project_id": key, **values}
        plan.drafts[Milestone].put(place, draft, registered)
    return sheet.shown(
        f"{plan.registry.projects[project]['name']} {row['name']}"
        for (project, _), row in plan.registry.milestones.items()
        if row["id"] not in sheet.claimed
    )
