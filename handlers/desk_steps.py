"""What the office's conversations share: choosing a project, a duty, a reason; names of duties and people."""

from collections.abc import Sequence

from handlers.conversation import Dialogue
from handlers.desk_facts import Caller, Choosable, DeskDuty, DeskFacts, Found
from handlers.facts import Facts
from handlers.questions import Choice, Text, quick
from handlers.reading import Item
from handlers.searching import Search
from handlers.words import Words
from rules.kinds import DutyKind
from rules.periods import Period

LONGEST_REASON = 100
_KINDS = (DutyKind.PROGRESS, DutyKind.ZERO, DutyKind.ISSUE, DutyKind.DAILY)


def choose_project(facts: Facts, prompt: str) -> Dialogue[Found]:
    words = facts.words
    return (yield from choose("project", prompt, facts.desk.choosable, words, words.search_project))


def choose(key: str, prompt: str, among: Choosable, words: Words, how: str) -> Dialogue[Found]:
    """One of what a search has found; `how` says what may be typed."""
    items = tuple(_item(found) for found in among.items)
    chosen = yield from Search.among(
        key, prompt, items, words, searched=among.searched, more=among.more, how=how
    )  # fmt: skip
    return next(found for found in among.items if str(found.id) == chosen)


def nothing_to_choose(among: Choosable) -> bool:
    """Whether there is nothing at all, as against nothing for what was typed."""
    return not (among.items or among.searched or among.more)


def _item(found: Found) -> Item:
    number = (f"{found.number}号", str(found.number)) if found.number else ()
    return Item(str(found.id), found.name, number)


def choose_duty(facts: Facts, project: Found) -> Dialogue[DeskDuty]:
    """The month's report first, and what is owed daily on a page after the others."""
    words = facts.words
    listed = sorted(facts.desk.duties, key=lambda duty: _KINDS.index(duty.kind))
    chosen = yield from only_if_several(
        Choice(
            f"duty@{project.id}",
            words.ask_which_duty.format(project=project.name),
            items=tuple(Item(str(duty.id), _marked(words, duty), _by_month(duty)) for duty in listed),
            lead=sum(duty.kind is not DutyKind.DAILY for duty in listed),
        )
    )
    return next(duty for duty in facts.desk.duties if str(duty.id) == chosen)


def _by_month(duty: DeskDuty) -> tuple[str, ...]:
    """A month alone means its report."""
    if duty.kind is not DutyKind.PROGRESS:
        return ()
    month = Period.parse(duty.period)
    return month.chinese, f"{month.number}月", f"{month.number}月份"


def only_if_several(question: Choice) -> Dialogue[str]:
    """Nothing is asked that has one answer only."""
    if len(question.items) == 1:
        return question.items[0].id
    return (yield from question)


def _marked(words: Words, duty: DeskDuty) -> str:
    name = called(words, duty)
    return words.exempt_mark.format(duty=name) if duty.is_exempt else name


def ask_because(facts: Facts, subject: int, name: str, listed: str) -> Dialogue[str]:
    """The reason for what is done to `name`: one of the usual ones by a tap, or typed."""
    words, usual = facts.words, listed.split("、")
    answer = yield from Text(
        f"because@{subject}",
        words.ask_because.format(name=name),
        hint=words.because_hint,
        quick=tuple(Item(str(place), reason) for place, reason in enumerate(usual)),
        longest=LONGEST_REASON,
    )
    meant = {quick(str(place)): reason for place, reason in enumerate(usual)}
    return meant.get(answer, answer)


def duty_name(words: Words, kind: DutyKind, period_name: str, subject: str = "") -> str:
    """2012年3月进展, or 2012年3月问题月报 W3."""
    what = {
        DutyKind.PROGRESS: words.duties_kind_progress,
        DutyKind.ZERO: words.duties_kind_zero,
        DutyKind.ISSUE: words.duty_kind_issue,
        DutyKind.DAILY: words.duty_kind_daily,
    }[kind]
    name = words.duty_name.format(period=period_name, what=what)
    return f"{name} {subject}" if subject else name


def called(words: Words, duty: DeskDuty) -> str:
    return duty_name(words, duty.kind, duty.period_name, duty.subject)


def full_name(words: Words, project: Found, duty: DeskDuty) -> str:
    return f"{project.name} {called(words, duty)}"


def calls(words: Words, desk: DeskFacts) -> list[str]:
    """One telephone call a line: the same people are asked once for all that they owe."""
    found: dict[tuple[str, tuple[Caller, ...]], list[str]] = {}
    for debtor in desk.debtors:
        name = debtor.project
        if len(desk.periods) > 1 or debtor.subject:
            duty = duty_name(words, debtor.kind, debtor.period_name, debtor.subject)
            name = words.owes_of_period.format(project=name, duty=duty)
        found.setdefault((debtor.unit, debtor.callers), []).append(name)
    return [
        words.phone_line.format(
            unit=unit, callers=names_and_phones(words, callers), projects=words.list_separator.join(names)
        )
        for (unit, callers), names in found.items()
    ]


def names_and_phones(words: Words, callers: Sequence[Caller]) -> str:
    if not callers:
        return words.nobody_reports
    return words.list_separator.join(name_and_phone(words, each) for each in callers)


def name_and_phone(words: Words, caller: Caller) -> str:
    template = words.caller
    if caller.away:
        template = words.caller_away if caller.away == caller.name else words.caller_standing_in
    phone = caller.phone or words.no_phone
    return template.format(name=caller.name, phone=phone, away=caller.away)
