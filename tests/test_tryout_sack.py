"""What goes out while the try-out's clock is moved: all that is due, in one transaction, and nothing twice."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from bot.channels import tryout
from bot.channels.tryout import TryoutChannel
from rules.kinds import Lane
from storage import outbox, sends
from storage import rules as stored_rules
from storage.database import Database
from storage.messages import Outgoing
from storage.outbox import State
from storage.tables.traffic import OutboxRow
from storage.tables.tryout import TryoutMessage
from tests.builders import NOW, a_person, a_photo
from tests.chat import ZONE


def writes(database: Database, *texts: str, lane: Lane = Lane.REMINDER, photo: bool = False) -> None:
    def work(session: Session) -> None:
        person = a_person(session)
        photos = (a_photo(session, person, state="stored").id,) if photo else ()
        for text in texts:
            outbox.write(
                session, address=tryout.address(person.id), person_id=person.id, lane=lane, now=NOW, limit=4096,
                message=Outgoing(text=text, photos=photos),
            )  # fmt: skip

    database.run_now(work)


def states(database: Database) -> list[str]:
    return database.run_now(lambda session: [row.state for row in session.query(OutboxRow)])


def shown(database: Database) -> list[str]:
    return database.run_now(lambda session: [row.body["text"] for row in session.query(TryoutMessage)])


async def test_all_that_is_due_is_taken_in_order_once(database: Database, tmp_path: Path) -> None:
    writes(database, "first", "second", "third")
    channel = TryoutChannel(database, tmp_path, lambda: NOW)
    await asyncio.gather(channel.take_all(NOW, ZONE), channel.take_all(NOW, ZONE))
    assert shown(database) == ["first", "second", "third"]
    assert states(database) == [State.SENT] * 3


async def test_what_has_photos_is_left_to_the_delivery(database: Database, tmp_path: Path) -> None:
    writes(database, "with a photo", photo=True)
    await TryoutChannel(database, tmp_path, lambda: NOW).take_all(NOW, ZONE)
    assert shown(database) == []
    assert states(database) == [State.DUE]


async def test_the_quiet_hours_hold_for_what_is_taken_too(database: Database, tmp_path: Path) -> None:
    database.run_now(lambda session: stored_rules.take(session, None, NOW))
    writes(database, "digest", lane=Lane.DIGEST)
    night = NOW + timedelta(hours=14)
    await TryoutChannel(database, tmp_path, lambda: night).take_all(NOW, ZONE)
    assert shown(database) == []


@pytest.mark.parametrize("arrived", [False, True])
async def test_an_answer_that_was_on_its_way_when_the_program_was_killed_is_shown_once(
    database: Database, tmp_path: Path, arrived: bool
) -> None:
    writes(database, "an answer", lane=Lane.REPLY)
    channel = TryoutChannel(database, tmp_path, lambda: NOW)
    [row] = database.run_now(lambda session: channel._due(session, NOW, NOW, set()))
    if arrived:
        await channel.send(row.chat, Outgoing.model_validate(row.body), key=f"{row.id}")
    database.run_now(lambda session: sends.end_leases(session, NOW))
    await channel.take_all(NOW, ZONE)
    assert (shown(database), states(database)) == (["an answer"], [State.SENT])
    assert row.may_repeat, "so that the delivery gives the key too"
