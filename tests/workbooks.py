"""Registry workbooks for tests: small files of the town's own form, and one that waits for the office's word."""

import io
from collections.abc import Mapping, Sequence

from openpyxl import Workbook
from sqlalchemy.orm import Session

from storage import workbook, workbooks
from storage.entries import HEADINGS, PEOPLE, PROJECTS, UNITS
from storage.messages import MediaKind
from storage.tables.registry import Person
from tests.builders import a_photo, an_inbox_row
from tests.town import Town

NEW_PERSON = {"name": "新来的", "unit": "城北区住建局", "phone": "13900000099", "roles": "联络人"}


def a_workbook(**sheets: Sequence[Mapping[str, object]]) -> bytes:
    """The bytes of an .xlsx with the sheets of the registry; rows by field name: `people=[{...}]`."""
    titles = {"units": UNITS, "people": PEOPLE, "projects": PROJECTS}
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, title in titles.items():
        page = book.create_sheet(title)
        page.append(list(HEADINGS[title].values()))
        for row in sheets.get(name, ()):
            page.append([row.get(field) for field in HEADINGS[title]])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def a_workbook_waits(town: Town, content: bytes | None = None, name: str = "台账.xlsx") -> int:
    """The office's workbook has been read; gives back its media id."""
    read = workbook.read(content or a_workbook(people=[NEW_PERSON]))

    def work(session: Session) -> int:
        office = session.get_one(Person, int(town.office.user) - 1000)
        file = a_photo(
            session, office, inbox=an_inbox_row(session, state="done"), kind=MediaKind.FILE, name=name, state="stored",
            path="xx", channel="chat",
        )  # fmt: skip
        workbooks.keep(session, file.id, office.id, read, town.clock.now)
        return file.id

    return town.do(work)
