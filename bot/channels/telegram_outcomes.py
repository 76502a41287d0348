"""What a failed call to the Bot API proves, as an outcome of channel.py (delivery.md 3).

Refusals are told apart by their words: the API has no finer codes.
"""

from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from bot.channels.channel import Blocked, NotSent, Refused, SendError, Unclear
from bot.channels.telegram_request import FloodWait, NotReached

MARKUP_REFUSED = "can't parse entities"
TOO_BIG = "file is too big"
SAME_ALREADY = "message is not modified"
NO_TEXT_THERE = "there is no text in the message to edit"
CANNOT_EDIT = (
    "message to edit not found",
    "message can't be edited",
    NO_TEXT_THERE,
    "message identifier is not specified",
    "message_id_invalid",
)
# 400s that say that this person (or group) cannot be written to, whatever the message.
UNREACHABLE = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "chat_write_forbidden",
    "have no rights to send a message",
    "not enough rights to send",
)


def says(refusal: TelegramError, *words: str) -> bool:
    said = str(refusal).lower()
    return any(word in said for word in words)


def outcome(fault: TelegramError) -> SendError:
    reason = str(fault)
    match fault:
        case NotReached():
            # Nothing can be reached: the account is probed now and then, not by every row that waits.
            return NotSent(reason, everyone=True)
        case FloodWait():
            return NotSent(reason, retry_after=fault.retry_after)
        case InvalidToken():
            # The token is wrong, not the message: it waits until the admin has mended it.
            return NotSent(reason, everyone=True)
        case Forbidden():
            return Blocked(reason)
        case BadRequest():
            return Blocked(reason) if says(fault, *UNREACHABLE) else Refused(reason)
    return Unclear(reason)
