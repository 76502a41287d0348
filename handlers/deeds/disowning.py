"""不归我报: the office is told; until it changes the responsibility, the person still owes the project."""

from handlers.commands import DisownProject
from handlers.conversations.not_mine import reasons
from handlers.outcome import Outcome, enter
from handlers.turning import Turn
from rules.kinds import Lane, Role
from storage import people, projects
from storage.messages import Outgoing


def disown_project(turn: Turn, command: DisownProject) -> Outcome:
    words, project = turn.city.words, projects.named(turn.session, command.project_id)
    reason = reasons(words)[command.reason]
    enter(turn, project.unit_id, "disown_project", project=project.id, reason=command.reason)
    message = Outgoing(
        text=words.told_not_mine.format(
            unit=turn.person.unit,
            name=turn.person.name,
            phone=turn.person.phone,
            project=project.name,
            reason=reason,
        )
    )
    office = people.in_role(turn.session, Role.OFFICE, turn.today)
    for contact in people.contacts(turn.session, office, turn.city.running):
        once = f"not mine:{turn.person.id}:{project.id}:{command.reason}:{turn.today}:{contact.id}"
        turn.push(contact, message, Lane.REMINDER, once=once)
    text = words.not_mine_told.format(project=project.name, reason=reason)
    return Outcome(Outgoing(text=text), summary=text)
