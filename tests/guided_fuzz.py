"""The readers of what strangers may send, fuzzed by what they cover: Telegram's JSON and WeCom's XML, by atheris.

    python -m tests.guided_fuzz telegram -max_total_time=600        (or wecom; needs the extra `fuzz`)

It begins with real updates and documents and looks for bytes that reach lines not yet reached. It ends at the first
error that is not foreseen, and writes the bytes that led there to a file.
"""

import json
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris

with atheris.instrument_imports(include=["bot.channels"]):
    from bot.channels import telegram_updates as updates
    from bot.channels import wecom_updates
    from bot.channels.channel import Unreadable
    from bot.channels.telegram_updates import Me, piece, pieces

from storage.messages import Incoming
from tests.fakes.wecom.callbacks import document
from tests.fakes.wecom.server import AGENT
from tests.telegram_fuzz import REAL

ME = Me("110201543", "sanbao_bot")
TELEGRAM = [json.dumps({"update_id": 1, **each}, ensure_ascii=False).encode() for each in REAL]
TEXT = {"FromUserName": "zhang", "MsgType": "text", "Content": "报进展", "MsgId": 1, "AgentID": AGENT}
TAP = {
    "FromUserName": "zhang", "MsgType": "event", "Event": "template_card_event", "EventKey": "a|1", "TaskId": "1",
    "SelectedItems": {"SelectedItem": {"QuestionKey": "q", "OptionIds": {"OptionId": ["1", "2"]}}},
}  # fmt: skip
WECOM = [document(**TEXT), document(**TAP)]


def telegram(raw: bytes) -> None:
    assert piece(raw).raw == raw
    with suppress(ValueError):
        pieces(raw)
    with suppress(Unreadable):
        _can_be_kept(updates.read_update(raw, ME))


def wecom(raw: bytes) -> None:
    wecom_updates.piece(raw)
    with suppress(Unreadable):
        _can_be_kept(wecom_updates.read_update(raw, AGENT))


def _can_be_kept(incoming: Incoming | None) -> None:
    assert incoming is None or Incoming.model_validate_json(incoming.model_dump_json()) == incoming


def main() -> None:
    target, begun = {"telegram": (telegram, TELEGRAM), "wecom": (wecom, WECOM)}[sys.argv[1]]
    with TemporaryDirectory() as corpus:
        for number, raw in enumerate(begun):
            (Path(corpus) / str(number)).write_bytes(raw)
        atheris.Setup([sys.argv[0], *sys.argv[2:], corpus], target)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
