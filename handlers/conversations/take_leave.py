"""请假: a person is away for some days, and a colleague stands in. A head sets it for the unit, the office for all.

> 请假
哪几天请假？ [今天] [明天]
> 4月1日到4月10日
这几天由谁代？ [李四] [赵局长] [不用人代]
> [李四]
请核对：张三请假 [✅ 确认请假] [改日期] [改代班人]
> [✅ 确认请假]
请假已记下：张三 4月1日至4月10日
> 4月12日请假 由李四代
请核对：张三请假 [✅ 确认请假] [改日期] [改代班人]
"""

from datetime import timedelta

from handlers.card import Confirm, Mend
from handlers.commands import SetLeave
from handlers.conversation import Dialogue
from handlers.conversations.registering import chosen
from handlers.facts import Facts
from handlers.moments import day_of
from handlers.questions import Choice
from handlers.reading import Item
from handlers.registry_facts import Someone
from handlers.spans import Span
from handlers.words import Words
from rules.spans import Days

NOBODY = "-"


def take_leave(facts: Facts) -> Dialogue[SetLeave]:
    words, registry = facts.words, facts.registry
    person = yield from _who(facts)
    quick = (Item("今天", words.leave_today), Item("明天", words.leave_tomorrow))
    days = yield from Span(
        f"days@{person.id}",
        words.ask_leave_days.format(name="" if person.id == facts.person.id else person.name),
        hint=words.leave_days_hint,
        today=registry.today,
        quick=quick,
    )
    stand_in = yield from _stand_in(facts, person)
    yield from _card(facts, person, days, stand_in)
    until = days.last + timedelta(days=1)
    return SetLeave(person.id, days.first, until, stand_in.id if stand_in else None)


def _who(facts: Facts) -> Dialogue[Someone]:
    people, words = facts.registry.people, facts.words
    if len(people) == 1:
        return people[0]
    items = tuple(
        Item(
            str(each.id),
            words.leave_myself.format(name=each.name) if each.id == facts.person.id else each.label,
            (each.name, each.phone),
        )
        for each in people
    )
    return chosen(people, (yield from Choice("subject", words.ask_leave_who, items=items)))


def _stand_in(facts: Facts, person: Someone) -> Dialogue[Someone | None]:
    """None: nobody. Who has no colleague is not asked."""
    words, others = facts.words, facts.registry.others
    if not others:
        return None
    items = (
        *(Item(str(each.id), each.name, (each.phone,)) for each in others),
        Item(NOBODY, words.stand_in_none),
    )
    answer = yield from Choice(
        f"stand_in@{person.id}", words.ask_stand_in, hint=words.stand_in_hint, items=items
    )
    return None if answer == NOBODY else chosen(others, answer)


def _card(facts: Facts, person: Someone, days: Days, stand_in: Someone | None) -> Dialogue[None]:
    words, registry = facts.words, facts.registry
    editable = [Item(f"days@{person.id}", words.edit_leave_days)]
    if registry.others:
        editable.append(Item(f"stand_in@{person.id}", words.edit_stand_in))
    key = f"confirm@{person.id}"
    if registry.against:
        yield from Mend.of(key, words.card_leave_mend, registry.against, editable=editable)
        return
    lines = [
        words.leave_days_line.format(days=_said(words, days), count=len(days)),
        words.leave_stand_in_line.format(stand_in=stand_in.name) if stand_in else words.leave_alone_line,
        words.leave_owed_line.format(count=len(registry.owed)) if registry.owed else words.leave_none_owed,
    ]
    if registry.covers:
        names = words.list_separator.join(registry.covers)
        covers = words.leave_covers_line if stand_in else words.leave_covers_alone_line
        lines.append(covers.format(names=names, stand_in=stand_in.name if stand_in else ""))
    title = words.card_leave.format(name=person.name)
    yield from Confirm.of(key, title, "\n".join(lines), agree=words.leave_confirm, editable=editable)


def _said(words: Words, days: Days) -> str:
    if len(days) == 1:
        return day_of(days.first)
    return words.leave_span.format(first=day_of(days.first), last=day_of(days.last))
