"""How far the opening of duties has come: a pass over all projects by id, begun anew each day and for other periods.

New projects lie behind the last id, so that a pass is never over and an idle sweep looks at one key.
"""

import json
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy.orm import Session

from storage import city_facts

SEEN, PASS = "duties: ledger seen", "duties: pass"


@dataclass(frozen=True, slots=True)
class Pass:
    """For which `periods` (progress 2012-03) the projects up to the id `after` were looked at on a `day`."""

    day: date
    periods: tuple[str, ...]
    after: int = 0


def passing(session: Session, day: date, periods: tuple[str, ...]) -> Pass:
    """The pass that goes on, or a new one."""
    wanted = Pass(day, periods)
    kept = json.loads(city_facts.value(session, PASS) or "{}")
    same = kept and (kept["day"], tuple(kept["periods"])) == (day.isoformat(), periods)
    return Pass(day, periods, kept["after"]) if same else wanted


def keep(session: Session, going: Pass) -> None:
    city_facts.keep(session, PASS, json.dumps(asdict(going) | {"day": going.day.isoformat()}))


def begin_anew(session: Session) -> None:
    city_facts.keep(session, PASS, "{}")
