"""Every conversation on every channel: its transcript is what happens there, through the whole program; and a button
that was forwarded is nobody else's on any of them."""

from pathlib import Path

import pytest

from handlers.scripts import SCRIPTS
from storage.tables.traffic import Talk
from tests.chat import WORDS
from tests.fakes.aibot.people import Member as BotMember
from tests.fakes.wecom.members import Member
from tests.page_phone import PagePhone
from tests.phones import PLATFORMS, Phone, TelegramPhone, sees
from tests.test_transcripts import BEFORE, transcript
from tests.town import NORTH, Town


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("name", SCRIPTS)
async def test_a_conversation_goes_on_every_channel_as_its_transcript_says(
    town: Town, tmp_path: Path, name: str, platform: str
) -> None:
    BEFORE.get(name, lambda _town: None)(town)
    async with PLATFORMS[platform](town, tmp_path) as phones:
        for expected in transcript(name):
            phone = phones.of(getattr(town, expected.who))
            say = phone.taps if expected.tap else phone.says
            say(expected.said)
            await sees(phone, expected.title, expected.buttons)


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_button_that_was_forwarded_to_another_person_is_refused(
    town: Town, tmp_path: Path, platform: str
) -> None:
    async with PLATFORMS[platform](town, tmp_path) as phones:
        asked, other = phones.of(town.reporter), phones.of(town.deputy)
        asked.says("报进展")
        await asked.sees(lambda shown: any(label.startswith(NORTH) for label in shown.buttons))
        await press_of(asked, NORTH, other)
        await sees(other, WORDS.not_your_button, [])
    [talk] = town.rows(Talk)
    assert talk.answers == {}


async def press_of(asked: Phone, label: str, other: Phone) -> None:
    """The other sends what a press of the first one's button would have sent, as a forged client does."""
    match asked, other:
        case TelegramPhone(), TelegramPhone():
            shown = asked.api.person(asked.user).chat.shown[-1]
            [full] = [each for each in shown.buttons if each.startswith(label)]
            other.says("帮助")  # Telegram forwards no buttons: the data comes from a message of their own
            await other.sees(lambda shown: bool(shown.buttons))
            other.api.person(other.user).presses(shown.button(full)["callback_data"], anyway=True)
        case (Member(), Member()) | (BotMember(), BotMember()):
            [key] = [key for text, key in asked.shown[-1].choices.items() if text.startswith(label)]
            other.hands_in(asked.shown[-1], key)  # type: ignore[arg-type]  # both are of one kind
        case PagePhone(), PagePhone():
            bubble = (await asked._bubbles())[-1]
            [option] = [each for each in bubble.options if each["label"].startswith(label)]
            await other._post(data=option["data"], message=bubble.body["id"])
        case _:
            raise AssertionError(other)
