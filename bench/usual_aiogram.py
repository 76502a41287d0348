"""The monthly report as one usually writes it with aiogram 3.

Router, FSM with a storage on SQLite, tasks per update by default; by webhook its SimpleRequestHandler.

    python -m bench.usual_aiogram --api http://127.0.0.1:8081 --token T --mode polling --data DIR
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import aiosqlite
import uvloop
from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

from bench.options import Options, read_options
from bench.reports import PROJECTS, Report, Reports, is_amount

router = Router()


class Filling(StatesGroup):
    project = State()
    amount = State()
    progress = State()
    photos = State()
    confirmation = State()


class SqliteStorage(BaseStorage):
    """State and data of each talk in one row, written through at every change."""

    def __init__(self, database: aiosqlite.Connection) -> None:
        self._database = database

    async def prepare(self) -> None:
        await self._database.execute(
            "CREATE TABLE IF NOT EXISTS talks (chat INTEGER, person INTEGER, state TEXT, data TEXT, "
            "PRIMARY KEY (chat, person))"
        )
        await self._database.commit()

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        await self._write(key, "state", state.state if isinstance(state, State) else state)

    async def get_state(self, key: StorageKey) -> str | None:
        return await self._read(key, "state")

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        await self._write(key, "data", json.dumps(dict(data), ensure_ascii=False))

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        found = await self._read(key, "data")
        data: dict[str, Any] = json.loads(found) if found else {}
        return data

    async def close(self) -> None:
        """The connection is shared with the reports and closed there."""

    async def _write(self, key: StorageKey, column: str, value: str | None) -> None:
        await self._database.execute(
            f"INSERT INTO talks (chat, person, {column}) VALUES (?, ?, ?) "  # noqa: S608 - our own column names
            f"ON CONFLICT (chat, person) DO UPDATE SET {column} = excluded.{column}",
            (key.chat_id, key.user_id, value),
        )
        await self._database.commit()

    async def _read(self, key: StorageKey, column: str) -> str | None:
        query = f"SELECT {column} FROM talks WHERE chat = ? AND person = ?"  # noqa: S608 - our own column names
        async with self._database.execute(query, (key.chat_id, key.user_id)) as cursor:
            row = await cursor.fetchone()
        return row[0] if row else None


def keyboard(*buttons: tuple[str, str]) -> InlineKeyboardMarkup:
    rows = [[InlineKeyboardButton(text=label, callback_data=data)] for label, data in buttons]
    return InlineKeyboardMarkup(inline_keyboard=rows)


async def tapped(query: CallbackQuery) -> Message:
    assert isinstance(query.message, Message)
    await query.answer()
    return query.message


@router.message(Command("report"))
async def begin(message: Message, state: FSMContext) -> None:
    await state.set_state(Filling.project)
    buttons = [(name, f"project:{number}") for number, name in enumerate(PROJECTS)]
    await message.answer("报哪个项目？", reply_markup=keyboard(*buttons))


@router.callback_query(Filling.project, F.data.startswith("project:"))
async def choose_project(query: CallbackQuery, state: FSMContext) -> None:
    message = await tapped(query)
    project = PROJECTS[int((query.data or "").removeprefix("project:"))]
    await state.update_data(project=project)
    await state.set_state(Filling.amount)
    await message.answer(f"{project}：本月完成投资多少万元？")


@router.message(Filling.amount, F.text)
async def take_amount(message: Message, state: FSMContext) -> None:
    if not is_amount(message.text or ""):
        await message.answer("请输入数字，单位万元，例如 1250")
        return
    await state.update_data(amount=message.text)
    await state.set_state(Filling.progress)
    await message.answer("形象进度怎样？请用一两句话说明。")


@router.message(Filling.progress, F.text)
async def take_progress(message: Message, state: FSMContext) -> None:
    await state.update_data(progress=message.text)
    await state.set_state(Filling.photos)
    await message.answer("请发现场照片，或点“无照片”。", reply_markup=keyboard(("无照片", "none")))


@router.callback_query(Filling.photos, F.data == "none")
async def no_photos(query: CallbackQuery, state: FSMContext) -> None:
    message = await tapped(query)
    given = await state.get_data()
    await state.set_state(Filling.confirmation)
    summary = (
        f"请核对：\n项目：{given['project']}\n完成：{given['amount']} 万元\n形象进度：{given['progress']}"
    )
    await message.answer(summary, reply_markup=keyboard(("确认", "confirm"), ("取消", "cancel")))


@router.callback_query(Filling.confirmation, F.data == "confirm")
async def confirm(query: CallbackQuery, state: FSMContext, reports: Reports) -> None:
    message = await tapped(query)
    given = await state.get_data()
    number = await reports.file(
        Report(query.from_user.id, given["project"], given["amount"], given["progress"])
    )
    await state.clear()
    await message.answer(f"已收到，回执号 J{number}")


@router.callback_query(Filling.confirmation, F.data == "cancel")
async def cancel(query: CallbackQuery, state: FSMContext) -> None:
    message = await tapped(query)
    await state.clear()
    await message.answer("已取消")


async def by_webhook(dispatcher: Dispatcher, bot: Bot, port: int) -> None:
    app = web.Application()
    SimpleRequestHandler(dispatcher, bot).register(app, path="/telegram")
    setup_application(app, dispatcher, bot=bot)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await bot.set_webhook(f"http://127.0.0.1:{port}/telegram")
    await asyncio.Event().wait()


async def run(options: Options) -> None:
    reports = await Reports.open(options.data / "reports.sqlite")
    storage = SqliteStorage(reports.database)
    await storage.prepare()
    session = AiohttpSession(api=TelegramAPIServer.from_base(options.api))
    bot = Bot(options.token, session=session)
    dispatcher = Dispatcher(storage=storage)
    dispatcher["reports"] = reports
    dispatcher.include_router(router)
    try:
        if options.mode == "polling":
            await dispatcher.start_polling(bot)
        else:
            await by_webhook(dispatcher, bot, options.port)
    finally:
        await bot.session.close()
        await reports.close()


if __name__ == "__main__":
    # As `Dispatcher.run_polling` does where uvloop is installed.
    uvloop.run(run(read_options(__doc__)))
