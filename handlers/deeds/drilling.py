"""上报演练: a made-up major problem down the real ladder. It is counted nowhere (`storage.issues.REAL`)."""

from handlers.commands import StartDrill
from handlers.deeds.alarm import raise_alarm
from handlers.deeds.problems import told_lines
from handlers.moments import day_and_hour
from handlers.outcome import Outcome, enter
from handlers.turning import Turn
from rules.kinds import Severity
from storage import escalations, issues, projects
from storage import rules as stored_rules
from storage.issue_life import Rules
from storage.messages import Outgoing
from storage.tables.registry import Project
from storage.tables.reporting import Issue


def start_drill(turn: Turn, command: StartDrill) -> Outcome:
    words, rules = turn.city.words, stored_rules.in_force(turn.session)
    project = turn.session.get_one(Project, command.project_id)
    issue = Issue(
        project_id=project.id, unit_id=project.unit_id, severity=Severity.MAJOR, drill=True,
        category=rules.book.categories[0].key, what=words.drill_what, help_needed=words.drill_help,
        found=turn.now, filed_by=turn.person.id, filed=turn.now, rules_version=rules.version,
    )  # fmt: skip
    issues.register(turn.session, issue, turn.now, Rules(rules.book, turn.city.zone))
    enter(turn, project.unit_id, "start_drill", issue=issue.number, project=project.id)
    told = raise_alarm(turn, issue, rules)
    row = escalations.of_issue(turn.session, issue.id)
    ends = day_and_hour(row.ends, turn.city.zone) if row and row.ends else ""
    title = words.drill_started.format(number=issue.number)
    lines = [
        projects.named(turn.session, project.id).name,
        *told_lines(turn, told),
        words.drill_ends.format(time=ends),
    ]
    return Outcome(Outgoing(title=title, text="\n".join(lines)), issue.number, title)
