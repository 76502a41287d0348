"""What differs between a registered row and the file, in the words of the people who read the preview."""

from collections.abc import Collection

from rules import money
from storage.entries import HEADINGS, KIND_WORDS, ROLE_WORDS, STAGE_WORDS
from storage.planning.plan import Plan
from storage.preview import FieldChange, Key, Values

MONEY_FIELDS = ("total_investment", "amount", "opening_year_done", "opening_total_done")
WORDS = {
    str(word): name
    for names in (KIND_WORDS.items(), STAGE_WORDS.items(), ROLE_WORDS.items())
    for name, word in names
}


def person_label(plan: Plan, row: Values) -> str:
    unit = plan.all_units.get(row["unit_id"])
    return f"{row['name']}（{unit['name']}）" if unit else str(row["name"])


def person_name(plan: Plan, key: Key) -> str:
    row = plan.all_people.get(key) or plan.registry.people[key]
    return str(row["name"])


def differences(plan: Plan, sheet: str, registered: Values | None, values: Values) -> list[FieldChange]:
    if registered is None:
        return []
    return [
        FieldChange(_heading(sheet, name), _text(plan, name, registered[name]), _text(plan, name, value))
        for name, value in values.items()
        if registered[name] != value
    ]


def not_emptied(registered: Values, values: Values, said: Collection[object], column: str) -> Values:
    """The same; but where the file says nothing and the registry holds what a report has said, that stays."""
    if values[column] or registered[column] not in said:
        return values
    return {**values, column: registered[column]}


def beginnings(plan: Plan, sheet: str, values: Values) -> list[FieldChange]:
    """Of a row that begins, every field that says something."""
    texts = {name: _text(plan, name, value) for name, value in values.items() if value}
    return [FieldChange(_heading(sheet, name), "", text) for name, text in texts.items()]


def _heading(sheet: str, column: str) -> str:
    return HEADINGS[sheet][column.removesuffix("_id")]


def _text(plan: Plan, column: str, value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case int() if column in MONEY_FIELDS:
            return money.auto(value)
        case int() if column == "unit_id":
            return str(plan.all_units[value]["name"])
        case int() if column == "parent_id":
            return "、".join(str(number) for number, key in plan.project_keys.items() if key == value)
        case _:
            return WORDS.get(str(value), str(value))
