"""The ledger's root told outside the database: in every digest, and whole to the admins, once a month.

Whoever can write into the database cannot write into telephones. That the month's root is told follows from its being
drawn, in the same transaction, so it needs no claim of its own. The file of all roots is kept by `bot/anchoring.py`.
"""

from sqlalchemy.orm import Session

from reminders.moment import Moment
from reminders.wording import ledger as words
from rules.kinds import Lane
from rules.reminding import may_go
from rules.workdays import local_date
from storage import ledger_roots, outbox, people
from storage.ledger_roots import Root
from storage.messages import Outgoing


def digest_line(session: Session) -> str:
    """The newest root as the last line of a digest; nothing before the first was drawn."""
    root = ledger_roots.newest(session)
    return words.DIGEST_LINE.format(root=root.printed) if root else ""


def tell_admins(session: Session, moment: Moment, before: Root | None, root: Root) -> None:
    """The first root of a month but of a city's first, at an hour at which people work."""
    if before is None or (before.day.year, before.day.month) == (root.day.year, root.day.month):
        return
    admins = people.admins(session, moment.reach.admin, local_date(moment.now, moment.zone))
    for contact in people.contacts(session, admins, moment.reach.running):
        if contact.address is not None:
            outbox.write(
                session, address=contact.address, person_id=contact.id, message=_message(root), lane=Lane.DIGEST,
                now=moment.now, limit=moment.reach.limit(contact.address.channel),
                due=may_go(moment.now, moment.rules.book, moment.zone),
                once=f"root of {root.day} to {contact.id}",
            )  # fmt: skip


def _message(root: Root) -> Outgoing:
    text = words.ADMIN_TEXT.format(month=root.day.month, day=root.day.day, rows=root.rows, root=root.hash)
    return Outgoing(title=words.ADMIN_TITLE, text=text)
