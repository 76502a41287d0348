"""What an office edits, rules and words: mistakes are named with their lines, and nothing starts on them."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.__main__ import app
from bot.editable import spoken
from bot.errands import lock_paths
from bot.lock import hold
from bot.settings import Settings, load
from handlers.words import Words
from rules.mistakes import BookError
from storage.database import Database
from storage.rules import take
from storage.tables.ledger import RulesVersion
from tests.chat import START

BAD_RULES = '[monthly]\ndue_dya = 7\nopens_day = "25"\n'


@pytest.fixture
def settings(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SANBAO_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SANBAO_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SANBAO_HTTP_PORT", "0")
    if "place" in request.fixturenames:
        monkeypatch.setenv("SANBAO_DATABASE_URL", request.getfixturevalue("place"))
    return load()


def sanbao(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


# rules check


@pytest.mark.usefixtures("settings")
def test_every_mistake_is_said_with_its_line_and_exit_code_1() -> None:
    Path("city.toml").write_text(BAD_RULES)
    result = sanbao("rules", "check", "city.toml")
    first, second = result.stderr.splitlines()
    assert first.startswith("city.toml, line 2: monthly.due_dya: found an unknown key")
    assert second.startswith("city.toml, line 3: monthly.opens_day: found '25', expected a whole number")
    assert (result.exit_code, result.stdout) == (1, "")


@pytest.mark.usefixtures("settings")
def test_a_good_file_is_told_from_the_built_in_rules_and_from_what_is_in_force(database: Database) -> None:
    database.run_now(lambda session: take(session, "[monthly]\ndue_day = 7\n", START))
    Path("city.toml").write_text("[monthly]\ndue_day = 7\nopens_day = 24\n")
    result = sanbao("rules", "check", "city.toml")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "city.toml: ok.",
        "It differs from the built-in rules:",
        "  monthly.opens_day: 25 -> 24",
        "  monthly.due_day: 5 -> 7",
        "It would change what is in force (version 1):",
        "  monthly.opens_day: 25 -> 24",
        "No project would change its light.",
    ]


@pytest.mark.sqlite_only(reason="a database file that is not made")
@pytest.mark.usefixtures("settings")
def test_checking_takes_nothing_into_force_and_makes_no_database(
    monkeypatch: pytest.MonkeyPatch, database: Database, tmp_path: Path
) -> None:
    Path("city.toml").write_text("[monthly]\ndue_day = 7\n")
    sanbao("rules", "check", "city.toml")
    assert database.run_now(lambda session: session.query(RulesVersion).count()) == 0
    monkeypatch.setenv("SANBAO_DATA_DIR", str(tmp_path / "new"))
    monkeypatch.delenv("SANBAO_DATABASE_URL")
    assert sanbao("rules", "check", "city.toml").exit_code == 0
    assert not (tmp_path / "new").exists()


@pytest.mark.usefixtures("settings")
def test_without_a_file_the_one_of_the_settings_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sanbao("rules", "check").stdout.startswith("The built-in rules: ok.")
    Path("city.toml").write_text(BAD_RULES)
    monkeypatch.setenv("SANBAO_RULES_FILE", "city.toml")
    assert "city.toml, line 2" in sanbao("rules", "check").stderr


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xc4\xea", "city.toml: found byte 0xc4 at 0, expected UTF-8"),
        (b"[monthly\n", "city.toml, line 1: TOML: found '[monthly', expected valid TOML"),
        (None, "city.toml: No such file or directory; expected a TOML file"),
    ],
)
def test_a_file_that_is_no_rules_file_is_one_sentence(content: bytes | None, said: str) -> None:
    if content is not None:
        Path("city.toml").write_bytes(content)
    result = sanbao("rules", "check", "city.toml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert said in result.stderr


@pytest.mark.usefixtures("settings")
def test_a_file_that_begins_with_the_mark_of_a_windows_editor_is_read() -> None:
    Path("city.toml").write_bytes(b"\xef\xbb\xbf[monthly]\ndue_day = 7\n")
    assert "monthly.due_day: 5 -> 7" in sanbao("rules", "check", "city.toml").stdout


# serve


@pytest.mark.parametrize(
    ("setting", "content", "said"),
    [
        ("SANBAO_RULES_FILE", BAD_RULES, "city.toml, line 2: monthly.due_dya: found an unknown key"),
        ("SANBAO_WORDS_FILE", 'back_buton = "返回"\n', "city.toml, line 1: back_buton: found an unknown key"),
        ("SANBAO_WORDS_FILE", "back_button = ", "city.toml, line 1: TOML: found 'back_button ='"),
    ],
)
def test_a_city_is_not_served_on_a_file_with_a_mistake(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, setting: str, content: str, said: str
) -> None:
    Path("city.toml").write_text(content)
    monkeypatch.setenv(setting, "city.toml")
    result = sanbao("serve")
    assert result.exit_code == 1
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert not (tmp_path / "sanbao.db").exists()
    with hold(lock_paths(settings), "serve"):
        pass


# Words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\nback_button = 3", 'line 2: back_button: found 3, expected text in "quotes"'),
        ('back_buton = "x"', "perhaps back_button was meant"),
        ('receipt_issue = "{nummer}"', "expected no placeholders but {number}, not {nummer}"),
        ('duties_title = "待办 {x}"', "expected a sentence without a placeholder, not {x}; correct it"),
        ('back_button = "{"', "expected bare names in braces, and a literal brace written twice"),
        ('receipt_issue = "{number!r}"', "expected bare names in braces"),
    ],
)
def test_a_mistake_in_a_sentence_names_its_line_and_what_is_expected(text: str, said: str) -> None:
    with pytest.raises(BookError) as caught:
        spoken(text)
    assert said in str(caught.value)


def test_sentences_that_are_given_stand_before_the_built_in_ones() -> None:
    words = spoken('back_button = "返回"').words
    assert (words.back_button, words.cancel_button) == ("返回", Words().cancel_button)
