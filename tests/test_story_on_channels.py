"""A major problem over Telegram and WeCom at once, through `sanbao serve` as a process that is killed twice on the way.

The contact, the office and the unit's people are on Telegram, the leader and the department in WeCom's app: what one
does on one channel, the others have on theirs. Everybody else of the city is on Telegram too, and hears nothing.
"""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.channels import tryout
from bot.clock import Clock, store_offset
from bot.sample.city import BEGINS, workbook_bytes
from storage import people, registry, workbook
from storage.database import Database
from storage.issue_chats import CHANNEL
from storage.messages import Address, Outgoing
from storage.tables.registry import Person
from storage.tables.traffic import OutboxRow
from tests import story
from tests.crash.program import Program, Setting, free_port, unfinished
from tests.fakes.telegram.people import Person as TelegramUser
from tests.fakes.telegram.server import TOKEN, FakeTelegram
from tests.fakes.wecom.members import Member
from tests.fakes.wecom.server import AGENT, FakeWecom
from tests.files import a_picture

ON_WECOM = (story.LEADER, story.DEPARTMENT)
PATIENCE = 60.0
FIRST_USER = 10_000


@dataclass(frozen=True)
class Around(Setting):
    """The program between both fakes. Rates are lifted: nobody waits a minute in a test."""

    wecom: FakeWecom | None = None

    def environment(self) -> dict[str, str]:
        assert self.wecom is not None
        ours = {**self.wecom.settings(), "WECOM_RATE": "0", "TELEGRAM_TOKEN": TOKEN}
        return super().environment() | {f"SANBAO_{name}": value for name, value in ours.items()}


@dataclass
class Stage:
    """The story's people with their phones. `ids` are all people of the city by name."""

    program: Program
    telegram: FakeTelegram
    wecom: FakeWecom
    ids: dict[str, int]

    def user(self, name: str) -> TelegramUser:
        return self.telegram.person(FIRST_USER + self.ids[name], started=True)

    def member(self, name: str) -> Member:
        return self.wecom.member(name, name)

    def does(self, step: story.Step) -> None:
        on_wecom = step.who in ON_WECOM
        if step.does == "says":
            (self.member(step.who) if on_wecom else self.user(step.who)).says(step.what)
        elif step.does == "sends a photo":
            self.member(step.who).sends_photo(a_picture())
        elif on_wecom:
            self.member(step.who).taps(step.what)
        else:
            self._presses(self.user(step.who), step.what)

    def _presses(self, user: TelegramUser, label: str) -> None:
        """The newest button that begins so, but for the sign before its words."""
        for message in reversed(user.chat.shown):
            for button in message.buttons:
                if re.sub(r"^\W+", "", button).startswith(label):
                    user.presses(button, message)
                    return
        raise LookupError(f"no button {label!r}")

    async def seen(self, step: story.Step) -> None:
        for name, words in step.told.items():
            phone = self.member(name) if name in ON_WECOM else self.user(name)
            await phone.sees(words, timeout=PATIENCE)
        if step.photo_for:
            await self.user(step.photo_for).sees(lambda message: "photo" in message.payload, timeout=PATIENCE)

    async def starts(self) -> None:
        """Returns when it listens: what WeCom brings in vain, it brings three times and no more."""
        await self.program.start()
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.program.setting.port)
            except OSError:
                await self.program.runs_for(0.1)
            else:
                writer.close()
                return

    async def is_killed(self) -> None:
        """Not in the middle of a call: what is in doubt then, and said twice or never, is the storms' (tests/crash)."""
        while any(unfinished(self.program.setting.database_url).values()):
            await self.program.runs_for(0.1)
        await self.program.kill()

    async def play(self, *steps: story.Step) -> None:
        for step in steps:
            self.does(step)
            await self.seen(step)


@pytest_asyncio.fixture
async def stage(empty_city: Path, tmp_path: Path) -> AsyncIterator[Stage]:
    port = free_port()
    wecom = FakeWecom(f"http://127.0.0.1:{port}/wecom/callback")
    async with FakeTelegram() as telegram, wecom:
        program = Program(Around(tmp_path, telegram.url, port=port, wecom=wecom))
        stage = Stage(program, telegram, wecom, a_sample_city(empty_city, program.setting.data))
        for name in stage.ids:
            stage.user(name)
        for name in ON_WECOM:
            stage.member(name)
        await stage.starts()
        yield stage
        await program.kill()


def a_sample_city(empty_city: Path, data: Path) -> dict[str, int]:
    """The sample city in this folder; the leader and the department are on WeCom, the others on Telegram."""
    data.mkdir(parents=True)
    shutil.copyfile(empty_city, data / "sanbao.db")
    database = Database(f"sqlite:///{data / 'sanbao.db'}")
    try:
        return database.run_now(_furnish)
    finally:
        database.close()


def _furnish(session: Session) -> dict[str, int]:
    store_offset(session, BEGINS - Clock().machine())
    preview = registry.plan(session, workbook.read(workbook_bytes()))
    registry.apply(session, preview, BEGINS.date(), BEGINS)
    tryout.bind_everyone(session, BEGINS)
    ids = {person.name: person.id for person in session.scalars(select(Person))}
    for name, person in ids.items():
        user = name if name in ON_WECOM else str(FIRST_USER + person)
        channel, account = ("wecom", AGENT) if name in ON_WECOM else ("telegram", TOKEN.partition(":")[0])
        address = Address(channel=channel, account=account, user=user, chat=user)
        people.bind(session, person, address, BEGINS + timedelta(seconds=1))
    return ids


def told(stage: Stage) -> dict[str, list[str]]:
    """What was written to each person, a message in several parts being one; all of it has been sent."""
    names = {person: name for name, person in stage.ids.items()}
    database = Database(f"sqlite:///{stage.program.setting.database}")
    try:
        rows = database.run_now(lambda session: session.query(OutboxRow).order_by(OutboxRow.id).all())
    finally:
        database.close()
    assert {row.state for row in rows} == {"sent"}
    rows = [row for row in rows if row.channel != CHANNEL]  # the problem's group: tests/test_wecom_chat.py
    found: dict[str, list[str]] = {}
    for row in rows:
        name = names.get(row.person_id or 0, "nobody")
        words = Outgoing.model_validate(row.body).plain
        if row.part_of is None:
            found.setdefault(name, []).append(words)
        else:
            found[name][-1] += words
    return found


async def test_a_major_problem_goes_from_its_report_to_its_end_over_two_channels_and_two_kills(
    stage: Stage,
) -> None:
    finishing = story.FINISHED[0]
    await stage.play(*story.REPORTED, *story.TAKEN)
    await stage.is_killed()
    stage.does(story.ORDERED[0])  # pressed while nobody listens
    await stage.starts()
    await stage.seen(story.ORDERED[0])
    await stage.play(*story.ORDERED[1:], finishing)
    await stage.is_killed()  # in the middle of what the department was asked
    await stage.starts()
    await stage.play(*story.FINISHED[1:])
    await stage.program.stop()
    steps = (*story.REPORTED, *story.TAKEN, *story.ORDERED, *story.FINISHED)
    found = told(stage)
    assert found.keys() == set(story.EVERYBODY)
    for name, messages in found.items():
        wanted = [words for step in steps for words in step.heard_by(name)]
        assert len(messages) == len(wanted), (name, messages)
        for words, message in zip(wanted, messages, strict=True):
            assert words in message, name
    for name in stage.ids.keys() - set(story.EVERYBODY):
        assert stage.user(name).chat.shown == []
