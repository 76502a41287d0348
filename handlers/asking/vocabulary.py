"""The city's own words: its districts, fronts, kinds, units, leaders and categories, each with what it means.

Rule 1  A word may mean several things (two districts alike): all are kept, and whoever asked decides.
Rule 2  Only places of projects that the asker may see are listed, so no answer and no hint can name another.
Rule 3  Words are folded as names are (handlers/oneline/folding): signs and spaces count for nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from handlers.asking.question import Ask, Narrow, What
from handlers.oneline.folding import fold
from handlers.words import Words
from rules.kinds import Light, PeriodKind, PlaceKind, ProjectKind
from rules.periods import Period

SHORTEST = 2  # letters of a short name


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word adds to a question. `shown` is how it is said back; `what` None: it says nothing of what is asked."""

    shown: str = ""
    what: What | None = None
    where: tuple[PlaceKind, str] | None = None
    light: Light | None = None
    narrow: Narrow | None = None
    category: str = ""
    month: str = ""
    year_before: bool = False  # 去年同期: a year before the month that is named, or before this one


@dataclass(frozen=True, slots=True)
class Places:
    """The places of the projects that somebody may see: units and leaders by id; leaders with their title."""

    districts: tuple[str, ...] = ()
    fronts: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    units: tuple[tuple[int, str], ...] = ()
    leaders: tuple[tuple[int, str, str], ...] = ()


FILLER = Meaning()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every word with its meanings. `named` is how a place or a category is called, by what stands for it."""

    meanings: dict[str, tuple[Meaning, ...]]
    named: dict[tuple[str, str], str]
    words: Words
    today: date
    longest: int = field(default=0)

    def phrase(self, ask: Ask) -> str:
        """The question as it would be typed: 云溪区 红灯 3月."""
        words = self.words
        parts = [self.named.get((kind.value, value), value) for kind, value in ask.where]
        if ask.category:
            parts.append(self.named.get(("", ask.category), ask.category))
        if ask.what is not What.OVERVIEW or not ask.month:
            parts.append(called(words, ask))
        if ask.month:
            parts.append(self._when(Period.parse(ask.month)))
        return " ".join(parts)

    def _when(self, period: Period) -> str:
        """本月, 3月, 上半年; with the year if it is another one."""
        if period.kind is PeriodKind.MONTH and period.contains(self.today):
            return first(self.words.asked_this_month)
        year, _, within = period.chinese.partition("年")
        return within if within and period.year == self.today.year else f"{year}年{within}"


def first(listed: str) -> str:
    return listed.split("、")[0]


def called(words: Words, ask: Ask) -> str:
    """What is asked, in a word."""
    if ask.also is not None:
        return " ".join(called(words, replace(ask, light=each, also=None)) for each in (ask.light, ask.also))
    if ask.light is not None:
        lights = {
            Light.RED: words.asked_red,
            Light.YELLOW: words.asked_yellow,
            Light.GREEN: words.asked_green,
        }
        return first(lights[ask.light])
    if ask.narrow is not None:
        return first(words.asked_overdue if ask.narrow is Narrow.OVERDUE else words.asked_major)
    named = {
        What.LIGHTS: words.asked_lights, What.OWING: words.asked_owing, What.DONE: words.asked_done,
        What.PROBLEMS: words.asked_problems, What.RANKING: words.asked_ranking, What.PROJECTS: words.asked_projects,
    }  # fmt: skip
    return first(named.get(ask.what, words.asked_overview))


def vocabulary(
    words: Words, places: Places, categories: Iterable[tuple[str, str]], today: date
) -> Vocabulary:
    listed: dict[str, list[Meaning]] = {}
    for word, meaning in (*_fixed(words, today), *_categories(categories), *_places(words, places)):
        letters = fold(word).letters
        known = listed.setdefault(letters, [])
        # A word of the questions themselves is never a short name, and a full name comes before a short one.
        if letters and meaning not in known and not (known and known[0].where is None):
            known.append(meaning)
    listed.pop("", None)
    named = {("", key): name for key, name in categories}
    for kind, value, name in _named(words, places):
        named[kind.value, value] = name
    meanings = {word: tuple(found) for word, found in listed.items()}
    return Vocabulary(meanings, named, words, today, max(map(len, meanings)))


def _fixed(words: Words, today: date) -> Iterator[tuple[str, Meaning]]:
    this = Period.month(today.year, today.month)
    said = (
        (words.asked_red, Meaning(what=What.LIGHTS, light=Light.RED)),
        (words.asked_yellow, Meaning(what=What.LIGHTS, light=Light.YELLOW)),
        (words.asked_green, Meaning(what=What.LIGHTS, light=Light.GREEN)),
        (words.asked_lights, Meaning(what=What.LIGHTS)),
        (words.asked_owing, Meaning(what=What.OWING)),
        (words.asked_done, Meaning(what=What.DONE)),
        (words.asked_problems, Meaning(what=What.PROBLEMS)),
        (words.asked_overdue, Meaning(what=What.PROBLEMS, narrow=Narrow.OVERDUE)),
        (words.asked_major, Meaning(what=What.PROBLEMS, narrow=Narrow.MAJOR)),
        (words.asked_ranking, Meaning(what=What.RANKING)),
        (words.asked_projects, Meaning(what=What.PROJECTS)),
        (words.asked_this_month, Meaning(month=str(this))),
        (words.asked_last_month, Meaning(month=str(this.previous()))),
        (words.asked_this_year, Meaning(what=What.OVERVIEW)),
        (words.asked_last_year, Meaning(month=str(today.year - 1))),
        (words.asked_same_period, Meaning(year_before=True)),
        (words.asked_filler, FILLER),
    )
    for listed, meaning in said:
        for word in listed.split("、"):
            yield word, meaning if meaning is FILLER else replace(meaning, shown=first(listed))
    for kind, listed in ((ProjectKind.CONSTRUCTION, words.asked_construction),
                         (ProjectKind.PRELIMINARY, words.asked_preliminary)):  # fmt: skip
        for word in listed.split("、"):
            yield word, Meaning(first(listed), where=(PlaceKind.KIND, kind.value))


def _categories(categories: Iterable[tuple[str, str]]) -> Iterator[tuple[str, Meaning]]:
    for key, name in categories:
        yield name, Meaning(name, what=What.PROBLEMS, category=key)


def _named(words: Words, places: Places) -> Iterator[tuple[PlaceKind, str, str]]:
    yield PlaceKind.KIND, ProjectKind.CONSTRUCTION.value, first(words.asked_construction)
    yield PlaceKind.KIND, ProjectKind.PRELIMINARY.value, first(words.asked_preliminary)
    for kind, names in ((PlaceKind.DISTRICT, places.districts), (PlaceKind.FRONT, places.fronts),
                        (PlaceKind.CATEGORY, places.categories)):  # fmt: skip
        yield from ((kind, name, name) for name in names)
    yield from ((PlaceKind.UNIT, str(unit), name) for unit, name in places.units)
    yield from ((PlaceKind.LEADER, str(leader), name) for leader, name, _ in places.leaders)


def _places(words: Words, places: Places) -> Iterator[tuple[str, Meaning]]:
    """Full names first; then what people say instead."""
    named = [(name, Meaning(name, where=(kind, value))) for kind, value, name in _named(words, places)]
    yield from named
    titles = {str(leader): title for leader, _, title in places.leaders}
    for name, meaning in named:
        kind, value = meaning.where or (PlaceKind.KIND, "")
        for short in _shorts(words, kind, name, titles.get(value, "")):
            yield short, meaning


def _shorts(words: Words, kind: PlaceKind, name: str, title: str) -> Iterator[str]:
    match kind:
        case PlaceKind.DISTRICT:
            yield from _without_ends(name, words.asked_district_ends)
        case PlaceKind.FRONT:
            yield name + words.asked_front_end
            yield from _without_ends(name, words.asked_front_end)
        case PlaceKind.UNIT:
            own = name.removeprefix(words.asked_unit_begins)
            yield own
            yield from _without_ends(own, words.asked_unit_ends)
        case PlaceKind.LEADER:
            yield from (name[0] + each for each in _titles(words, name, title))


def _without_ends(name: str, ends: str) -> Iterator[str]:
    for end in ends.split("、"):
        short = name.removesuffix(end)
        if short != name and len(short) >= SHORTEST:
            yield short


def _titles(words: Words, name: str, title: str) -> Iterator[str]:
    """What follows the surname: 副市长 is called 市长 too."""
    for each in words.asked_titles.split("、"):
        if each in title:
            yield each
    if name[1:] in words.asked_titles.split("、"):
        yield name[1:]
