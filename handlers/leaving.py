"""What 暂停 and 结束 ask alike: which project, why, and a card that says what is still owed and what is not."""

from handlers.card import Confirm
from handlers.commands import Tell
from handlers.conversation import Dialogue
from handlers.desk_steps import ask_because, called, choose_project, nothing_to_choose
from handlers.facts import Facts
from handlers.reading import Item


def leave(facts: Facts, prompt: str, reasons: str, card: str) -> Dialogue[tuple[int, str] | Tell]:
    """The project's id and the reason."""
    desk, words = facts.desk, facts.words
    if not desk.office:
        return Tell(text=words.desk_only)
    if nothing_to_choose(desk.choosable):
        return Tell(text=words.on_list_none)
    project = yield from choose_project(facts, prompt)
    because = yield from ask_because(facts, project.id, project.name, reasons)
    yield from Confirm.of(
        f"confirm@{project.id}",
        card.format(project=project.name),
        "\n".join([words.line_because.format(text=because), words.line_leaves, *_what_follows(facts)]),
        agree=words.desk_confirm,
        editable=(Item(f"because@{project.id}", words.edit_because),),
    )
    return project.id, because


def _what_follows(facts: Facts) -> list[str]:
    words, lines = facts.words, []
    for stays, line in ((True, words.line_stays_owed), (False, words.line_falls_away)):
        names = [
            called(words, duty) for duty in facts.desk.duties if duty.stays is stays and not duty.is_exempt
        ]
        if names:
            lines.append(line.format(text=words.list_separator.join(names)))
    return lines
