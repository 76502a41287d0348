"""One change of the registry in chat, planned and put into words: as its card shows it and its deed writes it."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from handlers.city import City
from handlers.registry_facts import ChangeFacts
from rules import money
from storage import changes
from storage.changes import MONEY, RowChange
from storage.entries import HEADINGS, PROJECTS
from storage.planning.people import BACK
from storage.planning.projects import RESPONSIBLE
from storage.preview import FieldChange, Preview


def in_words(city: City, change: RowChange, preview: Preview) -> ChangeFacts:
    words = city.words
    errors = tuple(
        words.change_error.format(column=each.column, found=each.found or "空", expected=each.expected)
        for each in preview.errors
    )
    if errors:
        return ChangeFacts(errors=errors)
    if change.known is None and not _is_new(change, preview):
        return ChangeFacts(errors=(words.change_exists.format(name=change.typed["name"]),))
    if change.known is None:
        back = [words.change_back.format(name=change.typed["name"])] if _is_back(change, preview) else []
        return ChangeFacts(lines=(*_typed(city, change, change.typed), *back))
    return ChangeFacts(lines=tuple(map(str, fields_changed(change, preview))))


def _is_new(change: RowChange, preview: Preview) -> bool:
    """Whether adding adds: by the identity rule it may be somebody who is registered; who has left may come back."""
    added = any(sheet.added for sheet in preview.sheets if sheet.sheet == change.sheet)
    return added or _is_back(change, preview)


def _is_back(change: RowChange, preview: Preview) -> bool:
    return any(each.field == BACK for each in fields_changed(change, preview))


def _typed(city: City, change: RowChange, fields: Mapping[str, str]) -> list[str]:
    return [
        city.words.change_line.format(field=HEADINGS[change.sheet][name], value=text)
        for name, text in fields.items()
        if text
    ]


def fields_changed(change: RowChange, preview: Preview) -> tuple[FieldChange, ...]:
    """What differs in the changed row, as the preview has found it."""
    rows = [row for sheet in preview.sheets if sheet.sheet == change.sheet for row in sheet.changed]
    return rows[0].changes if rows else ()


def as_registered(session: Session, sheet: str, known: int, today: date) -> dict[str, str]:
    """The row as people read it: amounts in 万元, people by name."""
    shown: dict[str, str] = {}
    for name, value in changes.cells(session, sheet, known, today).items():
        if sheet == PROJECTS and name in RESPONSIBLE:
            shown[name] = "、".join(changes.holders(session, known, RESPONSIBLE[name]))
        elif name in MONEY and isinstance(value, str):
            shown[name] = money.wan(int(value.removesuffix("元")))
        else:
            shown[name] = "" if value is None else str(value)
    return shown
