"""秘书: who reads and acts on a leader's behalf, from when to when; or no more.

市项目办> 秘书
谁是秘书？ [张三（城北区住建局）]
市项目办> [孙主任（市政府）]
孙主任代哪位领导？ [王市长（市政府）]
市项目办> [王市长（市政府）]
请核对：孙主任代王市长 [✅ 确认设置]
市项目办> [✅ 确认设置]
已设置：3月26日起，孙主任代王市长。
"""

from datetime import date, timedelta

from handlers.card import Confirm
from handlers.commands import AppointSecretary, DismissSecretary, Tell
from handlers.conversation import Dialogue
from handlers.conversations.registering import chosen, someone
from handlers.dates import Date
from handlers.facts import Facts
from handlers.questions import Choice
from handlers.reading import Item
from handlers.registry_facts import Someone

NEW = "new"


def set_secretary(facts: Facts) -> Dialogue[AppointSecretary | DismissSecretary | Tell]:
    words, registry = facts.words, facts.registry
    if not registry.office:
        return Tell(text=words.office_only)
    if registry.appointments:
        what = yield from Choice("what", words.ask_secretary_what, items=_items(facts))
        if what != NEW:
            return (yield from _dismiss(facts, int(what)))
    subject = yield from someone(facts, "subject", words.ask_secretary, registry.people)
    secretary = chosen(registry.people, subject)
    prompt = words.ask_leader.format(name=secretary.name)
    leader = chosen(
        registry.others, (yield from someone(facts, f"leader@{subject}", prompt, registry.others))
    )
    return (yield from _appoint(facts, secretary, leader))


def _items(facts: Facts) -> tuple[Item, ...]:
    words = facts.words
    ends = (
        Item(str(each.id), words.secretary_end.format(secretary=each.secretary, leader=each.leader))
        for each in facts.registry.appointments
    )
    return (Item(NEW, words.secretary_new), *ends)


def _dismiss(facts: Facts, appointment_id: int) -> Dialogue[DismissSecretary]:
    words = facts.words
    found = next(each for each in facts.registry.appointments if each.id == appointment_id)
    yield from Confirm.of(
        f"end@{appointment_id}",
        words.card_secretary_end.format(secretary=found.secretary, leader=found.leader),
        words.secretary_end_line,
        agree=words.secretary_end_agree,
    )
    return DismissSecretary(appointment_id)


def _appoint(facts: Facts, secretary: Someone, leader: Someone) -> Dialogue[AppointSecretary]:
    words, today, key = facts.words, facts.registry.today, f"{secretary.id}.{leader.id}"
    first = yield from Date(
        f"since@{key}", words.ask_since, hint=words.day_hint, optional=True, today=today, earliest=today,
        quick=(Item("today", words.since_today),),
    )  # fmt: skip
    since = first if isinstance(first, date) else today
    last = yield from Date(
        f"until@{key}", words.ask_until, hint=words.day_hint, optional=True, today=since, earliest=since,
        quick=(Item("open", words.until_open),),
    )  # fmt: skip
    ends = last if isinstance(last, date) else None
    until = words.until_line.format(day=_day(ends)) if ends else words.until_open
    yield from Confirm.of(
        f"confirm@{key}",
        words.card_secretary.format(secretary=secretary.name, leader=leader.name),
        words.secretary_line.format(since=_day(since), until=until),
        agree=words.secretary_agree,
        editable=(
            Item(f"since@{key}", words.edit_value.format(field=words.ask_since.rstrip("？"))),
            Item(f"until@{key}", words.edit_value.format(field=words.ask_until.rstrip("？"))),
        ),
    )
    return AppointSecretary(secretary.id, leader.id, since, ends + timedelta(days=1) if ends else None)


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
