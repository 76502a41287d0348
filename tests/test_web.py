"""The try-out page's server, /healthz and /metrics: the real program, asked over real HTTP on loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy import func, select

from bot.app import put_together
from bot.channel_accounts import reaching
from bot.channels import tryout
from bot.channels.tryout import TryoutChannel
from bot.running import Running
from bot.settings import Settings
from bot.web import serving
from bot.web.server import web_app
from rules.kinds import Lane
from storage import outbox, rules
from storage.charts import LightsBar, LightsChart
from storage.messages import Incoming, Outgoing
from storage.tables.traffic import InboxRow
from tests.files import a_picture

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf"
    "c0f01f0005000201e2268f7b0000000049454e44ae426082"
)


class Page:
    """A browser's view of the server, without the browser."""

    def __init__(self, client: aiohttp.ClientSession, running: Running) -> None:
        self.client = client
        self.running = running

    async def get(self, path: str) -> dict[str, Any]:
        async with self.client.get(path) as answer:
            assert answer.status == 200, await answer.text()
            found: dict[str, Any] = await answer.json()
            return found

    async def says(self, person: int, nonce: str, **fields: str) -> tuple[int, Any]:
        form = aiohttp.FormData({"nonce": nonce, **fields})
        async with self.client.post(f"/tryout/people/{person}/say", data=form) as answer:
            return answer.status, await answer.json()

    async def bubbles(self, person: int, at_least: int = 1, saying: str = "") -> list[dict[str, Any]]:
        """What the person sees, once the bot has said so much, and these words in one of its messages."""
        channel = self.running.channels[(tryout.NAME, tryout.ACCOUNT)]
        assert isinstance(channel, TryoutChannel)
        async with asyncio.timeout(20), channel.listening() as news:
            while True:
                found = (await self.get(f"/tryout/people/{person}/messages"))["messages"]
                said = [each["text"] for each in found if each["from"] == "bot"]
                if len(said) >= at_least and any(saying in text for text in said):
                    return found
                await news.get()


@pytest_asyncio.fixture
async def page(tmp_path: Path, nowhere: str) -> AsyncIterator[Page]:
    settings = Settings(data_dir=tmp_path / "data", database_url=nowhere, http_port=0)
    async with AsyncExitStack() as stack:
        listening = stack.enter_context(serving.bound(settings))
        running = await put_together(settings, stack)
        server = serving.server(web_app(running.routes, serving.hosts(settings)))
        tasks = [
            asyncio.create_task(running.supervisor.run(running.loops)),
            asyncio.create_task(serving.beside(server, [listening])),
        ]
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        client = await stack.enter_async_context(aiohttp.ClientSession(base))
        yield Page(client, running)
        await client.close()
        server.should_exit = True
        tasks[0].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_the_clocks_menu_leads_to_the_days_on_which_something_is_really_due(page: Page) -> None:
    """5 and 10 May 2012 stand in the rules; the 5th is a Saturday."""
    found = (await page.get("/tryout/state"))["landmarks"]
    may = [mark for mark in found if mark["day"].startswith("2012-05")]
    assert may == [
        {"day": "2012-05-07", "key": "due", "what": "2012年4月进展月报应报日"},
        {"day": "2012-05-10", "key": "due", "what": "2012年4月进展月报截止日"},
        {"day": "2012-05-25", "key": "opens", "what": "月报开放"},
    ]
    assert {"day": "2012-07-01", "key": "zero", "what": "零报告开放"} in found


async def test_the_first_word_said_on_the_page_is_answered_by_the_real_conversation(page: Page) -> None:
    """At once after the first start, with every project of the person there: the month is open before anybody looks."""
    person = (await page.get("/tryout/state"))["suggested"][0]
    assert await page.says(person, "nonce-0001", text="报进展") == (202, {"stored": True})
    bubbles = await page.bubbles(person)
    assert [bubble["from"] for bubble in bubbles] == ["me", "bot"]
    assert bubbles[-1]["title"] == "哪个项目？"
    assert len(bubbles[-1]["rows"]) == 5  # the four that the sample's first officer reports, and 取消


async def test_the_life_of_a_message_is_told_line_by_line(page: Page) -> None:
    person = (await page.get("/tryout/state"))["suggested"][0]
    await page.says(person, "nonce-0010", text="帮助")
    shown = (await page.bubbles(person))[-1]
    async with asyncio.timeout(20):
        while True:
            async with page.client.get(f"/tryout/people/{person}/messages/{shown['id']}/life") as answer:
                if answer.status == 200:  # a moment after it is shown the end is written
                    lines = (await answer.json())["lines"]
                    break
            await asyncio.sleep(0.05)
    assert [line.split(maxsplit=1)[1] for line in lines] == ["写好", "第1次发：已送到"]
    async with page.client.get(f"/tryout/people/{person}/messages/999999/life") as answer:
        assert answer.status == 404


async def test_several_lines_come_back_as_they_were_typed(page: Page) -> None:
    """A form says its new lines as CRLF; the page then did not know its own bubble again, and kept it at the end."""
    person = (await page.get("/tryout/state"))["suggested"][0]
    await page.says(person, "nonce-0009", text="你好\r\n再见")
    assert (await page.bubbles(person))[0]["text"] == "你好\n再见"


async def test_a_message_sent_again_with_its_nonce_is_stored_once(page: Page) -> None:
    person = (await page.get("/tryout/state"))["suggested"][0]
    for _ in range(3):
        assert (await page.says(person, "nonce-0002", text="帮助"))[0] == 202
    rows = await page.running.database.read(lambda s: s.scalar(select(func.count()).select_from(InboxRow)))
    assert rows == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"nonce": "", "text": "你好"}, "编号"),
        ({"nonce": "nonce-0003", "text": "   "}, "空的"),
        ({"nonce": "nonce-0003"}, "空的"),
    ],
)
async def test_what_cannot_be_stored_is_refused_in_one_sentence(
    page: Page, fields: dict[str, str], sentence: str
) -> None:
    status, answer = await page.says(1, **fields)
    assert status == 422
    assert sentence in answer["error"]


async def test_nobody_can_speak_as_a_person_who_does_not_exist(page: Page) -> None:
    status, answer = await page.says(99999, "nonce-0004", text="你好")
    assert (status, "没有这个人" in answer["error"]) == (404, True)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/tryout/people/{'9' * 20}/messages", 404),
        (f"/tryout/people/1/messages/{'9' * 5000}/life", 404),
        (f"/tryout/people/1/messages?after={'9' * 20}", 422),
        ("/tryout/people/1/messages?after=x", 422),
    ],
)
async def test_a_number_that_no_row_can_have_is_refused(page: Page, path: str, status: int) -> None:
    async with page.client.get(path) as answer:
        assert answer.status == status


async def test_nobody_speaks_as_a_number_that_no_row_can_have(page: Page) -> None:
    form = aiohttp.FormData({"nonce": "nonce-0006", "text": "你好"})
    async with page.client.post(f"/tryout/people/{'9' * 20}/say", data=form) as answer:
        assert answer.status == 404


async def test_another_sites_page_can_change_nothing(page: Page) -> None:
    form = aiohttp.FormData({"nonce": "nonce-0005", "text": "报进展"})
    headers = {"Origin": "http://evil.example"}
    async with page.client.post("/tryout/people/1/say", data=form, headers=headers) as answer:
        assert answer.status == 403
    rows = await page.running.database.read(lambda s: s.scalar(select(func.count()).select_from(InboxRow)))
    assert rows == 0


async def test_a_foreign_host_header_is_not_answered(page: Page) -> None:
    async with page.client.get("/tryout/state", headers={"Host": "evil.example"}) as answer:
        assert answer.status == 400


async def test_an_uploaded_page_is_never_shown_as_a_page(page: Page) -> None:
    form = aiohttp.FormData({"nonce": "nonce-0006"})
    form.add_field("files", b"<script>alert(1)</script>", filename="a.html", content_type="text/html")
    async with page.client.post("/tryout/people/1/say", data=form) as answer:
        assert answer.status == 202
    bubble = (await page.get("/tryout/people/1/messages"))["messages"][0]
    async with page.client.get(bubble["media"][0]["url"]) as answer:
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == "attachment"


async def test_a_chart_is_drawn_when_somebody_looks_at_it_and_not_before(page: Page, tmp_path: Path) -> None:
    chart = LightsChart(
        title="项目灯色",
        as_of="截至2012年7月31日",
        bars=(LightsBar(name="云溪区", green=3, yellow=2, red=1),),
    )
    message, now = Outgoing(chart=chart), page.running.clock.city()
    await page.running.database.run(
        lambda session: outbox.write(
            session, address=tryout.address(1), person_id=1, message=message, lane=Lane.DIGEST, now=now, limit=4096
        )
    )  # fmt: skip
    page.running.delivery.wake()
    [shown] = (await page.bubbles(1))[0]["media"]
    assert shown["kind"] == "chart"
    assert "云溪区绿灯3个、黄灯2个、红灯1个" in shown["alt"]
    pictures = tmp_path / "data" / "pictures"
    assert not list(pictures.glob("*.png"))
    status = 503
    for _ in range(3):  # on a busy machine the process that draws may take too long to start
        async with page.client.get(shown["url"]) as answer:
            status, drawn = answer.status, await answer.read()
        if status == 200:
            break
    assert (status, answer.headers["Content-Type"], drawn[:4]) == (200, "image/png", b"\x89PNG")
    assert len(list(pictures.glob("*.png"))) == 1


async def test_what_is_no_chart_is_not_drawn(page: Page) -> None:
    form = aiohttp.FormData({"nonce": "nonce-0012"})
    form.add_field("files", b"{}", filename="a.json", content_type="application/json")
    async with page.client.post("/tryout/people/1/say", data=form) as answer:
        assert answer.status == 202
    bubble = (await page.get("/tryout/people/1/messages"))["messages"][0]
    for reference, status in ((bubble["media"][0]["url"].rpartition("/")[2], 503), ("f" * 64, 404)):
        async with page.client.get(f"/tryout/charts/{reference}") as answer:
            assert answer.status == status


async def test_eleven_files_at_once_are_refused_in_one_sentence(page: Page) -> None:
    form = aiohttp.FormData({"nonce": "nonce-0007"})
    for number in range(11):
        form.add_field("files", PNG, filename=f"{number}.png", content_type="image/png")
    async with page.client.post("/tryout/people/1/say", data=form) as answer:
        assert answer.status == 422
        assert "最多10个" in (await answer.json())["error"]


async def test_several_files_at_once_are_an_album_whose_answer_counts_them_all(page: Page) -> None:
    """That an album has one answer is shown in test_albums.py, by a clock that heeds no machine's speed."""
    form = aiohttp.FormData({"nonce": "nonce-0008"})
    for number in range(3):
        form.add_field("files", a_picture(), filename=f"{number}.jpg", content_type="image/jpeg")
    async with page.client.post("/tryout/people/1/say", data=form) as answer:
        assert answer.status == 202
    assert await page.bubbles(1, saying="收到3个文件")
    raw = await page.running.database.read(lambda session: session.scalars(select(InboxRow.raw)).all())
    assert [Incoming.model_validate_json(each).album for each in raw] == ["nonce-0008"] * 3


async def test_a_file_larger_than_the_rules_allow_is_refused_with_both_sizes(page: Page) -> None:
    now = page.running.clock.city()
    await page.running.database.run(lambda session: rules.take(session, "[media]\ntryout_mb = 1\n", now))
    form = aiohttp.FormData({"nonce": "nonce-0009"}, quote_fields=False)
    form.add_field("files", bytes(1536 * 1024), filename="日志.pdf", content_type="application/pdf")
    async with page.client.post("/tryout/people/1/say", data=form) as answer:
        assert answer.status == 422
        assert "「日志.pdf」没有发出去：它有1.5MB，最多收1MB。" in (await answer.json())["error"]


@pytest.mark.sqlite_only("only there is a city's clock moved")
async def test_the_clock_goes_forward_only(page: Page) -> None:
    before = datetime.fromisoformat((await page.get("/tryout/state"))["now"])
    async with page.client.post("/tryout/clock", json={"to": "2012-03-01T09:00:00+08:00"}) as answer:
        assert answer.status == 409
    async with page.client.post("/tryout/clock", json={"to": "2012-04-01T09:00:00+08:00"}) as answer:
        assert answer.status == 200
        assert (await answer.json())["steps"] >= 6  # every midnight on the way at least
    assert datetime.fromisoformat((await page.get("/tryout/state"))["now"]) > before


async def test_every_answer_forbids_scripts_that_are_not_ours(page: Page) -> None:
    async with page.client.get("/") as answer:
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "三报" in await answer.text()


async def test_health_and_metrics_speak_of_the_running_program(page: Page) -> None:
    health = await page.get("/healthz")
    assert health["alive"] is True
    assert set(health["loop_crashes"]) >= {  # on PostgreSQL its leases too
        "anchoring",
        "dispatch",
        "delivery",
        "fetching",
        "sweeping",
        "tidying",
        "workbooks",
        "editing",
        "watching",
    }
    async with page.client.get("/metrics") as answer:
        assert "sanbao_outbox_sent_rows 0.0" in await answer.text()


def test_beside_a_real_channel_nobody_counts_as_reached_by_the_try_out_page(tmp_path: Path) -> None:
    """A leader's alert once went to a try-out column, and the reporter was told that it was sent."""
    real, page = ("telegram", "123456"), (tryout.NAME, tryout.ACCOUNT)
    token = SecretStr("123456:" + "A" * 35)
    beside = Settings(data_dir=tmp_path, telegram_token=token, tryout=True)
    assert reaching(beside, [real, page]) == {real}
    assert reaching(Settings(data_dir=tmp_path), [page]) == {page}
