"""Members of the company: they write to the app, tap its cards, send pictures, and look at what it shows them."""

import itertools
from typing import TYPE_CHECKING

from tests.fakes.wecom.callbacks import Delivery, document
from tests.fakes.wecom.screens import Screen, Shown

if TYPE_CHECKING:
    from tests.fakes.wecom.world import World

_message_ids = itertools.count(4561255354251345929)


class Member(Screen):
    """`visible`: within the app's range. `licensed`: the company has paid for this member."""

    def __init__(self, world: "World", userid: str, name: str) -> None:
        super().__init__(name)
        self.userid = userid
        self.visible = True
        self.licensed = True
        self._world = world

    # Saying

    def says(self, text: str) -> Delivery:
        return self.sends("text", Content=text)

    def sends_photo(self, content: bytes) -> Delivery:
        media = self._world.files.keep("image", "photo.jpg", content)
        return self.sends("image", PicUrl="http://wework.qpic.cn/x/0", MediaId=media)

    def sends_voice(self, content: bytes) -> Delivery:
        return self.sends(
            "voice", MediaId=self._world.files.keep("voice", "voice.amr", content), Format="amr"
        )

    def sends_video(self, content: bytes) -> Delivery:
        media = self._world.files.keep("video", "video.mp4", content)
        return self.sends("video", MediaId=media, ThumbMediaId=f"{media}t")

    def sends_location(self, latitude: float, longitude: float, label: str = "") -> Delivery:
        place = {"Location_X": latitude, "Location_Y": longitude, "Scale": 16}
        return self.sends("location", **place, Label=label, AppType="wxwork")

    def sends_link(self, url: str) -> Delivery:
        return self.sends("link", Title="链接", Description="", Url=url, PicUrl="")

    def sends(self, kind: str, **fields: object) -> Delivery:
        """A message of any kind; it has a MsgId."""
        return self._tell(MsgType=kind, **fields, MsgId=next(_message_ids))

    # Doing

    def taps(self, label: str, message: Shown | None = None) -> Delivery:
        """Taps the button that begins so, on the newest card that has it; what is only written out is typed."""
        for shown in [message] if message else reversed(self.shown):
            for text, key in shown.choices.items():
                if text.startswith(label):
                    return self.hands_in(shown, key)
            written = [text for text in shown.buttons if text.startswith(label)]
            if written:
                return self.says(written[0])
        raise LookupError(
            f"{self.name} sees no button {label!r}; the last message offers {self.shown[-1].buttons}"
        )

    def hands_in(self, shown: Shown, *keys: str) -> Delivery:
        """A card event: a button's key, or the options that are marked."""
        card, code = shown.card, self._world.cards.open_code(shown)
        fields: dict[str, object] = {
            "Event": "template_card_event", "EventKey": keys[0], "TaskId": card["task_id"],
            "CardType": card["card_type"], "ResponseCode": code,
        }  # fmt: skip
        if card["card_type"] == "vote_interaction":
            item = {"QuestionKey": card["checkbox"]["question_key"], "OptionIds": {"OptionId": list(keys)}}
            fields |= {"EventKey": card["submit_button"]["key"], "SelectedItems": {"SelectedItem": item}}
        return self._event(**fields)

    def opens_card_menu(self, shown: Shown, key: str) -> Delivery:
        fields = {"EventKey": key, "TaskId": shown.card["task_id"], "CardType": shown.card["card_type"]}
        code = self._world.cards.open_code(shown)
        return self._event(Event="template_card_menu_event", **fields, ResponseCode=code)

    def taps_menu(self, name: str) -> Delivery:
        """An entry of the menu below the chat, by its name or that of its sub-entry."""
        for entry in self._world.menu:
            for each in entry.get("sub_button", [entry]):
                if each["name"] == name:
                    return self._event(Event="click", EventKey=each["key"])
        raise LookupError(f"no menu entry {name!r}")

    def enters(self) -> Delivery:
        return self._event(Event="enter_agent", EventKey="")

    def comes_into_range(self) -> Delivery:
        self.visible = True
        return self._event(Event="subscribe")

    def leaves_range(self) -> Delivery:
        self.visible = False
        return self._event(Event="unsubscribe")

    def is_located(self, latitude: float, longitude: float) -> Delivery:
        return self._event(
            Event="LOCATION", Latitude=latitude, Longitude=longitude, Precision=30, AppType="wxwork"
        )

    def _event(self, **fields: object) -> Delivery:
        return self._tell(MsgType="event", **fields)

    def _tell(self, **fields: object) -> Delivery:
        callbacks = self._world.callbacks
        told = document(
            ToUserName=callbacks.corp, FromUserName=self.userid, CreateTime=int(self._world.clock.now()),
            **fields, AgentID=int(callbacks.agent),
        )  # fmt: skip
        return callbacks.tell(told, self.userid)
