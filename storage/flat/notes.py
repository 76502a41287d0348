"""What was derived from a ledger and not written in it: gathered by sheet and reason, said once with its rows."""

from collections.abc import Iterable

RANGES_SHOWN = 8


class Notes:
    """Reasons sheet by sheet, in the order in which they first came up, each with its rows."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], list[int]] = {}

    def add(self, sheet: str, text: str, row: int = 0) -> None:
        self._rows.setdefault((sheet, text), []).extend([row] if row else [])

    def sentences(self) -> tuple[str, ...]:
        sheets = list(dict.fromkeys(sheet for sheet, _ in self._rows))
        ordered = sorted(self._rows.items(), key=lambda note: sheets.index(note[0][0]))
        return tuple(_sentence(sheet, text, rows) for (sheet, text), rows in ordered)


def _sentence(sheet: str, text: str, rows: list[int]) -> str:
    place = f"“{sheet}”表" if sheet else ""
    return f"{place}{text}" + (f"（{len(rows)}行：第{numbers(rows)}行）" if rows else "")


def numbers(rows: Iterable[int]) -> str:
    """Row numbers with runs drawn together: 5-7、9."""
    runs: list[list[int]] = []
    for row in sorted(set(rows)):
        if runs and row == runs[-1][1] + 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    shown = [f"{first}-{last}" if last > first else str(first) for first, last in runs[:RANGES_SHOWN]]
    return "、".join(shown) + ("等" if len(runs) > RANGES_SHOWN else "")
