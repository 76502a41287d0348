"""The city as one workbook (.xlsx): registry, duties, reports with every version, problems, figures.

Rule 1  It is read in one transaction, so that the sheets agree with each other, and streamed, so that a long history
        takes time and not memory.
Rule 2  Headings that the registry workbook has too mean the same (`storage/entries.py`). Money is in yuan here, in 万元
        there (`storage/xlsx.py`).
Rule 3  A figure that cannot be known is an empty cell, never a zero.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from storage.export import courses, duties, problems, registry, reports, reviews
from storage.xlsx import to_workbook


def export(session: Session, now: datetime, zone: ZoneInfo) -> bytes:
    """The workbook as of `now`."""
    today = now.astimezone(zone).date()
    sheets = [
        registry.projects(session, today),
        registry.people(session, today),
        duties.ledger(session, now, zone),
        reports.progress(session, today),
        reports.versions(session),
        problems.problems(session),
        courses.courses(session),
        duties.shares(session, now, zone),
        reviews.monthly(session),
    ]
    return to_workbook(sheets, zone)
