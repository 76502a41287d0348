"""Facts for 代报: the project and who telephoned, then those of the conversation that is reused, as that person's."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import or_

from handlers.desk_facts import Caller, Choosable, DeskFacts
from handlers.facts import Facts, PersonFacts
from handlers.loading.base import Loading, loose
from handlers.loading.desk import choosable, chosen, of_office
from handlers.loading.issue import issue
from handlers.loading.progress import progress
from handlers.loading.zero import zero
from storage import finding, projects
from storage.tables.registry import Person, Unit

KINDS: dict[str, Callable[[Loading], Facts]] = {"progress": progress, "issue": issue, "zero": zero}


def report_for(loading: Loading) -> Facts:
    facts = of_office(_desk)(loading)
    project_id = chosen(loading, facts.desk.choosable)
    caller = str(loading.answers.get(f"for@{project_id}", ""))
    kind = loading.answers.get(f"kind@{project_id}")
    if project_id is None or kind not in KINDS or all(str(each.id) != caller for each in facts.desk.callers):
        return facts
    found = _as_theirs(loading, project_id, int(caller), str(kind))
    return replace(found, person=loading.person, desk=facts.desk, loose_media=loose(loading))


def _desk(loading: Loading) -> DeskFacts:
    # What was paused or ended may still owe its last period.
    among = or_(finding.on_list(), finding.with_awaited())
    found: Choosable = choosable(loading, among)
    project_id = chosen(loading, found)
    if project_id is None:
        return DeskFacts(choosable=found)
    ids = projects.reporters(loading.session, project_id, loading.today)
    rows = [loading.session.get_one(Person, each) for each in dict.fromkeys(ids)]
    callers = tuple(Caller(row.id, row.name, row.phone or "") for row in rows)
    return DeskFacts(choosable=found, callers=callers)


def _as_theirs(loading: Loading, project_id: int, caller: int, kind: str) -> Facts:
    """What the conversation would know if that person held it, cut to the one project."""
    person = loading.session.get_one(Person, caller)
    unit = loading.session.get_one(Unit, person.unit_id)
    theirs = replace(
        loading,
        person=PersonFacts(person.id, person.name, unit.id, unit.name),
        clerk=loading.person.id,
        answers={**_without_project(loading), "among": [str(project_id)]},
    )
    facts = _cut(KINDS[kind](theirs), project_id)
    subject = loading.answers.get(f"month@{project_id}")
    if len(facts.projects) == 1:
        sole = facts.projects[0]
        subject = f"{sole.id}.{sole.period}" if sole.period else str(sole.id)
    if subject is None:
        return facts
    about = {**theirs.answers, "project": subject}
    return _cut(KINDS[kind](replace(theirs, answers=about)), project_id)


def _without_project(loading: Loading) -> dict[str, Any]:
    """The answers without the office's own choice of the project, which is of another form."""
    return {key: answer for key, answer in loading.answers.items() if key != "project"}


def _cut(facts: Facts, project_id: int) -> Facts:
    return replace(
        facts,
        projects=tuple(each for each in facts.projects if each.id == project_id),
        zeros=tuple(each for each in facts.zeros if each.project_id == project_id),
    )
