"""Leaders in a test: time passes, sweeps reach people, and what was said unasked is read from the outbox."""

from datetime import date, time

from sqlalchemy.orm import Session

from reminders.reach import Reach
from reminders.sweep import sweep
from rules.kinds import Lane, Often, Role
from storage import digests
from storage.digests import Choice
from storage.messages import Outgoing
from storage.tables.registry import Person, Project, Unit
from tests.builders import a_responsibility
from tests.chat import CITY, ZONE, Chat
from tests.town import Town, someone

REACH = Reach(running=CITY.running, limits={"chat": 4096})


def sweeps(town: Town) -> None:
    """Sweeps until nothing is due, and reaches whoever is bound."""
    while town.do(lambda session: sweep(session, town.clock.now, ZONE, None, REACH)):
        pass


def reaches(town: Town, month: int, day: int, hour: int = 8, minute: int = 3) -> None:
    town.clock.strike(month, day, hour, minute)
    sweeps(town)


def unasked(chat: Chat) -> list[Outgoing]:
    """What was said to a person as a digest, oldest first."""
    return [Outgoing.model_validate(row.body) for row in chat.rows() if row.lane == Lane.DIGEST.order]


def person_of(chat: Chat) -> int:
    return int(chat.user) - 1000


def wants(town: Town, chat: Chat, **given: object) -> None:
    """How a person wants digests: daily at 8:03 with one line when nothing is new, but for what is given."""
    usual: dict[str, object] = {"often": Often.DAILY, "at": time(8, 3), "silent": False}
    choice = Choice(**{**usual, **given})  # type: ignore[arg-type]  # fields by name
    town.do(lambda session: digests.choose(session, person_of(chat), choice, town.clock.now))


def another_leader(town: Town, *project_ids: int, since: date = date(2012, 1, 1)) -> Chat:
    """A leader of these projects alone."""

    def work(session: Session) -> int:
        city = session.get_one(Unit, session.get_one(Person, person_of(town.leader)).unit_id)
        leader = someone(session, city, "刘副市长", Role.LEAD_LEADER)
        for project_id in project_ids:
            project = session.get_one(Project, project_id)
            a_responsibility(session, project, leader, Role.LEAD_LEADER, since=since)
        return leader.id

    return town.chat(str(town.do(work) + 1000))
