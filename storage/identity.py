"""Who is who between a file and the registry (docs/decisions.md 38): which registered row a row of the file means.

A project is its code, else name and unit; a person the phone, else name and unit. What is found by code or phone
is no longer there to be found by name. Who has left is found by name only if no one in office is meant, and never under
another telephone number: a namesake must not inherit their past.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storage.cells import plain
from storage.preview import Key
from storage.registered import Registry


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row of the file: the key it has if it is new, what it is called, and its unit if that is known."""

    new_key: Key
    name: str
    unit: Key | None
    sure: str | None  # code or phone


def project_keys(registry: Registry, rows: Sequence[Wanted]) -> dict[Key, Key]:
    by_code = {row["code"]: key for key, row in registry.projects.items() if row["code"]}
    keys = {row.new_key: by_code[row.sure] for row in rows if row.sure in by_code}
    claimed = set(keys.values())
    by_name = {
        (plain(row["name"]), row["unit_id"]): key
        for key, row in registry.projects.items()
        if key not in claimed
    }
    for row in rows:
        if row.new_key not in keys:
            keys[row.new_key] = by_name.get((plain(row.name), row.unit or 0), row.new_key)
    return keys


def person_keys(registry: Registry, rows: Sequence[Wanted]) -> tuple[dict[Key, Key], Mapping[Key, int]]:
    """The keys, and for which rows several registered people would do."""
    by_phone = {row["phone"]: key for key, row in registry.people.items() if row["phone"]}
    keys = {row.new_key: by_phone[row.sure] for row in rows if row.sure in by_phone}
    claimed = set(keys.values())
    by_name: dict[tuple[str, Key], list[Key]] = defaultdict(list)
    for key, registered in registry.people.items():
        if key not in claimed:
            by_name[plain(registered["name"]), registered["unit_id"]].append(key)
    doubtful = {}
    for row in rows:
        if row.new_key in keys:
            continue
        alike = by_name.get((plain(row.name), row.unit or 0), [])
        same = _meant(registry, alike, row.sure)
        if len(same) > 1:
            doubtful[row.new_key] = len(same)
        keys[row.new_key] = same[0] if same else row.new_key
        if same:
            alike.remove(same[0])
    return keys, doubtful


def _meant(registry: Registry, alike: Sequence[Key], phone: str | None) -> list[Key]:
    """Who of these people of one name and unit may be the one of the file."""
    rows = {key: registry.people[key] for key in alike}
    in_office = [key for key, row in rows.items() if row["active"]]
    left = [key for key, row in rows.items() if not (phone and row["phone"] and phone != row["phone"])]
    return in_office or left
