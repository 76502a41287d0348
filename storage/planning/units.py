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
        key = plan.unit_keys.get(plain(entry.name), entry.new_key)
        sheet.claimed.add(key)
        registered = plan.registry.units.get(key)
        values = {"name": entry.name, "district": entry.district}
        plan.unit_keys[plain(entry.name)] = key
        plan.all_units[key] = values
        if sheet.note(entry, key, entry.name, differences(plan, UNITS, registered, values)):
            plan.touched[key][UNITS] += 1
        plan.drafts[Unit].put(key, values, registered)
    missing = [row for key, row in plan.registry.units.items() if key not in sheet.claimed]
    _near(plan, [entry for entry in entries if entry.new_key in sheet.claimed], missing)
    return sheet.shown(plan.missing(UNITS, (row["name"] for row in missing)))


def _near(plan: Plan, new: list[UnitEntry], missing: list[Values]) -> None:
    """A ledger does not say where a unit belongs, so there the district cannot tell two of them apart."""
    for entry in new:
        for row in missing:
            if (entry.sheet or row["district"] == entry.district) and near(row["name"], entry.name):
                other = "先用登记表登记它" if entry.sheet else "请把原来那个也写在表里"
                expected = f"登记的“{row['name']}”；若确是另一个单位，{other}"
                plan.wrong(UNITS, entry, "name", entry.name, expected)


def unit_of(plan: Plan, sheet: str, entry: PersonEntry | ProjectEntry) -> Key | None:
    key = plan.unit_keys.get(plain(entry.unit))
    if key is None and not plan.spoiled(entry.unit):
        close = get_close_matches(plain(entry.unit), plan.unit_keys, n=1, cutoff=0.5)
        hint = f"；是不是“{plan.all_units[plan.unit_keys[close[0]]]['name']}”" if close else ""
        plan.wrong(sheet, entry, "unit", entry.unit, f"单位表里或已登记的单位{hint}")
    return key
