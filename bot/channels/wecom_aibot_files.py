"""Files to and from a smart bot: up in chunks over the long connection, down by links that live five minutes."""

import base64
from hashlib import md5
from json import loads

import aiohttp
from aiohttp import ClientTimeout

from bot.channels.channel import Named, NotSent, TooLarge, Unfetchable
from bot.channels.wecom_envelope import Rejected, decrypt_file
from bot.channels.wecom_socket import NoAck, Socket

CHUNK = 512 * 1024  # before base64
LARGEST_PHOTO = 2 * 1024 * 1024
_PADDING = 32


class Uploads:
    """Nothing is shown by an upload: one that went wrong was surely not sent."""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket

    async def upload(self, kind: str, name: str, content: bytes) -> str:
        """The media_id, good for three days. Raises NotSent, NotConnected, FrameRefused."""
        try:
            return await self._upload(kind, name, content)
        except NoAck as fault:
            raise NotSent(str(fault)) from None
        except KeyError:
            raise NotSent("an upload was acknowledged without its id") from None

    async def _upload(self, kind: str, name: str, content: bytes) -> str:
        pieces = [content[start : start + CHUNK] for start in range(0, len(content), CHUNK)]
        digest = md5(content, usedforsecurity=False).hexdigest()
        begun = await self._socket.ask(
            "aibot_upload_media_init",
            {"type": kind, "filename": name, "total_size": len(content), "total_chunks": len(pieces), "md5": digest},
        )  # fmt: skip
        upload = begun["body"]["upload_id"]
        for place, part in enumerate(pieces):
            data = base64.b64encode(part).decode()
            chunk = {"upload_id": upload, "chunk_index": place, "base64_data": data}
            await self._socket.ask("aibot_upload_media_chunk", chunk)
        finished = await self._socket.ask("aibot_upload_media_finish", {"upload_id": upload})
        return str(finished["body"]["media_id"])


async def download(reference: str, limit: int, proxy: str | None) -> Named:
    """What lies behind a link, decrypted with the key that came with it, under the name that came with the bytes.

    Raises NotSent, Unfetchable, TooLarge.
    """
    told = loads(reference)
    file = await _download(told["url"], limit, proxy)
    if not told["key"]:
        return file
    try:
        return Named(decrypt_file(file.content, told["key"]), file.name)
    except Rejected:
        raise Unfetchable("the file cannot be decrypted") from None


async def _download(url: str, limit: int, proxy: str | None) -> Named:
    patience = ClientTimeout(total=None, connect=10, sock_read=20)
    try:
        async with (
            aiohttp.ClientSession(proxy=proxy) as session,
            session.get(url, timeout=patience) as response,
        ):
            if 400 <= response.status < 500:
                raise Unfetchable(f"HTTP {response.status}")
            if response.status != 200:
                raise NotSent(f"HTTP {response.status}")
            content = await _read(response, limit)
            return Named(content, _name(response))
    except aiohttp.InvalidURL:
        raise Unfetchable("no address") from None
    except (aiohttp.ClientError, OSError, TimeoutError) as fault:
        raise NotSent(type(fault).__name__) from None


async def _read(response: aiohttp.ClientResponse, limit: int) -> bytes:
    content = bytearray()
    async for chunk in response.content.iter_any():
        content += chunk
        if len(content) > limit + _PADDING:
            raise TooLarge
    return bytes(content)


def _name(response: aiohttp.ClientResponse) -> str:
    """The last part of it only: a name is no path."""
    told = response.content_disposition
    name = (told.filename if told else None) or ""
    return name.replace("\\", "/").rpartition("/")[2]
