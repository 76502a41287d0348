"""Test 15 of the delivery: no log shows a secret, whoever wrote the line and however the secret was written in it."""

import asyncio
import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot import logs
from bot.settings import LogFormat, LogLevel, Settings
from storage import invites
from tests.fakes.aibot.server import FakeAibot
from tests.fakes.handed_out import HANDED_OUT
from tests.fakes.telegram.server import TOKEN, FakeTelegram
from tests.fakes.wecom.server import FakeWecom
from tests.files import a_picture
from tests.phones import _bind, userid
from tests.program import free_socket, running, settings_for
from tests.secrecy import Ear
from tests.town import NORTH, Town

WORD = "p@ss/wört=1 2"
GROUP_KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"


@pytest.fixture
def heard() -> Iterator[io.StringIO]:
    """What stands in the log; afterwards logging is as it was."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    hooks = sys.excepthook, sys.unraisablehook
    stream = io.StringIO()
    yield stream
    root.handlers = before
    root.setLevel(level)
    sys.excepthook, sys.unraisablehook = hooks
    logging.captureWarnings(False)


def settings(tmp_path: Path, **given: object) -> Settings:
    return Settings(data_dir=tmp_path, _env_file=None, **given)  # type: ignore[arg-type]  # settings by name


def begun(stream: io.StringIO, own: Settings, others: list[logging.Handler]) -> None:
    """Our handler beside the ear of the suite, which would hear the secrets that are logged on purpose."""
    logs.begin(own, stream)
    logging.getLogger().handlers += [each for each in others if not isinstance(each, Ear)]


def test_a_secret_is_taken_out_of_lines_tracebacks_and_what_libraries_say(
    tmp_path: Path, heard: io.StringIO
) -> None:
    own = settings(
        tmp_path, telegram_token=SecretStr(TOKEN), metrics_token=SecretStr("a-metrics-token"),
        proxy=SecretStr("http://user:p%40ss%2Fw@10.0.0.1:3128"),
    )  # fmt: skip
    begun(heard, own, [])
    logging.getLogger("aiohttp.client").warning("GET https://api.telegram.org/bot%s/getMe", TOKEN)
    try:
        raise ValueError(f"Basic dXNlcjpwQHNzL3c= for {TOKEN.partition(':')[2]}")
    except ValueError:
        logging.getLogger("somebody.else").exception("could not ask with %r", "a-metrics-token")
    logging.getLogger().error("password p@ss/w or p%%40ss%%2Fw")
    written = heard.getvalue()
    assert "could not ask" in written
    assert "ValueError" in written
    for secret in (
        TOKEN,
        TOKEN.partition(":")[2],
        "a-metrics-token",
        "p@ss/w",
        "p%40ss%2Fw",
        "dXNlcjpwQHNzL3c=",
    ):
        assert secret not in written


@pytest.mark.parametrize("name", ["password", "sslpassword"])
def test_a_password_in_the_query_of_the_databases_address_is_taken_out_too(
    tmp_path: Path, heard: io.StringIO, name: str
) -> None:
    address = f"postgresql+psycopg://sanbao@db/sanbao?sslmode=require&{name}=p%40ss+w%2Frd"
    begun(heard, settings(tmp_path, database_url=address), [])
    logging.getLogger().error("could not connect to %s", address)
    logging.getLogger().error("password p@ss w/rd")
    written = heard.getvalue()
    assert "sslmode=require" in written
    assert [secret for secret in ("p%40ss+w%2Frd", "p@ss w/rd") if secret in written] == []


@pytest.mark.parametrize("form", sorted(logs.forms(WORD)))
def test_a_secret_is_known_in_every_form_in_which_it_may_be_written(form: str) -> None:
    assert logs.Redaction([WORD])(f"it is {form}!") == "it is …!"


def test_what_becomes_secret_while_the_program_runs_is_learned() -> None:
    redaction = logs.Redaction()
    redaction.learn("accesstoken-of-now")
    assert redaction("GET ?t=accesstoken-of-now") == "GET ?t=…"


def test_only_the_newest_of_what_was_learned_is_kept() -> None:
    """Tokens change every two hours; a program that runs for years must not become slower by them."""
    redaction = logs.Redaction(["a-fixed-secret"])
    for number in range(2000):
        redaction.learn(f"token-number-{number:05}")
    assert redaction("token-number-01999 a-fixed-secret") == "… …"
    assert len(redaction._learned) <= logs.LEARNED + 5


@pytest.mark.parametrize(
    "secret",
    [
        "https://t.me/bot?start=q1w2e3r4t5y6u7i8",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4",
        '{"aeskey": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"}',
        "another bot's 987654321:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
    ],
)
def test_links_that_log_in_and_keys_are_known_by_their_form(secret: str) -> None:
    value = secret.split("=")[-1].split('"')[-2] if "aeskey" in secret else secret.split("=")[-1].split()[-1]
    assert value not in logs.Redaction()(secret)


def test_hashes_numbers_and_words_are_left_as_they_are() -> None:
    text = "sha 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 W12 storage/planning/differences.py"
    assert logs.Redaction()(text) == text


def test_every_secret_setting_is_taken_out_also_one_that_is_added_tomorrow(tmp_path: Path) -> None:
    names = [name for name, each in Settings.model_fields.items() if "SecretStr" in str(each.annotation)]
    assert len(names) >= 8
    own = settings(tmp_path)
    for name in names:
        told = own.model_copy(update={name: SecretStr(f"secret-of-{name}=x")})
        assert f"secret-of-{name}=x" in logs.secrets_of(told)


def test_json_is_one_object_a_line_with_the_traceback_in_it(tmp_path: Path, heard: io.StringIO) -> None:
    own = settings(tmp_path, log_format=LogFormat.JSON, telegram_token=SecretStr(TOKEN))
    begun(heard, own, [])
    try:
        raise LookupError(f"在{TOKEN}")
    except LookupError:
        logging.getLogger("bot.dispatch").exception("第一行\n第二行")
    [line] = heard.getvalue().splitlines()
    said = json.loads(line)
    assert (said["level"], said["logger"], said["message"]) == ("ERROR", "bot.dispatch", "第一行\n第二行")
    assert ("LookupError: 在…" in said["traceback"], TOKEN in line) == (True, False)


def test_a_crash_of_the_whole_program_shows_no_secret(tmp_path: Path) -> None:
    """The interpreter's own last words are no log line."""
    crash = (
        "from bot import logs\nfrom bot.settings import Settings\n"
        f"logs.begin(Settings(data_dir='{tmp_path}', telegram_token='{TOKEN}', _env_file=None))\n"
        f"raise RuntimeError('GET /bot' + '{TOKEN[:20]}' + '{TOKEN[20:]}')\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", crash], capture_output=True, text=True, check=False, cwd=Path(__file__).parent.parent
    )  # fmt: skip
    assert ended.returncode == 1
    assert ("RuntimeError: GET /bot…" in ended.stderr, TOKEN[:20] + TOKEN[20:] in ended.stderr) == (
        True,
        False,
    )


async def test_the_whole_program_at_debug_on_every_channel_shows_no_secret(
    town: Town, tmp_path: Path
) -> None:
    """Telegram, the self-built app and the smart bot at once, well and ill; the ear of the suite hears all of it."""
    listening = free_socket()
    port = listening.getsockname()[1]
    wecom, bot, api = FakeWecom(), FakeAibot(), FakeTelegram()
    wecom.callbacks.url = f"http://127.0.0.1:{port}/wecom/callback"
    HANDED_OUT.update({GROUP_KEY, "a-metrics-token-here", "the-monitors-path"})
    async with wecom, bot, api:
        _bind(town, "telegram", TOKEN.partition(":")[0], lambda chat: chat.user)
        api.person(int(town.reporter.user), started=True)
        bot.speaking.spoken.add(bot.member(userid(town.deputy)).key)
        own = settings_for(
            town, tmp_path,
            {
                "TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_URL": api.url, **wecom.settings(), **bot.settings(),
                "WECOM_GROUP_KEYS": f"督查群={GROUP_KEY}", "METRICS_TOKEN": "a-metrics-token-here",
                "HEARTBEAT_URL": f"http://127.0.0.1:{port}/the-monitors-path", "LOG_LEVEL": LogLevel.DEBUG.value,
            },
        )  # fmt: skip
        async with running(town, own, listening) as program:
            await bot.until_subscribed()
            deputy = int(town.deputy.user) - 1000
            machine = program.clock.machine()
            code = await program.database.run(lambda s: invites.create(s, deputy, machine))
            HANDED_OUT.add(code)
            here, app, there = (
                api.person(int(town.reporter.user)),
                wecom.member("Stranger"),
                bot.member("NewPhone"),
            )
            app.says(code[:-1] + "x")
            await app.sees("邀请码")
            there.says(code)
            await there.sees("您好")
            for said in ("报进展", NORTH, "1200", "主体封顶"):
                here.says(said)
            here.sends_photo(a_picture())
            await here.sees("已收1张")
            there.sends_file(b"%PDF-1.4 no workbook", "a.pdf")
            await api.stop()
            await wecom.stop() if hasattr(wecom, "stop") else None
            await asyncio.sleep(0.3)
    assert len(HANDED_OUT) > 4


def test_the_ear_hears_what_new_code_forgets() -> None:
    ear = Ear()
    record = logging.LogRecord("new.code", logging.DEBUG, "", 0, "asked with %s", (TOKEN,), None)
    ear.emit(record)
    assert ear.heard() == [f"new.code: asked with {TOKEN}"]
