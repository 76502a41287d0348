"""How a person stands to an order today: whose steps they may take, whether they may see it, and who is told."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from rules.kinds import OrderState, Role
from rules.orders import OrderWho
from rules.scope import HEADING, REPORTING
from storage import departments, leaves, people, secretaries
from storage.tables.ordering import Order
from storage.tables.registry import Project


def whos(session: Session, person_id: int, order: Order, today: date) -> frozenset[OrderWho]:
    found = set()
    if Role.OFFICE in people.roles_of(session, person_id, today):
        found.add(OrderWho.OFFICE)
    if person_id in those(session, OrderWho.LEADER, order, today):
        found.add(OrderWho.LEADER)
    if order.state is not OrderState.DRAFTED and _receives(session, person_id, order, today):
        found.add(OrderWho.RECEIVER)
    return frozenset(found)


def sees(session: Session, person_id: int, order: Order, today: date) -> bool:
    """Who has a part in it, who supervises, and who reports for its project once it is out."""
    if whos(session, person_id, order, today):
        return True
    if Role.SUPERVISION in people.roles_of(session, person_id, today):
        return True
    if order.project_id is None or order.state is OrderState.DRAFTED:
        return False
    return not people.answers_as(session, person_id, order.project_id, today).isdisjoint(REPORTING)


def those(session: Session, who: OrderWho, order: Order, today: date) -> list[int]:
    """The people who stand so to an order."""
    match who:
        case OrderWho.OFFICE:
            return people.in_role(session, Role.OFFICE, today)
        case OrderWho.LEADER if order.leader_id is not None:
            acting = secretaries.of_leaders(session, [order.leader_id], today)
            return [order.leader_id, *(secretary for secretary, _ in acting)]
        case OrderWho.RECEIVER if order.unit_id is not None:
            return _and_stand_ins(session, _receivers(session, order, order.unit_id, today), today)
    return []


def heads(session: Session, order: Order, today: date) -> list[int]:
    """To whom a copy goes when the receiver is late."""
    if order.unit_id is None:
        return []
    if (project_id := _own_project(session, order)) is not None:
        return people.responsible(session, project_id, HEADING, today)
    return departments.heads(session, order.unit_id, today)


def _receivers(session: Session, order: Order, unit_id: int, today: date) -> list[int]:
    """The unit's head and contact; of a project's own unit those who answer for that project."""
    if (project_id := _own_project(session, order)) is not None and (
        found := people.responsible(session, project_id, REPORTING, today)
    ):
        return found
    contacts = departments.contacts(session, unit_id, order.project_id or 0, today)
    return list(dict.fromkeys([*contacts, *departments.heads(session, unit_id, today)]))


def _own_project(session: Session, order: Order) -> int | None:
    if order.project_id is None:
        return None
    return order.project_id if session.get_one(Project, order.project_id).unit_id == order.unit_id else None


def _receives(session: Session, person_id: int, order: Order, today: date) -> bool:
    if order.unit_id is None:
        return False
    if departments.speaks_for(session, person_id, order.unit_id, today):
        return True
    return person_id in those(session, OrderWho.RECEIVER, order, today)


def _and_stand_ins(session: Session, ids: Iterable[int], today: date) -> list[int]:
    """Who is on leave is told all the same, and so is the stand-in."""
    found = list(ids)
    return list(dict.fromkeys([*found, *leaves.who_is_there(session, found, today)]))
