"""Every sentence of a conversation: templates that a words file (SANBAO_WORDS_FILE) may replace by name.

They stand by subject in `handlers/wording/`; the rules for them in `wording/sentences.py`.
"""

import tomllib
from pathlib import Path

from handlers.wording.binding import Binding
from handlers.wording.common import Common
from handlers.wording.duties import Duties
from handlers.wording.files import Files
from handlers.wording.handover import Handovers
from handlers.wording.issues import Issues
from handlers.wording.lines import Lines
from handlers.wording.progress import Progress
from handlers.wording.registry import Registry
from handlers.wording.zeros import Zeros


class Words(Common, Binding, Progress, Lines, Issues, Zeros, Duties, Files, Registry, Handovers):
    """All of them; a name is used once."""


def load(path: Path | None) -> Words:
    """The sentences, those of a words file before the defaults. Raises ValueError with the name at fault."""
    if path is None:
        return Words()
    try:
        replaced = tomllib.loads(path.read_text(encoding="utf-8"))
        return Words(**replaced)
    except (tomllib.TOMLDecodeError, ValueError) as error:
        raise ValueError(f"words file {path}: {error}") from error
