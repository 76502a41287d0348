"""What a failed call to WeCom proves, and what the operator can do about it. Pure.

Errcodes: developer.work.weixin.qq.com, 全局错误码 (90313). Only -1, 45009 and 45033 pass by themselves; what is wrong
with keys or addresses holds everything back until somebody mends it; the rest is final for the message.
"""

import re

from bot.channels.channel import Blocked, NotSent, Refused, SendError, Unclear
from bot.channels.wecom_request import ApiRefusal, NotReached, WecomFault

BUSY, TOO_OFTEN, TOO_MANY_AT_ONCE = -1, 45009, 45033
NOT_TRUSTED = 60020
WRONG_KEYS = frozenset({40001, 40013, 40014, 40056, 41001, 42001, 301002})
# No such member, outside the app's visible range, or without a licence.
NOBODY = frozenset({40003, 46004, 60111, 81013})
DEAD_FILE = frozenset({40004, 40007})
TOO_LARGE_FILE = frozenset({830002})

_FROM_ADDRESS = re.compile(r"from ip: ?([0-9a-fA-F.:]+[0-9a-fA-F])")


def outcome(fault: WecomFault) -> SendError:
    """What a failed call proves (delivery.md 3)."""
    match fault:
        case NotReached():
            return NotSent(str(fault), everyone=True)
        case ApiRefusal(code=code):
            return _refusal(code, str(fault))
    return Unclear(str(fault))


def _refusal(code: int, words: str) -> SendError:
    if code in NOBODY:
        return Blocked(words)
    if code == TOO_OFTEN:
        return NotSent(words, retry_after=60, everyone=True)
    if code in (BUSY, TOO_MANY_AT_ONCE):
        return NotSent(words, retry_after=5, everyone=True)
    if code == NOT_TRUSTED or code in WRONG_KEYS:
        return NotSent(words, everyone=True)
    return Refused(words)


def needs_somebody(fault: WecomFault) -> bool:
    """Whether nothing will go until the operator does something."""
    return isinstance(fault, ApiRefusal) and (fault.code == NOT_TRUSTED or fault.code in WRONG_KEYS)


_ADVICE = {
    NOT_TRUSTED: "Open the app in the WeCom console, 企业可信IP, and add the address that stands above.",
    40001: "SANBAO_WECOM_SECRET is not this app's Secret.",
    40013: "SANBAO_WECOM_CORP_ID is not the company's CorpID (我的企业, 企业ID).",
    301002: "SANBAO_WECOM_AGENT_ID and SANBAO_WECOM_SECRET belong to two different apps.",
    TOO_OFTEN: "Too many calls: wait a minute.",
}


def advice(fault: WecomFault) -> str:
    """What to do about it, in a sentence."""
    if isinstance(fault, ApiRefusal):
        return _ADVICE.get(fault.code, "docs/wecom-setup.md says what the code means.")
    return "WeCom was not reached, or did not answer: look at the network, SANBAO_PROXY and SANBAO_WECOM_API_URL."


def caller_address(fault: WecomFault) -> str:
    """The address that WeCom saw us call from; empty if it does not say."""
    found = _FROM_ADDRESS.search(str(fault))
    return found[1] if found else ""
