"""The parts of a figure in lines, and one project of it: its reports, who filed them, what was corrected, photos."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from handlers.moments import day_and_hour, day_of
from handlers.turning import Turn
from handlers.words import Words
from rules import money, pace
from rules.kinds import DutyKind, Light
from rules.periods import Period
from storage import codes, duties, explaining, lights, owing, spending
from storage.codes import Figure, Part
from storage.duties import awaited
from storage.explaining import News, Said
from storage.messages import Option, Outgoing
from storage.tables.digests import FigureCode
from storage.tables.registry import Project
from storage.tables.reporting import Duty

MONTHS, PHOTOS, BRIEF = 6, 3, 20


def measured(words: Words, measure: str) -> str:
    return str(getattr(words, f"figure_{measure}"))


def light_name(words: Words, light: Light | None) -> str:
    return words.light_unknown if light is None else str(getattr(words, f"light_{light.value}"))


def lines(turn: Turn, figure: Figure, shown: Sequence[Part], names: dict[int, str], before: int) -> list[str]:
    lit = lights.current(turn.session, names) if figure.measure == codes.LIGHTS else {}
    words, found = turn.city.words, []
    for place, part in enumerate(shown, start=before + 1):
        about = {"place": place, "name": names[part.id]}
        if figure.measure == codes.DONE:
            found.append(_money(words, part, about))
        elif figure.measure == codes.LIGHTS:
            light = lit[part.id].light if part.id in lit else None
            found.append(words.figure_part_light.format(**about, light=light_name(words, light)))
        else:
            found.append(words.figure_part_count.format(**about, count=part.value))
    return found


def _money(words: Words, part: Part, about: dict[str, object]) -> str:
    share, done = pace.share(part.value, part.plan), money.auto(part.value)
    if share is None:
        return words.figure_part_no_plan.format(**about, done=done)
    return words.figure_part_money.format(**about, done=done, share=pace.written(share))


def problem_lines(turn: Turn, shown: Iterable[Part]) -> list[str]:
    parts = list(shown)
    known = explaining.problem_names(turn.session, [part.id for part in parts])
    return [
        turn.city.words.figure_part_problem.format(
            number=f"W{part.id}", name=known[part.id][0], what=known[part.id][1][:BRIEF]
        )
        for part in parts
    ]


def news_lines(words: Words, listed: Iterable[News]) -> list[str]:
    return [
        (words.figure_part_solved if each.solved else words.figure_part_news).format(
            number=each.number, name=each.project, text=" ".join(each.text.split())[:BRIEF]
        )
        for each in listed
    ]


def of_project(turn: Turn, row: FigureCode, figure: Figure, part: Part, name: str) -> Outgoing:
    """One project of a figure, with the way back to the whole."""
    found: list[str]
    photos: tuple[int, ...] = ()
    match row.measure:
        case codes.DONE:
            found, photos = _done(turn, row, figure, part)
        case codes.OWING:
            found = _owes(turn, part)
        case codes.MISSED:
            found = _missed(turn, row, part)
        case _:
            found = [_light(turn, part)]
    words = turn.city.words
    back = Option(label=words.figure_back.format(code=row.code), data=f"f|{row.id}|")
    as_of = words.figure_as_of.format(time=day_and_hour(row.as_of, turn.city.zone))
    title = words.figure_title.format(code=row.code, what=name)
    return Outgoing(title=title, text="\n".join([as_of, *found]), rows=((back,),), photos=photos)


def _done(turn: Turn, row: FigureCode, figure: Figure, part: Part) -> tuple[list[str], tuple[int, ...]]:
    words, through = turn.city.words, Period.parse(figure.period)
    found = [words.project_done.format(done=money.auto(part.value), plan=money.auto(part.plan))]
    now = next(spending.by_project(turn.session, through, Project.id == part.id), None)
    if now is not None and now.done != part.value:
        found.append(words.project_changed.format(done=money.auto(now.done)))
    said = explaining.versions(turn.session, part.id, through)
    months = [list(group) for _, group in groupby(said, key=lambda each: each.report_id)]
    for month in months[:MONTHS]:
        found += _month(turn, row, month)
    if not months:
        found.append(words.project_no_reports)
    project = turn.session.get_one(Project, part.id)
    if project.opening_month[:4] == str(through.year):
        opening = Period.parse(project.opening_month).chinese
        amount = money.auto(project.opening_year_done)
        found.append(words.project_before.format(month=opening, amount=amount))
    return found, explaining.photos(turn.session, [each.version_id for each in said], PHOTOS)


def _month(turn: Turn, row: FigureCode, versions: list[Said]) -> list[str]:
    """What stood when the figure was told; then each correction, marked by its time."""
    words, zone = turn.city.words, turn.city.zone
    then = [each for each in versions if each.filed <= row.as_of] or versions[:1]
    first = then[-1]
    line = words.figure_month.format(
        period=Period.parse(first.period).chinese, amount=money.auto(first.amount or 0),
        receipt=f"J{first.report_id}", name=first.name, time=day_and_hour(first.filed, zone),
    )  # fmt: skip
    if first.made_up:
        line += words.project_made_up.format(amount=money.auto(first.made_up))
    found = [line]
    for each in versions[versions.index(first) + 1 :]:
        found.append(_corrected(turn, each))
    if len(then) > 1:
        found.insert(1, _before(turn, then[-2]))
    if versions[-1].withdrawn:
        found.append(words.project_withdrawn)
    return found


def _corrected(turn: Turn, said: Said) -> str:
    time = day_and_hour(said.filed, turn.city.zone)
    return turn.city.words.project_corrected.format(
        time=time, name=said.name, amount=money.auto(said.amount or 0)
    )


def _before(turn: Turn, said: Said) -> str:
    """The earlier value, before the correction that stood."""
    time = day_and_hour(said.filed, turn.city.zone)
    return turn.city.words.project_earlier.format(
        time=time, name=said.name, amount=money.auto(said.amount or 0)
    )


def _missed(turn: Turn, row: FigureCode, part: Part) -> list[str]:
    """What the project had missed when it was told, and how much of that stands no more (解锁); whom to telephone."""
    words, zone = turn.city.words, turn.city.zone
    since, until = explaining.span_of(turn.session, row)
    closed = (Duty.closes <= until, Duty.kind != DutyKind.DAILY)
    told = duties.of_project(turn.session, part.id, Duty.missed > since, Duty.missed <= until, *closed)
    # 解锁, and then found to have been rightly 未报.
    again = duties.of_project(turn.session, part.id, Duty.missed > until, *closed)
    missed = [*told, *again][: part.value]
    found = [
        words.project_missed.format(what=_duty_name(words, duty), closes=day_and_hour(duty.closes, zone))
        for duty in missed
    ]
    if restated := part.value - len(missed):
        found.append(words.project_restated.format(count=restated))
    return [*found, _callers(turn, part)]


def _owes(turn: Turn, part: Part) -> list[str]:
    """What the project still owes now, and whom to telephone."""
    words, zone = turn.city.words, turn.city.zone
    found = [
        words.project_owes.format(what=_duty_name(words, duty), due=day_and_hour(duty.due, zone))
        for duty in duties.of_project(turn.session, part.id, Duty.state.is_(None), awaited())
        if duty.due <= turn.now
    ] or [words.project_paid_up]
    return [*found, _callers(turn, part)]


def _callers(turn: Turn, part: Part) -> str:
    words = turn.city.words
    callers = owing.callers(turn.session, [part.id], turn.today).get(part.id, ())
    names = words.list_separator.join(f"{caller.name} {caller.phone}".strip() for caller in callers)
    return words.project_callers.format(names=names or words.nobody_reports)


def _duty_name(words: Words, duty: Duty) -> str:
    kinds = {
        DutyKind.PROGRESS: words.duties_kind_progress, DutyKind.ZERO: words.duties_kind_zero,
        DutyKind.DAILY: words.duty_kind_daily,
    }  # fmt: skip
    what = kinds.get(duty.kind, words.duty_kind_issue)
    return words.duty_name.format(period=Period.parse(duty.period).chinese, what=what)


def _light(turn: Turn, part: Part) -> str:
    words = turn.city.words
    stored = lights.current(turn.session, [part.id]).get(part.id)
    if stored is None:
        return words.light_unknown
    since = day_of(stored.since.astimezone(turn.city.zone))
    return words.light_now.format(light=light_name(words, stored.light), since=since)
