"""The documents are held to the program: what can be set or said stands in them."""

import inspect
import re
from pathlib import Path

import pytest
from typer.main import get_command

from bot.__main__ import app
from bot.settings import Settings
from handlers.conversations.desk import desk_menu
from handlers.menus import SLASH, reporting
from handlers.opening import for_all, leader_words, registry_words
from handlers.scripts import SCRIPTS
from handlers.words import Words
from rules.book import default_book

TOP = Path(__file__).parent.parent
MANUAL = TOP / "docs" / "手册.md"
WORDS = Words()
COMMANDS = sorted(get_command(app).commands)  # type: ignore[attr-defined]  # a typer app of several commands is a group


def documents() -> str:
    return "\n".join(path.read_text("utf-8") for path in (TOP / "README.md", *(TOP / "docs").glob("**/*.md")))


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_stands_in_the_documents(name: str) -> None:
    assert f"SANBAO_{name.upper()}" in documents()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_in_the_documents(name: str) -> None:
    assert f"sanbao {name}" in documents()


def openers() -> list[tuple[str, str]]:
    others = [(WORDS.desk_words.split("、")[0], "desk"), *for_all(WORDS)]
    return [*reporting(WORDS), *desk_menu(WORDS), *registry_words(WORDS), *leader_words(WORDS), *others]


@pytest.mark.parametrize("script", sorted(SCRIPTS))
def test_every_conversation_and_the_word_that_opens_it_stand_in_the_manual(script: str) -> None:
    [word] = [word for word, opened in openers() if opened == script]
    assert f"**{word}**" in MANUAL.read_text("utf-8")


@pytest.mark.parametrize("command", sorted({*SLASH, "/cancel", "/back"}))
def test_every_slash_command_stands_in_the_manual(command: str) -> None:
    assert f"`{command}`" in MANUAL.read_text("utf-8")


@pytest.mark.parametrize("command", COMMANDS)
def test_the_manual_shows_the_office_every_command_it_has(command: str) -> None:
    assert f"sanbao {command}" in MANUAL.read_text("utf-8") or command == "serve"


@pytest.mark.parametrize(
    "button",
    [
        WORDS.confirm_button, WORDS.confirm_major, WORDS.back_button, WORDS.cancel_button, WORDS.keep_button,
        WORDS.add_next_plan, WORDS.add_coordination, WORDS.correct_yes, WORDS.acknowledge_button,
        WORDS.thread_new, WORDS.word_still, WORDS.word_changed, WORDS.word_solved, WORDS.word_unsolved,
        WORDS.word_false, WORDS.moment_now, WORDS.moment_today, WORDS.place_on_site_button, WORDS.zero_none_really,
        WORDS.zero_to_report, WORDS.photos_none,
        WORDS.zero_pick, WORDS.severity_major.split()[-1], WORDS.severity_general,
    ],
)  # fmt: skip
def test_the_manual_calls_a_button_what_it_is_called(button: str) -> None:
    assert button in MANUAL.read_text("utf-8")


def test_the_manuals_dates_are_those_of_the_rules() -> None:
    manual, book = MANUAL.read_text("utf-8"), default_book()
    for promised in (
        f"当月 {book.monthly.opens_day} 日",
        f"次月 {book.monthly.due_day} 日 {book.monthly.due_time:%H:%M} 前",
        f"次月 {book.monthly.closes_day} 日 {book.monthly.closes_time:%H:%M}",
        f"第 {book.zero.due_workday} 个工作日 {book.zero.due_time:%H:%M} 前",
        f"每个不超过 {book.media.telegram_mb}MB",
    ):
        assert promised.replace(" ", "") in manual.replace(" ", "")


def test_the_manuals_lights_are_those_of_the_rules() -> None:
    """满 is at_least, 超过 more_than; the table has a row for each rule, with yellow before red."""
    manual = MANUAL.read_text("utf-8").replace(" ", "")
    for key, row in (
        ("progress", "|满{}个百分点|超过{}个百分点|"),
        ("milestone", "|超过{}天|超过{}天|"),
    ):
        [rule] = [each for each in default_book().lights if each.key == key]
        assert rule.yellow is not None
        assert rule.red is not None
        assert row.format(rule.yellow.bound, rule.red.bound) in manual
    [problem] = [each for each in default_book().lights if each.key == "problem"]
    edges = (problem.yellow, problem.notice, problem.red)
    bounds = [edge.bound for edge in edges if edge is not None]
    assert "|满{}天；满{}天先提示|满{}天|".format(*bounds) in manual


@pytest.mark.parametrize("path", [TOP / "README.md", MANUAL], ids=["README", "manual"])
def test_every_picture_and_file_that_is_named_is_there(path: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)|src=\"([^\"]+)\"", path.read_text("utf-8"))
    assert links
    for link in map("".join, links):
        assert (path.parent / link).is_file(), link


def test_the_pictures_are_small() -> None:
    for picture in (TOP / "docs" / "pictures").glob("*.png"):
        assert picture.stat().st_size < 150_000, picture.name


def test_no_sentence_has_the_name_of_another() -> None:
    """Two subjects once used one name, and the second's sentence was said in the place of the first's."""
    names = [name for part in Words.__mro__ for name in inspect.get_annotations(part)]
    assert [name for name in sorted(set(names)) if names.count(name) > 1 and name in Words.model_fields] == []


def named_tests() -> list[str]:
    """`tests/x.py::name` anywhere in the documents, and `::name` of the file named before it."""
    found, file = [], ""
    for path in (TOP / "docs").glob("*.md"):
        for given, name in re.findall(r"`(tests/[\w/]+\.py)?::(\w+)`", path.read_text("utf-8")):
            file = given or file
            found.append(f"{file}::{name}")
    return found


def test_every_test_that_a_document_names_is_there() -> None:
    named = named_tests()
    assert len(named) > 50
    missing = [each for each in named if not _defines(*each.split("::"))]
    assert missing == []


def _defines(file: str, name: str) -> bool:
    path = TOP / file
    return path.is_file() and re.search(rf"def {name}\(", path.read_text("utf-8")) is not None
