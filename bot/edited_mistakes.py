"""A mistake in a rules or words file in Chinese, for the admins; the command line has the English (`rules.mistakes`).

The kinds that slips of the pen give have words of their own, and so has each rule of the book (a day that must come
before another): `edited_rule_...`, by the code with which its validator refuses (rules/book.py).
"""

from bot.editable import Unreadable
from handlers.words import Words
from rules.mistakes import MISSING, NOTHING, SYNTAX, UNKNOWN, BookError, Mistake


def in_chinese(error: BookError | Unreadable, words: Words) -> list[str]:
    """One line for each mistake."""
    if isinstance(error, BookError):
        return [_line(each, words) for each in error.mistakes]
    not_text = isinstance(error.__cause__, UnicodeDecodeError)
    return [words.edited_not_utf8 if not_text else words.edited_unopened]


def _line(mistake: Mistake, words: Words) -> str:
    wrong = _wrong(mistake, words)
    if mistake.line is None:
        return words.edited_nowhere.format(key=mistake.key, wrong=wrong)
    return words.edited_line.format(line=mistake.line, key=mistake.key, wrong=wrong)


def _wrong(mistake: Mistake, words: Words) -> str:
    if mistake.kind == SYNTAX:
        return words.edited_syntax.format(found=mistake.found)
    if mistake.kind == UNKNOWN:
        near = words.edited_unknown_near.format(near=mistake.bound)
        return near if mistake.bound else words.edited_unknown
    if mistake.kind == MISSING:
        return words.edited_missing
    if expected := _expected(words).get(mistake.kind):
        return words.edited_wrong.format(
            found=mistake.found, expected=expected.format(bound=_listed(mistake.bound))
        )
    rule: str | None = getattr(words, f"edited_rule_{mistake.kind}", None)
    if rule is None:
        return words.edited_other.format(found=mistake.found)
    wanted = rule.format(bound=_listed(mistake.bound))
    return (
        wanted if mistake.found == NOTHING else words.edited_rule.format(found=mistake.found, wanted=wanted)
    )


def _expected(words: Words) -> dict[str, str]:
    """By pydantic's name of the fault, or by ours (`rules.sentences`)."""
    time, date = words.edited_time, words.edited_date
    return {
        "int_type": words.edited_whole, "float_type": words.edited_number, "bool_type": words.edited_truth,
        "string_type": words.edited_text, "tuple_type": words.edited_list, "model_type": words.edited_table,
        "time_type": time, "time_parsing": time,
        "date_type": date, "date_parsing": date, "date_from_datetime_parsing": date,
        "less_than_equal": words.edited_at_most, "greater_than_equal": words.edited_at_least,
        "less_than": words.edited_less, "greater_than": words.edited_more_than,
        "decimal_type": words.edited_number, "decimal_parsing": words.edited_number,
        "finite_number": words.edited_number,
        "string_pattern_mismatch": words.edited_pattern, "string_too_short": words.edited_not_empty,
        "enum": words.edited_one_of, "literal_error": words.edited_one_of,
        "placeholders": words.edited_placeholders, "no_placeholder": words.edited_no_placeholder,
        "braces": words.edited_braces,
    }  # fmt: skip


def _listed(bound: str) -> str:
    """What there is, with the comma of a Chinese list."""
    return bound.replace(" or ", "、").replace(", ", "、")
