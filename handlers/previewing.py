"""The preview of a registry workbook that the office sent: a message of its own, written when the file is read."""

from datetime import datetime

from sqlalchemy.orm import Session

from handlers.city import City
from handlers.loading.registry import plan_digest
from rules.kinds import Lane
from storage import outbox, people
from storage.messages import Option, Outgoing
from storage.preview import Preview
from storage.tables.reporting import MediaFile


def preview_message(city: City, file: MediaFile, preview: Preview) -> Outgoing:
    """What the workbook would do; with buttons if it may and if it changes anything.

    The button carries the plan's digest: if the registry changes meanwhile, the tap shows the new plan.
    """
    words = city.words
    if not preview.ok:
        return Outgoing(title=words.workbook_errors.format(name=file.name), text=preview.summary())
    if preview.changes_nothing:
        return Outgoing(text=words.workbook_nothing.format(name=file.name))
    agree = Option(label=words.workbook_import, data=f"o|import_workbook|{file.id}.{plan_digest(preview)}")
    leave = Option(label=words.workbook_leave, data=f"o|leave_workbook|{file.id}")
    return Outgoing(
        title=words.workbook_preview.format(name=file.name),
        text=f"{preview.summary()}\n\n{words.workbook_ask}",
        rows=((agree,), (leave,)),
    )


def tell(session: Session, city: City, file: MediaFile, preview: Preview, now: datetime) -> None:
    for contact in people.contacts(session, [file.person_id], city.running):
        outbox.write(
            session, address=contact.address, person_id=contact.id, lane=Lane.REPLY, now=now,
            message=preview_message(city, file, preview), limit=city.show(file.channel).text_limit,
            once=f"workbook:{file.id}",
        )  # fmt: skip
