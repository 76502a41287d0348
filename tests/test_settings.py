"""What an operator is told about settings before anything starts."""

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.settings import Settings, SettingsError, load

TOKEN = "12345:abc_DEF-ghi"
EVERYWHERE = "192.0.2.1"  # any address that is not loopback


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No `.env` and no variable of the machine that runs the tests."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SANBAO_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)


def given(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(f"SANBAO_{name}", value)
    return load()


def refusal(monkeypatch: pytest.MonkeyPatch, **values: str) -> str:
    with pytest.raises(SettingsError) as caught:
        given(monkeypatch, **values)
    return str(caught.value)


def test_without_any_setting_the_tryout_opens_on_loopback() -> None:
    settings = load()
    assert settings.tryout_open
    assert (settings.http_host, settings.http_port) == ("127.0.0.1", 8080)
    assert settings.database_url == "sqlite:///data/sanbao.db"


def test_the_database_lies_in_the_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    assert given(monkeypatch, DATA_DIR="/srv/city").database_url == "sqlite:////srv/city/sanbao.db"


def test_a_file_env_is_read_and_the_environment_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text(
        "SANBAO_HTTP_PORT=9000\nSANBAO_TIMEZONE=UTC\nSANBAO_PROXY=\nELSE=1\nexport HOME\n"
    )
    settings = given(monkeypatch, TIMEZONE="Asia/Urumqi")
    assert (settings.http_port, settings.timezone, settings.proxy) == (9000, "Asia/Urumqi", None)


def test_a_channel_closes_the_tryout_unless_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not given(monkeypatch, TELEGRAM_TOKEN=TOKEN).tryout_open
    assert given(monkeypatch, TELEGRAM_TOKEN=TOKEN, TRYOUT="true").tryout_open


def test_the_tryout_can_be_closed_without_a_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not given(monkeypatch, TRYOUT="false").tryout_open


def test_the_tryout_opens_to_others_only_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "SANBAO_TRYOUT=true" in refusal(monkeypatch, HTTP_HOST=EVERYWHERE)
    assert given(monkeypatch, HTTP_HOST=EVERYWHERE, TRYOUT="true").tryout_open


@pytest.mark.parametrize("host", ["localhost", "127.0.0.2", "::1"])
def test_every_form_of_loopback_is_home(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    assert given(monkeypatch, HTTP_HOST=host).tryout_open


def test_a_slip_in_a_name_is_an_error_that_names_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "SANBAO_TELEGRAM_TOKE: no setting; the nearest one is SANBAO_TELEGRAM_TOKEN" in (
        refusal(monkeypatch, TELEGRAM_TOKE=TOKEN)
    )


def test_a_slip_in_the_file_env_is_an_error_too() -> None:
    Path(".env").write_text("SANBAO_HTTP_PROT=1\n")
    with pytest.raises(SettingsError, match=r"SANBAO_HTTP_PROT: .* the nearest one is SANBAO_HTTP_PORT"):
        load()


def test_a_name_that_is_near_to_no_setting_is_not_taken_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(monkeypatch, FOO="1") == "SANBAO_FOO: no setting. Correct it or take it out."


def test_a_file_env_in_another_encoding_is_said_with_its_line() -> None:
    Path(".env").write_bytes("SANBAO_TIMEZONE=UTC\n# 端口\nSANBAO_HTTP_PORT=1\n".encode("gbk"))
    with pytest.raises(SettingsError) as refused:
        load()
    assert str(refused.value) == (
        f"{Path('.env').absolute()}, line 2: found byte 0xb6, expected UTF-8; save the file as UTF-8."
    )


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("SANBAO_HTTP_PORT 18799", "SANBAO_HTTP_PORT with no = behind a name"),
        (f"SANBAO_TELEGRAM_TOKEN {TOKEN}", "SANBAO_TELEGRAM_TOKEN with no = behind a name"),
        ("SANBAO_TELEGRAM_TOKEN", "SANBAO_TELEGRAM_TOKEN with no = behind a name"),
        (
            f'export SANBAO_TELEGRAM_TOKEN="{TOKEN}',
            "SANBAO_TELEGRAM_TOKEN with a quote that is not closed, or",
        ),
        (TOKEN, "something with no = behind a name"),
        ("- SANBAO_HTTP_PORT=9000", "something with no = behind a name"),
        (f"SANBAO_TELEGRAM_TOKEN {TOKEN}==", "SANBAO_TELEGRAM_TOKEN with no = behind a name"),
    ],
)
def test_a_line_of_the_file_env_that_cannot_be_read_starts_nothing_and_shows_no_secret(
    line: str, found: str, caplog: pytest.LogCaptureFixture
) -> None:
    Path(".env").write_text(f"SANBAO_TIMEZONE=UTC\n\n{line}\nSANBAO_HTTP_PORT=9000\n")
    with pytest.raises(SettingsError) as refused:
        load()
    assert f"{Path('.env').absolute()}, line 3: found {found}" in str(refused.value)
    assert "expected NAME=VALUE" in str(refused.value)
    assert TOKEN not in str(refused.value)
    assert not caplog.records


def test_a_backup_key_that_could_be_guessed_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    said = refusal(monkeypatch, BACKUP_KEY="hunter2")
    assert "SANBAO_BACKUP_KEY: expected at least 16 characters" in said
    assert "hunter2" not in said


def test_a_password_in_the_databases_url_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match=r"found postgres://\.\.\.") as refused:
        given(monkeypatch, DATABASE_URL="postgres://sanbao:s3cret-word@db/sanbao")
    assert "s3cret" not in str(refused.value)


def test_every_fault_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said = refusal(monkeypatch, HTTP_PORT="many", TIMEZONE="Mars", TELEGRAM_RATE="-1").splitlines()
    assert [line.split(":")[0] for line in said] == [
        "SANBAO_HTTP_PORT",
        "SANBAO_TELEGRAM_RATE",
        "SANBAO_TIMEZONE",
    ]
    assert "found 'many'" in said[0]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("TELEGRAM_API_URL", "https://api.telegram.org/bot", "without /bot"),
        ("TELEGRAM_API_URL", "api.telegram.org", "expected http://HOST"),
        ("TELEGRAM_MODE", "push", "'polling' or 'webhook'"),
        ("DATABASE_URL", "postgresql://city", "or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"),
        ("DATABASE_URL", "sqlite:///:memory:", "expected sqlite:///PATH"),
        ("HTTP_PORT", "70000", "; expected a number less than or equal to 65535. It is: port"),
        ("HTTP_PORT", "many", "; expected a whole number. It is: port"),
        ("HTTP_PORT", "80.5", "; expected a whole number. It is: port"),
        ("HTTP_PORT", "9" * 5000, "; expected a whole number that is not so large. It is: port"),
        ("TELEGRAM_RATE", "fast", "; expected a number. It is: messages"),
        ("RULES_FILE", "nowhere.toml", "expected a file that is there"),
        ("TRYOUT", "perhaps", "; expected true or false. It is: the try-out page"),
    ],
)
def test_a_wrong_value_is_shown_with_what_was_expected(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    said = refusal(monkeypatch, **{name: value})
    assert f"SANBAO_{name}: found '{value}'" in said
    assert expected in said
    assert "Input" not in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TELEGRAM_TOKEN", "hush-hush"),
        ("TELEGRAM_SECRET", "hush hush"),
        ("TELEGRAM_SECRET", "hush" * 65),
        ("PROXY", "socks5://user:hush@host:1"),
    ],
)
def test_a_wrong_secret_is_never_repeated(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    said = refusal(monkeypatch, **{name: value})
    assert f"SANBAO_{name}: expected" in said
    assert "hush" not in said


def test_secrets_do_not_show_in_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = given(monkeypatch, TELEGRAM_TOKEN=TOKEN, TELEGRAM_SECRET="hush", PROXY="http://u:hush@proxy:1")
    assert TOKEN not in repr(settings)
    assert "hush" not in repr(settings)
    assert settings.telegram_account == "12345"


def test_a_webhook_needs_a_token_a_secret_and_a_public_https_address(monkeypatch: pytest.MonkeyPatch) -> None:
    said = refusal(monkeypatch, TELEGRAM_MODE="webhook")
    assert "SANBAO_TELEGRAM_TOKEN, SANBAO_TELEGRAM_SECRET, SANBAO_PUBLIC_URL (https)" in said
    whole = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_SECRET": "s-1_", "PUBLIC_URL": "http://city.example"}
    assert "without SANBAO_PUBLIC_URL (https)" in refusal(monkeypatch, **whole)
    assert given(monkeypatch, PUBLIC_URL="https://city.example/").public_url == "https://city.example"


def test_a_server_of_ones_own_may_call_a_plain_http_webhook(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = given(
        monkeypatch,
        TELEGRAM_MODE="webhook",
        TELEGRAM_TOKEN=TOKEN,
        TELEGRAM_SECRET="s",
        TELEGRAM_API_URL="http://127.0.0.1:8081/",
        PUBLIC_URL="http://127.0.0.1:8080",
    )
    assert settings.telegram_api_url == "http://127.0.0.1:8081"


def test_a_moved_clock_is_refused_beside_a_real_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    load().check_clock(timedelta(days=3))
    settings = given(monkeypatch, TELEGRAM_TOKEN=TOKEN)
    settings.check_clock(timedelta(0))
    with pytest.raises(SettingsError, match="3 days away"):
        settings.check_clock(timedelta(days=3))


def test_settings_cannot_be_changed_and_each_says_what_it_is() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load().http_port = 1
    assert all(field.description for field in Settings.model_fields.values())


def test_wecom_calls_us_by_a_name_that_must_be_known() -> None:
    app = {
        "wecom_corp_id": "ww1", "wecom_agent_id": "1000002", "wecom_secret": "s", "wecom_token": "t",
        "wecom_aes_key": "a" * 43,
    }  # fmt: skip
    with pytest.raises(ValidationError, match="SANBAO_PUBLIC_URL"):
        Settings(**app, _env_file=None)
    assert Settings(**app, public_url="https://bot.example.org", _env_file=None).has_channel
    assert Settings(**app, wecom_api_url="http://127.0.0.1:1", _env_file=None).has_channel
