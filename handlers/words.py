"""Every sentence of a conversation: templates that a words file (SANBAO_WORDS_FILE) may replace by name.

They stand by subject in `handlers/wording/`; the rules for them in `wording/sentences.py`.
"""

import tomllib

from pydantic import ValidationError

from handlers.wording.binding import Binding
from handlers.wording.common import Common
from handlers.wording.desk import Desk
from handlers.wording.duties import Duties
from handlers.wording.files import Files
from handlers.wording.handover import Handovers
from handlers.wording.issues import Issues
from handlers.wording.lines import Lines
from handlers.wording.problem_life import ProblemLife
from handlers.wording.progress import Progress
from handlers.wording.registry import Registry
from handlers.wording.zeros import Zeros
from rules.mistakes import BookError, syntax_mistake, value_mistakes


class Words(
    Common, Binding, Progress, Lines, Issues, ProblemLife, Zeros, Duties, Files, Desk, Registry, Handovers
):
    """All of them; a name is used once."""


def load(text: str | None, name: str = "words file") -> Words:
    """The sentences, those of a words file's text before the defaults.

    Raises `BookError`, whose text calls the file `name`.
    """
    try:
        return Words.model_validate(tomllib.loads(text or ""))
    except tomllib.TOMLDecodeError as error:
        raise BookError(name, [syntax_mistake(error, text or "")]) from None
    except ValidationError as error:
        raise BookError(name, value_mistakes(error, text or "", Words)) from None
