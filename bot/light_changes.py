"""What a rules text would do to the lights (灯色) of the projects there are, before it is taken."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from rules.book import Book
from rules.light_words import LIGHTS, told
from storage import lighting

SHOWN = 500  # projects, on a terminal


def light_changes(session: Session, book: Book, now: datetime, zone: ZoneInfo) -> list[str]:
    """Which projects would have another light under these rules, as of now: from what, to what, and why."""
    today, lines, total = now.astimezone(zone).date(), list[str](), 0
    for each, before in lighting.would_turn(session, book, now, zone):
        total += 1
        if total <= SHOWN:
            after = told(each.judged.light, each.judged.why, today)
            lines.append(f"  {each.number}号 {each.name}: {LIGHTS[before]} -> {after}")
    if not total:
        return ["No project would change its light."]
    rest = [f"  ... and {total - SHOWN} more."] if total > SHOWN else []
    return [f"{total} projects would change their light:", *lines, *rest]
