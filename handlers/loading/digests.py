"""Facts for 日报设置 and 讲评."""

from dataclasses import replace

from handlers.digest_facts import DigestFacts, ReviewFacts
from handlers.facts import Facts
from handlers.loading.base import Loading
from rules import pace
from rules.periods import Period
from rules.review import rank
from storage import digests, reviews, scopes
from storage import rules as stored_rules
from storage.tables.digests import Review


def set_digest(loading: Loading) -> Facts:
    facts = Facts(loading.city.words, loading.person)
    if not scopes.gets_digests(loading.session, loading.person.id, loading.today):
        return facts
    rules = stored_rules.in_force(loading.session).book.digests
    choice = digests.choice_of(loading.session, loading.person.id, rules)
    return replace(facts, digest=DigestFacts(True, choice.often, choice.at, choice.silent))


def monthly_review(loading: Loading) -> Facts:
    """The newest review or the month that a button names, whole; for a unit's head the own unit alone."""
    facts = Facts(loading.city.words, loading.person)
    scope = scopes.of_person(loading.session, loading.person.id, loading.today)
    if scope is None:
        return facts
    month, _, page = str(loading.answers.get("month", "")).partition(".")
    review = loading.session.get(Review, month) or reviews.newest(loading.session)
    if review is None:
        return replace(facts, review=ReviewFacts(may_see=True))
    period = Period.parse(review.month)
    placed = rank(reviews.rows_of(review), pace.of_month(period))
    if scope.kind == scopes.UNIT:
        placed = [each for each in placed if each.row.unit_id == scope.id]
    shown = max(int(page) - 1, 0) if page.isdecimal() else 0
    return replace(
        facts,
        review=ReviewFacts(True, review.month, period.chinese, pace.of_month(period), tuple(placed), shown),
    )
