"""What conversations about the registry share: choosing a person, a field's value, and the card of a change."""

from collections.abc import Sequence

from handlers.card import Confirm, Mend
from handlers.conversation import Dialogue
from handlers.facts import Facts
from handlers.questions import Choice, Text
from handlers.reading import Item
from handlers.registry_facts import Someone
from storage.entries import HEADINGS, KIND_WORDS, ROLE_WORDS, STAGE_WORDS

NO = "-"  # the id of the button that empties a field, or leaves it empty

# What the office may change here; the rest of a row (identity, opening figures) is the file's.
PROJECT_FIELDS = (
    *("name", "unit", "total_investment", "amount", "goal", "stage", "reporters", "deputies", "heads"),
    *("lead_leaders", "lead_departments", "start_planned", "start_actual", "finish_planned", "finish_actual"),
    *("not_started_because", "kind", "category", "district", "front", "nature", "content", "code"),
)
PERSON_FIELDS = ("name", "phone", "title", "roles", "unit")
PEOPLE_FIELDS = ("reporters", "deputies", "heads", "lead_leaders", "lead_departments")
NEVER_EMPTY = ("name", "unit", "total_investment", "stage", "kind", "roles", "phone", "code")
FIXED: dict[str, Sequence[str]] = {
    "stage": tuple(STAGE_WORDS), "kind": tuple(KIND_WORDS), "roles": tuple(ROLE_WORDS)
}  # fmt: skip


def someone(facts: Facts, key: str, prompt: str, people: Sequence[Someone]) -> Choice:
    """A choice among people: the newest screen of them, and whoever is typed."""
    items = tuple(Item(str(each.id), each.label, (each.name, each.phone)) for each in people)
    hint = facts.words.search_hint if len(items) > 1 else ""
    return Choice(key, prompt, hint=hint, items=items)


def chosen(people: Sequence[Someone], answer: str) -> Someone:
    return next(each for each in people if str(each.id) == answer)


def field_name(sheet: str, field: str) -> str:
    return HEADINGS[sheet][field]


def value_question(facts: Facts, sheet: str, field: str, key: str) -> Text:
    """What a field becomes, typed as it would stand in a cell; ready words where there are any."""
    words, now = facts.words, facts.registry.current.get(field, "")
    hints = [words.value_now.format(value=now) if now else words.value_empty]
    if field in PEOPLE_FIELDS:
        hints.append(words.value_people)
    quick = [Item(word, word) for word in FIXED.get(field, ())]
    if field not in NEVER_EMPTY:
        quick.append(Item(NO, words.value_clear))
    prompt = words.ask_value.format(field=field_name(sheet, field))
    return Text(key, prompt, hint="\n".join(hints), quick=tuple(quick), longest=500)


def typed(answer: str) -> str:
    """An answer of `Text` as a cell holds it: the word of its button, or what was typed."""
    word = answer.removeprefix("\0")
    return "" if answer.startswith("\0") and word == NO else word


def agreed(
    facts: Facts, key: str, title: str, agree: str, editable: Sequence[Item], extra: Sequence[str] = ()
) -> Dialogue[None]:
    """The card of a change; where something speaks against it, only that can be mended."""
    words, change = facts.words, facts.registry.change
    if change is not None and (change.errors or not change.lines):
        wrong = "\n".join(change.errors) or words.card_no_change
        yield from Mend.of(f"confirm@{key}", words.card_mend, wrong, editable=editable)
        return
    summary = "\n".join([*(change.lines if change else ()), *extra])
    yield from Confirm.of(f"confirm@{key}", title, summary, editable=editable, agree=agree)


def project_items(facts: Facts) -> tuple[Item, ...]:
    return tuple(
        Item(str(each), name, (f"{number}号", str(number))) for each, number, name in facts.registry.projects
    )


def unit_items(facts: Facts) -> tuple[Item, ...]:
    return tuple(Item(str(each), name) for each, name in facts.registry.units)
