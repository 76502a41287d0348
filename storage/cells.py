"""From what a cell holds to a value: each function gives None for what it cannot read, and guesses nothing.

The kind of value decides, not the look of the cell: a phone may be a number, a date may be text.
"""

import re
import unicodedata
from datetime import date, datetime
from decimal import Context

from rules import money

SIGNIFICANT = Context(prec=15)  # what Excel shows of a number; the rest is binary noise
EXCEL_ERRORS = ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!")


def plain(text: str) -> str:
    """A text for comparing: full-width forms folded, spaces dropped, no upper case."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


def show(value: object) -> str:
    """What stands in a cell, short enough for an error."""
    if value is None:
        return ""
    text = value.isoformat(" ") if isinstance(value, datetime) else re.sub(r"[\r\n]+", " ", str(value))
    return f"写的是“{text[:40]}{'…' if len(text) > 40 else ''}”"


def to_yuan(value: object, unit: money.Unit = money.Unit.WAN) -> int | None:
    """An amount as Excel or a person wrote it, in whole yuan; None if `rules.money` sees no clear amount.

    `unit` is that of a bare number.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if not isinstance(value, str):
        return _number_to_yuan(value, unit)
    amount = money.read_amount(value, unit)
    return amount.yuan if isinstance(amount, money.Amount) else None


def _number_to_yuan(value: int | float, unit: money.Unit) -> int | None:
    """What `rules.money` would say of the number as text, without the text: a ledger has many."""
    # repr is the shortest decimal that gives this float again; beyond 15 digits Excel shows nothing.
    number = SIGNIFICANT.create_decimal(repr(value))
    if not number.is_finite() or number < 0 or number * unit.yuan > money.MOST_YUAN:
        return None
    cents = number * unit.yuan * 100
    return int((cents + 50) // 100) if cents == cents.to_integral_value() else None


def to_date(value: object) -> date | None:
    """A real Excel date, or 2012-06-30, 2012.6.30, 2012/6/30, 2012年6月30日 as text."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        return None
    parts = re.fullmatch(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?", plain(value))
    try:
        return date(*map(int, parts.groups())) if parts else None
    except ValueError:
        return None


def to_month(value: object) -> str | None:
    """2012-02 from a real Excel date, or from 2012-02, 2012.2, 2012年2月 as text."""
    if isinstance(value, date):
        return f"{value:%Y-%m}"
    parts = re.fullmatch(r"(\d{4})[-./年](\d{1,2})月?", plain(value)) if isinstance(value, str) else None
    if not parts or not 1 <= int(parts[2]) <= 12:
        return None
    return f"{parts[1]}-{int(parts[2]):02}"


def to_whole(value: object) -> int | None:
    """A whole number above zero."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and re.fullmatch(r"\d{1,9}", plain(value)):
        value = int(plain(value))
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and 0 < value < 10**9 else None


def to_year(value: object) -> int | None:
    year = to_whole(value.removesuffix("年") if isinstance(value, str) else value)
    return year if year and 2000 <= year <= 2100 else None


def to_phone(value: object) -> str | None:
    """A mobile number, or a landline with its area code, as digits only."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    digits = re.sub(r"[-()]", "", plain(text)).removeprefix("+86")
    return digits if re.fullmatch(r"1\d{10}|0\d{9,11}", digits) else None


def to_yes(value: object) -> bool | None:
    return {"是": True, "否": False}.get(plain(value)) if isinstance(value, str) else None


def to_text(value: object) -> str | None:
    """A text in one line. What a spreadsheet would run as a formula, and control characters, are refused."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    text = re.sub(r"\s+", " ", text).strip()
    strange = any(unicodedata.category(sign) in ("Cc", "Cs") for sign in text)
    return None if strange or text.startswith("=") or text in EXCEL_ERRORS else text


def to_lines(value: object) -> list[str] | None:
    """The lines of a cell, each as a text."""
    lines = [to_text(line) for line in (value.splitlines() if isinstance(value, str) else [value])]
    return None if None in lines else [line for line in lines if line]
