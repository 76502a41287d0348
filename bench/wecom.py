"""WeCom's callbacks: how fast they are answered while a digest goes out, and how many a second beside the usual way.

python -m bench.wecom --seconds 10 --people 400 --callbacks 4000

The usual way (Flask and wechatpy under gunicorn, one process with eight threads) decrypts, stores a row and answers
within the callback. Sanbao decrypts, stores and answers 200; the turn follows, and its answer goes out by message/send:
our CPU includes that. The load and WeCom's side run in this process, so that rates depend on it too; CPU does not.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median

import aiohttp
import psutil  # type: ignore[import-untyped] # psutil ships without types
from sqlalchemy.orm import Session

from bot.clock import Clock, store_offset
from rules.kinds import Lane
from storage import outbox, people
from storage import rules as stored_rules
from storage.database import Database
from storage.messages import Address, Outgoing
from storage.migrate import migrate
from tests.builders import NOW, a_person, a_project, a_unit
from tests.crash.program import free_port
from tests.fakes.telegram_api import run_fast
from tests.fakes.wecom.callbacks import document
from tests.fakes.wecom.server import AGENT, CORP, KEY, TOKEN, FakeWecom

RATE = 200
AT_ONCE = 64


def furnish(data: Path, count: int) -> None:
    """So many people with a project each, and a digest for everyone that is due in two seconds."""
    data.mkdir(parents=True, exist_ok=True)
    database = Database(f"sqlite:///{data / 'sanbao.db'}")
    migrate(database.engine, data, Clock().machine())
    database.run_now(lambda session: _settle(session, count))
    database.close()


def _settle(session: Session, count: int) -> None:
    stored_rules.take(session, None, NOW)
    store_offset(session, NOW - Clock().machine())
    unit = a_unit(session)
    for number in range(count):
        person = a_person(session, unit=unit)
        a_project(session, reporter=person)
        address = Address(channel="wecom", account=AGENT, user=f"m{number}", chat=f"m{number}")
        people.bind(session, person.id, address, NOW)
        for day in range(4):
            outbox.write(
                session, address=address, person_id=person.id, message=Outgoing(title="每日调度", text=f"第{day}天"),
                lane=Lane.DIGEST, now=NOW + timedelta(seconds=2), limit=680,
            )  # fmt: skip


@asynccontextmanager
async def process(
    command: Sequence[str], given: Mapping[str, str], url: str, folder: Path
) -> AsyncIterator[psutil.Process]:
    """A server of its own, once it answers at its address."""
    with (folder / "server.log").open("wb") as log:
        child = await asyncio.create_subprocess_exec(*command, stdout=log, stderr=log, env=os.environ | given)
    try:
        async with aiohttp.ClientSession() as client, asyncio.timeout(60):
            while True:
                try:
                    async with client.get(url):
                        break
                except aiohttp.ClientError:
                    await asyncio.sleep(0.1)
        yield psutil.Process(child.pid)
    finally:
        child.terminate()
        await child.wait()


class Poster:
    """Posts texts of many members; keeps how long each answer took, in milliseconds."""

    def __init__(self, wecom: FakeWecom, count: int, first: int = 0) -> None:
        self._wecom = wecom
        self._count = count
        self._sent = first
        self.took: list[float] = []
        self.refused = 0

    async def one(self) -> None:
        self._sent += 1
        user = f"m{self._sent % self._count}"
        told = document(
            ToUserName=CORP, FromUserName=user, CreateTime=int(time.time()), MsgType="text", Content="帮助",
            MsgId=10**15 + self._sent, AgentID=int(AGENT),
        )  # fmt: skip
        encrypted = self._wecom.callbacks.envelope(told)
        begun = time.perf_counter()
        status, _ = await self._wecom.callbacks.post(encrypted, str(int(time.time())))
        self.took.append((time.perf_counter() - begun) * 1000)
        self.refused += status != 200

    def spread(self) -> str:
        took = sorted(self.took)
        p99 = took[int(len(took) * 0.99)]
        return f"p50 {median(took):.1f} ms, p99 {p99:.1f} ms, not answered 200: {self.refused}"

    async def at_a_rate(self, rate: int, seconds: int) -> None:
        """An open loop: a slow answer does not hold the next one back."""
        tasks, begun = [], time.perf_counter()
        for number in range(rate * seconds):
            await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
            tasks.append(asyncio.create_task(self.one()))
        await asyncio.gather(*tasks)

    async def all_at_once(self, count: int) -> float:
        """A closed loop of AT_ONCE; gives the seconds."""
        left, begun = iter(range(count)), time.perf_counter()

        async def go_on() -> None:
            for _ in left:
                await self.one()

        await asyncio.gather(*(go_on() for _ in range(AT_ONCE)))
        return time.perf_counter() - begun


async def ours(folder: Path, given: argparse.Namespace) -> None:
    furnish(folder / "data", given.people)
    port = free_port()
    async with FakeWecom(f"http://127.0.0.1:{port}/wecom/callback") as wecom:
        for number in range(given.people):
            wecom.member(f"m{number}")
        settings = {
            **wecom.settings(),
            "DATA_DIR": str(folder / "data"),
            "HTTP_PORT": str(port),
            "TRYOUT": "true",
        }
        environment = {f"SANBAO_{name}": value for name, value in settings.items()}
        command = [sys.executable, "-m", "bot", "serve"]
        async with process(command, environment, f"http://127.0.0.1:{port}/healthz", folder) as server:
            await wecom.until(lambda: len(wecom.sent()) > 20, 30)  # the digest is under way
            await storm("sanbao, during a digest", wecom, server, given)


async def usual(folder: Path, given: argparse.Namespace) -> None:
    port = free_port()
    made = f"bench.usual_wechatpy:app({TOKEN!r}, {KEY!r}, {CORP!r}, {str(folder / 'messages.db')!r})"
    command = [
        sys.executable, "-m", "gunicorn", "--workers", "1", "--threads", "8", "--bind", f"127.0.0.1:{port}", made,
    ]  # fmt: skip
    async with (
        FakeWecom(f"http://127.0.0.1:{port}/wecom/callback") as wecom,
        process(command, {}, f"http://127.0.0.1:{port}/", folder) as server,
    ):
        await storm("wechatpy + Flask, idle", wecom, server, given)


async def storm(name: str, wecom: FakeWecom, server: psutil.Process, given: argparse.Namespace) -> None:
    poster, sent = Poster(wecom, given.people), len(wecom.sent())
    await poster.at_a_rate(RATE, given.seconds)
    print(
        f"{name}: {RATE}/s for {given.seconds} s: {poster.spread()}; sent meanwhile {len(wecom.sent()) - sent}"
    )
    poster, before = Poster(wecom, given.people, 10**6), cpu(server)
    seconds = await poster.all_at_once(given.callbacks)
    spent = (cpu(server) - before) * 1000 / given.callbacks
    print(
        f"{name}: {given.callbacks} callbacks, {AT_ONCE} at once: {given.callbacks / seconds:.0f}/s, "
        f"{poster.spread()}; CPU of the server {spent:.2f} ms each",
        flush=True,
    )


def cpu(server: psutil.Process) -> float:
    """Seconds that it and its children have used."""
    return sum(sum(each.cpu_times()[:2]) for each in (server, *server.children(recursive=True)))


async def compare(given: argparse.Namespace) -> None:
    for contestant in (ours, usual):
        with tempfile.TemporaryDirectory(dir=given.disk) as folder:
            await contestant(Path(folder), given)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--people", type=int, default=400)
    parser.add_argument("--callbacks", type=int, default=4000)
    parser.add_argument("--disk", type=Path, help="where the files lie; the temporary folder if not given")
    run_fast(compare(parser.parse_args()))


if __name__ == "__main__":
    main()
