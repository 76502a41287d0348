"""The parameters of one call, as the methods want to read them."""

import json

from tests.fakes.telegram.chats import Json
from tests.fakes.telegram.errors import bad_request
from tests.fakes.telegram.wire import Files, Loose


class Parameters:
    """The parameters of one call; a form brings everything as text, JSON brings real types."""

    def __init__(self, raw: Json, files: Files) -> None:
        self.raw = raw
        self.files = files

    def text(self, name: str, default: str = "") -> str:
        value = self.raw.get(name, default)
        return value if isinstance(value, str) else json.dumps(value)

    def number(self, name: str, default: int = 0) -> int:
        try:
            return int(self.raw.get(name) or default)
        except (TypeError, ValueError):
            raise bad_request(f'invalid {name} "{self.raw[name]}" specified') from None

    def flag(self, name: str) -> bool:
        return str(self.raw.get(name, "")).lower() in ("true", "1", "yes", "t")

    def structure(self, name: str) -> Loose:
        value = self.raw.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None

    def chat_id(self) -> int:
        if not self.raw.get("chat_id"):
            raise bad_request("chat_id is empty")
        try:
            return int(self.raw["chat_id"])
        except ValueError:
            raise bad_request("chat not found") from None
