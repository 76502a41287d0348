"""The sentences in force: the words file's text as it was taken last; each change stands in the city's ledger."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy.orm import Session

from rules.changes import Change
from storage import ledger
from storage.tables.ledger import CityFact

_NAME = "words file"


def standing(session: Session) -> str:
    """The text taken last; empty for the sentences out of the box."""
    row = session.get(CityFact, _NAME)
    return row.value if row else ""


def take(session: Session, text: str, changed: Sequence[Change], now: datetime) -> None:
    """Remembers a text as the one in force, with what it changed of the sentences before it."""
    session.merge(CityFact(name=_NAME, value=text))
    ledger.append(
        session, chain="city", who="system", act="take_words", now=now,
        facts={"sha256": hashlib.sha256(text.encode()).hexdigest(),
               "changes": [asdict(change) for change in changed]},
    )  # fmt: skip
    session.flush()
