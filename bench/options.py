"""The command line that every bot under test understands."""

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    api: str
    token: str
    mode: str
    port: int
    data: Path


def read_options(description: str | None) -> Options:
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--api", required=True, help="base of the Bot API without /bot")
    parser.add_argument("--token", required=True)
    parser.add_argument("--mode", choices=("polling", "webhook"), default="polling")
    parser.add_argument("--port", type=int, default=8443, help="where to listen for the webhook")
    parser.add_argument("--data", type=Path, help="folder for files; a new temporary one if not given")
    given = parser.parse_args()
    data = given.data or Path(tempfile.mkdtemp(prefix="usual-bot-"))
    return Options(given.api.rstrip("/"), given.token, given.mode, given.port, data)
