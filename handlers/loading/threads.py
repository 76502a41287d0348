"""Facts about problems that are open on the person's projects, and how a problem is named as a reason."""

from collections.abc import Iterable, Mapping

from handlers.city import City
from handlers.facts import ThreadFacts
from handlers.loading.base import Loading
from handlers.moments import day, day_and_hour
from rules.kinds import IssueState
from storage import duties, issues
from storage.issues import Bar, Thread
from storage.rules import InForce
from storage.tables.reporting import Duty


def threads(
    loading: Loading,
    rules: InForce,
    project_ids: Iterable[int],
    owed: Mapping[str, Duty] | None = None,
    also: int = 0,
) -> tuple[ThreadFacts, ...]:
    """Those on which a word is owed first (`owed` by the problem's id as a duty's subject has it), then the oldest."""
    owed = owed or {}
    rows = issues.threads(loading.session, project_ids, also)
    rows.sort(key=lambda row: str(row.id) not in owed)
    return tuple(_thread(loading, rules, row, owed.get(str(row.id))) for row in rows)


def _thread(loading: Loading, rules: InForce, row: Thread, duty: Duty | None) -> ThreadFacts:
    zone = loading.city.zone
    return ThreadFacts(
        id=row.id,
        project_id=row.project_id,
        project=row.project,
        severity=row.severity,
        category=row.category,
        category_name=category_name(rules, row.category),
        what=row.what,
        times=row.times,
        days=(loading.today - row.filed.astimezone(zone).date()).days,
        solved=row.state is IssueState.SOLVED,
        due=day_and_hour(duty.unlocked_until or duty.due, zone) if duty else "",
        overdue=duty is not None and loading.now >= (duty.unlocked_until or duty.due) + duties.SECOND,
    )


def category_name(rules: InForce, key: str) -> str:
    category = rules.book.category(key)
    return category.name if category else key


def reason(city: City, rules: InForce, bar: Bar) -> str:
    """A problem with what makes it known again: W3（征拆，3月2日报）."""
    return city.words.problem_reason.format(
        number=f"W{bar.id}", category=category_name(rules, bar.category), day=day(bar.filed, city.zone)
    )
