"""What every section of sentences shares: templates checked by name and placeholder, and lists of typed words.

Rule 1  A replacement may use only the placeholders of the sentence it replaces; unknown names are errors.
Rule 2  What people wrote enters as a value, never as a template.
Rule 3  Lists of words that people may type are one string, separated by the ideographic comma 、.
"""

import string
from functools import cache

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator

from handlers.plain import plain


def placeholders(template: str) -> set[str]:
    """The names in braces. Raises ValueError for one with a format, and for a brace that stands alone."""
    parts = [part for part in string.Formatter().parse(template) if part[1] is not None]
    if any(form or conversion for _, _, form, conversion in parts):
        raise ValueError(f"found a format after a name in {template!r}, expected the bare name in braces")
    return {str(name) for _, name, _, _ in parts}


@cache
def split_words(listed: str) -> frozenset[str]:
    return frozenset(plain(word) for word in listed.split("、"))


class Sentences(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    def aliases(self, listed: str) -> frozenset[str]:
        """The words of one of the lists above, as typed text is compared with them."""
        return split_words(listed)

    @field_validator("*")
    @classmethod
    def _only_known_placeholders(cls, template: str, info: ValidationInfo) -> str:
        try:
            found = placeholders(template)
        except ValueError as error:
            raise ValueError("bare names in braces, and a literal brace written twice") from error
        known = placeholders(str(cls.model_fields[str(info.field_name)].default))
        if strange := found - known:
            there = ", ".join(f"{{{name}}}" for name in sorted(known)) or "none"
            raise ValueError(f"no placeholders but {there}, not {{{min(strange)}}}")
        return template
