"""通知: the office writes to many at once, sees how many that is, and can look up who received it.

市项目办> 通知
要通知什么？
市项目办> 本周五前请核对一遍年度计划
发给谁？ [全体联络人] [一个单位] [还没报的] [所有绑定的人]
市项目办> [全体联络人]
请核对：通知全体联络人（1人） [✅ 发给1人] [改内容] [改范围]
市项目办> [✅ 发给1人]
已发 T1：1人
市项目办> T1
T1（3月26日 9:00发，全体联络人）
"""

from handlers.card import Confirm
from handlers.commands import SendNotice, Tell
from handlers.conversation import Dialogue
from handlers.desk_facts import Found
from handlers.desk_steps import choose
from handlers.facts import Facts
from handlers.questions import Choice, Text
from handlers.reading import Item
from handlers.words import Words

LONGEST = 800


def send_notice(facts: Facts) -> Dialogue[SendNotice | Tell]:
    desk, words = facts.desk, facts.words
    if not desk.office:
        return Tell(text=words.desk_only)
    text = yield from Text("text", words.ask_notice, hint=words.notice_hint, longest=LONGEST)
    audience = yield from Choice(
        "audience",
        words.ask_audience,
        items=tuple(Item(key, label) for key, label in audiences(words).items()),
    )
    unit = None
    if audience == "unit":
        unit = yield from choose("unit", words.ask_unit, desk.units, words, words.search_unit)
    name = unit.name if unit else audiences(words)[audience]
    if not desk.audience:
        return Tell(text=words.notice_nobody.format(audience=name))
    yield from _card(facts, text, name, unit)
    return SendNotice(text, audience, unit.id if unit else None)


def audiences(words: Words) -> dict[str, str]:
    return {
        "reporters": words.audience_reporters,
        "unit": words.audience_unit,
        "owing": words.audience_owing,
        "bound": words.audience_bound,
    }


def _card(facts: Facts, text: str, audience: str, unit: Found | None) -> Dialogue[None]:
    desk, words = facts.desk, facts.words
    lines = [text]
    if desk.unreachable:
        lines += ["", words.notice_unreachable.format(count=desk.unreachable)]
    edits = [Item("text", words.edit_notice), Item("audience", words.edit_audience)]
    if unit:
        edits.append(Item("unit", words.edit_unit))
    yield from Confirm.of(
        f"confirm@{unit.id}" if unit else "confirm",
        words.card_notice.format(audience=audience, count=desk.audience),
        "\n".join(lines),
        agree=words.notice_agree.format(count=desk.audience),
        editable=edits,
    )
