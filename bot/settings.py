"""What an operator may set: environment variables with the prefix SANBAO_, also read from a file `.env`.

Rule 1  everything is checked before anything starts; an error names the variable, found and expected.
Rule 2  a SANBAO_ variable that is not known is an error: a slip of the pen in a token's name would otherwise
        open the try-out city where the real one was meant.
Rule 3  secrets are SecretStr and never stand in an error.
Rule 4  a line of `.env` that cannot be read is an error, for the same reason as a wrong name.
"""

import ipaddress
import os
import re
from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot import env_file
from rules.mistakes import expected_of, nearest

PREFIX = "SANBAO_"
ENV_FILE = ".env"
OFFICIAL_TELEGRAM = "https://api.telegram.org"
OFFICIAL_WECOM = "https://qyapi.weixin.qq.com"
OFFICIAL_AIBOT = "wss://openws.work.weixin.qq.com"


class SettingsError(Exception):
    """What is wrong with the settings, one line for each fault."""


class TelegramMode(StrEnum):
    POLLING = "polling"
    WEBHOOK = "webhook"


class LogFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


class LogLevel(StrEnum):
    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",  # `unknown` looks after these, with better words
        frozen=True,
        hide_input_in_errors=True,
    )

    # Where things are kept
    data_dir: Path = Field(default=Path("data"), description="folder of the database, media, copies and lock")
    database_url: str = Field(
        default_factory=lambda given: f"sqlite:///{given['data_dir'] / 'sanbao.db'}",
        description="sqlite:///PATH, or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE for several processes; "
        "without it sanbao.db under DATA_DIR",
    )

    # The page and the webhook
    http_host: str = Field(default="127.0.0.1", description="address to listen on; loopback unless set")
    http_port: int = Field(default=8080, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    public_url: str | None = Field(
        default=None, description="https address under which the outside reaches HTTP_PORT"
    )
    tryout: bool | None = Field(
        default=None,
        description="the try-out page: true opens it (even beside a real channel), false closes it; "
        "unset: open as long as no channel is configured",
    )

    # Telegram
    telegram_token: SecretStr | None = Field(default=None, description="the bot's token from @BotFather")
    telegram_api_url: str = Field(
        default=OFFICIAL_TELEGRAM, description="base of the Bot API without /bot, for a server of one's own"
    )
    telegram_mode: TelegramMode = Field(default=TelegramMode.POLLING, description="polling or webhook")
    telegram_secret: SecretStr | None = Field(
        default=None, description="webhook only: 1-256 characters A-Z a-z 0-9 _ - that Telegram sends along"
    )
    telegram_rate: float = Field(
        default=28, ge=0, description="messages a second to all chats; 0 lifts the limit"
    )
    telegram_chat_rate: float = Field(
        default=1, ge=0, description="messages a second to one chat; 0 lifts the limit"
    )

    # WeCom, a self-built app
    wecom_corp_id: str | None = Field(default=None, description="the company's CorpID (我的企业, 企业ID)")
    wecom_agent_id: str | None = Field(default=None, description="the app's AgentId, a number")
    wecom_secret: SecretStr | None = Field(default=None, description="the app's Secret")
    wecom_token: SecretStr | None = Field(
        default=None, description="Token of 接收消息, 1-32 letters and digits"
    )
    wecom_aes_key: SecretStr | None = Field(
        default=None, description="EncodingAESKey of 接收消息, 43 letters and digits"
    )
    wecom_api_url: str = Field(
        default=OFFICIAL_WECOM, description="base of WeCom's server API, for a private deployment"
    )

    wecom_chats: bool = Field(
        default=True,
        description="whether the app makes a group for each major problem, where its visible range allows that",
    )
    wecom_group_keys: SecretStr | None = Field(
        default=None,
        description="groups that are told of major problems, digests and reviews: NAME=KEY, separated by commas",
    )

    # WeCom, a smart bot
    aibot_id: str | None = Field(default=None, description="the smart bot's Bot ID (API 模式, 使用长连接)")
    aibot_secret: SecretStr | None = Field(default=None, description="the smart bot's Secret")
    aibot_url: str = Field(
        default=OFFICIAL_AIBOT, description="address of the long connection, for a private deployment"
    )
    wecom_rate: int = Field(
        default=25,
        ge=0,
        description="messages a minute to one member, by app or bot, of WeCom's 30; 0 lifts the limit",
    )

    # Around it
    proxy: SecretStr | None = Field(
        default=None, description="http://[user:password@]host:port for everything that goes out"
    )
    admin: str | None = Field(
        default=None,
        description="phone or id of the person who is told about faults; unset: everyone with role 管理员",
    )
    log_format: LogFormat = Field(
        default=LogFormat.TEXT, description="text, or json for one JSON object a line"
    )
    log_level: LogLevel = Field(default=LogLevel.INFO, description="DEBUG, INFO, WARNING or ERROR")
    heartbeat_url: SecretStr | None = Field(
        default=None, description="address of an outside monitor, called every minute while all is well"
    )
    metrics_token: SecretStr | None = Field(
        default=None, description="Bearer token for /metrics and the reasons of /healthz from other machines"
    )
    rules_file: Path | None = Field(
        default=None, description="the city's rules (TOML); unset: the built-in ones"
    )
    words_file: Path | None = Field(
        default=None, description="the city's own sentences; unset: the built-in ones"
    )
    backup_key: SecretStr | None = Field(
        default=None, description="backups are encrypted with it; at least 16 characters, kept elsewhere"
    )
    timezone: str = Field(default="Asia/Shanghai", description="the city's time zone")
    lease_seconds: float = Field(
        default=10,
        ge=1,
        le=60,
        description="PostgreSQL only: seconds of silence after which a process's work goes to another",
    )

    @property
    def has_file(self) -> bool:
        """Whether the city is a SQLite file, which one process has to itself."""
        return self.database_url.startswith("sqlite:///")

    @property
    def database_file(self) -> Path:
        return Path(self.database_url.removeprefix("sqlite:///")).absolute()

    @property
    def has_channel(self) -> bool:
        """Whether a real channel is configured."""
        return any(each is not None for each in (self.telegram_token, self.wecom_agent_id, self.aibot_id))

    @property
    def rehearses(self) -> bool:
        """The try-out was asked for beside platforms on this machine alone: their people are invented too."""
        beside = {
            self.telegram_api_url: self.telegram_token, self.wecom_api_url: self.wecom_agent_id,
            self.aibot_url: self.aibot_id,
        }  # fmt: skip
        return bool(self.tryout) and all(
            is_loopback(urlsplit(url).hostname or "") for url, used in beside.items() if used is not None
        )

    @property
    def tryout_open(self) -> bool:
        return not self.has_channel if self.tryout is None else self.tryout

    @property
    def wecom_groups(self) -> dict[str, str]:
        """The key of each group's 消息推送, by the name that the office gives it."""
        return _groups(self.wecom_group_keys.get_secret_value()) if self.wecom_group_keys else {}

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def telegram_account(self) -> str:
        """The bot's numeric id, which its token begins with; empty without one."""
        return self.telegram_token.get_secret_value().split(":")[0] if self.telegram_token else ""

    def check_clock(self, moved: timedelta) -> None:
        """Refuses a moved city clock beside a real channel: real people would be told false dates."""
        if moved and self.has_channel and not self.rehearses:
            raise SettingsError(
                f"SANBAO_TELEGRAM_TOKEN, WECOM_AGENT_ID or AIBOT_ID: found beside a city clock "
                f"{abs(moved).days} days away from the true one; "
                "expected the true clock. Start the real city in a SANBAO_DATA_DIR of its own."
            )

    @field_validator("data_dir")
    @classmethod
    def _a_folder(cls, path: Path) -> Path:
        if os.path.exists(path) and not os.path.isdir(path):  # also where we may not look
            raise ValueError(
                "expected a folder, and that is a file; name another, it is made if it is not there"
            )
        return path

    @field_validator("database_url")
    @classmethod
    def _a_file_or_a_server(cls, url: str) -> str:
        if url.startswith("postgresql+psycopg://"):
            return url
        if not url.startswith("sqlite:///") or url in ("sqlite:///", "sqlite:///:memory:") or "?" in url:
            raise ValueError(
                "expected sqlite:///PATH (four slashes for an absolute path) or "
                "postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"
            )
        return url

    @field_validator("telegram_api_url", "public_url", "wecom_api_url")
    @classmethod
    def _web_address(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("expected http://HOST or https://HOST, with a port and a path at most")
        return url.rstrip("/")

    @field_validator("telegram_api_url")
    @classmethod
    def _without_bot(cls, url: str) -> str:
        if url.endswith("/bot"):
            raise ValueError("expected the base without /bot, as in https://api.telegram.org")
        return url

    @field_validator("telegram_token")
    @classmethod
    def _token(cls, token: SecretStr | None) -> SecretStr | None:
        if token and not re.fullmatch(r"[0-9]+:[A-Za-z0-9_-]+", token.get_secret_value()):
            raise ValueError("expected a token as @BotFather gives it: digits, a colon, letters and digits")
        return token

    @field_validator("telegram_secret")
    @classmethod
    def _secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret.get_secret_value()):
            raise ValueError("expected 1-256 of the characters A-Z a-z 0-9 _ -, all that Telegram allows")
        return secret

    @field_validator("wecom_agent_id")
    @classmethod
    def _agent(cls, agent: str | None) -> str | None:
        if agent and not re.fullmatch(r"[0-9]+", agent):
            raise ValueError("expected the app's AgentId, a number such as 1000002")
        return agent

    @field_validator("wecom_token")
    @classmethod
    def _callback_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token and not re.fullmatch(r"[A-Za-z0-9]{1,32}", token.get_secret_value()):
            raise ValueError("expected 1-32 letters and digits, as the WeCom console makes them")
        return token

    @field_validator("wecom_aes_key")
    @classmethod
    def _aes_key(cls, key: SecretStr | None) -> SecretStr | None:
        if key and not re.fullmatch(r"[A-Za-z0-9]{43}", key.get_secret_value()):
            raise ValueError("expected 43 letters and digits, as the WeCom console makes them")
        return key

    @field_validator("wecom_group_keys")
    @classmethod
    def _names_and_keys(cls, keys: SecretStr | None) -> SecretStr | None:
        if keys and not _groups(keys.get_secret_value()):
            raise ValueError("expected NAME=KEY, or several separated by commas, each name once")
        return keys

    @field_validator("aibot_url")
    @classmethod
    def _socket_address(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("ws", "wss") or not parts.hostname:
            raise ValueError("expected wss://HOST, with a port and a path at most")
        return url

    @field_validator("proxy")
    @classmethod
    def _http_proxy(cls, proxy: SecretStr | None) -> SecretStr | None:
        parts = urlsplit(proxy.get_secret_value()) if proxy else None
        if parts and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("expected an HTTP proxy, http://HOST:PORT (a SOCKS proxy cannot be used)")
        return proxy

    @field_validator("heartbeat_url")
    @classmethod
    def _monitor(cls, url: SecretStr | None) -> SecretStr | None:
        parts = urlsplit(url.get_secret_value()) if url else None
        if parts and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("expected an http:// or https:// address")
        return url

    @field_validator("backup_key")
    @classmethod
    def _long_enough(cls, key: SecretStr | None) -> SecretStr | None:
        if key and len(key.get_secret_value()) < 16:
            raise ValueError("expected at least 16 characters, drawn by chance")
        return key

    @field_validator("rules_file", "words_file")
    @classmethod
    def _is_there(cls, path: Path | None) -> Path | None:
        if path and not path.is_file():
            raise ValueError("expected a file that is there; take the setting out for the built-in one")
        return path

    @field_validator("timezone")
    @classmethod
    def _zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("expected the name of a time zone, as Asia/Shanghai") from error
        return name

    @model_validator(mode="after")
    def _webhook_is_whole(self) -> Self:
        if self.telegram_mode is not TelegramMode.WEBHOOK:
            return self
        own_server = self.telegram_api_url != OFFICIAL_TELEGRAM
        needs = {
            "SANBAO_TELEGRAM_TOKEN": self.telegram_token is not None,
            "SANBAO_TELEGRAM_SECRET": self.telegram_secret is not None,
            "SANBAO_PUBLIC_URL (https)": self.public_url is not None
            and (own_server or self.public_url.startswith("https://")),
        }
        if missing := [name for name, there in needs.items() if not there]:
            raise ValueError(
                f"SANBAO_TELEGRAM_MODE: found webhook without {', '.join(missing)}; "
                "expected all of them, or SANBAO_TELEGRAM_MODE=polling"
            )
        return self

    @model_validator(mode="after")
    def _wecom_is_whole(self) -> Self:
        app = ("wecom_corp_id", "wecom_agent_id", "wecom_secret", "wecom_token", "wecom_aes_key")
        for names, what in ((app, "a self-built app"), (("aibot_id", "aibot_secret"), "a smart bot")):
            missing = [f"{PREFIX}{name.upper()}" for name in names if getattr(self, name) is None]
            if missing and len(missing) < len(names):
                raise ValueError(
                    f"{', '.join(missing)}: found nothing; expected all settings of {what} or none of them"
                )
        return self

    @model_validator(mode="after")
    def _wecom_finds_us(self) -> Self:
        """WeCom calls us by our public name, and a name that is not known is refused (Host header)."""
        if self.wecom_agent_id and self.wecom_api_url == OFFICIAL_WECOM and not self.public_url:
            raise ValueError(
                "SANBAO_PUBLIC_URL: found nothing beside SANBAO_WECOM_AGENT_ID; expected the https address under which "
                "WeCom reaches /wecom/callback"
            )
        return self

    @model_validator(mode="after")
    def _groups_are_told_of_real_things(self) -> Self:
        if self.wecom_group_keys and not self.has_channel:
            raise ValueError(
                "SANBAO_WECOM_GROUP_KEYS: found with no channel configured, so that invented problems would reach a "
                "real group; expected a channel beside it"
            )
        return self

    @model_validator(mode="after")
    def _tryout_stays_home(self) -> Self:
        """In the try-out anyone may speak as anyone: beyond this machine it must be asked for."""
        if self.tryout is None and self.tryout_open and not is_loopback(self.http_host):
            raise ValueError(
                f"SANBAO_HTTP_HOST: found {self.http_host} with no channel configured, which would open the "
                "try-out page to others; expected a channel (as SANBAO_TELEGRAM_TOKEN), "
                "SANBAO_TRYOUT=true to open it nevertheless, or SANBAO_TRYOUT=false"
            )
        return self


def _groups(keys: str) -> dict[str, str]:
    """Empty if it is not what it should be."""
    pairs = [part.strip().partition("=") for part in keys.split(",")]
    found = {name.strip(): key.strip() for name, _, key in pairs}
    return found if len(found) == len(pairs) and all(name and key for name, key in found.items()) else {}


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def load() -> Settings:
    """The settings of this process and its folder's `.env`. Raises SettingsError with every fault found."""
    names, unreadable = env_file.names_in(Path(ENV_FILE), PREFIX)
    if unreadable:
        raise SettingsError("\n".join(unreadable))
    faults = unknown({*os.environ, *names})
    try:
        settings = Settings()
    except ValidationError as error:
        # What has its default from another setting has none beside a wrong one, and that is said already.
        said = [
            each for each in error.errors(include_url=False) if each["type"] != "default_factory_not_called"
        ]
        faults += map(_in_words, said)
    if faults:
        raise SettingsError("\n".join(faults))
    return settings


def make_folder(path: Path) -> None:
    """Makes one that the settings name, for its owner alone. Raises SettingsError."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise unusable(path, error) from error


def unusable(path: Path, error: OSError) -> SettingsError:
    return SettingsError(
        f"{path}: {error.strerror}; expected a folder that is there or can be made, and can be written in. "
        "Correct SANBAO_DATA_DIR (or SANBAO_DATABASE_URL, if that names it), or whose the folder is."
    )


def unknown(names: Iterable[str]) -> list[str]:
    """A sentence for every SANBAO_ name that is no setting, with the one that was meant if one is near."""
    known = [field.upper() for field in Settings.model_fields]
    found = []
    for name in sorted(name for name in names if name.upper().startswith(PREFIX)):
        bare = name.upper().removeprefix(PREFIX)
        if bare in known:
            continue
        near = nearest(bare, known)
        meant = f"; the nearest one is {PREFIX}{near}" if near else ""
        found.append(f"{name}: no setting{meant}. Correct it or take it out.")
    return found


def _in_words(fault: ErrorDetails) -> str:
    own = fault["type"] == "value_error"  # a sentence of this module
    message = fault["msg"].removeprefix("Value error, ") if own else f"expected {expected_of(fault)}"
    if not fault["loc"]:
        return message
    name = str(fault["loc"][0])
    field = Settings.model_fields[name]
    if "SecretStr" in str(field.annotation):
        return f"{PREFIX}{name.upper()}: {message} (what was found is not shown)"
    if name == "database_url" and "@" in str(fault["input"]):
        found = str(fault["input"]).partition("://")[0]  # what follows holds a password
        return f"{PREFIX}{name.upper()}: found {found}://... (the rest is not shown); {message}."
    return f"{PREFIX}{name.upper()}: found {fault['input']!r}; {message}. It is: {field.description}."
