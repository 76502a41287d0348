"""The life of a message in words: for a terminal, and for the try-out page."""

from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.words import Words
from storage.outbox import State
from storage.post import Life, Try

SHOWN = 60  # characters of a message

# Under the name by which the rest of the program knows it, a state says too little to who looks in from outside.
MEANING = {
    State.DUE: "waits",
    State.SENDING: "is being sent",
    State.SENT: "sent: the platform took it",
    State.UNKNOWN: "unknown: it may have arrived",
    State.FAILED: "failed for good",
    State.EXPIRED: "expired: it was useless by then",
    State.NOBODY: "nobody: no channel reaches this person",
}


def in_english(life: Life, zone: ZoneInfo) -> str:
    """Nothing in it can move the cursor of a terminal or turn the writing round."""
    head = f"{life.id}  {life.lane}  {life.channel or '-'}  {life.number}".rstrip()
    lines = [f"    {_said(life.words)}", f"    written  {_at(life.written, zone)}"]
    if life.due > life.written:
        lines.append(f"    due      {_at(life.due, zone)}")
    lines += [f"    attempt  {_tried(each, zone)}" for each in life.tries]
    lines.append(f"    {MEANING[life.state]}{_when(life.ended, zone)}{_because(life)}")
    if life.acknowledged:
        lines.append(f"    acknowledged  {_at(life.acknowledged, zone)}")
    return "\n".join([head, *lines])


def in_chinese(life: Life, zone: ZoneInfo, words: Words) -> list[str]:
    lines = [words.post_written.format(at=_clock(life.written, zone))]
    if life.due > life.written:
        lines.append(words.post_due.format(at=_clock(life.due, zone)))
    for place, each in enumerate(life.tries, 1):
        outcome = words.post_outcome(each.outcome)
        lines.append(words.post_try.format(place=place, at=_clock(each.claimed, zone), outcome=outcome))
    if not life.tries or life.tries[-1].outcome != life.state:
        lines.append(words.post_state.format(state=words.post_outcome(life.state)))
    if life.acknowledged:
        lines.append(words.post_acknowledged.format(at=_clock(life.acknowledged, zone)))
    return lines


def _said(words: str) -> str:
    line = "".join(each if each.isprintable() else " " for each in words)
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


def _tried(each: Try, zone: ZoneInfo) -> str:
    note = f" ({_said(each.note)})" if each.note else ""
    end = _at(each.ended, zone) if each.ended else "…"
    return f"{_at(each.claimed, zone)} - {end}  {each.outcome}{note}"


def _when(ended: datetime | None, zone: ZoneInfo) -> str:
    return f", {_at(ended, zone)}" if ended else ""


def _because(life: Life) -> str:
    """Why it ended, if no attempt says it already."""
    told = bool(life.tries) and life.tries[-1].note == life.note
    return f" ({_said(life.note)})" if life.note and not told else ""


def _at(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}" if moment else "?"


def _clock(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%H:%M:%S}" if moment else "?"
