"""负担: how much the bot lays on people this month, by unit, and on whom more than the cap. Never as a score.

市项目办> 负担
3月机器人打扰了多少
"""

from handlers.commands import Tell
from handlers.conversation import Dialogue
from handlers.facts import Facts

UNITS_SHOWN = 10
PEOPLE_SHOWN = 8


def burden(facts: Facts) -> Dialogue[Tell]:
    words, desk = facts.words, facts.desk
    if not desk.office or desk.burden is None:
        return Tell(text=words.desk_only)
    found = desk.burden
    title = words.burden_title.format(month=found.month)
    if not found.units:
        return Tell(title, words.burden_nothing)
    lines = [
        words.burden_line.format(
            unit=each.unit, median=each.median, highest=each.highest, questions=each.questions
        )
        for each in found.units[:UNITS_SHOWN]
    ]
    if rest := found.units[UNITS_SHOWN:]:
        lines.append(words.burden_rest.format(count=len(rest), highest=rest[0].highest))
    lines += ["", _above(facts)]
    return Tell(title, "\n".join([words.burden_what, *lines, words.burden_no_score]))
    yield  # a conversation is a generator even when it asks nothing


def _above(facts: Facts) -> str:
    words, found = facts.words, facts.desk.burden
    if found is None or not found.above:
        return words.burden_none_above.format(cap=found.cap if found else 0)
    names = [
        words.burden_person.format(name=name, unit=unit, count=count)
        for name, unit, count in found.above[:PEOPLE_SHOWN]
    ]
    template = words.burden_above_more if len(found.above) > PEOPLE_SHOWN else words.burden_above
    return template.format(cap=found.cap, names=words.list_separator.join(names), count=len(found.above))
