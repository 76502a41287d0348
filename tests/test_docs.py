"""The documents are held to the program: what can be set or said stands in them."""

from pathlib import Path

import pytest
from typer.main import get_command

from bot.__main__ import app
from bot.settings import Settings

TOP = Path(__file__).parent.parent
COMMANDS = sorted(get_command(app).commands)  # type: ignore[attr-defined]  # a typer app of several commands is a group


def documents() -> str:
    return "\n".join(path.read_text("utf-8") for path in (TOP / "README.md", *(TOP / "docs").glob("**/*.md")))


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_stands_in_the_documents(name: str) -> None:
    assert f"SANBAO_{name.upper()}" in documents()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_in_the_documents(name: str) -> None:
    assert f"sanbao {name}" in documents()
