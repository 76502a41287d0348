"""The fields of a project from what a ledger says and what is registered. Money in yuan."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rules.kinds import Stage
from storage.entries import HEADINGS, PROJECTS, Entry, LedgerEntry
from storage.flat.notes import Notes
from storage.planning.projects import PLAN_FIELDS, PROJECT_FIELDS
from storage.preview import Key, Values
from storage.registered import Registry

BEGINS: Values = {
    **dict.fromkeys(("category", "district", "front", "nature", "content", "not_started_because"), ""),
    **dict.fromkeys(("start_planned", "start_actual", "finish_planned", "finish_actual", "registered")),
    "opening_year_done": 0,
    "opening_total_done": 0,
    "sub_owes": False,
}
STAGES = list(Stage)
CALLED = {"opening_year_done": "年初以来的累计", "opening_total_done": "开工以来的累计"}


@dataclass(frozen=True, slots=True)
class Completing:
    """`wrong` takes the row, the column, what was found and what was expected."""

    registry: Registry
    notes: Notes
    wrong: Callable[[Entry, str, str, str], None]

    def values(self, entry: LedgerEntry, registered: Values | None) -> dict[str, Any]:
        """Every field of the project but its people: as said, else as registered, else as supposed."""
        if registered is None:
            values = {**BEGINS, **entry.supposed, **entry.said}
        else:
            values = {name: registered[name] for name in PROJECT_FIELDS} | entry.said
            self.move_on(entry, values, registered)
        return values | self.cumulatives(entry, registered, values)

    def move_on(self, entry: LedgerEntry, values: dict[str, Any], registered: Values) -> None:
        supposed = entry.supposed.get("stage")
        if supposed and "stage" not in entry.said:
            values["stage"] = max(registered["stage"], Stage(str(supposed)), key=STAGES.index)

    def cumulatives(
        self, entry: LedgerEntry, registered: Values | None, values: Mapping[str, Any]
    ) -> dict[str, int]:
        """The one of the two cumulatives that the ledger does not have."""
        said = [name for name in CALLED if name in entry.said]
        if len(said) != 1:
            return {}
        [lacking] = {*CALLED} - {*said}
        if registered is None:
            return {lacking: self.first_cumulative(entry, said[0], values)}
        before = _before(registered, str(values["opening_month"]))
        moved = values[said[0]] - before[said[0]] if before else 0
        if before is None or before[lacking] + moved < 0:
            expected = f"一列{CALLED[lacking]}：从登记的{registered['opening_month']}推不出来"
            self.wrong(entry, HEADINGS[PROJECTS][lacking], "没有", expected)
            return {}
        if moved:
            self.notes.add(
                entry.sheet, f"没有{CALLED[lacking]}一列，它和{CALLED[said[0]]}加同样多", entry.row
            )
        return {lacking: before[lacking] + moved}

    def first_cumulative(self, entry: LedgerEntry, said: str, values: Mapping[str, Any]) -> int:
        amount = int(values[said])
        started_in = str(values.get("start_actual"))[:4]  # a date, or its text if the book came as JSON
        if said == "opening_year_done":
            self.notes.add(
                entry.sheet, "没有开工以来的累计一列，新项目按年初以来的累计记", entry.row if amount else 0
            )
            return amount
        if started_in == str(values.get("opening_month"))[:4]:
            self.notes.add(entry.sheet, "今年开工的，年初以来的累计就是开工以来的累计", entry.row)
            return amount
        if amount:
            self.notes.add(entry.sheet, "没有年初以来的累计一列，新项目记0", entry.row)
        return 0

    def year_plan(self, entry: LedgerEntry, key: Key) -> dict[str, Any]:
        nothing = {"year": None, "amount": 0, "goal": "", "to_start": False, "to_finish": False}
        year = entry.said.get("year")
        if not isinstance(year, int):
            return nothing
        registered = self.registry.plans.get((key, year))
        before = {name: registered[name] for name in PLAN_FIELDS} if registered else nothing
        said: Values = {name: entry.said[name] for name in ("amount", "goal") if name in entry.said}
        if registered is None and not any(said.values()):
            return nothing
        return {**before, **said, "year": year}

    def parent(self, registered: Values | None) -> int | None:
        if registered is None or registered["parent_id"] is None:
            return None
        return int(self.registry.projects[registered["parent_id"]]["number"])


def _before(registered: Values, month: str) -> dict[str, int] | None:
    """What was done before this month as registered; None if a turn of the year lies between that is not known."""
    known, year = str(registered["opening_month"]), int(month[:4])
    if known[:4] == month[:4]:
        return {name: registered[name] for name in CALLED}
    if known == f"{year - 1}-12":
        return {"opening_year_done": 0, "opening_total_done": registered["opening_total_done"]}
    return None
