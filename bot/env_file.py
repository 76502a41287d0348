"""What a file `.env` sets. A line that is skipped in silence would leave a default where something was meant: a broken
line of the token's would open the try-out city.
"""

import io
import re
from pathlib import Path

from dotenv.parser import Binding, parse_stream


def names_in(file: Path, prefix: str) -> tuple[set[str], list[str]]:
    """The names that it sets, and a sentence for each line that cannot be read. `prefix` begins the names of ours."""
    if not file.is_file():
        return set(), []
    path = file.absolute()
    try:
        lines = list(parse_stream(io.StringIO(file.read_text(encoding="utf-8"))))
    except OSError as error:
        return set(), [f"{path}: {error.strerror}; expected a file that can be read."]
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        found = f"found byte {error.object[error.start]:#04x}, expected UTF-8; save the file as UTF-8."
        return set(), [f"{path}, line {line}: {found}"]
    faults = [_unread(path, line, prefix) for line in lines if line.error or _lacks_its_value(line, prefix)]
    return {line.key for line in lines if line.key}, faults


def _lacks_its_value(line: Binding, prefix: str) -> bool:
    """A name alone sets nothing; one that is not ours (`export HOME`) need not."""
    if line.key is None or line.value is not None:
        return False
    return line.key.upper().startswith(prefix) or not line.key.isidentifier()


def _unread(path: Path, line: Binding, prefix: str) -> str:
    """What it holds may be a secret and is not told, but for the name of a setting."""
    written = line.original.string.lstrip()
    number = line.original.line + line.original.string[: -len(written)].count("\n")
    name = re.match(rf"(?:export\s+)?({prefix}\w*)", written, re.IGNORECASE)
    found = name[1] if name else "something"
    has_sign = re.match(r"(?:export\s+)?\w+\s*=", written)
    slip = "a quote that is not closed, or words after it" if has_sign else "no = behind a name"
    return f"{path}, line {number}: found {found} with {slip}; expected NAME=VALUE. Correct the line or take it out."
