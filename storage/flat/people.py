"""The people whom a ledger names, row after row: each once, with the roles in which they are named.

A ledger says neither somebody's unit nor all of their roles. Who is registered keeps both; who is new belongs to the
unit of the project, a city leader to the leaders.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rules.kinds import Role
from storage.cells import plain
from storage.entries import LedgerEntry, Named, PersonEntry
from storage.planning.projects import RESPONSIBLE
from storage.preview import Values

if TYPE_CHECKING:
    from storage.flat.drafting import Drafting

LEADERS = "市领导"  # the unit of leaders who are not registered yet


@dataclass(slots=True)
class Draft:
    entry: LedgerEntry  # where they were named first
    column: str
    name: str
    unit: str
    phone: str | None
    title: str
    registered: Values | None
    roles: set[Role] = field(default_factory=set)

    @property
    def token(self) -> str:
        """How a project's row refers to them."""
        return self.phone or f"{self.name}({self.unit})"


class LedgerPeople:
    """Gathers people while the projects are drafted."""

    def __init__(self, drafting: "Drafting") -> None:
        self.drafting = drafting
        registry = drafting.registry
        self.drafts: list[Draft] = []
        self.by_phone: dict[str, Draft] = {}
        self.by_name: dict[tuple[str, str], Draft] = {}
        self.by_id: dict[int, Draft] = {}
        self.registered_phones = {row["phone"]: row for row in registry.people.values() if row["phone"]}
        self.registered_names: dict[tuple[str, str], list[Values]] = defaultdict(list)
        self.leaders: dict[str, list[Values]] = defaultdict(list)
        for row in registry.people.values():
            name, unit = plain(row["name"]), plain(registry.units[row["unit_id"]]["name"])
            self.registered_names[name, unit].append(row)
            if row["active"] and Role.LEAD_LEADER in registry.roles.get(row["id"], {}):
                self.leaders[name].append(row)

    def of(self, entry: LedgerEntry, new: bool) -> dict[str, tuple[str, ...] | None]:
        """The people of a project's row; None where the ledger has no such column and they stay as they are."""
        found: dict[str, tuple[str, ...] | None] = {}
        for column, role in RESPONSIBLE.items():
            if column in entry.people:
                people = [self.person(entry, column, role, each) for each in entry.people[column]]
                found[column] = tuple(dict.fromkeys(draft.token for draft in people))
            else:
                found[column] = () if new and column != "reporters" else None
        if entry.departments is not None:
            departments = tuple(self.drafting.departments(entry))
            found["lead_departments"] = departments if departments or not entry.departments else None
        return found

    def person(self, entry: LedgerEntry, column: str, role: Role, named: Named) -> Draft:
        unit = LEADERS if role is Role.LEAD_LEADER else entry.unit
        registered = self.registered(named, unit, role)
        draft = self.known(named, unit, registered)
        if draft is None:
            draft = self.draft(entry, column, named, unit, registered)
        self.check(entry, column, named, draft)
        draft.phone = draft.phone or named.phone
        if draft.phone:
            self.by_phone.setdefault(draft.phone, draft)
        draft.roles.add(role)
        return draft

    def registered(self, named: Named, unit: str, role: Role) -> Values | None:
        if named.phone in self.registered_phones:
            return self.registered_phones[named.phone]
        same = self.registered_names.get((plain(named.name), plain(unit)), [])
        if not same and role is Role.LEAD_LEADER:
            same = self.leaders.get(plain(named.name), [])
        return same[0] if len(same) == 1 else None

    def known(self, named: Named, unit: str, registered: Values | None) -> Draft | None:
        """The draft of somebody whom an earlier row named."""
        if registered is not None:
            return self.by_id.get(registered["id"])
        if named.phone and named.phone in self.by_phone:
            return self.by_phone[named.phone]
        return self.by_name.get((plain(named.name), plain(unit)))

    def draft(
        self, entry: LedgerEntry, column: str, named: Named, unit: str, registered: Values | None
    ) -> Draft:
        units = self.drafting.registry.units
        if registered is not None:
            unit = units[registered["unit_id"]]["name"]
        elif unit == LEADERS:
            self.drafting.notes.add(entry.sheet, f"没有登记的牵头领导归入“{LEADERS}”", entry.row)
        title = self.drafting.title(entry, column)
        draft = Draft(entry, title, named.name, unit, named.phone, named.title, registered)
        self.drafts.append(draft)
        self.by_name.setdefault((plain(named.name), plain(unit)), draft)
        if registered is not None:
            self.by_id[registered["id"]] = draft
        self.drafting.unit(entry, unit, column)
        return draft

    def check(self, entry: LedgerEntry, column: str, named: Named, draft: Draft) -> None:
        title = self.drafting.title(entry, column)
        place = f"“{draft.entry.sheet}”表第{draft.entry.row}行"
        if plain(named.name) != plain(draft.name) and draft.registered is None:
            expected = f"“{draft.name}”（{place}这个电话的人）"
            self.drafting.wrong(entry, title, f"写的是“{named.name}”", expected)
        elif named.phone and draft.phone and named.phone != draft.phone:
            expected = f"{draft.phone}（{place}“{draft.name}”的电话）；一个人只写一个电话"
            self.drafting.wrong(entry, title, f"电话写的是“{named.phone}”", expected)

    def entries(self) -> tuple[PersonEntry, ...]:
        return tuple(self.entry(nth, draft) for nth, draft in enumerate(self.drafts, start=1))

    def entry(self, nth: int, draft: Draft) -> PersonEntry:
        known = draft.registered
        held = self.drafting.registry.roles.get(known["id"], {}) if known is not None else {}
        return PersonEntry(
            row=draft.entry.row,
            sheet=draft.entry.sheet,
            column=draft.column,
            nth=nth,
            name=draft.name,
            unit=draft.unit,
            title=known["title"] if known is not None else draft.title,
            phone=draft.phone,
            roles=tuple(role for role in Role if role in {*held, *draft.roles}),
            wecom_userid=known["wecom_userid"] if known is not None else None,
        )
