"""Talks: one current a person, others paused; ended ones keep their outcome for buttons pressed late."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, literal_column, select, update
from sqlalchemy.orm import Session

from storage.prepared import Change, Query
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
    touched: datetime


_TABLE = Talk.metadata.tables["talks"]
_talk = _TABLE.c
# Statements of the hot path (storage/prepared.py). SQLite uses a partial index only if the state stands
# in the statement as it stands in the index, not as a parameter.
_COLUMNS = select(
    _talk.id,
    _talk.person_id,
    _talk.script,
    _talk.answers,
    _talk.asked,
    _talk.state,
    _talk.outcome,
    _talk.touched,
)
_CURRENT = Query(
    _COLUMNS.where(_talk.person_id == bindparam("person"), _talk.state == literal_column("'current'")),
    TalkRow,
)
_BY_ID = Query(_COLUMNS.where(_talk.id == bindparam("talk")), TalkRow)
_PAUSED = Query(
    _COLUMNS.where(
        _talk.person_id == bindparam("person"), _talk.state == literal_column("'paused'")
    ).order_by(_talk.touched.desc(), _talk.id.desc()),
    TalkRow,
)
_OPEN = Query(insert(_TABLE).returning(_talk.id), int)
_REMEMBER = Change(
    update(_TABLE)
    .where(_talk.id == bindparam("talk"))
    .values(answers=bindparam("answers"), asked=bindparam("asked"), touched=bindparam("touched"))
)
_TURN = Change(
    update(_TABLE)
    .where(_talk.id == bindparam("talk"))
    .values(state=bindparam("state"), outcome=bindparam("outcome"), touched=bindparam("touched"))
)


def current(session: Session, person_id: int) -> TalkRow | None:
    return _CURRENT.first(session, person=person_id)


def find(session: Session, talk_id: int) -> TalkRow | None:
    return _BY_ID.first(session, talk=talk_id)


def paused(session: Session, person_id: int) -> list[TalkRow]:
    """What the person has set aside, the newest first."""
    return _PAUSED.all(session, person=person_id)


def last_script(session: Session, person_id: int) -> str | None:
    """What the person has talked about last."""
    newest = select(_talk.script).where(_talk.person_id == person_id).order_by(_talk.id.desc())
    return session.scalar(newest.limit(1))


def cancelled_since(session: Session, person_id: int, since: datetime) -> list[TalkRow]:
    """What the person has cancelled since then, the newest first."""
    wanted = _COLUMNS.where(
        _talk.person_id == person_id, _talk.state == "cancelled", _talk.touched >= since
    ).order_by(_talk.touched.desc(), _talk.id.desc())
    return [TalkRow(*row) for row in session.execute(wanted)]


def media_in(answers: Mapping[str, Any]) -> frozenset[int]:
    """The media that are part of these answers; the ids of several projects are texts, and none."""
    given = (answer.get("ids", ()) for answer in answers.values() if isinstance(answer, dict))
    return frozenset(each for ids in given for each in ids if isinstance(each, int))


def media_in_drafts(session: Session, person_id: int) -> frozenset[int]:
    """The media that are part of a talk which the person has not ended."""
    wanted = select(_talk.answers).where(_talk.person_id == person_id, _talk.state.in_(("current", "paused")))
    return frozenset().union(*(media_in(answers) for answers in session.scalars(wanted)))


def open_talk(
    session: Session,
    person_id: int,
    script: str,
    answers: dict[str, Any],
    now: datetime,
    state: str = "current",
) -> TalkRow:
    """Begins a talk, or a draft (paused); before a current one the caller has paused or ended the one before."""
    talk_id = _OPEN.one(
        session, person_id=person_id, script=script, answers=answers, asked="", state=state, outcome="",
        opened=now, touched=now,
    )  # fmt: skip
    return TalkRow(talk_id, person_id, script, answers, "", "current", "", now)


def remember(session: Session, talk: TalkRow, answers: dict[str, Any], asked: str, now: datetime) -> None:
    _REMEMBER.run(session, talk=talk.id, answers=answers, asked=asked, touched=now)


def turn_to(session: Session, talk: TalkRow, state: str, now: datetime, outcome: str = "") -> None:
    """To current, paused, done, cancelled or gone."""
    _TURN.run(session, talk=talk.id, state=state, outcome=outcome, touched=now)
