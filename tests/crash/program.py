"""The real program as a process of its own, on a folder of its own; and a city of which everybody is on Telegram."""

import asyncio
import os
import shutil
import signal
import socket
import sqlite3
import sys
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rules.kinds import DutyKind, Role
from storage import people
from storage.database import Database, engine_for
from storage.messages import Address
from storage.tables.registry import Binding, Person, Project, Responsibility
from storage.tables.reporting import Duty
from tests.crash.dialogues import OwnProject
from tests.fakes.telegram_api import FakeTelegram

TOKEN = "123456:AAAA-a-token-of-the-fake"
ACCOUNT = TOKEN.partition(":")[0]
SECRET = "a-secret-of-the-fake"
FIRST_USER = 10_000
PERIOD = "2012-03"
FIRST_START_SECONDS = 2.5


@dataclass(frozen=True)
class Setting:
    """How one city is run: where its files lie, which Bot API it finds, how updates come in."""

    folder: Path
    api: str
    mode: str = "polling"
    port: int = 0
    url: str = ""  # of a city on PostgreSQL
    public_port: int = 0  # where the Bot API calls, if not at the program's own port

    @property
    def database_url(self) -> str:
        return self.url or f"sqlite:///{self.database}"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def database(self) -> Path:
        return self.data / "sanbao.db"

    @property
    def log(self) -> Path:
        return self.folder / "program.log"

    def environment(self) -> dict[str, str]:
        """Nothing of the caller's own SANBAO_ settings."""
        ours = {
            "DATA_DIR": str(self.data),
            "TELEGRAM_TOKEN": TOKEN,
            "TELEGRAM_API_URL": self.api,
            "TELEGRAM_MODE": self.mode,
            "TELEGRAM_RATE": "0",
            "TELEGRAM_CHAT_RATE": "0",
            "TRYOUT": "true",
            "HTTP_PORT": str(self.port),
            "DATABASE_URL": self.database_url,
            "LEASE_SECONDS": "2",
        }
        if self.mode == "webhook":
            ours |= {
                "TELEGRAM_SECRET": SECRET,
                "PUBLIC_URL": f"http://127.0.0.1:{self.public_port or self.port}",
            }
        others = {name: value for name, value in os.environ.items() if not name.startswith("SANBAO_")}
        return others | {f"SANBAO_{name}": value for name, value in ours.items()}


class Died(Exception):  # noqa: N818 - it is what happened
    """The program ended although nobody killed it."""


@dataclass
class Program:
    """`sanbao serve`, started and killed again and again."""

    setting: Setting
    process: asyncio.subprocess.Process | None = field(default=None)

    async def start(self) -> None:
        self.setting.folder.mkdir(parents=True, exist_ok=True)
        with self.setting.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                str(Path(sys.executable).parent / "sanbao"), "serve",
                stdout=log, stderr=log, cwd=self.setting.folder, env=self.setting.environment(),
            )  # fmt: skip

    async def runs_for(self, seconds: float) -> None:
        """Waits; raises Died if the program ends meanwhile."""
        assert self.process is not None
        try:
            code = await asyncio.wait_for(self.process.wait(), seconds)
        except TimeoutError:
            return
        raise Died(f"exit code {code}; it printed at last:\n{self.printed()}")

    async def kill(self) -> None:
        await self._end(signal.SIGKILL)

    async def end(self) -> None:
        await self.kill()

    async def stop(self) -> None:
        await self._end(signal.SIGTERM)

    async def _end(self, by: signal.Signals) -> None:
        process, self.process = self.process, None
        if process is not None and process.returncode is None:
            process.send_signal(by)
        if process is not None:
            await process.wait()

    def printed(self, characters: int = 4000) -> str:
        return self.setting.log.read_text("utf-8", "replace")[-characters:]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# The city


@dataclass(frozen=True)
class City:
    """A folder to start from, and who is who in it: reporters with their projects, and all the others."""

    data: Path
    reporters: dict[int, tuple[OwnProject, ...]]
    others: tuple[int, ...]

    def copy_to(self, setting: Setting) -> None:
        setting.data.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(self.data, setting.data)


async def found_city(folder: Path, kills: int) -> City:
    """The sample city, furnished by a program that is killed while it does so; then everybody is bound."""
    async with FakeTelegram(TOKEN) as api:
        program = Program(Setting(folder, api.url))
        for number in range(1, kills + 1):
            await program.start()
            await program.runs_for(FIRST_START_SECONDS * number / kills)
            await program.kill()
        before = api.calls.count
        await program.start()
        while api.calls.count == before or not _has_duties(program.setting.database):
            await program.runs_for(0.05)
        await program.stop()
        return bind_everybody(program.setting.data, program.setting.database_url)


def _has_duties(database: Path) -> bool:
    """The first sweep opens zero-reports last; before, the tables may not be there."""
    try:
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
    except sqlite3.OperationalError:
        return False
    try:
        return bool(connection.execute("SELECT count(*) FROM duties WHERE kind = 'zero'").fetchone()[0])
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()


def user_of(person_id: int) -> int:
    return FIRST_USER + person_id


def bind_everybody(data: Path, url: str) -> City:
    """Gives everyone of a city that stands still an account on Telegram, used later than the try-out's."""
    database = Database(url)
    try:
        return database.run_now(lambda session: _bind(session, data))
    finally:
        database.close()


def _bind(session: Session, data: Path) -> City:
    now = session.scalars(select(func.max(Binding.last_used))).one() + timedelta(seconds=1)
    everybody = session.scalars(select(Person.id).order_by(Person.id)).all()
    for person_id in everybody:
        user = str(user_of(person_id))
        people.bind(
            session, person_id, Address(channel="telegram", account=ACCOUNT, user=user, chat=user), now
        )
    reporters = _reporters(session)
    return City(data, reporters, tuple(each for each in everybody if each not in reporters))


def _reporters(session: Session) -> dict[int, tuple[OwnProject, ...]]:
    """Every project that owes a monthly report, with one person: its first reporter."""
    rows = session.execute(
        select(Project.id, Project.number, Project.name, func.min(Responsibility.person_id))
        .join(Responsibility, Responsibility.project_id == Project.id)
        .join(Duty, Duty.project_id == Project.id)
        .where(Responsibility.role == Role.REPORTER, Duty.kind == DutyKind.PROGRESS, Duty.period == PERIOD)
        .group_by(Project.id)
        .order_by(Project.id)
    )
    found: dict[int, list[OwnProject]] = {}
    for project_id, number, name, person_id in rows:
        found.setdefault(person_id, []).append(OwnProject(project_id, number, name))
    return {person_id: tuple(projects) for person_id, projects in found.items()}


def unfinished(url: str) -> dict[str, int]:
    """What a running program has still to do; looked at from outside."""
    counts = {
        "inbox": "SELECT count(*) FROM inbox WHERE state = 'new'",
        "outbox": "SELECT count(*) FROM outbox WHERE state IN ('due', 'sending')",
        "media": "SELECT count(*) FROM media WHERE state = 'wanted'",
    }
    engine = engine_for(url)
    try:
        with engine.connect().execution_options(readonly=True) as connection:
            return {
                name: int(connection.exec_driver_sql(query).scalar_one()) for name, query in counts.items()
            }
    finally:
        engine.dispose()
