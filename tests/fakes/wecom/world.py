"""What exists on WeCom's side: one company, one app, its members, files, cards and groups."""

import re
import secrets
from dataclasses import dataclass, field

from tests.fakes.telegram.clock import Clock
from tests.fakes.wecom.callbacks import Callbacks
from tests.fakes.wecom.cards import Cards
from tests.fakes.wecom.errors import refused
from tests.fakes.wecom.files import Files
from tests.fakes.wecom.members import Member
from tests.fakes.wecom.screens import Json
from tests.fakes.wecom.tokens import Tokens

CODE_LASTS = 5 * 60


@dataclass
class World:
    clock: Clock
    tokens: Tokens
    callbacks: Callbacks
    files: Files
    cards: Cards
    members: dict[str, Member] = field(default_factory=dict)
    """By userid in lower case: WeCom does not tell userids apart by case."""
    menu: list[Json] = field(default_factory=list)
    _logins: dict[str, tuple[str, float]] = field(default_factory=dict)

    def member(self, userid: str, name: str = "张三") -> Member:
        return self.members.setdefault(userid.lower(), Member(self, userid, name))

    # The address book

    def user(self, userid: str) -> Json:
        """What an app made since June 2022 is told: no telephone, no mail, no picture."""
        member = self.members.get(userid.lower())
        if member is None or not member.visible:
            raise refused(60111)
        return {
            "userid": member.userid, "name": member.name, "department": [1], "position": "", "status": 1,
            "is_leader_in_dept": [0], "direct_leader": [],
        }  # fmt: skip

    # The menu

    def make_menu(self, body: Json) -> None:
        entries = body.get("button", [])
        if not 1 <= len(entries) <= 3:
            raise refused(40016, "button size")
        for entry in entries:
            _check_entry(entry, 16)
            subs = entry.get("sub_button", [])
            if len(subs) > 5:
                raise refused(40023, "sub_button size")
            for sub in subs:
                _check_entry(sub, 40)
        self.menu = entries

    # Logging in

    def login_code(self, userid: str, state: str = "") -> str:
        """The code that a member's browser brings after the authorize page."""
        if not re.fullmatch("[a-zA-Z0-9]{0,128}", state):
            raise ValueError(f"WeCom takes no state {state!r}")
        code = secrets.token_urlsafe(32)
        self._logins[code] = (userid, self.clock.now() + CODE_LASTS)
        return code

    def login(self, code: str) -> Json:
        userid, until = self._logins.pop(code, ("", 0.0))
        if until <= self.clock.now():
            raise refused(40029)
        return {"userid": userid}


def _check_entry(entry: Json, longest: int) -> None:
    if not 1 <= len(entry.get("name", "").encode()) <= longest:
        raise refused(40018, "button name size")
    if "sub_button" in entry:
        return
    if entry.get("type") == "click" and not 1 <= len(entry.get("key", "").encode()) <= 128:
        raise refused(40019, "button key size")
    if entry.get("type") not in ("click", "view"):
        raise refused(40017, "button type")
