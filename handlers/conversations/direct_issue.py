"""批示: a leader's instruction on a problem, in their own words. It goes to others and does not come back, so it is
seen before it is sent.

牵头领导> 批示
W1 城北水厂扩建工程：怎么批示？
牵头领导> 请自规局本周内拿方案
批示 W1 城北水厂扩建工程： [发出] [改]
牵头领导> [发出]
W1 的批示已送市项目办和责任单位：请自规局本周内拿方案
"""

from handlers.card import Confirm
from handlers.commands import DirectIssue, Tell
from handlers.conversation import Dialogue
from handlers.desk_steps import only_if_several
from handlers.facts import AlertFacts, Facts
from handlers.questions import Choice, Text
from handlers.reading import Item


def direct_issue(facts: Facts) -> Dialogue[DirectIssue | Tell]:
    words = facts.words
    if not facts.alerts:
        return Tell(text=words.nothing_to_direct)
    issue = yield from choose_issue(facts, words.ask_which_to_direct)
    key = f"text@w{issue.id}"
    text = yield from Text(
        key,
        words.ask_directive.format(number=issue.number, project=issue.project),
        hint=words.directive_hint,
        longest=facts.longest,
    )
    yield from Confirm.of(
        f"confirm@w{issue.id}",
        words.card_directive.format(number=issue.number, project=issue.project),
        words.quoted.format(text=text),
        editable=(Item(key, words.edit_directive),),
        agree=words.directive_agree,
        hint=words.card_directive_hint,
    )
    return DirectIssue(issue.id, text)


def choose_issue(facts: Facts, prompt: str) -> Dialogue[AlertFacts]:
    items = tuple(
        Item(str(each.id), f"{each.number} {each.project}：{each.brief}", (each.number,))
        for each in facts.alerts
    )
    chosen = yield from only_if_several(Choice("issue", prompt, items=items))
    return next(each for each in facts.alerts if str(each.id) == chosen)
