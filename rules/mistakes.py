"""What is wrong in a text that an office edits (rules, words): line, key, found, expected, what to do.

`tomllib` keeps no places and pydantic knows only paths, so `lines_of` finds the line of a path. It is used
on texts that `tomllib` has read, and needs no more of TOML than tables, keys and arrays; a wrong guess
costs a line number only.
"""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from difflib import get_close_matches
from functools import reduce
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

Path = tuple[str | int, ...]

NEAR = 0.7  # so much alike is a slip of the pen; below it, names only share some letters
LISTED = 20  # so many known keys are named; of more only those near the one that was found

_TABLE = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?")
_NAME = r"(?:[\w-]+|\"[^\"]*\"|'[^']*')"
_KEY = re.compile(rf"\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*=")
_QUOTED_OR_COMMENT = re.compile(r"'[^'\n]*'|\"(?:\\.|[^\"\\\n])*\"|#.*")

_EXPECTED = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number that is not so large",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_parsing": "true or false",
    "string_type": 'text in "quotes"',
    "time_type": 'a time of day such as "18:00"',
    "time_parsing": 'a time of day such as "18:00"',
    "date_type": "a date such as 2027-01-01",
    "date_parsing": "a date such as 2027-01-01",
    "date_from_datetime_parsing": "a date such as 2027-01-01",
    "tuple_type": "a list in [ ]",
    "model_type": "a table with keys of its own",
}


SYNTAX, UNKNOWN, MISSING = (
    "syntax",
    "extra_forbidden",
    "missing",
)  # kinds; the others are pydantic's names too
NOTHING = "nothing"  # is found where a value is missing
_BOUNDS = ("le", "ge", "lt", "gt", "expected", "there")  # where pydantic keeps what a fault speaks of


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong in a text. `line` counts from 1; None if the text has no such line.

    `kind` and `bound` (a limit, the names that there are, the one that was meant) are for words of another language.
    """

    line: int | None
    key: str
    found: str
    expected: str
    advice: str
    kind: str
    bound: str = ""

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.key}: found {self.found}, expected {self.expected}; {self.advice}"


class BookError(ValueError):
    """A text that cannot be used, with every mistake in it, from the first line to the last."""

    def __init__(self, name: str, mistakes: list[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes, key=lambda mistake: mistake.line or 0))
        super().__init__("\n".join(f"{name}, {mistake}" for mistake in self.mistakes))


def clash(rule: str, expected: str, values: object, *keys: str) -> PydanticCustomError:
    """What a validator raises if values that are each good in themselves cannot stand together.

    `keys` of `values` are dotted, list elements counted from 0; those that nobody wrote are not told. The first that
    stands in the text gives the mistake its line.
    """
    paths = [tuple(int(part) if part.isdigit() else part for part in key.split(".")) for key in keys]
    found = {path: reduce(_part, path, values) for path in paths}
    there = {path: value for path, value in found.items() if value is not None}
    return PydanticCustomError(rule, expected, {"clash": there})


def _part(value: Any, part: str | int) -> Any:  # noqa: ANN401 - whatever a model holds
    if isinstance(part, int):
        return value[part]
    return getattr(value, part) if part in value.model_fields_set else None


def syntax_mistake(error: tomllib.TOMLDecodeError, text: str) -> Mistake:
    """What `tomllib` stumbled over."""
    rows = text.splitlines()
    place = re.search(r"\(at line (\d+)", str(error))
    line = int(place[1]) if place else max(1, len(rows))
    found = repr(rows[line - 1].strip()) if line <= len(rows) else "the end of the text"
    what = re.sub(r" \(at .*\)$", "", str(error))
    advice = 'write key = value, with text in "quotes"'
    return Mistake(line, "TOML", found, f"valid TOML ({what})", advice, SYNTAX)


def value_mistakes(error: ValidationError, text: str, model: type[BaseModel]) -> list[Mistake]:
    """What pydantic refused of a text that was read into `model`."""
    lines = lines_of(text)
    return [_value_mistake(details, lines, model) for details in error.errors(include_url=False)]


def _value_mistake(details: ErrorDetails, lines: dict[Path, int], model: type[BaseModel]) -> Mistake:
    path: Path = details["loc"]
    if (together := details.get("ctx", {}).get("clash")) is not None:
        return _clash(details, together, lines)
    line, key = lines.get(_known(path, lines)), _dotted(path) or "rules"
    kind = details["type"]
    if kind == UNKNOWN:
        known = _known_keys(model, path[:-1])
        near = nearest(str(path[-1]), known)
        advice = f"perhaps {near} was meant" if near else "remove it or correct its name"
        expected = "one of " + ", ".join(known) if len(known) <= LISTED else "a known one"
        return Mistake(line, key, "an unknown key", expected, advice, kind, near)
    if kind == MISSING:
        return Mistake(line, key, NOTHING, "a value", f"add {path[-1]} = ...", kind)
    value = details["input"]
    found = _in_file(value) if isinstance(value, bool) else repr(value)
    return Mistake(line, key, found, expected_of(details), "correct it", kind, _bound(details))


def _clash(details: ErrorDetails, together: Mapping[Path, object], lines: dict[Path, int]) -> Mistake:
    around: Path = details["loc"]
    whole = [(*around, *path) for path in together] or [around]
    place = max(whole, key=lambda path: len(_known(path, lines)))
    # Elements of a list are named with the list, all else as it stands in its table.
    found = ", ".join(
        f"{_dotted((*around[-1:], *path) if isinstance(path[0], int) else path)} = {_in_file(value)}"
        for path, value in together.items()
    )
    line, expected = lines.get(_known(place, lines)), expected_of(details)
    return Mistake(line, _dotted(place), found or NOTHING, expected, "correct one of them", details["type"])


def _dotted(path: Path) -> str:
    """As people read it: elements of a list are counted from 1."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in path)


def _in_file(value: object) -> str:
    """As it is written in a file."""
    written = value.isoformat().removesuffix(":00") if isinstance(value, time) else value
    return json.dumps(written, ensure_ascii=False) if isinstance(written, bool | str) else str(written)


def _bound(details: ErrorDetails) -> str:
    context = details.get("ctx", {})
    return next((str(context[name]) for name in _BOUNDS if name in context), "")


def expected_of(details: ErrorDetails) -> str:
    """What pydantic wanted, in words that follow "expected"."""
    if (known := _EXPECTED.get(details["type"])) is not None:
        return known
    said = re.sub(r"^(Input should be |Value error, )", "", details["msg"])
    said = re.sub(r"^(?=less than|greater than)", "a number ", said)
    return re.sub(r"^String should", "text that should", said)


def _known_keys(model: type[BaseModel], path: Path) -> list[str]:
    for part in path:
        if isinstance(part, str):
            annotation: Any = model.model_fields[part].annotation
            model = next(iter(get_args(annotation)), annotation)
    return list(model.model_fields)


def nearest(name: str, known: Sequence[str]) -> str:
    """The name that was meant, if one is near; else empty."""
    return "".join(get_close_matches(name, known, n=1, cutoff=NEAR))


def _known(path: Path, lines: dict[Path, int]) -> Path:
    """So much of a path as has a line of its own."""
    parts = (path[:length] for length in range(len(path), 0, -1))
    return next((part for part in parts if part in lines), ())


def lines_of(text: str) -> dict[Path, int]:
    """The line, from 1, of tables, keys and array elements that begin one, by their path as in `loc`."""
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    key: Path = ()
    depth = items = 0  # of the array that `key` began on an earlier line
    for number, line in enumerate(text.splitlines(), start=1):
        bare = _QUOTED_OR_COMMENT.sub(lambda noise: "" if noise[0].startswith("#") else "''", line)
        if depth:
            if depth == 1 and bare.strip()[:1] not in ("", "]", ","):
                lines.setdefault((*key, items), number)
                items += 1
            depth += _opened(bare)
        elif header := _TABLE.match(line):
            table = _table(header, counts)
            lines.setdefault(table, number)
        elif found := _KEY.match(line):
            key, depth, items = (*table, *_split(found[1])), _opened(bare), 0
            lines.setdefault(key, number)
    return lines


def _opened(bare: str) -> int:
    return sum(bare.count(mark) for mark in "[{") - sum(bare.count(mark) for mark in "]}")


def _split(dotted: str) -> Path:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _table(header: re.Match[str], counts: dict[Path, int]) -> Path:
    """`[[a]]` is a's next element, and `[a.b]` below it belongs to that element."""
    path: Path = ()
    parts = _split(header[2])
    for position, part in enumerate(parts):
        path = (*path, part)
        if header[1] == "[[" and position == len(parts) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path
