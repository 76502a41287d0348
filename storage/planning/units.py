"""The units of the file against those registered."""

from difflib import get_close_matches

from storage.cells import plain
from storage.entries import UNITS, PersonEntry, ProjectEntry, UnitEntry
from storage.likeness import near
from storage.planning.differences import differences
from storage.planning.plan import Plan, Sheet
from storage.preview import Key, SheetPreview, Values
from storage.tables.registry import Unit


def plan_units(plan: Plan) -> SheetPreview:
    sheet, entries = Sheet(UNITS), plan.book.units
    plan.once(UNITS, "name", ((entry, plain(entry.name), entry.name) for entry in entries))
    for entry in entries:
        key = plan.unit_keys.get(plain(entry.name), -entry.row)
        sheet.claimed.add(key)
        registered = plan.registry.units.get(key)
        values = {"name": entry.name, "district": entry.district}
        plan.unit_keys[plain(entry.name)] = key
        plan.all_units[key] = values
        if sheet.note(entry, key, entry.name, differences(plan, UNITS, registered, values)):
            plan.touched[key][UNITS] += 1
        plan.drafts[Unit].put(key, values, registered)
    missing = [row for key, row in plan.registry.units.items() if key not in sheet.claimed]
    _near(plan, [entry for entry in entries if -entry.row in sheet.claimed], missing)
    return sheet.shown(row["name"] for row in missing)


def _near(plan: Plan, new: list[UnitEntry], missing: list[Values]) -> None:
    for entry in new:
        for row in missing:
            if row["district"] == entry.district and near(row["name"], entry.name):
                expected = f"登记的“{row['name']}”；若确是另一个单位，请把原来那个也写在表里"
                plan.wrong(UNITS, entry, "name", entry.name, expected)


def unit_of(plan: Plan, sheet: str, entry: PersonEntry | ProjectEntry) -> Key | None:
    key = plan.unit_keys.get(plain(entry.unit))
    if key is None and plain(entry.unit) not in plan.book.spoiled:
        close = get_close_matches(plain(entry.unit), plan.unit_keys, n=1, cutoff=0.5)
        hint = f"；是不是“{plan.all_units[plan.unit_keys[close[0]]]['name']}”" if close else ""
        plan.wrong(sheet, entry, "unit", entry.unit, f"单位表里或已登记的单位{hint}")
    return key
