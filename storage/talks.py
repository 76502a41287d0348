"""Talks: one current a person, others paused; ended ones keep their outcome for buttons pressed late."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from storage.tables.traffic import Talk


@dataclass(frozen=True, slots=True)
class TalkRow:
    id: int
    person_id: int
    script: str
    answers: dict[str, Any]
    asked: str
    state: str
    outcome: str


_COLUMNS = select(Talk.id, Talk.person_id, Talk.script, Talk.answers, Talk.asked, Talk.state, Talk.outcome)


def current(session: Session, person_id: int) -> TalkRow | None:
    row = session.execute(_COLUMNS.where(Talk.person_id == person_id, Talk.state == "current")).first()
    return TalkRow(*row) if row else None


def find(session: Session, talk_id: int) -> TalkRow | None:
    row = session.execute(_COLUMNS.where(Talk.id == talk_id)).first()
    return TalkRow(*row) if row else None


def newest_paused(session: Session, person_id: int) -> TalkRow | None:
    row = session.execute(
        _COLUMNS.where(Talk.person_id == person_id, Talk.state == "paused")
        .order_by(Talk.touched.desc())
        .limit(1)
    ).first()
    return TalkRow(*row) if row else None


def open_talk(
    session: Session, person_id: int, script: str, answers: dict[str, Any], now: datetime
) -> TalkRow:
    """Begins a talk; the caller has paused or ended the one before."""
    talk_id = session.execute(
        insert(Talk)
        .values(person_id=person_id, script=script, answers=answers, asked="", state="current", outcome="",
                opened=now, touched=now)
        .returning(Talk.id)
    ).scalar_one()  # fmt: skip
    return TalkRow(talk_id, person_id, script, answers, "", "current", "")


def remember(session: Session, talk: TalkRow, answers: dict[str, Any], asked: str, now: datetime) -> None:
    session.execute(update(Talk).where(Talk.id == talk.id).values(answers=answers, asked=asked, touched=now))


def turn_to(session: Session, talk: TalkRow, state: str, now: datetime, outcome: str = "") -> None:
    """current, paused, done or cancelled."""
    session.execute(update(Talk).where(Talk.id == talk.id).values(state=state, outcome=outcome, touched=now))
