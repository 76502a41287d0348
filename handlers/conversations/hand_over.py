"""交接: one's own projects to a colleague, or those of somebody of the unit; the office's for anybody.

> 交接
交给谁？ [李四（城北区住建局）]
> [李四（城北区住建局）]
请核对：张三交接给李四 [✅ 确认交接] [改日期] [只交其中几个]
> [✅ 确认交接]
交接已办：张三→李四
"""

from datetime import date

from handlers.card import Confirm
from handlers.commands import HandOver, Tell
from handlers.conversation import Dialogue
from handlers.conversations.registering import chosen, someone
from handlers.dates import Date
from handlers.facts import Facts
from handlers.questions import Choice, Several
from handlers.reading import Item
from handlers.registry_facts import Held, Someone
from handlers.wording.naming import role_name

SHOWN = 15


def hand_over(facts: Facts) -> Dialogue[HandOver | Tell]:
    words, registry = facts.words, facts.registry
    if not registry.people:
        return Tell(text=words.handover_nothing)
    giver = yield from _giver(facts)
    if not registry.held:
        return Tell(text=words.handover_nothing)
    held = yield from _role(facts, giver)
    key = f"{giver.id}.{held.role}"
    if not registry.others:
        return Tell(text=words.handover_nobody)
    taker = chosen(registry.others, (yield from someone(facts, f"to@{key}", words.ask_to, registry.others)))
    since = yield from Date(
        f"since@{key}",
        words.ask_since,
        hint=words.day_hint,
        optional=True,
        today=registry.today,
        earliest=registry.today,
        quick=(Item("today", words.since_today),),
    )
    items = tuple(Item(str(each), name) for each, name in held.projects)
    picked = yield from Several(f"projects@{key}", words.ask_handover_projects, items=items, optional=True)
    ids = tuple(each for each, _ in held.projects if picked is None or str(each) in picked)
    command = HandOver(
        giver.id, taker.id, held.role, ids, since if isinstance(since, date) else registry.today
    )
    yield from _card(facts, key, giver, taker, held, command)
    return command


def _giver(facts: Facts) -> Dialogue[Someone]:
    people = facts.registry.people
    if len(people) == 1:
        return people[0]
    return chosen(people, (yield from someone(facts, "from", facts.words.ask_from, people)))


def _role(facts: Facts, giver: Someone) -> Dialogue[Held]:
    words, held = facts.words, facts.registry.held
    if len(held) == 1:
        return held[0]
    items = tuple(
        Item(each.role, words.role_with_count.format(role=role_name(each.role), count=len(each.projects)))
        for each in held
    )
    answer = yield from Choice(f"role@{giver.id}", words.ask_role.format(name=giver.name), items=items)
    return next(each for each in held if each.role == answer)


def _card(
    facts: Facts, key: str, giver: Someone, taker: Someone, held: Held, command: HandOver
) -> Dialogue[None]:
    words = facts.words
    since = f"{command.since.month}月{command.since.day}日"
    names = [name for each, name in held.projects if each in command.project_ids]
    lines = [
        words.handover_role_line.format(role=role_name(held.role), since=since, taker=taker.name),
        *(f"· {name}" for name in names[:SHOWN]),
        *([words.packet_more.format(count=len(names) - SHOWN)] if len(names) > SHOWN else []),
        words.handover_past_line.format(since=since, giver=giver.name),
    ]
    editable = [Item(f"since@{key}", words.handover_day)]
    if len(held.projects) > 1:
        editable.append(Item(f"projects@{key}", words.handover_some))
    yield from Confirm.of(
        f"confirm@{key}",
        words.card_handover.format(giver=giver.name, taker=taker.name),
        "\n".join(lines),
        agree=words.handover_agree,
        editable=editable,
    )
