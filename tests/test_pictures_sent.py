"""A chart on its whole way: written down, drawn by another process, sent over HTTP to a server that plays Telegram."""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from PIL import Image

from bot.clock import Clock
from bot.delivery import Delivery
from bot.drawing import Gallery
from bot.rates import Limits, Rates
from rules.kinds import Lane
from rules.workdays import city_zone
from storage import outbox, waits
from storage.charts import LightsBar, LightsChart
from storage.database import Database
from storage.messages import Address, Option, Outgoing
from storage.outbox import State
from storage.tables.traffic import OutboxRow
from tests.builders import NOW, a_person, a_photo
from tests.fakes.telegram_api import FakeTelegram, too_many
from tests.files import a_picture
from tests.test_drawing import a_gallery
from tests.test_telegram_channel import running

CHART = LightsChart(
    title="各县市区项目灯色", as_of="截至2012年7月31日", bars=(LightsBar(name="云溪区", green=3, yellow=2, red=1),)
)  # fmt: skip
BUTTON = ((Option(label="看红灯", data="red"),),)
FREE = Limits(total=0, bulk=0, chat=0, group=0)


class Sending:
    def __init__(self, database: Database, delivery: Delivery, account: str) -> None:
        self.database, self.delivery, self._account = database, delivery, account

    def writes(self, message: Outgoing, lane: Lane = Lane.DIGEST) -> None:
        address = Address(channel="telegram", account=self._account, user="1001", chat="1001")
        self.database.run_now(
            lambda session: outbox.write(
                session, address=address, person_id=None, message=message, lane=lane, now=NOW, limit=4096
            )
        )

    def keeps(self, media_id: int) -> None:
        self.database.run_now(
            lambda session: a_photo(session, a_person(session), id=media_id, state="stored") and None
        )

    async def sends(self) -> None:
        while self.counts[State.DUE] + self.counts[State.SENDING]:
            await self.delivery.look()
            await self.delivery.settled()

    @property
    def counts(self) -> dict[State, int]:
        return self.database.run_now(waits.counts)


@asynccontextmanager
async def sending(api: FakeTelegram, database: Database, gallery: Gallery) -> AsyncIterator[Sending]:
    async def media(media_id: int) -> bytes:
        return a_picture()

    async with running(api.url) as channel:
        clock, account = Clock(NOW - Clock().machine()), (channel.name, channel.account)
        delivery = Delivery(
            database=database, channels={account: channel}, rates={account: Rates(FREE, clock.monotonic)},
            clock=clock, zone=city_zone(), media=media, pictures=gallery.picture,
            on_failed=lambda _session, _outcome, _now: None,
        )  # fmt: skip
        yield Sending(database, delivery, channel.account)
        await delivery.close()
        await gallery.close()


async def test_a_digest_arrives_as_one_message_with_its_picture_words_and_buttons(
    database: Database, tmp_path: Path
) -> None:
    async with FakeTelegram() as api, sending(api, database, a_gallery(tmp_path)) as office:
        api.person(1001, started=True)
        office.writes(Outgoing(title="七月简报", text="红灯1个", rows=BUTTON, chart=CHART))
        await office.sends()
        (shown,) = api.shown(1001)
        assert (shown.text, shown.buttons) == ("七月简报\n红灯1个", ["看红灯"])
        picture = Image.open(io.BytesIO(api.file(shown.payload["photo"][-1]["file_id"])))
        assert (picture.format, picture.width) == ("PNG", 1080)
        assert [call.method for call in api.calls] == ["sendPhoto"]


async def test_long_words_and_their_picture_are_two_messages_of_which_neither_is_sent_twice(
    database: Database, tmp_path: Path
) -> None:
    async with FakeTelegram() as api, sending(api, database, a_gallery(tmp_path)) as office:
        api.person(1001, started=True)
        office.writes(Outgoing(text="长" * 1025, rows=BUTTON, chart=CHART))
        api.faults.script("sendPhoto", [too_many(0)])
        await office.sends()
        words, picture = api.shown(1001)
        assert (len(words.text), words.buttons) == (1025, ["看红灯"])
        assert ("photo" in picture.payload, picture.text) == (True, "")
        assert [call.method for call in api.calls] == ["sendMessage", "sendPhoto", "sendPhoto"]


async def test_an_alert_arrives_before_the_photos_of_who_reported(database: Database, tmp_path: Path) -> None:
    async with FakeTelegram() as api, sending(api, database, a_gallery(tmp_path)) as office:
        api.person(1001, started=True)
        office.keeps(1)
        office.keeps(2)
        office.writes(Outgoing(title="重大问题 W1", text="两户阻工", rows=BUTTON, photos=(1, 2)), Lane.URGENT)
        await office.sends()
        assert [call.method for call in api.calls] == ["sendMessage", "sendMediaGroup"]
        assert [("photo" in shown.payload, shown.buttons) for shown in api.shown(1001)] == [
            (False, ["看红灯"]),
            (True, []),
            (True, []),
        ]


async def test_a_crash_between_drawing_and_sending_leaves_only_a_kept_picture(
    database: Database, tmp_path: Path
) -> None:
    gallery = a_gallery(tmp_path)
    async with FakeTelegram() as api, sending(api, database, gallery) as office:
        api.person(1001, started=True)
        office.writes(Outgoing(text="简报", chart=CHART))
        await gallery.picture(CHART)
        await gallery.close()
        assert [row.state for row in database.run_now(lambda s: s.query(OutboxRow).all())] == ["due"]
        await office.sends()
        assert len(api.shown(1001)) == 1
        assert gallery.child is None, "it was not drawn again"
