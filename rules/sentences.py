"""Sentences as an office may change them: templates, checked by name and placeholder.

A replacement may use only the placeholders of the sentence it replaces; unknown names are errors.
"""

import string
import tomllib
from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from rules.mistakes import BookError, Mistake, syntax_mistake, value_mistakes


def placeholders(template: str) -> set[str]:
    """The names in braces. Raises ValueError for one with a format, and for a brace that stands alone."""
    parts = [part for part in string.Formatter().parse(template) if part[1] is not None]
    if any(form or conversion for _, _, form, conversion in parts):
        raise ValueError(f"found a format after a name in {template!r}, expected the bare name in braces")
    return {str(name) for _, name, _, _ in parts}


class Templates(BaseModel):
    """Sentences by name; the default of a field is the sentence out of the box."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator("*")
    @classmethod
    def _only_known_placeholders(cls, template: object, info: ValidationInfo) -> object:
        if not isinstance(template, str):
            return template  # a section of its own, checked by itself
        try:
            found = placeholders(template)
        except ValueError as error:
            said = "bare names in braces, and a literal brace written twice"
            raise PydanticCustomError("braces", said) from error
        known = placeholders(str(cls.model_fields[str(info.field_name)].default))
        if strange := found - known:
            raise _strange(known, min(strange))
        return template


def _strange(known: set[str], found: str) -> PydanticCustomError:
    there = {"there": ", ".join(f"{{{name}}}" for name in sorted(known)), "found": f"{{{found}}}"}
    if not known:
        return PydanticCustomError("no_placeholder", "a sentence without a placeholder, not {found}", there)
    return PydanticCustomError("placeholders", "no placeholders but {there}, not {found}", there)


Flat = TypeVar("Flat", bound=Templates)
Sections = TypeVar("Sections", bound=Templates)


def load(text: str, name: str, flat: type[Flat], sections: type[Sections]) -> tuple[Flat, Sections]:
    """The sentences of a words file: those that stand by themselves, and those of its tables.

    Raises `BookError` with every mistake of both, whose text calls the file `name`.
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BookError(name, [syntax_mistake(error, text)]) from None
    tables = {key: value for key, value in values.items() if isinstance(value, dict)}
    alone = {key: value for key, value in values.items() if key not in tables}
    if found := [*_mistakes(alone, text, flat), *_mistakes(tables, text, sections)]:
        raise BookError(name, found)
    return flat.model_validate(alone), sections.model_validate(tables)


def _mistakes(values: Mapping[str, object], text: str, model: type[Templates]) -> list[Mistake]:
    try:
        model.model_validate(values)
    except ValidationError as error:
        return value_mistakes(error, text, model)
    return []
