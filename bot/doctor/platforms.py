"""What the platforms say: whether they are reached and know us, what time they have, whether they reach us.

Rule 1  It sends nothing to anybody, and does not disturb a server that runs: the smart bot's one connection is left to
        it, also where it runs on another machine with this database.
"""

import asyncio
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from telegram.error import InvalidToken, TelegramError

from bot import wecom
from bot.channels.telegram_receiving import WEBHOOK_PATH
from bot.channels.telegram_request import AiohttpRequest
from bot.channels.wecom_app import CALLBACK_PATH
from bot.channels.wecom_envelope import Envelope
from bot.channels.wecom_outcomes import advice
from bot.channels.wecom_request import WecomFault
from bot.channels.wecom_socket import FrameRefused, NoAck, Socket
from bot.doctor.line import Line, fail, ok, warn
from bot.settings import Settings, TelegramMode
from bot.wecom_office import OneToken

PATIENCE = aiohttp.ClientTimeout(total=15)
DRIFT_WARN, DRIFT_FAIL = 30.0, 300.0
CONNECT_SECONDS = 20.0
REACH = "look at the network, the firewall and SANBAO_PROXY"

Json = dict[str, Any]


async def examine(settings: Settings, live: Json | None, heard_lately: bool) -> list[Line]:
    """`live` is what the running server says of its health, None if none runs; `heard_lately`, that the smart bot was
    connected somewhere a moment ago."""
    lines = [await _clock(settings)] if settings.has_channel else []
    if settings.telegram_token:
        lines += await _telegram(settings, live is not None)
    if settings.wecom_agent_id:
        lines += await _app(settings, live is not None)
    if settings.aibot_id and settings.aibot_secret:
        lines.append(await _aibot(settings, live, heard_lately))
    return lines or [
        warn("channels", "none is configured: only the try-out page speaks", "README: A real city")
    ]


# The time


async def _clock(settings: Settings) -> Line:
    url = (
        settings.telegram_api_url if settings.telegram_token
        else settings.wecom_api_url if settings.wecom_agent_id
        else settings.aibot_url.replace("ws", "http", 1)
    )  # fmt: skip
    try:
        async with _client(settings) as client, client.get(url, allow_redirects=False) as answer:
            theirs = parsedate_to_datetime(answer.headers["Date"])
    except (aiohttp.ClientError, OSError, TimeoutError, KeyError, ValueError) as error:
        return warn("clock", f"could not be compared ({type(error).__name__})", REACH)
    drift = (datetime.now(UTC) - theirs).total_seconds()
    words = f"{abs(drift):.0f} s {'ahead of' if drift > 0 else 'behind'} {urlsplit(url).hostname}"
    if abs(drift) > DRIFT_FAIL:
        return fail("clock", words, "set the clock (NTP): deadlines are judged by it")
    return warn("clock", words, "let NTP keep the clock") if abs(drift) > DRIFT_WARN else ok("clock", words)


def _client(settings: Settings) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(proxy=_proxy(settings), timeout=PATIENCE)


def _proxy(settings: Settings) -> str | None:
    return settings.proxy.get_secret_value() if settings.proxy else None


# Telegram


async def _telegram(settings: Settings, serves: bool) -> list[Line]:
    token = settings.telegram_token.get_secret_value() if settings.telegram_token else ""
    request = AiohttpRequest(token, settings.telegram_api_url, proxy=_proxy(settings))
    await request.initialize()
    try:
        me = await request.call("getMe", {})
        hook = await request.call("getWebhookInfo", {})
    except InvalidToken:
        return [
            fail("telegram", "the token is refused", "get it anew from @BotFather: SANBAO_TELEGRAM_TOKEN")
        ]
    except TelegramError as fault:
        return [fail("telegram", f"not reached: {fault}", f"{REACH}; from the mainland only through a proxy")]
    finally:
        await request.shutdown()
    lines = [ok("telegram", f"the token is that of @{me.get('username', '?')}")]
    if settings.telegram_mode is TelegramMode.WEBHOOK:
        lines += [_hook(settings, hook), *([await _hook_reached(settings)] if serves else [])]
    elif hook.get("url"):
        lines.append(warn("telegram webhook", "one is set, although we poll", "sanbao serve takes it away"))
    return lines


def _hook(settings: Settings, hook: Mapping[str, Any]) -> Line:
    ours = f"{settings.public_url}{WEBHOOK_PATH}"
    if hook.get("url") != ours:
        return warn(
            "telegram webhook", f"Telegram calls {hook.get('url') or 'nobody'}", f"sanbao serve sets {ours}"
        )
    if said := hook.get("last_error_message"):
        pending = hook.get("pending_update_count", 0)
        return warn(
            "telegram webhook", f"Telegram says: {said} ({pending} updates wait)",
            "403 means another SANBAO_TELEGRAM_SECRET; else look at the proxy before the program and its certificate",
        )  # fmt: skip
    return ok("telegram webhook", f"Telegram calls {ours} without trouble")


async def _hook_reached(settings: Settings) -> Line:
    """Without the secret it must be refused, by us."""
    url = f"{settings.public_url}{WEBHOOK_PATH}"
    try:
        async with _client(settings) as client, client.post(url, data=b"{}") as answer:
            status, words = answer.status, (await answer.text())[:20]
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        return warn("telegram webhook", f"{url} is not reached from here ({type(error).__name__})", REACH)
    if (status, words) == (403, "forbidden"):
        return ok("telegram webhook", f"{url} leads here and asks for the secret")
    return fail(
        "telegram webhook", f"{url} answers {status} to a call without the secret, not our 403",
        f"let the proxy pass POST {WEBHOOK_PATH} on to SANBAO_HTTP_PORT",
    )  # fmt: skip


# WeCom


async def _app(settings: Settings, serves: bool) -> list[Line]:
    channel = wecom.app_channel(settings, OneToken(), time.time)
    if channel is None:
        return []
    await channel.start()
    found = ok("wecom app", "WeCom takes the CorpID, the Secret and this machine's address")
    try:
        await channel.name_of("sanbao-doctor")  # nobody's: what counts is whether we may ask
    except WecomFault as fault:
        found = fail("wecom app", str(fault), advice(fault))
    finally:
        await channel.close()
    # Also while WeCom refuses us: its console takes the trusted address only after it has asked for the callback.
    return [found, *([await _callback(settings)] if serves and settings.public_url else [])]


async def _callback(settings: Settings) -> Line:
    """Asks as WeCom does when its console saves the address."""
    assert settings.wecom_token is not None  # noqa: S101 - the five settings of the app come together
    assert settings.wecom_aes_key is not None  # noqa: S101 - as above
    envelope = Envelope(
        settings.wecom_token.get_secret_value(), settings.wecom_aes_key.get_secret_value(),
        settings.wecom_corp_id or "",
    )  # fmt: skip
    stamp, nonce, word = str(int(time.time())), secrets.token_hex(8), secrets.token_hex(8).encode()
    sealed = envelope.seal(word, stamp, nonce, secrets.token_bytes(16))
    asked = {
        "msg_signature": sealed.signature, "timestamp": stamp, "nonce": nonce, "echostr": sealed.encrypted,
    }  # fmt: skip
    url = f"{settings.public_url}{CALLBACK_PATH}"
    try:
        async with _client(settings) as client, client.get(url, params=asked) as answer:
            status, said = answer.status, await answer.read()
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        return warn("wecom callback", f"{url} is not reached from here ({type(error).__name__})", REACH)
    if (status, said) == (200, word):
        return ok("wecom callback", f"{url} leads here and knows Token and EncodingAESKey")
    return fail(
        "wecom callback", f"{url} answers {status}, not what WeCom wants to see",
        f"let the proxy pass GET and POST {CALLBACK_PATH} on to SANBAO_HTTP_PORT",
    )  # fmt: skip


async def _aibot(settings: Settings, live: Json | None, heard_lately: bool) -> Line:
    if live is not None:
        deaf = live.get("channels", {}).get(f"aibot {settings.aibot_id}", {}).get("deaf_seconds", 0)
        if deaf:
            return fail(
                "aibot", f"the connection has been down for {deaf:.0f} s", f"its log says why; {REACH}"
            )
        return ok("aibot", "the server's long connection stands")
    if heard_lately:
        return warn(
            "aibot", "not tried: another program was connected a moment ago", "ask that one, or stop it"
        )
    secret = settings.aibot_secret.get_secret_value() if settings.aibot_secret else ""
    socket = Socket(settings.aibot_id or "", secret, url=settings.aibot_url, proxy=_proxy(settings))
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            await socket.try_subscription()
    except FrameRefused as refusal:
        return fail(
            "aibot",
            f"the subscription is refused: {refusal}",
            "check SANBAO_AIBOT_ID and SANBAO_AIBOT_SECRET",
        )
    except (aiohttp.ClientError, OSError, TimeoutError, NoAck) as fault:
        return fail("aibot", f"not reached ({type(fault).__name__})", REACH)
    return ok("aibot", "WeCom takes the id and the secret (nobody was connected by this machine)")
