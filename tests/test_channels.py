"""Every conversation on every channel: its transcript is what happens there, through the whole program."""

from pathlib import Path

import pytest

from handlers.scripts import SCRIPTS
from tests.phones import PLATFORMS, sees
from tests.test_transcripts import BEFORE, transcript
from tests.town import Town


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
