"""What no log may ever show, and the ear that listens for it in every test.

Fakes and tests add what they hand out to HANDED_OUT: access tokens, codes, keys of files. The ear hears every logger at
DEBUG, before anything is taken out of the lines, so that new code that logs a secret fails the test that runs it.
"""

import logging
import traceback

from bot.logs import SHORTEST, silence
from tests.fakes.aibot import server as aibot
from tests.fakes.handed_out import HANDED_OUT
from tests.fakes.telegram import server as telegram
from tests.fakes.wecom import server as wecom

FIXED = {
    telegram.TOKEN, telegram.TOKEN.partition(":")[2], aibot.SECRET, wecom.SECRET, wecom.TOKEN, wecom.KEY,
}  # fmt: skip


class Ear(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self._heard.append(f"{record.name}: {record.getMessage()}")
        if record.exc_info and record.exc_info[1] is not None:
            self._heard += traceback.format_exception(record.exc_info[1])

    def heard(self) -> list[str]:
        """The lines that show a secret."""
        whole = "\n".join(self._heard)
        shown = [secret for secret in FIXED | HANDED_OUT if len(secret) >= SHORTEST and secret in whole]
        return [line for line in self._heard if any(secret in line for secret in shown)]


def listen() -> Ear:
    ear = Ear()
    root = logging.getLogger()
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    silence()
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)  # of the fakes' own servers
    return ear


def stop(ear: Ear) -> None:
    root = logging.getLogger()
    # What a command begun in this process logs to is a stream that is closed with the test.
    root.handlers = [
        each for each in root.handlers if each is not ear and type(each) is not logging.StreamHandler
    ]
    root.setLevel(logging.WARNING)
