"""讲评: the units of the last month that was reviewed, best first, with the rule by which they stand.

市项目办> 讲评
还没有讲评。
一把手> 上月排名
还没有讲评。
"""

from fractions import Fraction

from handlers.commands import Tell
from handlers.conversation import Dialogue
from handlers.facts import Facts
from handlers.words import Words
from rules import pace
from rules.review import Placed

PAGE = 8


def monthly_review(facts: Facts) -> Dialogue[Tell]:
    words, review = facts.words, facts.review
    if not review.may_see:
        return Tell(text=words.review_not_yours)
    if not review.month:
        return Tell(text=words.review_none)
    pages = max(1, -(-len(review.units) // PAGE))
    page = review.page % pages
    shown = review.units[page * PAGE : (page + 1) * PAGE]
    title = words.review_title.format(month=review.month_name, time=pace.written(review.time))
    lines = [*(_line(words, each) for each in shown), words.review_rule]
    following = (page + 1) % pages + 1
    label = words.review_more.format(page=following, pages=pages)
    buttons = ((label, f"o|monthly_review|{review.month}.{following}"),) if pages > 1 else ()
    return Tell(title, "\n".join(lines), buttons)
    yield  # a conversation is a generator even when it asks nothing


def _line(words: Words, placed: Placed) -> str:
    row = placed.row
    about = {
        "unit": row.unit,
        "completeness": rate(words, row.duties.completeness),
        "timeliness": rate(words, row.duties.timeliness),
        "problems": _problems(words, placed),
    }
    if row.share is None or placed.ahead is None:
        return words.review_line_no_plan.format(**about)
    place = placed.place or words.review_no_place
    return words.review_line.format(
        place=place, share=pace.written(row.share), gap=gap(words, placed.ahead), **about
    )


def _problems(words: Words, placed: Placed) -> str:
    row = placed.row
    if not (row.opened or row.closed or row.open):
        return ""
    said = words.review_problems.format(opened=row.opened, closed=row.closed, open=row.open)
    return said + words.review_oldest.format(days=row.oldest) if row.open else said


def gap(words: Words, ahead: Fraction) -> str:
    if pace.tenths(ahead) == 0:
        return words.gap_level
    template = words.gap_behind if ahead < 0 else words.gap_ahead
    return template.format(points=pace.written(abs(ahead)))


def rate(words: Words, part: Fraction | None) -> str:
    return words.rate_unknown if part is None else f"{pace.written(part)}%"
