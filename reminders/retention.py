"""Photos and files that were kept long enough: marked here, with a line in the ledger of the unit they belong to.

Their bytes are deleted by the running program afterwards (`bot/tidying.py`): a sweep touches no file.
"""

from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from rules.book import MediaLimits
from storage import ledger, retention
from storage.retention import Due


def expire_some(session: Session, rules: MediaLimits, now: datetime, zone: ZoneInfo, most: int) -> bool:
    """Marks up to `most` files; True if there may be more."""
    loose = retention.loose_due(session, now - timedelta(days=rules.loose_days))[:most]
    filed = retention.filed_due(session, _years_before(now, rules.keep_years, zone), most - len(loose))
    for why, due in (("loose", loose), ("filed", filed)):
        retention.expire(session, [each.id for each in due])
        _enter(session, due, why, now)
    return bool(loose or filed)


def _years_before(now: datetime, years: int, zone: ZoneInfo) -> datetime:
    """The same day of the year, or the 28th where there was no 29 February."""
    local = now.astimezone(zone)
    day = 28 if (local.month, local.day) == (2, 29) else local.day
    return datetime.combine(date(local.year - years, local.month, day), local.time(), tzinfo=zone)


def _enter(session: Session, due: list[Due], why: str, now: datetime) -> None:
    """What was removed, by hash: no names, so that the row can stay for ever."""
    for unit_id, files in groupby(sorted(due, key=lambda each: each.unit_id), key=lambda each: each.unit_id):
        hashes = [each.sha256 for each in files]
        ledger.append(
            session, chain=f"unit:{unit_id}", who="system", act="expire_media", now=now,
            facts={"why": why, "count": len(hashes), "sha256": sorted(filter(None, hashes))},
        )  # fmt: skip
