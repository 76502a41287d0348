"""Talks: one current a person, others paused; ended ones keep their outcome for buttons pressed late."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, insert, literal_column, select, update
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


_TABLE = Talk.metadata.tables["talks"]
_talk = _TABLE.c
# Statements of the hot path: built once, of plain columns. SQLite uses a partial index only if the state stands
# in the statement as it stands in the index, not as a parameter.
_COLUMNS = select(
    _talk.id, _talk.person_id, _talk.script, _talk.answers, _talk.asked, _talk.state, _talk.outcome
)
_CURRENT = _COLUMNS.where(_talk.person_id == bindparam("person"), _talk.state == literal_column("'current'"))
_BY_ID = _COLUMNS.where(_talk.id == bindparam("talk"))
_NEWEST_PAUSED = (
    _COLUMNS.where(_talk.person_id == bindparam("person"), _talk.state == literal_column("'paused'"))
    .order_by(_talk.touched.desc())
    .limit(1)
)
_OPEN = insert(_TABLE).returning(_talk.id)
_REMEMBER = (
    update(_TABLE)
    .where(_talk.id == bindparam("talk"))
    .values(answers=bindparam("answers"), asked=bindparam("asked"), touched=bindparam("touched"))
)
_TURN = (
    update(_TABLE)
    .where(_talk.id == bindparam("talk"))
    .values(state=bindparam("state"), outcome=bindparam("outcome"), touched=bindparam("touched"))
)


def _one(session: Session, statement: Select[Any], **wanted: int) -> TalkRow | None:
    row = session.execute(statement, wanted).first()
    return TalkRow(*row) if row else None


def current(session: Session, person_id: int) -> TalkRow | None:
    return _one(session, _CURRENT, person=person_id)


def find(session: Session, talk_id: int) -> TalkRow | None:
    return _one(session, _BY_ID, talk=talk_id)


def newest_paused(session: Session, person_id: int) -> TalkRow | None:
    return _one(session, _NEWEST_PAUSED, person=person_id)


def open_answers(session: Session, person_id: int) -> list[dict[str, Any]]:
    """The answers of every talk that the person has not ended."""
    wanted = select(_talk.answers).where(_talk.person_id == person_id, _talk.state.in_(("current", "paused")))
    return list(session.scalars(wanted))


def open_talk(
    session: Session, person_id: int, script: str, answers: dict[str, Any], now: datetime
) -> TalkRow:
    """Begins a talk; the caller has paused or ended the one before."""
    values = {
        "person_id": person_id,
        "script": script,
        "answers": answers,
        "asked": "",
        "state": "current",
        "outcome": "",
        "opened": now,
        "touched": now,
    }
    talk_id = session.execute(_OPEN, values).scalar_one()
    return TalkRow(talk_id, person_id, script, answers, "", "current", "")


def remember(session: Session, talk: TalkRow, answers: dict[str, Any], asked: str, now: datetime) -> None:
    session.execute(_REMEMBER, {"talk": talk.id, "answers": answers, "asked": asked, "touched": now})


def turn_to(session: Session, talk: TalkRow, state: str, now: datetime, outcome: str = "") -> None:
    """current, paused, done or cancelled."""
    session.execute(_TURN, {"talk": talk.id, "state": state, "outcome": outcome, "touched": now})
