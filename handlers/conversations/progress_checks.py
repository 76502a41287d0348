"""Parts of 报进展 that ask only where there is something to ask: doubts, gaps, starts, milestones."""

from dataclasses import replace
from datetime import date

from handlers.amount import Money
from handlers.commands import FileProgress, MilestoneWord
from handlers.conversation import Dialogue
from handlers.done_or_why import DoneOrWhy
from handlers.facts import Facts, MilestoneFacts, ProjectFacts
from handlers.moments import named_ahead
from handlers.reading import Item
from rules import money
from rules.dates import LONG_AGO
from rules.guard import Doubt, Suspicions, suspicions
from rules.periods import Period

SAME = "same"
TODAY = "today"
PLANNED = "planned"


def stands(project: ProjectFacts, part: str) -> bool:
    """Whether an answer of the report that stands is kept, unless the person opens it."""
    return project.filed is not None and part not in project.filed.mend


def ask_amount(facts: Facts, project: ProjectFacts, key: str) -> "Dialogue[int | str]":
    """本月完成投资 in yuan, or SAME. An amount that is hard to believe brings one question with its readings."""
    words, filed = facts.words, project.filed
    amount = yield from Money(
        f"amount@{key}",
        words.ask_amount.format(project=project.name, period=project.period_name),
        hint=_amount_hint(facts, project),
        quick=_ready_amounts(facts, project),
        optional=filed is not None and filed.amount is not None and "amount" not in filed.mend,
    )
    if amount is None and filed is not None:
        return filed.amount or 0
    if isinstance(amount, str):
        return amount if amount == SAME else 0
    return (yield from _doubted(facts, project, key, amount))


def _ready_amounts(facts: Facts, project: ProjectFacts) -> tuple[Item, ...]:
    """同上月 means nothing moved (decisions: 6). A project that has not begun usually has spent nothing."""
    words = facts.words
    if not project.started:
        return (Item("none", words.amount_none, tuple(words.amount_none_words.split("、"))),)
    if not project.unmoved or project.filed:
        return ()
    return (Item(SAME, words.same_as_last, tuple(words.same_words.split("、"))),)


def _amount_hint(facts: Facts, project: ProjectFacts) -> str:
    done, words, filed = money.wan(project.year_done), facts.words, project.filed
    if filed and filed.returned:
        return words.returned_hint.format(why=filed.returned)
    if filed and filed.amount is not None:
        return words.filed_amount_hint.format(amount=money.wan(filed.amount))
    if project.year_plan:
        return words.amount_hint.format(year_done=done, plan=money.wan(project.year_plan))
    return words.amount_hint_no_plan.format(year_done=done)


def _doubted(
    facts: Facts, project: ProjectFacts, key: str, amount: int, before: tuple[int, ...] = ()
) -> Dialogue[int]:
    """The 万元/亿元 guard (N11): both readings as buttons; another amount may be typed, and is doubted in its turn.

    `before` has been doubted already: who comes back to one of these means it.
    """
    if facts.guard is None:
        return amount
    found = suspicions(
        amount,
        plan_year=project.year_plan,
        last_month=project.last.amount if project.last else None,
        total_investment=project.total_investment,
        done_before=None if project.contained else project.total_done,
        guard=facts.guard,
    )
    if not found:
        return amount
    words = facts.words
    items = [Item(str(reading), money.auto(reading), (money.wan(reading),)) for reading in found.readings]
    items.append(Item(str(amount), words.amount_is_right.format(amount=money.auto(amount))))
    prompt = words.ask_amount_check.format(project=project.name, amount=money.auto(amount))
    chosen = yield from Money(
        f"check@{key}.{amount}",
        prompt,
        hint=_why(facts, project, found),
        quick=tuple(items),
        doubts=f"amount@{key}",
    )
    asked = (*before, amount)
    if isinstance(chosen, str) or chosen in asked:
        return int(chosen)
    return (yield from _doubted(facts, project, key, chosen, asked))


def _why(facts: Facts, project: ProjectFacts, found: Suspicions) -> str:
    words, last = facts.words, project.last.amount if project.last else None
    match found.doubt:
        case Doubt.NOTHING:
            return words.doubt_nothing
        case Doubt.ABOVE_TOTAL:
            return words.doubt_total.format(total=money.auto(project.total_investment))
        case Doubt.ABOVE_YEAR_PLAN | Doubt.TINY:
            return words.doubt_plan.format(plan=money.auto(project.year_plan))
        case _:
            return words.doubt_last.format(last=money.auto(last or 0))


def ask_cumulatives(
    facts: Facts, project: ProjectFacts, key: str, report: FileProgress
) -> Dialogue[FileProgress]:
    """The cumulative is asked only where it does not follow: months are missing in between."""
    words, filed = facts.words, project.filed
    if filed:
        return replace(
            report,
            backfill_year=filed.backfill_year,
            backfill_total=filed.backfill_total,
            backfilled=filed.backfilled,
        )
    if not project.missing:
        return report
    months = words.list_separator.join(Period.parse(month).chinese for month in project.missing)
    total = project.total_done + (report.amount or 0)
    stated = yield from _stated(facts, f"total@{key}", words.ask_total, months, total)
    missed, year = stated - total, project.period[:4]
    report = replace(report, backfilled=project.missing if missed else ())
    in_year = [month for month in project.missing if month[:4] == year]
    if not missed or not in_year:
        return replace(report, backfill_total=missed)
    if len(in_year) == len(project.missing):
        return replace(report, backfill_total=missed, backfill_year=missed)
    done = project.year_done + (report.amount or 0)
    stated = yield from _stated(facts, f"year@{key}", words.ask_year, months, done)
    return replace(report, backfill_total=missed, backfill_year=min(missed, stated - done))


def _stated(facts: Facts, key: str, prompt: str, months: str, follows: int) -> Dialogue[int]:
    words = facts.words
    follow = Item("follows", words.total_follows.format(amount=money.auto(follows)))
    hint = words.total_hint.format(months=months, amount=money.auto(follows))
    stated = yield from Money(key, prompt, hint=hint, quick=(follow,), least=follows)
    return stated if isinstance(stated, int) else follows


def is_start_asked(project: ProjectFacts) -> bool:
    """It has not begun, or the report that is corrected is what says that it has."""
    filed = project.filed
    return not project.started or (filed is not None and bool(filed.started or filed.because))


def ask_start(facts: Facts, project: ProjectFacts, key: str, report: FileProgress) -> Dialogue[FileProgress]:
    """开工了没有: the day, or the cause (weather, approvals, funds: the notice of 2012)."""
    words, reasons = facts.words, facts.words.start_reasons.split("、")
    hint = words.start_hint_before.format(why=project.because) if project.because else words.start_hint
    answer = yield from DoneOrWhy(
        f"start@{key}",
        words.ask_start.format(project=project.name),
        hint=hint,
        optional=stands(project, "start"),
        today=facts.today,
        doubted_before=facts.today - LONG_AGO,
        days=((Item(TODAY, words.start_today), facts.today),),
        reasons=tuple(Item(f"why{at}", why) for at, why in enumerate(reasons)),
        done=words.aliases(words.start_words),
        which_day=words.start_which_day,
    )
    if answer is None and project.filed:
        return replace(report, started=project.filed.started, not_started_because=project.filed.because)
    if answer is None:
        return report
    day, why = _day_or_reason(answer)
    return replace(report, started=day, not_started_because=why)


def ask_milestones(
    facts: Facts, project: ProjectFacts, key: str, report: FileProgress
) -> Dialogue[FileProgress]:
    """Each milestone that has fallen due: done on a day, or why not."""
    said = []
    for milestone in project.milestones:
        answer = yield from _milestone(facts, milestone, f"node@{key}.{milestone.id}", project)
        if answer is not None:
            said.append(answer)
    return replace(report, milestones=tuple(said))


def _milestone(
    facts: Facts, milestone: MilestoneFacts, key: str, project: ProjectFacts
) -> "Dialogue[MilestoneWord | None]":
    words, reasons = facts.words, facts.words.milestone_reasons.split("、")
    planned = named_ahead(milestone.planned, facts.today)
    ready = [(Item(TODAY, words.milestone_today), facts.today)]
    if milestone.planned <= facts.today:
        aliases = tuple(words.milestone_planned_words.split("、"))
        on_time = Item(PLANNED, words.milestone_planned.format(day=planned), aliases)
        ready.insert(0, (on_time, milestone.planned))
    answer = yield from DoneOrWhy(
        key,
        words.ask_milestone.format(name=milestone.name, day=planned),
        hint=words.milestone_hint,
        optional=stands(project, "node"),
        today=facts.today,
        doubted_before=min(milestone.planned, facts.today) - LONG_AGO,
        days=tuple(ready),
        reasons=tuple(Item(f"why{at}", why) for at, why in enumerate(reasons)),
        done=words.aliases(words.milestone_words),
        which_day=words.milestone_which_day,
    )
    if answer is None:
        said = milestone.done or milestone.why
        return MilestoneWord(milestone.id, milestone.name, milestone.done, milestone.why) if said else None
    day, why = _day_or_reason(answer)
    return MilestoneWord(milestone.id, milestone.name, day, why)


def _day_or_reason(answer: date | str) -> tuple[date | None, str]:
    return (None, answer) if isinstance(answer, str) else (answer, "")
