"""Messages and rows as somebody reads them who knows what they are for, and not how they were made."""

import re

from rules.kinds import Lane
from storage.messages import Outgoing
from storage.tables.traffic import OutboxRow
from tests.machine.model import Letter, Shown
from tests.town import NORTH, SOUTH

NAMES = {7: NORTH, 13: SOUTH}


def letter_of(row: OutboxRow) -> Letter:
    """An edit may be repeated at will (ten times); what is urgent and a receipt once; nothing else."""
    if row.body.get("replaces"):
        return Letter(row.chat, 10)
    receipt = row.lane == Lane.REPLY.order and row.number != ""
    return Letter(row.chat, 1 if row.lane == Lane.URGENT.order or receipt else 0)


_YUAN = re.compile(r"本月完成：([\d,]+)万元")
_KINDS = {"请核对": "card", "已收到": "receipt", "已更正": "correction"}


def shown_by(message: Outgoing) -> Shown:
    """What a message of the program shows, as a reader sees it."""
    if message.title.startswith("重大问题 W"):
        return Shown("problem")
    yuan, kind = _YUAN.search(message.text), _KINDS.get(message.title[:3], "words")
    heading = message.title + message.text.partition("\n")[0]  # below it stands what else is open
    number = next((number for number, name in NAMES.items() if name in heading), 0)
    if kind == "words" or yuan is None:
        return Shown("words")
    talk = message.rows[0][0].data.partition("|")[0] if kind == "card" else ""
    return Shown(kind, number, int(yuan[1].replace(",", "")) * 10000, talk)
