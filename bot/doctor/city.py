"""What the database says: whether it takes writes, the rules, the calendar, who cannot be reached, what is stuck.

Carried out where the database is open, as every command (bot/office.py): in the running server, or here.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.doctor.line import Line, fail, ok, warn
from rules.book import Book
from rules.workdays import calendar_of
from storage import claiming, inbox, people
from storage import rules as stored_rules
from storage.messages import Account
from storage.outbox import State
from storage.tables.ledger import CityFact
from storage.tables.registry import Person, Project
from storage.waits import counts

SHOWN = 5
# The State Council publishes a year's holidays in the autumn before; from then on it can be known.
NEXT_YEAR_FROM = 12
# A message's lease outlasts its sending by thirty seconds (bot/delivery.py).
APART_WARN, APART_FAIL = 5.0, 20.0
STUCK = timedelta(minutes=5)


def examine(
    session: Session, now: datetime, today: date, running: Collection[Account], admin: str
) -> list[Line]:
    """`now` is the machine's, `today` the city's day."""
    session.merge(CityFact(name="examined", value=now.isoformat()))
    session.flush()
    book = stored_rules.in_force(session).book if stored_rules.newest(session) else None
    return [
        ok("database", "it takes writes"),
        *_clock(session, now),
        *([_calendar(book, today)] if book else []),
        _registry(session),
        _reached(session, running),
        _admins(session, admin, today, running),
        _parked(session),
        _waiting(session, now),
    ]


def _clock(session: Session, now: datetime) -> list[Line]:
    """Beside the server's: what a process was sending is judged by the clocks of the others."""
    if not claiming.has_many_writers(session):
        return []
    drift = (now - claiming.clock(session, now)).total_seconds()
    words = f"{abs(drift):.0f} s {'ahead of' if drift > 0 else 'behind'} the database server's"
    if abs(drift) < APART_WARN:
        return [ok("clocks", words)]
    level = fail if abs(drift) > APART_FAIL else warn
    return [level("clocks", words, "set the clocks of all machines of this city (NTP)")]


def _calendar(book: Book, today: date) -> Line:
    years = [today.year, *([today.year + 1] if today.month >= NEXT_YEAR_FROM else [])]
    unknown = [str(year) for year in years if not calendar_of(book).known(year)]
    if not unknown:
        return ok("calendar", f"the holidays of {', '.join(map(str, years))} are known")
    return warn(
        "calendar", f"the holidays of {', '.join(unknown)} are not known: its dates follow weekends only",
        "write them into [calendar] of the rules file, or install a newer chinesecalendar",
    )  # fmt: skip


def _registry(session: Session) -> Line:
    count = session.scalar(select(func.count()).select_from(Project)) or 0
    if count:
        return ok("registry", f"{count} projects")
    return warn("registry", "no project", "sanbao import FILE.xlsx")


def _reached(session: Session, running: Collection[Account]) -> Line:
    active = list(session.scalars(select(Person.id).where(Person.active.is_(True)).order_by(Person.id)))
    nowhere = [each.name for each in people.contacts(session, active, running) if each.address is None]
    if not nowhere:
        return ok("people", f"all {len(active)} can be reached")
    shown = ", ".join(nowhere[:SHOWN]) + (", ..." if len(nowhere) > SHOWN else "")
    return warn(
        "people", f"{len(nowhere)} of {len(active)} cannot be reached: {shown}",
        "sanbao invite --all-unbound FILE.xlsx makes codes for those who are not bound",
    )  # fmt: skip


def _admins(session: Session, admin: str, today: date, running: Collection[Account]) -> Line:
    found = people.contacts(session, people.admins(session, admin, today), running)
    reached = [each.name for each in found if each.address is not None]
    nobody = nobody_called(session, admin)
    if reached and nobody:
        return warn(
            "admin", f"{nobody}; faults are told to {', '.join(reached)}, with the role 管理员",
            "set SANBAO_ADMIN to the phone or id of somebody of the city, or take it out",
        )  # fmt: skip
    if reached:
        return ok("admin", f"faults are told to {', '.join(reached)}")
    return fail(
        "admin", f"{nobody}; nobody would be told of a fault" if nobody else "nobody would be told of a fault",
        "set SANBAO_ADMIN to a phone or id, or give somebody the role 管理员, and bind them (sanbao invite)",
    )  # fmt: skip


def nobody_called(session: Session, admin: str) -> str:
    """A sentence on a SANBAO_ADMIN who is not in the city; empty if it names somebody, or nothing."""
    if not admin or people.called(session, admin):
        return ""
    return f"SANBAO_ADMIN: found {admin!r}, and nobody in the city has this phone or id"


def _parked(session: Session) -> Line:
    count = len(inbox.parked(session))
    if not count:
        return ok("parked", "no message met a fault")
    return warn(
        "parked", f"{count} messages met a fault", "sanbao parked shows them, --all has them tried again"
    )


def _waiting(session: Session, now: datetime) -> Line:
    oldest, out = inbox.oldest_new(session), counts(session)
    if oldest is not None and now - oldest > STUCK:
        minutes = int((now - oldest).total_seconds() / 60)
        return fail(
            "queues", f"a message has not been taken for {minutes} minutes",
            "is `sanbao serve` running? Its log says what it does",
        )  # fmt: skip
    bad = out[State.FAILED] + out[State.UNKNOWN]
    return ok(
        "queues", f"{out[State.DUE]} wait to be sent; {bad} of all ended badly (sanbao messages --to PERSON)"
    )
