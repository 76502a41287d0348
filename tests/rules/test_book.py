"""Promises of the editable rules file."""

import pytest
from pydantic import ValidationError

from rules.book import BookError, default_book, default_text, load
from rules.kinds import Rolling
from rules.mistakes import Mistake, lines_of


def mistakes(text: str) -> tuple[Mistake, ...]:
    with pytest.raises(BookError) as caught:
        load(text)
    return caught.value.mistakes


def test_the_defaults_are_the_offices_usual_dates() -> None:
    monthly = default_book().monthly
    assert (monthly.opens_day, monthly.due_day, monthly.closes_day) == (25, 5, 10)
    assert f"{monthly.due_time:%H:%M}" == "18:00"
    assert default_book().zero.due_workday == 5


def test_a_text_of_its_own_changes_only_what_it_says() -> None:
    book = load('[monthly]\ndue_day = 6\n\n[rolling]\ndue = "second"\n')
    assert (book.monthly.due_day, book.monthly.closes_day) == (6, 10)
    assert (book.rolling.due, book.rolling.closes) == (Rolling.SECOND, Rolling.NEXT)


def test_the_whole_default_text_loads_as_the_defaults() -> None:
    assert load(default_text()) == load("") == default_book()


def test_a_book_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        default_book().monthly.due_day = 6


@pytest.mark.parametrize(
    ("text", "line", "key", "found", "expected"),
    [
        ("\n[monthly]\ndue_day = 35", 3, "monthly.due_day", "35", "a number less than or equal to 28"),
        ('[monthly]\ndue_day = "5"', 2, "monthly.due_day", "'5'", "a whole number"),
        ("[monthly]\ndue_day = true", 2, "monthly.due_day", "true", "a whole number"),
        ("[zero]\ndue_time = 18", 2, "zero.due_time", "18", "18:00"),
        ('[zero]\ndue_time = "24:30"', 2, "zero.due_time", "'24:30'", "18:00"),
        ('[quiet_hours]\nends = "08:00Z"', 2, "quiet_hours.ends", "'08:00Z'", "without an offset"),
        ('rolling.due = "sideways"', 1, "rolling.due", "'sideways'", "'next', 'second' or 'previous'"),
        (
            "[calendar]\nrest_days = [\n  2027-01-01,\n  3,\n]",
            4,
            "calendar.rest_days.2",
            "3",
            "a date such as",
        ),
        ("[money_guard]\nnear = inf", 2, "money_guard.near", "inf", "a finite number"),
        ("monthly = 3", 1, "monthly", "3", "a table"),
        (
            "[monthly]\ndue_day = 12",
            2,
            "monthly.due_day",
            'closes_day = 10, closes_time = "18:00", due_day = 12, due_time = "18:00"',
            "later than due_day",
        ),
        ("[[categories]]\nkey = 'a'\nname = 'b'\nlead = 'c'", 1, "categories.1.days", "nothing", "a value"),
        ("categories = []", 1, "categories", "[]", "at least one"),
        ("[monthly\ndue_day = 5", 1, "TOML", "'[monthly'", "valid TOML"),
        ("[monthly]\ndue_day = ", 2, "TOML", "'due_day ='", "valid TOML"),
    ],
)
def test_a_mistake_names_its_line_its_key_what_was_found_and_what_is_expected(
    text: str, line: int, key: str, found: str, expected: str
) -> None:
    (mistake,) = mistakes(text)
    assert (mistake.line, mistake.key, mistake.found) == (line, key, found)
    assert expected in mistake.expected
    assert mistake.advice


def test_an_unknown_key_is_refused_with_the_one_that_was_meant() -> None:
    (mistake,) = mistakes("[monthly]\ndue_dya = 6\n")
    assert (mistake.line, mistake.key) == (2, "monthly.due_dya")
    assert "due_day" in mistake.advice
    assert "closes_day" in mistake.expected


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines() -> None:
    found = mistakes("[zero]\ndue_workday = 0\n[monthly]\ndue_day = 35\nbogus = 1\n")
    assert [mistake.line for mistake in found] == [2, 4, 5]


def test_a_mistake_reads_as_one_sentence_with_the_files_name() -> None:
    with pytest.raises(BookError) as caught:
        load("[monthly]\ndue_day = 35\n", "city.toml")
    assert str(caught.value) == (
        "city.toml, line 2: monthly.due_day: found 35, expected a number less than or equal to 28; correct it"
    )


def test_a_mistake_inside_a_list_of_kinds_is_found_on_its_own_line() -> None:
    text = "[[categories]]\nkey = 'a'\nname = 'b'\nlead = 'c'\ndays = 3\nkinds = [\n"
    text += "  { key = 'a.x', name = 'x' },\n"
    (mistake,) = mistakes(text + "  { key = 'a.y', name = 'y', days = 0 },\n]\n")
    assert (mistake.line, mistake.key) == (8, "categories.1.kinds.2.days")


@pytest.mark.parametrize(
    "second", ["key = 'land'\nname = '别的'", "key = 'soil'\nname = '用地'", "key = 'B'\nname = '大写'"]
)
def test_categories_can_be_told_apart_by_key_and_by_name(second: str) -> None:
    entry = "[[categories]]\n{}\nlead = '市项目办'\ndays = 3\n"
    assert mistakes(entry.format("key = 'land'\nname = '用地'") + entry.format(second))


def test_a_kind_carries_the_key_of_its_category() -> None:
    text = (
        "[[categories]]\nkey = 'a'\nname = 'b'\nlead = 'c'\ndays = 3\nkinds = [{ key = 'z.x', name = 'x' }]\n"
    )
    (mistake,) = mistakes(text)
    assert (mistake.key, mistake.found) == ("categories.1.kinds.1.key", 'kinds.1.key = "z.x", key = "a"')
    assert "begin with that of its category" in mistake.expected


def test_the_eleven_categories_of_the_field_stand_in_the_defaults() -> None:
    names = "用地 征拆 资金 手续 水电气及配套 环保 施工环境 设计与技术 质量安全 气候及不可抗力 其他"
    assert " ".join(category.name for category in default_book().categories) == names


def test_a_kind_has_its_categorys_department_and_limit_unless_it_says_its_own() -> None:
    book = default_book()
    land, planning, accident = (
        book.category(key) for key in ("land.quota", "land.planning", "safety.accident")
    )
    assert land
    assert planning
    assert accident
    assert (land.lead, land.days) == ("市国土资源局", 30)
    assert (planning.lead, planning.days) == ("市规划局", 30)
    assert (accident.lead, accident.days) == ("市安监局", 1)
    assert book.category("no.such") is None


def test_every_key_of_the_defaults_is_found_on_a_line() -> None:
    lines = lines_of(default_text())
    rows = default_text().splitlines()
    for section, values in (
        default_book().model_dump(exclude={"categories": True, "lights": True, "ladder": {"rungs"}}).items()
    ):
        assert rows[lines[(section,)] - 1] == f"[{section}]"
        for key in values:
            assert rows[lines[(section, key)] - 1].startswith(f"{key} = ")


@pytest.mark.parametrize(
    ("asked", "expected"), [("07:02", "outside the quiet hours"), ("09:30", "a minute other than 0 and 30")]
)
def test_a_days_words_are_asked_for_by_day_and_not_when_everybody_sends(asked: str, expected: str) -> None:
    (mistake,) = mistakes(f'[follow_up]\nasked = "{asked}"\n')
    assert expected in mistake.expected
