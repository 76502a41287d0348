"""The monthly report as one usually writes it with python-telegram-bot.

Application, ConversationHandler and PicklePersistence with their defaults; by webhook the way of the
library's own example `customwebhookbot.py` (Starlette under uvicorn).

    python -m bench.usual_ptb --api http://127.0.0.1:8081 --token T --mode polling --data DIR
"""

import asyncio
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    PersistenceInput,
    PicklePersistence,
    filters,
)

from bench.options import Options, read_options
from bench.reports import PROJECTS, Report, Reports, is_amount

PROJECT, AMOUNT, PROGRESS, PHOTOS, CONFIRM = range(5)

Context = ContextTypes.DEFAULT_TYPE
App = Application[Any, Any, Any, Any, Any, Any]


def keyboard(*buttons: tuple[str, str]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=data)] for label, data in buttons]
    )


def said(update: Update) -> tuple[Message, str]:
    assert update.message is not None
    return update.message, update.message.text or ""


async def tapped(update: Update) -> tuple[Message, CallbackQuery, str]:
    query = update.callback_query
    assert query is not None
    assert isinstance(query.message, Message)
    await query.answer()
    return query.message, query, query.data or ""


def answers(context: Context) -> dict[str, str]:
    assert context.user_data is not None
    return context.user_data


async def begin(update: Update, context: Context) -> int:
    message, _ = said(update)
    answers(context).clear()
    buttons = [(name, f"project:{number}") for number, name in enumerate(PROJECTS)]
    await message.reply_text("报哪个项目？", reply_markup=keyboard(*buttons))
    return PROJECT


async def choose_project(update: Update, context: Context) -> int:
    message, _, data = await tapped(update)
    project = answers(context)["project"] = PROJECTS[int(data.removeprefix("project:"))]
    await message.reply_text(f"{project}：本月完成投资多少万元？")
    return AMOUNT


async def take_amount(update: Update, context: Context) -> int:
    message, text = said(update)
    if not is_amount(text):
        await message.reply_text("请输入数字，单位万元，例如 1250")
        return AMOUNT
    answers(context)["amount"] = text
    await message.reply_text("形象进度怎样？请用一两句话说明。")
    return PROGRESS


async def take_progress(update: Update, context: Context) -> int:
    message, answers(context)["progress"] = said(update)
    await message.reply_text("请发现场照片，或点“无照片”。", reply_markup=keyboard(("无照片", "none")))
    return PHOTOS


async def no_photos(update: Update, context: Context) -> int:
    message, _, _ = await tapped(update)
    given = answers(context)
    summary = (
        f"请核对：\n项目：{given['project']}\n完成：{given['amount']} 万元\n形象进度：{given['progress']}"
    )
    await message.reply_text(summary, reply_markup=keyboard(("确认", "confirm"), ("取消", "cancel")))
    return CONFIRM


async def confirm(update: Update, context: Context) -> int:
    message, query, _ = await tapped(update)
    given = answers(context)
    reports: Reports = context.bot_data["reports"]
    number = await reports.file(
        Report(query.from_user.id, given["project"], given["amount"], given["progress"])
    )
    given.clear()
    await message.reply_text(f"已收到，回执号 J{number}")
    return ConversationHandler.END


async def cancel(update: Update, context: Context) -> int:
    message, _, _ = await tapped(update)
    answers(context).clear()
    await message.reply_text("已取消")
    return ConversationHandler.END


def conversation() -> ConversationHandler[Any]:
    text = filters.TEXT & ~filters.COMMAND
    return ConversationHandler(
        entry_points=[CommandHandler("report", begin)],
        states={
            PROJECT: [CallbackQueryHandler(choose_project, pattern="^project:")],
            AMOUNT: [MessageHandler(text, take_amount)],
            PROGRESS: [MessageHandler(text, take_progress)],
            PHOTOS: [CallbackQueryHandler(no_photos, pattern="^none$")],
            CONFIRM: [
                CallbackQueryHandler(confirm, pattern="^confirm$"),
                CallbackQueryHandler(cancel, pattern="^cancel$"),
            ],
        },
        fallbacks=[CommandHandler("report", begin)],
        name="report",
        persistent=True,
    )


def application(options: Options) -> App:
    # The open database connection lives in bot_data, which therefore is not pickled.
    kept = PersistenceInput(bot_data=False)
    persistence = PicklePersistence(options.data / "talks.pickle", store_data=kept)
    builder = (
        Application.builder().token(options.token).base_url(f"{options.api}/bot").persistence(persistence)
    )
    if options.mode == "webhook":
        builder = builder.updater(None)
    app = builder.build()
    app.add_handler(conversation())
    return app


async def by_polling(app: App) -> None:
    assert app.updater is not None
    await app.updater.start_polling()
    await asyncio.Event().wait()


async def by_webhook(app: App, port: int) -> None:
    async def take(request: Request) -> Response:
        await app.update_queue.put(Update.de_json(await request.json(), app.bot))
        return Response()

    routes = [Route("/telegram", take, methods=["POST"])]
    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=routes), port=port, log_level="warning", access_log=False)
    )
    serving = asyncio.create_task(server.serve())
    await app.bot.set_webhook(f"http://127.0.0.1:{port}/telegram")
    await serving


async def run(options: Options) -> None:
    app = application(options)
    reports = await Reports.open(options.data / "reports.sqlite")
    async with app:
        app.bot_data["reports"] = reports
        await app.start()
        try:
            await (by_polling(app) if options.mode == "polling" else by_webhook(app, options.port))
        finally:
            if app.updater is not None and app.updater.running:
                await app.updater.stop()
            await app.stop()
            await reports.close()


if __name__ == "__main__":
    asyncio.run(run(read_options(__doc__)))
