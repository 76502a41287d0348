"""待办问题: the next step of a problem, by whose turn it is. Most take one tap; a reason, a day or evidence is asked.

The buttons under a problem lead here, and so do typed lines: 签收 W1, 退单 W1 不归我们, 延期 W1 到4月10日 等批文.

牵头部门> 待办问题
要办哪一件？ [签收 W1] [退单 W1]
牵头部门> [签收 W1]
已签收 W1
牵头部门> 延期 W1
W1：延到哪一天？
牵头部门> 5月20日
W1：为什么要延？
牵头部门> 等省里批文
W1 已申请延到5月20日
市项目办> 同意 W1
W1 已同意延期
牵头部门> 办结 W1
W1：请发一张照片或文件，或者写一句怎么办的。
牵头部门> 协议已签，路已通
W1 已报办结
> W1 已解决
W1 已记下：已解决
市项目办> 待办问题
要办哪一件？ [销号 W1] [退回重办 W1]
市项目办> [退回重办 W1]
W1 退回重办：为什么？
市项目办> 现场还堵着
W1 已退回重办
"""

from handlers.card import Confirm
from handlers.commands import TakeStep, Tell
from handlers.conversation import Dialogue
from handlers.dates import Date
from handlers.facts import Facts
from handlers.moments import named_ahead
from handlers.proof import Proof, Units
from handlers.questions import Choice, Text
from handlers.reading import Item
from handlers.unit_choice import UnitChoice
from handlers.work_facts import WorkItem
from rules.issue_life import Ask
from rules.kinds import IssueStep

SHOWN = 5  # problems that the question names with what they are about


def handle_issue(facts: Facts) -> Dialogue[TakeStep | Tell]:
    words, work = facts.words, facts.work
    if work.refusal or not work.items:
        return Tell(text=work.refusal or words.work_none)
    lines = list(dict.fromkeys(each.line for each in work.items))[:SHOWN]
    chosen = yield from Choice(
        "step",
        words.ask_work,
        hint="\n".join(lines),
        items=tuple(Item(each.id, each.label) for each in work.items),
        columns=2,
        page_size=12,
    )
    item = next(each for each in work.items if each.id == chosen)
    match item.ask:
        case None:
            return TakeStep(item.issue_id, item.step)
        case Ask.UNIT:
            return (yield from _assign(facts, item))
        case Ask.DAY:
            return (yield from _extend(facts, item))
        case Ask.EVIDENCE:
            return (yield from _finish(facts, item))
        case _:
            note = yield from Text(
                f"why@{item.id}", _why(facts, item), hint=_hint(facts, item), longest=facts.longest
            )
            return TakeStep(item.issue_id, item.step, note)


def _why(facts: Facts, item: WorkItem) -> str:
    words = facts.words
    prompts = {IssueStep.REFUSE: words.ask_refuse, IssueStep.FEEDBACK: words.ask_feedback}
    named = item.label.removesuffix(f" {item.number}")
    if item.step in prompts:
        return prompts[item.step].format(number=item.number)
    return words.ask_reason.format(number=item.number, step=named)


def _hint(facts: Facts, item: WorkItem) -> str:
    words = facts.words
    return {IssueStep.REFUSE: words.ask_refuse_hint, IssueStep.FEEDBACK: words.ask_feedback_hint}.get(
        item.step, ""
    )


def _extend(facts: Facts, item: WorkItem) -> Dialogue[TakeStep]:
    words, work = facts.words, facts.work
    until = yield from Date(
        f"until@{item.id}",
        words.ask_longer.format(number=item.number),
        hint=words.ask_longer_hint.format(due=work.due),
        today=facts.today,
        earliest=work.earliest,
        latest=work.latest,
    )
    why = yield from Text(
        f"why@{item.id}", words.ask_why_longer.format(number=item.number), longest=facts.longest
    )
    assert not isinstance(until, str)  # noqa: S101 - it has no quick answers
    return TakeStep(item.issue_id, item.step, why, until=until)


def _finish(facts: Facts, item: WorkItem) -> Dialogue[TakeStep]:
    words = facts.words
    shown = yield from Proof(
        f"proof@{item.id}",
        words.ask_evidence.format(number=item.number),
        hint=words.ask_evidence_hint,
        offered=facts.loose_media,
        most=facts.most_media,
        longest=facts.longest,
    )
    return TakeStep(item.issue_id, item.step, shown.note, shown.media)


def _assign(facts: Facts, item: WorkItem) -> Dialogue[TakeStep]:
    """The department is chosen; who helps and another limit may be added on the card."""
    words, work = facts.words, facts.work
    units = tuple(Item(str(unit), name) for unit, name in work.units)
    lead = yield from UnitChoice(
        f"lead@{item.issue_id}",
        words.ask_lead.format(number=item.number),
        hint=words.ask_lead_hint,
        items=units,
        leads=work.leads,
    )
    helping = yield from Units(
        f"helping@{item.issue_id}", words.ask_helping.format(number=item.number),
        hint=words.ask_helping_hint, optional=True, items=units,
    )  # fmt: skip
    until = yield from Date(
        f"limit@{item.issue_id}", words.ask_limit.format(number=item.number), hint=words.ask_limit_hint,
        optional=True, today=facts.today, earliest=work.earliest, latest=work.latest,
    )  # fmt: skip
    names = dict(work.units)
    limit = until if until and not isinstance(until, str) else work.by_rule
    lines = [item.line, words.line_lead.format(unit=names[int(lead)])]
    if helping:
        lines.append(
            words.line_helping.format(units=words.list_separator.join(names[each] for each in helping))
        )
    if limit:
        lines.append(words.line_limit.format(day=named_ahead(limit, facts.today)))
    yield from Confirm.of(
        f"confirm@{item.issue_id}",
        words.card_assign.format(number=item.number),
        "\n".join(lines),
        editable=(
            Item(f"lead@{item.issue_id}", words.edit_lead),
            Item(f"helping@{item.issue_id}", words.edit_helping),
            Item(f"limit@{item.issue_id}", words.edit_limit),
        ),
    )
    chosen = until if until and not isinstance(until, str) else None
    return TakeStep(item.issue_id, item.step, until=chosen, unit_id=int(lead), helping=helping or ())
