"""HTTP/1.1 with as little work as possible: one request at a time per connection, kept alive.

The fake is the load partner of a benchmark, and a bare aiohttp handler alone costs more per call
than the whole fake may; httptools does the parsing for both sides of the wire.
"""

import asyncio
import json
import socket
import struct
from collections import deque
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import parse_qsl, unquote

import httptools

# JSON whose shape only the reader knows.
Loose = Any

encode_text = json.JSONEncoder(separators=(",", ":")).encode
MAX_BODY = 55 * 1024 * 1024


def encode(value: object) -> bytes:
    return encode_text(value).encode()


class Request:
    __slots__ = ("body", "connection", "headers", "method", "path", "query", "too_large")

    def __init__(self, connection: "Connection") -> None:
        self.connection = connection
        self.method = ""
        self.path = ""
        self.query = ""
        self.headers: dict[bytes, bytes] = {}
        self.body: bytes = b""
        self.too_large = False

    def header(self, name: bytes) -> str:
        return self.headers.get(name, b"").decode("latin-1")


class Response:
    __slots__ = ("body", "kind", "status")

    def __init__(self, body: bytes, status: int = 200, kind: str = "application/json") -> None:
        self.body = body
        self.status = status
        self.kind = kind

    def as_bytes(self, keep_alive: bool) -> bytes:
        head = (
            f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}\r\n"
            f"Content-Type: {self.kind}\r\nContent-Length: {len(self.body)}\r\n"
            f"{'' if keep_alive else 'Connection: close' + chr(13) + chr(10)}\r\n"
        )
        return head.encode() + self.body


# What a handler gives back: an answer, an answer in time, or nothing because it ended the connection.
Answer = Response | None
Handler = Callable[[Request], Answer | Coroutine[Any, Any, Answer]]


class Connection(asyncio.Protocol):
    def __init__(self, handler: Handler, opened: "set[Connection]") -> None:
        self._handler = handler
        self._opened = opened
        self._parser = httptools.HttpRequestParser(self)
        self._request = Request(self)
        self._chunks: list[bytes] = []
        self._size = 0
        self._backlog: deque[tuple[Request, bool]] = deque()
        self._task: asyncio.Task[None] | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._opened.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        # A bot that was killed no longer waits: its long poll ends here.
        self._opened.discard(self)
        self.transport = None
        if self._task is not None:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.close()

    def on_message_begin(self) -> None:
        self._request = Request(self)
        self._chunks, self._size = [], 0

    def on_url(self, url: bytes) -> None:
        path, _, query = url.decode("latin-1").partition("?")
        self._request.path = unquote(path) if "%" in path else path
        self._request.query = query

    def on_header(self, name: bytes, value: bytes) -> None:
        self._request.headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        if self._request.headers.get(b"expect") == b"100-continue" and self.transport is not None:
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size > MAX_BODY:
            self._request.too_large = True
            self._chunks = []
        else:
            self._chunks.append(body)

    def on_message_complete(self) -> None:
        request = self._request
        request.method = self._parser.get_method().decode()
        request.body = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        self._backlog.append((request, self._parser.should_keep_alive()))
        if self._task is None:
            self._serve_backlog()

    def _serve_backlog(self) -> None:
        while self._backlog and self._task is None:
            request, keep_alive = self._backlog.popleft()
            answer = self._handler(request)
            if isinstance(answer, Response):
                self._send(answer, keep_alive)
            elif answer is not None:
                self._task = asyncio.get_running_loop().create_task(self._serve_later(answer, keep_alive))

    async def _serve_later(self, answer: Coroutine[Any, Any, Answer], keep_alive: bool) -> None:
        try:
            response = await answer
        except Exception:
            # A mistake of the fake must not look like a hang.
            self.close()
            raise
        self._task = None
        if response is not None:
            self._send(response, keep_alive)
            self._serve_backlog()

    def _send(self, response: Response, keep_alive: bool) -> None:
        if self.transport is not None:
            self.transport.write(response.as_bytes(keep_alive))
            if not keep_alive:
                self.transport.close()

    def close(self) -> None:
        if self.transport is not None:
            self.transport.close()

    def reset(self) -> None:
        """Ends the connection the hard way: the other side reads "connection reset by peer"."""
        if self.transport is not None:
            peer = self.transport.get_extra_info("socket")
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()


class Files(dict[str, tuple[str, bytes]]):
    """Uploaded files of one call by field: file name and content."""


def read_parameters(request: Request) -> tuple[dict[str, Any], Files]:
    """The parameters of a call from its query and its JSON, form or multipart body."""
    parameters: dict[str, Any] = dict(parse_qsl(request.query)) if request.query else {}
    kind, body = request.headers.get(b"content-type", b""), request.body
    if not body:
        return parameters, Files()
    if kind.startswith(b"application/json"):
        parameters.update(json.loads(body))
    elif kind.startswith(b"multipart/form-data"):
        return _read_multipart(body, kind, parameters)
    else:
        parameters.update(parse_qsl(body.decode(), keep_blank_values=True))
    return parameters, Files()


def _read_multipart(body: bytes, kind: bytes, parameters: dict[str, Any]) -> tuple[dict[str, Any], Files]:
    files = Files()
    boundary = kind.partition(b"boundary=")[2].partition(b";")[0].strip(b'" ')
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary)[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        disposition = _disposition(head.decode("utf-8", "replace"))
        if "filename" in disposition:
            files[disposition["name"]] = (disposition["filename"], content)
        else:
            parameters[disposition["name"]] = content.decode()
    return parameters, files


def _disposition(head: str) -> dict[str, str]:
    line = next(line for line in head.split("\r\n") if line.lower().startswith("content-disposition:"))
    fields = (piece.strip().partition("=") for piece in line.split(";")[1:])
    return {name: value.strip('"') for name, _, value in fields}
