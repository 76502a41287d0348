"""What every section of sentences shares: templates checked by name and placeholder, and lists of typed words.

Rule 1  A replacement may use only the placeholders of the sentence it replaces; unknown names are errors.
Rule 2  What people wrote enters as a value, never as a template.
Rule 3  Lists of words that people may type are one string, separated by the ideographic comma 、.
"""

import string
from functools import cache
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from handlers.plain import plain


def placeholders(template: str) -> set[str]:
    parts = [part for part in string.Formatter().parse(template) if part[1] is not None]
    if dressed := [name for _, name, form, conversion in parts if form or conversion]:
        raise ValueError(f"found a format after {dressed}, expected the bare name in braces")
    return {str(name) for _, name, _, _ in parts}


@cache
def split_words(listed: str) -> frozenset[str]:
    return frozenset(plain(word) for word in listed.split("、"))


class Sentences(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    def aliases(self, listed: str) -> frozenset[str]:
        """The words of one of the lists above, as typed text is compared with them."""
        return split_words(listed)

    @model_validator(mode="after")
    def _only_known_placeholders(self) -> Self:
        for name in self.model_fields_set:
            try:
                found = placeholders(getattr(self, name))
            except ValueError as error:
                raise ValueError(f"{name}: {error}; write a literal brace twice") from error
            known = placeholders(str(type(self).model_fields[name].default))
            if found - known:
                raise ValueError(f"{name}: found {sorted(found - known)}, expected only {sorted(known)}")
        return self
