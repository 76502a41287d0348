"""Promises of what is said to differ between two versions of the rules."""

from rules.book import default_book, load
from rules.changes import Change, changes

BOOK = default_book()


def test_the_same_rules_differ_in_nothing() -> None:
    assert changes(BOOK, load("# a comment\n[monthly]\ndue_day = 5\n")) == ()


def test_a_changed_key_is_named_with_both_values() -> None:
    changed = changes(BOOK, load('[monthly]\ndue_day = 7\ndue_time = "17:00"\n'))
    assert changed == (Change("monthly.due_day", 5, 7), Change("monthly.due_time", "18:00:00", "17:00:00"))
    assert str(changed[0]) == "monthly.due_day: 5 -> 7"


def test_a_list_is_one_value() -> None:
    [changed] = changes(BOOK, load("[calendar]\nrest_days = [2027-01-01]\n"))
    assert changed == Change("calendar.rest_days", [], ["2027-01-01"])


def test_categories_are_told_apart_by_their_keys_and_not_by_their_places() -> None:
    def category(key: str, days: int) -> str:
        return f'[[categories]]\nkey = "{key}"\nname = "{key}类"\nlead = "市发改委"\ndays = {days}\n'

    before, after = load(category("a", 5) + category("b", 9)), load(category("b", 9) + category("a", 6))
    assert changes(before, after) == (Change("categories.a.days", 5, 6),)
    gone = {change.key: change.after for change in changes(BOOK, before)}
    assert gone["categories.land.kinds.land.quota.name"] is None
    assert gone["categories.a.days"] == 5
