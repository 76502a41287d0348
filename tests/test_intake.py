"""What intake promises: nothing is confirmed before it is stored, and what cannot be stored stops nothing beside it."""

import asyncio

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot.intake import Intake
from storage.database import Database
from storage.messages import Arrived
from storage.tables.traffic import InboxRow
from tests.chat import START


def an_update(external: str, sender: str | None = "chat:bot:1") -> Arrived:
    return Arrived.model_construct(
        channel="chat", account="bot", external=external, sender=sender, raw=b"{}", received=START
    )


def stored(database: Database) -> list[str]:
    return database.run_now(
        lambda session: list(session.scalars(select(InboxRow.external).order_by(InboxRow.id)))
    )


class Wakes:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


async def test_the_caller_goes_on_only_after_the_commit(database: Database) -> None:
    wakes = Wakes()
    await Intake(database, wakes).store([an_update("1"), an_update("2")])
    assert stored(database) == ["1", "2"]
    assert wakes.count == 1


async def test_what_comes_meanwhile_is_stored_together(database: Database) -> None:
    wakes = Wakes()
    intake = Intake(database, wakes)
    await asyncio.gather(*(intake.store([an_update(str(number))]) for number in range(50)))
    assert len(stored(database)) == 50
    assert wakes.count < 5


async def test_an_update_that_comes_twice_is_stored_once(database: Database) -> None:
    intake = Intake(database, Wakes())
    await asyncio.gather(intake.store([an_update("1")]), intake.store([an_update("1")]))
    await intake.store([an_update("1")])
    assert stored(database) == ["1"]


async def test_what_cannot_be_stored_stops_nothing_beside_it(database: Database) -> None:
    intake = Intake(database, Wakes())
    calls = [intake.store([an_update(str(number), None if number == 2 else "s")]) for number in range(4)]
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(result) for result in results] == [type(None), type(None), IntegrityError, type(None)]
    assert stored(database) == ["0", "1", "3"]


async def test_who_goes_away_while_it_is_stored_holds_up_nobody(database: Database) -> None:
    intake = Intake(database, Wakes())
    leaving = asyncio.create_task(intake.store([an_update("1")]))
    await asyncio.sleep(0)
    leaving.cancel()
    await intake.store([an_update("2")])
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert stored(database) == ["1", "2"]
