"""What the program logs, and what stands in none of it.

Rule 1  Secrets are taken out by their value, in the finished line, traceback and all: whoever logged it, we or a
        library, and in whatever form (percent-encoded, in JSON, as a proxy's password). What is too short to be told
        from a word is left (`sanbao doctor` says so).
Rule 2  What becomes secret while the program runs is learned (access tokens). What nobody can know beforehand, as the
        key of a file or the code in a link, is known by its form.
Rule 3  Libraries that would write down people's words are silent below WARNING at any level.
"""

import base64
import json
import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO
from urllib.parse import quote, quote_plus, unquote, unquote_plus, urlsplit

from pydantic import SecretStr

from bot.settings import LogFormat, Settings

SHORTEST = 5  # characters of a secret
LEARNED = 200  # the newest that were learned
GONE = "…"
SECRET_WORDS = frozenset({"password", "sslpassword"})  # of a database's address, as libpq names them
_QUERY = re.compile(r"(?:^|&)([^&=]*)=([^&]*)")
# SQLAlchemy would log rows, the library of Telegram what is sent; the others say much and nothing.
SILENT = (
    "sqlalchemy", "telegram.Bot", "telegram.ext", "httpx", "httpcore", "apscheduler", "alembic", "uvicorn.error",
    "matplotlib", "PIL", "fontTools",
)  # fmt: skip
# Tokens of bots; codes in links; keys of 32 bytes as WeCom writes them.
_FORMS = re.compile(
    r"\b\d{6,}:[A-Za-z0-9_-]{30,}"
    r"|(?<=[?&]start=)[A-Za-z0-9_-]{12,}"
    r"|(?<=[?&]access_token=)[^&\s\"']+"
    r"|(?<=[?&]key=)[^&\s\"']+"
    r"|(?<![A-Za-z0-9+/=_.-])(?=[a-z+/]*[0-9A-Z])(?=[^0-9]*[0-9])(?=[^A-Z]*[A-Z])[A-Za-z0-9+/]{43}=?(?![A-Za-z0-9+/=_-])"
)

log = logging.getLogger(__name__)


class Redaction:
    """`redaction(text)` is the text without secrets."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._fixed = {form for value in values for form in forms(value)}
        self._learned: dict[str, None] = {}
        self._pattern: re.Pattern[str] | None = None  # compiled for the next line after something was learned

    def learn(self, value: str) -> None:
        if len(value) < SHORTEST or value in self._learned:
            return
        self._learned |= dict.fromkeys(forms(value))
        for oldest in list(self._learned)[:-LEARNED]:
            del self._learned[oldest]
        self._pattern = None

    def __call__(self, text: str) -> str:
        pattern = self._pattern or self._compiled()
        self._pattern = pattern
        return _FORMS.sub(GONE, pattern.sub(GONE, text))

    def _compiled(self) -> "re.Pattern[str]":
        """The longest first, so that no part of one stays behind another; without a secret it matches nothing."""
        values = sorted({*self._fixed, *self._learned}, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, values)) or "(?!)")


def forms(value: str) -> set[str]:
    """How a secret may be written: as it is, in an address, in JSON, in a Python literal."""
    found = {value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1], repr(value)[1:-1]}
    return {form for form in found if len(form) >= SHORTEST}


def secrets_of(settings: Settings) -> set[str]:
    """Every secret of the settings, and what of it may stand alone. A new one is known by its type."""
    found: set[str] = set()
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            found.add(value.get_secret_value())
    if settings.telegram_token:
        found.add(settings.telegram_token.get_secret_value().partition(":")[2])
    found |= set(settings.wecom_groups.values())
    addresses = [settings.database_url, settings.proxy.get_secret_value() if settings.proxy else ""]
    return found | {part for address in addresses for part in _of_address(address)}


def _of_address(address: str) -> set[str]:
    """The password, in front of the host or in the query, and the header by which a proxy is told it."""
    parts = urlsplit(address)
    found = {raw for name, raw in _QUERY.findall(parts.query) if name in SECRET_WORDS}
    found |= {unquote_plus(raw) for raw in found}
    if not parts.password:
        return found
    user, password = unquote(parts.username or ""), unquote(parts.password)
    return found | {password, parts.password, base64.b64encode(f"{user}:{password}".encode()).decode()}


class Plain(logging.Formatter):
    """A line for who reads along."""

    def __init__(self, redaction: Redaction) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._redaction = redaction

    def format(self, record: logging.LogRecord) -> str:
        return self._redaction(super().format(record))


class Lines(logging.Formatter):
    """One JSON object a line, for what collects logs."""

    def __init__(self, redaction: Redaction) -> None:
        super().__init__()
        self._redaction = redaction

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": self._redaction(record.getMessage()),
        }
        if record.exc_info:
            said["traceback"] = self._redaction(self.formatException(record.exc_info))
        if record.stack_info:
            said["stack"] = self._redaction(record.stack_info)
        return json.dumps(said, ensure_ascii=False)


def begin(settings: Settings, stream: TextIO | None = None) -> Redaction:
    """Everything that this process logs, its last traceback too, goes to one handler from here on."""
    redaction = Redaction(secrets_of(settings))
    handler = logging.StreamHandler(stream)
    handler.setFormatter((Lines if settings.log_format is LogFormat.JSON else Plain)(redaction))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.value)
    silence()
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: log.critical(
        "a thread crashed", exc_info=(args.exc_type, args.exc_value, args.exc_traceback)  # type: ignore[arg-type]  # the value may be missing
    )  # fmt: skip
    sys.unraisablehook = lambda found: log.error(
        "nobody could be told of an error: %s", "".join(traceback.format_exception(found.exc_value))
    )
    return redaction


def silence() -> None:
    for name in SILENT:
        logging.getLogger(name).setLevel(logging.WARNING)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        log.critical("the program crashed", exc_info=(kind, error, trace))
