"""Facts for 演练: the projects that can be used, and whom the drill would tell."""

from dataclasses import replace

from handlers.desk_facts import DeskFacts
from handlers.facts import Facts
from handlers.loading.base import Loading
from handlers.loading.desk import choosable, chosen, of_office
from handlers.loading.issue import told_names
from storage import finding
from storage import rules as stored_rules


def drill(loading: Loading) -> Facts:
    facts = of_office(_desk)(loading)
    project_id = chosen(loading, facts.desk.choosable)
    if project_id is None:
        return facts
    book = stored_rules.in_force(loading.session).book
    return replace(facts, alerted={project_id: told_names(loading, book, project_id)})


def _desk(loading: Loading) -> DeskFacts:
    return DeskFacts(choosable=choosable(loading, finding.on_list()))
