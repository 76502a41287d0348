"""A question in words, in any order and with or without spaces, read against the city's own words. Pure.

红灯项目    云溪区 本月    重大产业 进度    张市长 项目    问题 资金    城投本月    3月 云溪区 投资

Rule 1  From left to right the longest word counts. What no word explains is `rest`: a name, perhaps; a word that is one
        slip from one of the city's names is read as that.
Rule 2  Nothing is guessed silently: what can mean two things gives both, and the answer says what was read.
Rule 3  A text longer than LONGEST is talk, not a question.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product

from handlers.asking.question import Ask, What
from handlers.asking.vocabulary import FILLER, Meaning, Vocabulary
from handlers.oneline.folding import Folded, fold
from handlers.oneline.slips import one_slip
from rules.kinds import Light, PeriodKind, PlaceKind
from rules.periods import Period

LONGEST = 40  # letters
MEANT = 3  # things that one text may mean, and that are offered instead
SLIP_FROM = 3  # letters of a name in which a slip is forgiven
FIRST_YEAR = 2000
NEAR = 0.34  # how much alike two words must be for one to be offered for the other

_LIGHTS = (Light.RED, Light.YELLOW, Light.GREEN)
_OF_YEAR = r"(?:(\d{4})年|(去年|上年)|(今年|本年))?的?"
_MONTH = re.compile(_OF_YEAR + r"(1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月份?")
_HALF = re.compile(_OF_YEAR + r"([上下])半年")
_YEAR = re.compile(r"(\d{4})年")
_NUMERALS = {name: number for number, name in enumerate("一二三四五六七八九十", 1)} | {"十一": 11, "十二": 12}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text can mean: one question, several if words are alike, none if it holds no word of ours.

    rest  what none of the words explains
    name  the same with the places that stand beside it: 君山 is a district, and 君山垃圾发电 a project
    short what it can mean if that is a unit called for short: 城投 for 市城建投资公司
    bare  nothing but a name was said
    slip  a word was read with a slip in it
    """

    asks: tuple[Ask, ...] = ()
    rest: str = ""
    name: str = ""
    short: tuple[Ask, ...] = ()
    bare: bool = False
    slip: bool = False

    @property
    def is_clear(self) -> bool:
        return len(self.asks) == 1 and not self.rest


@dataclass(frozen=True, slots=True)
class _Token:
    letters: str
    meanings: tuple[Meaning, ...] = ()  # none: it is not one of our words

    @property
    def is_place(self) -> bool:
        return any(each.where is not None for each in self.meanings)


def read_question(text: str, vocabulary: Vocabulary) -> Reading:
    folded = fold(text)
    letters = folded.letters
    if not letters or len(letters) > LONGEST:
        return Reading(rest=letters[:LONGEST], name=letters[:LONGEST])
    typed = _tokens(folded, vocabulary)
    tokens = [_forgiven(token, vocabulary) for token in typed]
    rest = "".join(token.letters for token in tokens if not token.meanings)
    telling = [token.meanings for token in tokens if token.meanings and token.meanings != (FILLER,)]
    asks = [_ask(chosen, vocabulary) for chosen in product(*telling)] if telling else []
    found = tuple(dict.fromkeys(asks))[:MEANT]
    bare = all(token.is_place for token in tokens if token.meanings and token.meanings != (FILLER,))
    short = tuple(_short(tokens, rest, vocabulary)) if rest else ()
    return Reading(found, rest, _name(tokens), short, bare, tokens != typed)


def _short(tokens: list[_Token], rest: str, vocabulary: Vocabulary) -> list[Ask]:
    """What is asked if the unexplained letters (or these with the places beside them) are a unit called for short."""
    for letters, kept in ((_name(tokens), False), (rest, True)):
        units = _units_called(letters, vocabulary)
        if 0 < len(units) <= MEANT:
            others = [
                token.meanings[0] for token in tokens
                if token.meanings and token.meanings != (FILLER,) and (kept or not token.is_place)
            ]  # fmt: skip
            return [_ask([*others, Meaning(where=unit)], vocabulary) for unit in units]
    return []


def _units_called(letters: str, vocabulary: Vocabulary) -> list[tuple[PlaceKind, str]]:
    """The units in whose names these letters stand in this order, from the first on."""
    begins = vocabulary.words.asked_unit_begins
    found = []
    for (kind, value), name in vocabulary.named.items():
        own = name.removeprefix(begins)
        if kind == PlaceKind.UNIT and own[:1] == letters.removeprefix(begins)[:1]:
            signs = iter(own)
            if len(letters) > 1 and all(letter in signs for letter in letters.removeprefix(begins)):
                found.append((PlaceKind.UNIT, value))
    return found


def _tokens(folded: Folded, vocabulary: Vocabulary) -> list[_Token]:
    tokens: list[_Token] = []
    letters, at = folded.letters, 0
    while at < len(letters):
        # 去年3月 is longer than 去年, and a unit called 五月花 than 五月.
        read = (_word(folded, at, vocabulary), _period(letters, at, vocabulary))
        token = max((each for each in read if each), key=lambda each: len(each.letters), default=None)
        if token is None and tokens and not tokens[-1].meanings:
            tokens[-1] = _Token(tokens[-1].letters + letters[at])
        else:
            tokens.append(token or _Token(letters[at]))
        at += len(token.letters) if token else 1
    return tokens


def _word(folded: Folded, at: int, vocabulary: Vocabulary) -> _Token | None:
    letters = folded.letters
    for size in range(min(vocabulary.longest, len(letters) - at), 0, -1):
        word = letters[at : at + size]
        if word in vocabulary.meanings and not _is_two(folded, at, at + size, vocabulary):
            return _Token(word, vocabulary.meanings[word])
    return None


def _is_two(folded: Folded, begin: int, end: int, vocabulary: Vocabulary) -> bool:
    """Whether a gap parts the letters into two words of ours: 城建 投资 is not 城建投资 (公司)."""
    return any(
        {folded.letters[begin:gap], folded.letters[gap:end]} <= vocabulary.meanings.keys()
        for gap in range(begin + 1, end)
        if not folded.joined(gap)
    )


def _period(letters: str, at: int, vocabulary: Vocabulary) -> _Token | None:
    """A month, half-year or year that is named. Of no year, it is the last one that has begun.

    This whole year says nothing more than 今年.
    """
    today = vocabulary.today
    if at and letters[at - 1].isdigit():
        return None
    if found := _MONTH.match(letters, at):
        number = _NUMERALS.get(found[4]) or int(found[4])
        return _named(found, Period.of(PeriodKind.MONTH, today), number, today)
    if found := _HALF.match(letters, at):
        return _named(found, Period.of(PeriodKind.HALF, today), "上下".index(found[4]) + 1, today)
    if (found := _YEAR.match(letters, at)) and FIRST_YEAR <= int(found[1]) <= today.year:
        meaning = Meaning(what=What.OVERVIEW) if int(found[1]) == today.year else Meaning(month=found[1])
        return _Token(found[0], (meaning,))
    return None


def _named(found: re.Match[str], now: Period, number: int, today: date) -> _Token | None:
    """The period of a year that is said, or else of the last year in which it has begun. `now` is today's."""
    year = today.year - (number > now.number)
    if found[1]:
        year = int(found[1])
    elif found[2] or found[3]:
        year = today.year - bool(found[2])
    if not FIRST_YEAR <= year <= today.year:
        return None
    return _Token(found[0], (Meaning(month=str(Period(now.kind, year, number))),))


def _forgiven(token: _Token, vocabulary: Vocabulary) -> _Token:
    """A word of ours that is but one slip away, if there are not too many of them."""
    if token.meanings or len(token.letters) < SLIP_FROM or not token.letters.isalpha():
        return token
    near = [
        meanings
        for word, meanings in vocabulary.meanings.items()
        if len(word) >= SLIP_FROM and abs(len(word) - len(token.letters)) <= 1
        if one_slip(token.letters, word) and one_slip(word, token.letters)
    ]
    found = tuple(dict.fromkeys(meaning for meanings in near for meaning in meanings if meaning != FILLER))
    return _Token(token.letters, found) if 0 < len(found) <= MEANT else token


def _name(tokens: list[_Token]) -> str:
    """From the first to the last word that may be a part of a name, with all that stands between."""
    places = [at for at, token in enumerate(tokens) if not token.meanings or token.is_place]
    return "".join(token.letters for token in tokens[places[0] : places[-1] + 1]) if places else ""


def _ask(meanings: Iterable[Meaning], vocabulary: Vocabulary) -> Ask:
    """The words together: what is asked is the first of `What` that was said."""
    said = list(meanings)
    whats = [each.what for each in said if each.what is not None]
    what = min(whats, key=list(What).index) if whats else What.OVERVIEW
    month = _when(said, vocabulary.today)
    where = tuple(dict.fromkeys(each.where for each in said if each.where is not None))
    ask = Ask(what, where, month)
    lights = [light for light in _LIGHTS if any(each.light is light for each in said)]
    if what is What.LIGHTS and 0 < len(lights) < len(_LIGHTS):  # all of them are 灯色
        ask = replace(ask, light=lights[0], also=lights[1] if len(lights) > 1 else None)
    for each in said:
        ask = replace(
            ask,
            narrow=(each.narrow or ask.narrow) if what is What.PROBLEMS else None,
            category=(each.category or ask.category) if what is What.PROBLEMS else "",
        )
    only_leader = where and all(kind is PlaceKind.LEADER for kind, _ in where) and not whats and not month
    return replace(ask, what=What.PROJECTS) if only_leader else ask


def _when(said: Sequence[Meaning], today: date) -> str:
    month = next((each.month for each in reversed(said) if each.month), "")
    if any(each.year_before for each in said):
        base = Period.parse(month) if month else Period.of(PeriodKind.MONTH, today)
        return str(replace(base, year=base.year - 1))
    return month


def nearest(reading: Reading, vocabulary: Vocabulary) -> list[tuple[float, Ask]]:
    """What else the text could mean, with how near it is: what was understood, with a word for what was not."""
    known = reading.asks[0] if reading.asks else None
    scored: dict[Ask, float] = {}
    for word, meanings in vocabulary.meanings.items():
        score = alike(reading.rest, word)
        for meaning in meanings if score >= NEAR else ():
            if meaning is not FILLER:
                ask = _ask([meaning], vocabulary)
                ask = _together(known, ask) if known else ask
                scored[ask] = max(score, scored.get(ask, 0))
    ranked = sorted(scored.items(), key=lambda each: -each[1])
    return [(score, ask) for ask, score in ranked[:MEANT]]


def _together(known: Ask, other: Ask) -> Ask:
    what = min((known.what, other.what), key=list(What).index)
    ask = replace(known.at(*other.where), what=what, month=known.month or other.month)
    return replace(
        ask, light=known.light or other.light, also=known.also, narrow=known.narrow or other.narrow,
        category=known.category or other.category,
    )  # fmt: skip


def alike(one: str, other: str) -> float:
    """From 0 to 1: how many letters two words share, of all that they have."""
    if not one or not other:
        return 0
    shared = sum((Counter(one) & Counter(other)).values())
    return 2 * shared / (len(one) + len(other))
