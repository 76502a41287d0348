"""A little of everything of some projects (云溪区 本月, 城投 本月): money, lights, who owes, problems; or a list."""

from dataclasses import replace

from handlers.answering import lights, money, owing, problems
from handlers.answering.asked import SHOWN, Asked, short
from handlers.asking.question import Ask, Narrow, What
from rules.kinds import Light
from storage import asking
from storage.messages import Option, Outgoing

ORDER = (Light.GREEN, Light.YELLOW, Light.RED, None)  # of the marks in the words file


def answer_overview(asked: Asked) -> Outgoing:
    words, ask = asked.words, asked.ask
    found = money.spent(asked)
    counts = lights.counted(asked)
    lines = [
        _count_line(asked, asking.count(asked.turn.session, asked.which), counts),
        *money.lines_of(asked, found),
        _at_present(asked, words.told_lights_short.format(lights=lights.line(asked, counts))),
    ]
    options: list[Option] = []
    options += asked.counted(Ask(What.LIGHTS, ask.where, light=Light.RED), counts.get(Light.RED, 0))
    if asked.is_now:
        owed = owing.owed(asked)
        lines.append(words.told_owing_short.format(owing=owed.owing, overdue=owed.overdue))
        options += asked.counted(Ask(What.OWING, ask.where), owed.owing)
    open_ones = problems.open_problems(replace(asked, ask=Ask(What.PROBLEMS, ask.where)))
    stand = words.told_problems_short.format(
        major=open_ones.major, general=open_ones.general, overdue=open_ones.overdue
    )
    lines.append(_at_present(asked, stand))
    options += asked.counted(Ask(What.PROBLEMS, ask.where, narrow=Narrow.MAJOR), open_ones.major)
    options += asked.counted(Ask(What.PROBLEMS, ask.where), len(open_ones.listed))
    options += asked.button(asked.vocabulary.phrase(Ask(What.DONE)), Ask(What.DONE, ask.where, ask.month))
    options += asked.button(asked.vocabulary.phrase(Ask(What.PROJECTS)), Ask(What.PROJECTS, ask.where))
    return asked.says(lines, options, chart=money.chart(asked, found))


def _count_line(asked: Asked, count: int, counts: lights.Counts) -> str:
    """How many projects, and how many of them are paused: those have no light, and the lights must add up."""
    words, paused = asked.words, count - sum(counts.values())
    return (words.told_projects_paused if paused else words.told_projects).format(count=count, paused=paused)


def _at_present(asked: Asked, line: str) -> str:
    """Beside the money of a month that is over it is said that this is today's."""
    return line if asked.is_now else asked.words.told_at_present.format(line=line)


def answer_projects(asked: Asked) -> Outgoing:
    """The projects by number, each with its light."""
    words, ask = asked.words, asked.ask
    count = asking.count(asked.turn.session, asked.which)
    counts = lights.counted(asked)
    lines = [_count_line(asked, count, counts), lights.line(asked, counts)]
    found = asking.listed(asked.turn.session, asked.which, SHOWN, ask.page * SHOWN)
    marks = words.light_marks.split("、")
    lines += [
        words.told_project.format(mark=marks[ORDER.index(each.light)], number=each.number, name=short(each.name))
        for each in found
    ]  # fmt: skip
    numbers = tuple(
        option
        for each in found
        for option in asked.button(f"{each.number}号", Ask(What.PROJECT, number=each.id))
    )
    options = list(asked.further(count))
    options += asked.counted(Ask(What.LIGHTS, ask.where, light=Light.RED), counts.get(Light.RED, 0))
    for what in (What.DONE, What.OWING, What.PROBLEMS):
        options += asked.button(asked.vocabulary.phrase(Ask(what)), Ask(what, ask.where))
    return asked.says(lines, options, rows=lights.in_rows(numbers))
