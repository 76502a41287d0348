"""What happens once, by its key: asked for in every sweep."""

from datetime import datetime

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from storage.prepared import Change, Query
from storage.tables.traffic import Occurrence

_T = Occurrence.metadata.tables["occurrences"]
_KNOWN = Query(select(_T.c.at).where(_T.c.key == bindparam("of_key")), lambda at: at)
_CLAIM = Change(insert(_T))


def happened(session: Session, key: str) -> bool:
    return _KNOWN.first(session, of_key=key) is not None


def claim(session: Session, key: str, now: datetime) -> None:
    """Raises IntegrityError if it has happened."""
    _CLAIM.run(session, key=key, at=now)
