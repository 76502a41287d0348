"""What the office does to WeCom from the command line: the menu, and who wrote without being known."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from bot.__main__ import app
from storage import people
from tests.builders import NOW, an_inbox_row
from tests.fakes.wecom.server import FakeWecom

RUN = CliRunner()
Ask = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Ask:
    """Calls `sanbao` in a thread, so that the fake can answer meanwhile."""
    monkeypatch.chdir(tmp_path)

    async def call(wecom: FakeWecom, *words: str, **given: str) -> tuple[int, str]:
        for name, value in {**wecom.settings(), "DATA_DIR": str(tmp_path), **given}.items():
            monkeypatch.setenv(f"SANBAO_{name}", value)
        result = await asyncio.to_thread(RUN.invoke, app, list(words))
        return result.exit_code, result.output

    return call


async def test_the_menu_is_set_and_told_in_words(ask: Ask) -> None:
    async with FakeWecom() as wecom:
        code, said = await ask(wecom, "wecom", "menu")
        assert (code, "零报告/我的" in said) == (0, True)
        assert [entry["name"] for entry in wecom.world.menu] == ["报进展", "报问题", "零报告/我的"]


async def test_a_menu_that_is_refused_says_what_to_do(ask: Ask) -> None:
    async with FakeWecom() as wecom:
        wecom.faults.untrusted = True
        code, said = await ask(wecom, "wecom", "menu")
        assert code == 1
        assert "203.0.113.7" in said
        assert "企业可信IP" in said
        code, said = await ask(wecom, "wecom", "menu", WECOM_SECRET="another")
        assert code == 1


async def test_nobody_unknown_is_said_in_words(ask: Ask) -> None:
    async with FakeWecom() as wecom:
        assert await ask(wecom, "wecom", "unknown") == (0, "Nobody wrote who is not bound.\n")


def test_the_unknown_are_those_who_wrote_lately_and_are_bound_to_nobody(session: Session) -> None:
    def wrote(user: str, **given: object) -> None:
        an_inbox_row(session, channel="wecom", account="1", sender=f"wecom:1:{user}", received=NOW, **given)

    for user in ("ghost", "sys", "ghost", "other:name"):
        wrote(user)
    an_inbox_row(session, channel="telegram", account="1", sender="telegram:1:77", received=NOW)
    assert people.unknown_senders(session, "wecom", NOW - timedelta(days=1)) == ["other:name", "ghost"]
    assert people.unknown_senders(session, "wecom", NOW + timedelta(days=1)) == []
