"""Facts for the registry in chat: who and what may be chosen, and what the change at hand would do."""

import hashlib
from dataclasses import replace

from sqlalchemy.orm import Session

from handlers.changing import as_registered, in_words
from handlers.facts import Facts
from handlers.loading.base import Loading
from handlers.moments import day
from handlers.registry_facts import Appointment, RegistryFacts, Someone, WorkbookFacts
from handlers.scope import within_reach
from handlers.wording.naming import role_name
from rules.kinds import Role
from rules.scope import HEADING
from storage import changes, handovers, people, projects, registry, secretaries, workbooks
from storage.changes import RowChange
from storage.entries import PEOPLE, PROJECTS
from storage.preview import Preview
from storage.tables.reporting import MediaFile
from storage.tables.traffic import Workbook

UNCONFIRMED = 10  # hand-overs that the menu names


def base(loading: Loading) -> RegistryFacts:
    """What the sender is: every loader of the registry begins with it."""
    roles = people.roles_of(loading.session, loading.person.id, loading.today)
    return RegistryFacts(
        today=loading.today, office=Role.OFFICE in roles, heads=not roles.isdisjoint(HEADING)
    )


def told(loading: Loading, facts: RegistryFacts) -> Facts:
    return Facts(loading.city.words, loading.person, registry=facts)


def listed(loading: Loading, unit_id: int | None = None) -> tuple[Someone, ...]:
    return tuple(
        Someone(row.id, row.name, row.unit_id, row.unit, row.phone or "")
        for row in people.listed(loading.session, unit_id)
    )


def of_mine(loading: Loading, facts: RegistryFacts) -> tuple[Someone, ...]:
    """Whom the sender may act on: the office on all, a head on themselves and whoever of the unit is in reach."""
    if facts.office:
        return listed(loading)
    if not facts.heads:
        return ()
    staff = listed(loading, loading.person.unit_id)
    near = within_reach(loading.session, [each.id for each in staff], loading.today) | {loading.person.id}
    return tuple(each for each in staff if each.id in near)


def workbook(loading: Loading) -> Facts:
    """The workbook that a button names, or the sender's newest; with the plan that was shown and as it is now."""
    facts = base(loading)
    media, _, seen = str(loading.answers.get("workbook", "")).partition(".")
    row = workbooks.waiting(loading.session, loading.person.id, int(media) if media.isdecimal() else None)
    if row is None or not facts.office:
        return told(loading, facts)
    preview = planned(loading.session, row, loading.plans)
    name = loading.session.get_one(MediaFile, row.media_id).name
    shown = WorkbookFacts(
        row.media_id, name, preview.summary(), plan_digest(preview), seen,
        ok=preview.ok, changes_nothing=preview.changes_nothing,
    )  # fmt: skip
    return told(loading, replace(facts, workbook=shown))


def planned(session: Session, row: Workbook, plans: dict[int, Preview]) -> Preview:
    """What the workbook would do, planned once a turn: the plan that was compared is the one that is written."""
    if row.media_id not in plans:
        plans[row.media_id] = registry.plan(session, workbooks.book_of(row))
    return plans[row.media_id]


def plan_digest(preview: Preview) -> str:
    """By what a plan is known to be the one that was shown: everything that it would write."""
    return hashlib.sha256(repr((preview.errors, preview.work)).encode()).hexdigest()[:12]


def change_project(loading: Loading) -> Facts:
    facts = base(loading)
    if not facts.office:
        return told(loading, facts)
    rows = tuple((row.id, row.number, row.name) for row in projects.listed(loading.session))
    return told(loading, _changed(loading, replace(facts, projects=rows), PROJECTS))


def change_person(loading: Loading) -> Facts:
    facts = base(loading)
    if not facts.office:
        return told(loading, facts)
    return told(loading, _changed(loading, replace(facts, people=listed(loading)), PEOPLE))


def _changed(loading: Loading, facts: RegistryFacts, sheet: str) -> RegistryFacts:
    """The chosen row as it is registered, and what the new value would do to it."""
    answers, subject = loading.answers, str(loading.answers.get("subject", ""))
    known = {str(each.id) for each in facts.people} | {str(project) for project, _, _ in facts.projects}
    if subject not in known:
        return facts
    current = as_registered(loading.session, sheet, int(subject), loading.today)
    facts = replace(facts, current=current)
    field = str(answers.get("field") or answers.get("role") or "")
    value = typed(answers.get(f"value@{subject}.{field}"))
    if value is None:
        return facts
    return _planned(loading, facts, RowChange(sheet, int(subject), {field: value}))


def _planned(loading: Loading, facts: RegistryFacts, change: RowChange) -> RegistryFacts:
    preview = changes.plan_change(loading.session, change, loading.today)
    return replace(facts, change=in_words(loading.city, change, preview))


def typed(stored: object) -> str | None:
    """What a cell would hold for a stored answer of `Text`, or the id of a `Choice`; None if it is unanswered."""
    if isinstance(stored, str):
        return stored
    if not isinstance(stored, dict):
        return None
    text = stored.get("text", stored.get("quick"))
    return "" if stored.get("quick") == "-" else text


def add_project(loading: Loading) -> Facts:
    facts = base(loading)
    if not facts.office:
        return told(loading, facts)
    reporters = set(people.in_role(loading.session, Role.REPORTER, loading.today))
    staff = tuple(
        replace(each, roles=frozenset({Role.REPORTER} if each.id in reporters else ()))
        for each in listed(loading)
    )
    fields = ("name", "unit", "kind", "total_investment", "amount", "stage", "reporters")
    return told(loading, _added(loading, replace(facts, people=staff), PROJECTS, fields))


def add_person(loading: Loading) -> Facts:
    facts = base(loading)
    if not facts.office:
        return told(loading, facts)
    return told(loading, _added(loading, facts, PEOPLE, ("name", "unit", "phone", "title", "roles")))


def _added(loading: Loading, facts: RegistryFacts, sheet: str, fields: tuple[str, ...]) -> RegistryFacts:
    """The units; and once every field is answered, what adding the row would do."""
    units = people.units(loading.session)
    facts = replace(facts, units=tuple(units.items()))
    unit = str(loading.answers.get("unit", ""))
    values = {
        name: typed(loading.answers.get(f"reporters@{unit}" if name == "reporters" else name))
        for name in fields
    }
    if any(value is None for value in values.values()) or not unit.isdecimal() or int(unit) not in units:
        return facts
    given = {name: value for name, value in values.items() if value is not None}
    return _planned(loading, facts, RowChange(sheet, None, {**given, "unit": units[int(unit)]}))


def accounts(loading: Loading) -> Facts:
    """For 解绑 and 换号."""
    facts = base(loading)
    facts = replace(facts, people=of_mine(loading, facts))
    subject = str(loading.answers.get("subject", ""))
    if not any(str(each.id) == subject for each in facts.people):
        return told(loading, facts)
    bound = people.has_account(loading.session, int(subject))
    staff = tuple(replace(each, bound=bound) if str(each.id) == subject else each for each in facts.people)
    held = handovers.held_by(loading.session, int(subject), loading.today)
    count = len({project for of_role in held.values() for project in of_role})
    return told(loading, replace(facts, people=staff, duties_of=count))


def secretary(loading: Loading) -> Facts:
    facts = base(loading)
    if not facts.office:
        return told(loading, facts)
    staff = listed(loading)
    leaders = set(people.in_role(loading.session, Role.LEAD_LEADER, loading.today))
    rows = secretaries.current(loading.session, loading.today)
    names = people.names(loading.session, [each for row in rows for each in (row.person_id, row.leader_id)])
    return told(
        loading,
        replace(
            facts,
            people=staff,
            others=tuple(each for each in staff if each.id in leaders),
            appointments=tuple(
                Appointment(row.id, names[row.person_id], names[row.leader_id]) for row in rows
            ),
        ),
    )


def menu(loading: Loading) -> Facts:
    facts = base(loading)
    return told(loading, replace(facts, unconfirmed=_unconfirmed(loading) if facts.office else ()))


def _unconfirmed(loading: Loading) -> tuple[str, ...]:
    words, rows = loading.city.words, handovers.unconfirmed(loading.session)
    everybody = [each for packet, _ in rows for each in (packet.from_id, packet.to_id)]
    names = people.names(loading.session, everybody)
    lines = [
        words.unconfirmed_line.format(
            giver=names[packet.from_id], taker=names[packet.to_id], role=role_name(packet.role),
            count=len(packet.project_ids), day=day(packet.at, loading.city.zone),
            who=words.list_separator.join(names[each] for each in who),
        )
        for packet, who in rows[:UNCONFIRMED]
    ]  # fmt: skip
    if len(rows) > UNCONFIRMED:
        lines.append(words.unconfirmed_more.format(count=len(rows) - UNCONFIRMED))
    return tuple(lines)
