"""A self-built app of WeCom as one usually writes it: Flask, wechatpy, a passive reply, a row in SQLite.

gunicorn --workers 1 --threads 8 --bind 127.0.0.1:8081 'bench.usual_wechatpy:app("TOKEN", "KEY", "CORP", "messages.db")'
"""

import sqlite3
import threading

from flask import Flask, abort, request
from wechatpy.exceptions import InvalidSignatureException
from wechatpy.work import create_reply, parse_message
from wechatpy.work.crypto import WeChatCrypto

KNOWN = {"报进展": "哪个项目？", "帮助": "报进展、报问题、零报告、我的待办"}


def app(token: str, key: str, corp: str, path: str) -> Flask:
    crypto = WeChatCrypto(token, key, corp)
    local = threading.local()

    def database() -> sqlite3.Connection:
        if not hasattr(local, "database"):
            local.database = sqlite3.connect(path, timeout=30)
            local.database.execute("PRAGMA journal_mode = WAL")
            local.database.execute("PRAGMA synchronous = FULL")
            local.database.execute(
                "CREATE TABLE IF NOT EXISTS messages (id TEXT PRIMARY KEY, user TEXT, said TEXT, answer TEXT)"
            )
        found: sqlite3.Connection = local.database
        return found

    flask = Flask(__name__)

    @flask.route("/wecom/callback", methods=["GET", "POST"])
    def callback() -> str:
        given = request.args
        signature, timestamp, nonce = given["msg_signature"], given["timestamp"], given["nonce"]
        try:
            if request.method == "GET":
                return str(crypto.check_signature(signature, timestamp, nonce, given["echostr"]))
            message = parse_message(crypto.decrypt_message(request.data, signature, timestamp, nonce))
        except InvalidSignatureException:
            abort(403)
        answer = KNOWN.get(message.content, "没看懂")
        row = (str(message.id), message.source, message.content, answer)
        with database() as transaction:
            transaction.execute("INSERT OR IGNORE INTO messages VALUES (?, ?, ?, ?)", row)
        return str(crypto.encrypt_message(create_reply(answer, message).render(), nonce, timestamp))

    return flask
