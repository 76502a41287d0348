"""The try-out page's server: people of the city, their bubbles, what they say, and the city's clock.

Only the try-out channel is spoken to; nothing here knows a conversation. Errors are one Chinese sentence.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import date, datetime
from importlib.resources import files
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.convertors import Convertor, register_url_convertor
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.channels import tryout
from bot.channels.tryout import TryoutChannel
from bot.clock import Clock
from bot.drawing import NotDrawn
from bot.lives import in_chinese
from bot.media.unkeepable import too_large
from bot.moving import MovingRefused
from bot.web.landmarks import landmarks
from handlers.city import City
from handlers.menus import menu_of
from rules.kinds import Role
from rules.scope import Part, part_of
from rules.workdays import local_date
from storage import post, secretaries
from storage import rules as stored_rules
from storage.charts import Chart
from storage.database import Database
from storage.messages import Incoming, IncomingKind, Media, MediaKind
from storage.tables.registry import Person, PersonRole, Responsibility, Unit
from storage.tables.tryout import TryoutMessage

ROLES = {
    Role.REPORTER: "联络人",
    Role.DEPUTY: "分管领导",
    Role.HEAD: "一把手",
    Role.OFFICE: "市项目办",
    Role.LEAD_LEADER: "牵头领导",
    Role.LEAD_DEPARTMENT: "牵头部门",
    Role.SUPERVISION: "督查室",
    Role.ADMIN: "管理员",
}
EMPTY: dict[str, Any] = {"title": "", "text": "", "rows": [], "media": []}
CITY_NAME = "样例市"
ROW = re.compile(r"[0-9]{1,18}")  # what a database takes for a row's number
NONCE = re.compile(r"[A-Za-z0-9-]{8,64}")
MOST_FILES = 10
HEARTBEAT_SECONDS = 20

_CHART: TypeAdapter[Chart] = TypeAdapter(Chart)

Move = Callable[[datetime], Awaitable[int]]
Draw = Callable[[Chart], Awaitable[bytes]]


class RowNumber(Convertor[int]):
    """Of a path: any other number leads nowhere (404)."""

    regex = ROW.pattern

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("row", RowNumber())


class TryoutPage:
    """`routes()` are for the root. `stored` is called after something was said; `beside` are the real channels."""

    def __init__(
        self, *, channel: TryoutChannel, database: Database, city: City, clock: Clock, move: Move,
        draw: Draw, stored: Callable[[], None], beside: Sequence[str],
    ) -> None:  # fmt: skip
        self._beside = list(beside)
        self._channel = channel
        self._database = database
        self._city = city
        self._clock = clock
        self._move = move
        self._draw = draw
        self._stored = stored

    def routes(self) -> list[Route | Mount]:
        static = str(files("bot.web").joinpath("static"))
        return [
            Route("/", self._index),
            Mount("/static", StaticFiles(directory=static)),
            Route("/tryout/state", self._state),
            Route("/tryout/people/{person:row}/messages", self._messages),
            Route("/tryout/people/{person:row}/messages/{message:row}/life", self._life),
            Route("/tryout/people/{person:row}/say", self._say, methods=["POST"]),
            Route("/tryout/events", self._events),
            Route("/tryout/clock", self._clock_moved, methods=["POST"]),
            Route("/tryout/media/{reference}", self._media),
            Route("/tryout/charts/{reference}", self._chart),
        ]

    async def _index(self, request: Request) -> Response:
        return FileResponse(str(files("bot.web").joinpath("static", "index.html")))

    async def _state(self, request: Request) -> Response:
        today = local_date(self._clock.city(), self._city.zone)
        people = await self._database.read(lambda session: _people(session, today))
        suggested = await self._database.read(lambda session: _suggested(session, people))
        now, zone = self._clock.city(), self._city.zone
        days = await self._database.read(lambda session: landmarks(session, now, zone))
        return JSONResponse(
            {
                "city": CITY_NAME,
                "now": self._now(),
                "landmarks": days,
                "people": people,
                "channels": self._beside,
                "suggested": suggested,
                "menus": {part.name: menu_of(self._city.words, part) for part in Part},
            }
        )

    def _now(self) -> str:
        return self._written(self._clock.city())

    def _written(self, moment: datetime) -> str:
        return written(moment, self._city)

    async def _messages(self, request: Request) -> Response:
        after = request.query_params.get("after", "")
        if after and not ROW.fullmatch(after):
            return _refused("没有这条消息，请刷新页面。", 422)
        newest, rows = await self._channel.messages(
            request.path_params["person"], int(after) if after else None
        )
        return JSONResponse({"cursor": str(newest), "messages": [self._bubble(row) for row in rows]})

    async def _life(self, request: Request) -> Response:
        """What became of a message of ours, line by line."""
        person, message = request.path_params["person"], request.path_params["message"]
        life = await self._database.read(
            lambda session: post.sent_as(session, person, tryout.NAME, str(message))
        )
        if life is None:
            return _refused("没有这条消息的记录。", 404)
        return JSONResponse({"lines": in_chinese(life, self._city.zone, self._city.words)})

    def _bubble(self, row: TryoutMessage) -> dict[str, Any]:
        return {
            "id": str(row.id),
            "from": "me" if row.mine else "bot",
            "at": self._written(row.at),
            **EMPTY,
            **row.body,
        }

    async def _say(self, request: Request) -> Response:
        person = request.path_params["person"]
        largest = await self._database.read(_largest_file)
        async with request.form(max_files=MOST_FILES + 1) as form:
            nonce = str(form.get("nonce", ""))
            if not NONCE.fullmatch(nonce):
                return _refused("这条消息没有编号，请刷新页面。")
            if not await self._database.read(lambda session: session.get(Person, person) is not None):
                return _refused("没有这个人，请刷新页面。", 404)
            uploads = [part for part in form.getlist("files") if isinstance(part, UploadFile)]
            if len(uploads) > MOST_FILES:
                return _refused(f"一次最多{MOST_FILES}个文件。")
            for part in uploads:
                if (part.size or 0) > largest:
                    refusal = too_large(part.size, largest)
                    return _refused(f"「{part.filename}」没有发出去：{refusal.sentence(self._city.words)}")
            contents = [(part, await part.read()) for part in uploads]
            # A form says its new lines as CRLF; what was typed has LF, and the page knows its bubble by that.
            data, text = str(form.get("data", "")), str(form.get("text", "")).replace("\r\n", "\n")
            if not (data or text.strip() or contents):
                return _refused("这条消息是空的。")
            said = [self._file(part, content) for part, content in contents]
            message = str(form.get("message", ""))
        if data:
            # As on Telegram, a press leaves no message of its own: the answer takes the place of the buttons. Only a
            # word of the menu is shown as said.
            bubble = {"text": text} if text else None
            await self._store(person, nonce, IncomingKind.BUTTON, data, bubble, message=message)
        elif not said:
            await self._store(person, nonce, IncomingKind.TEXT, text, {"text": text})
        for place, (media, bubble) in enumerate(said):
            caption = text if place == 0 else ""
            shown = {"text": caption, "media": [bubble]}
            album = nonce if len(said) > 1 else ""
            await self._store(
                person, f"{nonce}-{place}", IncomingKind.MEDIA, caption, shown, media=(media,), album=album
            )
        self._stored()
        return JSONResponse({"stored": True}, status_code=202)

    def _file(self, part: UploadFile, content: bytes) -> tuple[Media, dict[str, str]]:
        kind = MediaKind.PHOTO if (part.content_type or "").startswith("image/") else MediaKind.FILE
        reference, name = self._channel.keep(content), (part.filename or "")[:100]
        bubble = {"kind": kind.value, "url": f"/tryout/media/{reference}", "name": name}
        return Media(kind=kind, reference=reference, name=name, size=len(content)), bubble

    async def _store(
        self, person: int, nonce: str, kind: IncomingKind, text: str, bubble: dict[str, Any] | None, *,
        media: tuple[Media, ...] = (), message: str = "", album: str = "",
    ) -> None:  # fmt: skip
        incoming = Incoming(
            address=tryout.address(person), kind=kind, text=text, media=media, message=message, album=album
        )
        await self._channel.say(person, nonce, incoming, bubble, self._clock.machine())

    async def _events(self, request: Request) -> Response:
        async def stream() -> AsyncIterator[str]:
            async with self._channel.listening() as news:
                yield ": here\n\n"
                while True:
                    try:
                        async with asyncio.timeout(HEARTBEAT_SECONDS):
                            told = await news.get()
                    except TimeoutError:
                        yield ": still here\n\n"
                        continue
                    if told is None:
                        return
                    yield f"data: {json.dumps(told)}\n\n"

        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(stream(), media_type="text/event-stream", headers=headers)

    async def _clock_moved(self, request: Request) -> Response:
        try:
            wanted = datetime.fromisoformat(str((await request.json())["to"]))
        except (ValueError, KeyError, TypeError):
            return _refused("看不懂这个时间。")
        if wanted.tzinfo is None:
            wanted = wanted.replace(tzinfo=self._city.zone)
        try:
            steps = await self._move(wanted)
        except MovingRefused as refusal:
            return _refused(str(refusal), 409)
        tell_now(self._channel, self._clock, self._city)
        return JSONResponse({"now": self._now(), "steps": steps})

    async def _media(self, request: Request) -> Response:
        path = self._channel.kept(request.path_params["reference"])
        if path is None:
            return _refused("没有这个文件。", 404)
        raw = await asyncio.to_thread(path.read_bytes)
        # Never a page of ours: whatever was uploaded is shown as a picture or saved, not run.
        kind = _picture_type(raw)
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        if kind is None:
            headers["Content-Disposition"] = "attachment"
        return Response(raw, media_type=kind or "application/octet-stream", headers=headers)

    async def _chart(self, request: Request) -> Response:
        """The picture of a chart, drawn now if nobody has looked at it yet."""
        path = self._channel.kept(request.path_params["reference"])
        if path is None:
            return _refused("没有这个图。", 404)
        try:
            drawn = await self._draw(_CHART.validate_json(await asyncio.to_thread(path.read_bytes)))
        except (ValidationError, NotDrawn):
            return _refused("这个图没有画出来。", 503)
        return Response(drawn, media_type="image/png", headers={"X-Content-Type-Options": "nosniff"})


def written(moment: datetime, city: City) -> str:
    return moment.astimezone(city.zone).isoformat(timespec="seconds")


def tell_now(channel: TryoutChannel, clock: Clock, city: City) -> None:
    """Tells the open pages where the city's clock stands: when it has been moved, and on the way."""
    channel.announce({"now": written(clock.city(), city)})


def _largest_file(session: Session) -> int:
    return stored_rules.in_force(session).book.media.largest(tryout.NAME)


def _picture_type(raw: bytes) -> str | None:
    for magic, kind in ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG", "image/png"), (b"GIF8", "image/gif")):
        if raw.startswith(magic):
            return kind
    return "image/webp" if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP" else None


def _refused(sentence: str, status: int = 422) -> Response:
    return JSONResponse({"error": sentence}, status_code=status)


def _people(session: Session, today: date) -> list[dict[str, Any]]:
    roles: dict[int, list[Role]] = {}
    for person_id, role in session.execute(
        select(PersonRole.person_id, PersonRole.role)
        .where(PersonRole.until.is_(None))
        .order_by(PersonRole.id)
    ):
        roles.setdefault(person_id, []).append(role)
    count = (
        select(func.count(func.distinct(Responsibility.project_id)))
        .where(Responsibility.person_id == Person.id, Responsibility.until.is_(None))
        .scalar_subquery()
    )
    rows = session.execute(
        select(Person.id, Person.name, Unit.name, count)
        .join(Unit, Unit.id == Person.unit_id)
        .where(Person.active.is_(True))
        .order_by(Unit.id, Person.id)
    )
    act = {each.person_id for each in secretaries.current(session, today)}
    return [
        {
            "id": person_id, "name": name, "unit": unit, "projects": projects,
            "roles": [ROLES[role] for role in roles.get(person_id, [])],
            "menu": part_of(roles.get(person_id, []), acts=person_id in act).name,
        }
        for person_id, name, unit, projects in rows
    ]  # fmt: skip


def _suggested(session: Session, people: list[dict[str, Any]]) -> list[int]:
    """Whom to play first: a contact with a few projects, those above them, the office, a contact with one."""
    contacts = [each for each in people if ROLES[Role.REPORTER] in each["roles"]]
    above = {each["id"]: _above(session, each["id"]) for each in contacts if 2 <= each["projects"] <= 4}
    several = sorted(above, key=lambda each: (len(above[each]), each))[:1]
    single = [each["id"] for each in contacts if each["projects"] == 1][:1]
    office = [each["id"] for each in people if ROLES[Role.OFFICE] in each["roles"]][:1]
    leaders = above[several[0]] if several else []
    return list(dict.fromkeys([*several, *leaders, *office, *single]))


def _above(session: Session, contact: int) -> list[int]:
    """Heads and lead leaders of the contact's projects."""
    theirs = select(Responsibility.project_id).where(Responsibility.person_id == contact)
    found = session.execute(
        select(Responsibility.role, Responsibility.person_id)
        .where(Responsibility.project_id.in_(theirs), Responsibility.role.in_((Role.HEAD, Role.LEAD_LEADER)))
        .distinct()
        .order_by(Responsibility.role, Responsibility.person_id)
    )
    return list(dict.fromkeys(person for _, person in found))
