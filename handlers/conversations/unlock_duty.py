"""解锁: the office opens a closed duty once more, for one project and period, with a reason and an end.

What was missed can then be filed, late at best; what was filed can be corrected, and counts as it did.

市项目办> 解锁
给哪个项目解锁？ [城北水厂扩建工程] [南湖大道改造]
市项目办> [城北水厂扩建工程]
城北水厂扩建工程 2012年3月进展：什么原因？ [情况特殊]
市项目办> [情况特殊]
开到什么时候？ [到今天18:00] [1个工作日] [3个工作日]
市项目办> [3个工作日]
请核对：给城北水厂扩建工程解锁 [✅ 确认] [改原因] [改期限]
市项目办> [✅ 确认]
已解锁：城北水厂扩建工程 2012年3月进展
"""

from datetime import date, timedelta

from handlers.card import Confirm
from handlers.commands import Tell, UnlockDuty
from handlers.conversation import Dialogue
from handlers.dates import Date
from handlers.desk_facts import DeskDuty, Found
from handlers.desk_steps import (
    ask_because,
    called,
    choose_duty,
    choose_project,
    full_name,
    nothing_to_choose,
)
from handlers.facts import Facts
from handlers.moments import day_of
from handlers.reading import Item

LONGEST = timedelta(days=31)  # an unlock is for mending, not for another period


def unlock_duty(facts: Facts) -> Dialogue[UnlockDuty | Tell]:
    desk, words = facts.desk, facts.words
    if not desk.office:
        return Tell(text=words.desk_only)
    if nothing_to_choose(desk.choosable):
        return Tell(text=words.unlock_none)
    project = yield from choose_project(facts, words.ask_unlock)
    duty = yield from choose_duty(facts, project)
    because = yield from ask_because(facts, duty.id, full_name(words, project, duty), words.unlock_reasons)
    answer = yield from Date(
        f"until@{duty.id}",
        words.ask_unlocked_until,
        hint=words.until_hint.format(hour=desk.last_hour),
        quick=tuple(Item(day, label) for day, label in desk.ends),
        today=desk.today,
        earliest=desk.today,
        latest=desk.today + LONGEST,
    )
    until = date.fromisoformat(answer) if isinstance(answer, str) else answer
    yield from _card(facts, project, duty, because, until)
    return UnlockDuty(duty.id, because, until)


def _card(facts: Facts, project: Found, duty: DeskDuty, because: str, until: date) -> Dialogue[None]:
    words = facts.words
    lines = [
        words.line_duty.format(text=called(words, duty)),
        words.line_because.format(text=because),
        words.line_until.format(text=f"{day_of(until)} {facts.desk.last_hour}"),
        words.line_correction_only if duty.filed else words.line_late_at_best,
    ]
    yield from Confirm.of(
        f"confirm@{duty.id}",
        words.card_unlock.format(project=project.name),
        "\n".join(lines),
        agree=words.desk_confirm,
        editable=(
            Item(f"because@{duty.id}", words.edit_because),
            Item(f"until@{duty.id}", words.edit_until),
        ),
    )
