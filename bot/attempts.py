"""One attempt to send a message: what is sent, and what its end proves (see `bot/channels/channel.py`).

Rule 1  What fails before the call has not been sent. What the channel does not say of the call's end is unclear.
Rule 2  A call waits until the account may make one more: what was claimed in its time may have waited for its picture.
Rule 3  A message whose photo or chart cannot be had goes without it, as long as it says anything then.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import NamedTuple

from pydantic import ValidationError

from bot.account_post import ROW_BACKOFF_CAP, Post, backoff
from bot.channels.channel import Blocked, NotSent, Refused, Unclear
from bot.clock import Timed
from bot.drawing import NotDrawn
from storage.charts import Chart
from storage.messages import Account, Outgoing
from storage.sends import Claimed, End, Outcome

log = logging.getLogger(__name__)

NEARLY = 0.001  # clocks do not agree about less


class _Whole(NamedTuple):
    """A message as it is sent: without the chart that could not be drawn; the chart's picture is the first file."""

    message: Outgoing
    files: tuple[bytes, ...]


class Attempts:
    """`await make(...)` sends a claimed row once; the arguments are those of `bot.delivery.Delivery`."""

    def __init__(
        self,
        *,
        clock: Timed,
        media: Callable[[int], Awaitable[bytes | None]],
        pictures: Callable[[Chart], Awaitable[bytes]],
        serves: Callable[[Account], bool],
        send_time: float,
    ) -> None:
        self._clock = clock
        self._media = media
        self._pictures = pictures
        self._serves = serves
        self._send_time = send_time

    async def make(self, post: Post, row: Claimed, answers: int) -> Outcome:
        """`answers` is how many the account had given when the send began."""
        called = False
        try:
            whole, note = await self._whole(row, post.channel.capabilities.draws)
            await self._turn_of(post, row)
            called = True
            external = await self._call(post, row, whole)
        except NotSent as error:
            return self._once_more(row, End.NOT_SENT, str(error), post.learn_delay(row, error))
        except Refused as error:
            post.learn_answer()
            return Outcome(row, End.REFUSED, note=str(error))
        except Blocked as error:
            post.learn_answer()
            return Outcome(row, End.BLOCKED, note=str(error) or "blocked")
        except (Unclear, TimeoutError) as error:
            post.learn_doubt(answers)
            return self._unclear(row, str(error) or "no answer in time")
        except asyncio.CancelledError:
            if not called:
                return Outcome(row, End.NOT_SENT, note="stopped before it went")
            return self._unclear(row, "stopped while it was sent")
        except Exception as error:
            log.exception("outbox row %d: the channel failed in a way it does not document", row.id)
            return self._unclear(row, type(error).__name__)
        post.learn_answer()
        return Outcome(row, End.SENT, external=external, note=note)

    async def _whole(self, row: Claimed, draws: bool) -> tuple[_Whole, str]:
        """What the row says, with its pictures; and why one that it was to have is not among them.

        A channel that draws gets the chart's figures only.
        """
        try:
            message = Outgoing.model_validate(row.body)
        except ValidationError as error:
            raise Refused(f"the row cannot be read: {error.error_count()} errors") from error
        files, note = await self._files(message.photos), ""
        if message.chart is not None and not draws:
            try:
                files = (await self._pictures(message.chart), *files)
            except NotDrawn as error:
                log.warning("outbox row %d goes without its picture: %s", row.id, error)
                message, note = message.model_copy(update={"chart": None}), str(error)
        if not (files or message.plain or message.chart):
            raise Refused(note or "its photos are gone")
        return _Whole(message, files), note

    async def _turn_of(self, post: Post, row: Claimed) -> None:
        pace = post.pace
        while (seconds := pace.when(row.lane, row.chat) - pace.now()) > NEARLY:  # noqa: ASYNC110 - it is known when
            await asyncio.sleep(seconds)
        pace.take(row.lane, row.chat)

    async def _call(self, post: Post, row: Claimed, whole: _Whole) -> str:
        if left := post.rates.pause_left(row.chat):  # we were told to wait after this row was claimed
            raise NotSent("paused", retry_after=left)
        if row.lease <= self._clock.machine() or not self._serves(post.account):
            raise NotSent("this process slept; the row is no longer its own")
        async with asyncio.timeout(self._send_time):
            return await post.channel.send(
                row.chat, whole.message, whole.files, f"{row.id}" if row.may_repeat else ""
            )

    async def _files(self, photos: Sequence[int]) -> tuple[bytes, ...]:
        try:
            files = [await self._media(photo) for photo in photos]
        except Exception as error:
            log.exception("photos could not be read")
            raise NotSent("photos could not be read") from error
        return tuple(file for file in files if file is not None)

    def _unclear(self, row: Claimed, note: str) -> Outcome:
        return self._once_more(row, End.UNCLEAR, note, backoff(row.ambiguous + 1, ROW_BACKOFF_CAP))

    def _once_more(self, row: Claimed, end: End, note: str, seconds: float) -> Outcome:
        return Outcome(row, end, note=note, retry=self._clock.machine() + timedelta(seconds=seconds))
