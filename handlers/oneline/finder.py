"""Which project a line speaks of, and where in the line it is named.

Rule 1  Ambiguity is a value: a mention holds every project that it can mean, and how it was found.
Rule 2  `3号` is the registry number, only at the beginning of a line and never a part of a name; no number is
        cut in two (`1号线` is not 地铁11号线).
Rule 3  A part of a name counts if it stands as a word of its own, or is long. What is left out of a name may
        stand in the middle (君山垃圾发电 for 君山垃圾焚烧发电).
Rule 4  Initials are tried only where no name is found; names with a slip only when asked for.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from handlers.oneline.folding import NUMERALS, Folded, fold, splits_a_number
from handlers.oneline.lexicon import (
    AFTER_A_NAME,
    ANOTHER_PHASE,
    BEFORE_A_NAME,
    GENERIC,
    INITIALS,
    REGISTRY_NUMBER,
    level,
)
from handlers.oneline.line import How, Known, Mention
from handlers.oneline.names import Names
from handlers.oneline.slips import one_slip
from rules.numerals import Unclear, read_number

REACH = 80  # letters from the beginning of a line within which a name may begin
LONG = 4  # letters of a part of a name that count even in the middle of a word


@dataclass(frozen=True, slots=True)
class _Run:
    """Letters of a line that stand in names; `firm` if they are a word of their own."""

    begin: int
    end: int
    names: frozenset[int]
    how: How
    firm: bool = False

    @property
    def weight(self) -> tuple[bool, int]:
        return self.firm, self.end - self.begin


class Finder:
    """The names of some projects, laid out for searching. Make it once for many lines."""

    def __init__(self, projects: Iterable[Known]) -> None:
        self._projects = tuple(projects)
        named = [
            (letters, project)
            for project in self._projects
            for name in (project.name, *project.short)
            if (letters := fold(name).letters)
        ]
        self._owners = tuple(project for _, project in named)
        self._names = Names([letters for letters, _ in named])

    def find(self, text: str) -> Mention | None:
        """The first that the text names."""
        return next(iter(self.mentions(text)), None)

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """All that the text names, from left to right."""
        folded, by_number = fold(text), self._by_number(text)
        found = tuple(self._mention(folded, run) for run in self._chosen(folded))
        if by_number is None:
            return found or self._by_initials(text)
        if found and (both := _together(by_number, found[0], text)):
            return (both, *found[1:])
        return (by_number, *(each for each in found if each.start >= by_number.end))

    def nearly(self, text: str) -> Mention | None:
        """The projects from whose names one of the first words is one character off."""
        for word in list(re.finditer(r"[^\W_]+", text[:REACH]))[:3]:
            folded = fold(word[0])
            verb = AFTER_A_NAME.search(folded.letters, 2)
            for size in (len(folded.letters), verb.start() if verb else 0):
                if near := self._one_off(folded.letters[:size]):
                    end = word.start() + folded.places[size - 1] + 1
                    return Mention(word.start(), end, self._owning(near), How.SLIP)
        return None

    def _one_off(self, letters: str) -> frozenset[int]:
        half = len(letters) // 2
        if half < 2:
            return frozenset()
        # With one slip in it, one half of the word is still right.
        likely = self._names.having(letters[:half]) | self._names.having(letters[half:])
        return frozenset(each for each in likely if one_slip(letters, self._names.listed[each]))

    def _by_number(self, text: str) -> Mention | None:
        written = REGISTRY_NUMBER.match(level(text))
        if written is None:
            return None
        try:
            number = int(read_number(written["number"].lstrip("0")))
        except Unclear:
            return None
        meant = tuple(each for each in self._projects if each.number == number)
        return Mention(*written.span("all"), meant, How.NUMBER) if meant else None

    def _by_initials(self, text: str) -> tuple[Mention, ...]:
        typed = INITIALS.match(level(text))
        if typed is None or re.fullmatch(r"\d+w", word := typed["initials"].lower()):
            return ()
        meant = [each for each in self._projects if each.initials.startswith(word)]
        if not meant and len(word) > 2:
            meant = [each for each in self._projects if word in each.initials]
        whole = [each for each in meant if each.initials == word]
        return (Mention(*typed.span("initials"), _in_order(whole or meant), How.INITIALS),) if meant else ()

    def _mention(self, folded: Folded, run: _Run) -> Mention:
        start, end = folded.places[run.begin], folded.places[run.end - 1] + 1
        return Mention(start, end, self._owning(run.names), run.how)

    def _owning(self, names: Iterable[int]) -> tuple[Known, ...]:
        return _in_order(self._owners[each] for each in names)

    def _chosen(self, folded: Folded) -> list[_Run]:
        """The runs that count, of overlapping ones the better; after the first only firm ones."""
        chosen: list[_Run] = []
        for run in self._runs(folded):
            if chosen and run.begin < chosen[-1].end:
                if run.weight > chosen[-1].weight:
                    chosen[-1] = run
            elif not chosen or (run.firm and run.end - run.begin > 2):
                chosen.append(run)
        return chosen

    def _runs(self, folded: Folded) -> Iterator[_Run]:
        reached = 0
        for begin in range(min(len(folded.letters), REACH)):
            end = begin + self._names.longest(folded.letters, begin)
            if end <= reached:
                continue
            run = self._settled(folded, *_whole_numbers(folded, begin, end))
            if run and (run.firm or run.end - run.begin >= LONG):
                reached = end
                yield run

    def _settled(self, folded: Folded, begin: int, end: int) -> _Run | None:
        """What the letters there name, as far as they are needed to name it."""
        if end - begin < 2:
            return None
        run = self._run(folded, begin, end)
        if run.how is not How.NAME and GENERIC.fullmatch(folded.letters, begin, end):
            return None
        if not run.names:
            shorter = len(folded.letters[begin:end].rstrip("0123456789" + NUMERALS))
            return self._settled(folded, begin, begin + shorter) if begin + shorter < end else None
        run = self._without_surplus(folded, run)
        if not _ends_a_word(folded, run.end):
            run = self._in_pieces(folded, run)
        begins, ends = _begins_a_word(folded, run.begin), _ends_a_word(folded, run.end)
        another = len(run.names) == 1 and ANOTHER_PHASE.match(folded.letters, run.end)
        how = run.how if begins and not another else How.WITHIN
        return replace(run, how=how, firm=begins and ends)

    def _run(self, folded: Folded, begin: int, end: int) -> _Run:
        letters = folded.letters[begin:end]
        if same := self._names.same(letters):
            return _Run(begin, end, same, How.NAME)
        return _Run(begin, end, self._names.holding(letters), How.PART)

    def _without_surplus(self, folded: Folded, run: _Run) -> _Run:
        """Letters after a gap that run on belong to the name only if it needs them: not in 城北水厂 扩建完成.

        Where the letters before the gap are a whole name themselves, both names are meant.
        """
        if not folded.joined(run.end):
            return run
        for gap in range(run.begin + 2, run.end):
            if folded.joined(gap) or GENERIC.fullmatch(folded.letters, run.begin, gap):
                continue
            head = self._run(folded, run.begin, gap)
            if head.how is How.NAME:
                return replace(head, names=head.names | run.names)
            if run.how is not How.NAME and self._owning(head.names) == self._owning(run.names):
                return head
        return run

    def _in_pieces(self, folded: Folded, run: _Run) -> _Run:
        """The run with the following letters, if these are later parts of the name up to the word's end."""
        letters, listed = folded.letters, self._names.listed
        ends = {
            each: listed[each].find(letters[run.begin : run.end]) + run.end - run.begin for each in run.names
        }
        at = run.end
        while not _ends_a_word(folded, at):
            stop = next(
                (stop for stop in range(at + 1, len(letters)) if not folded.joined(stop)), len(letters)
            )
            for end in range(min(stop, at + 12), at + 1, -1):
                part = letters[at:end]
                later = {
                    each: found + len(part)
                    for each, before in ends.items()
                    if (found := listed[each].find(part, before)) >= 0
                }
                if later:
                    at, ends = end, later
                    break
            else:
                return run
        return _Run(run.begin, at, frozenset(ends), How.PIECES)


def _in_order(projects: Iterable[Known]) -> tuple[Known, ...]:
    return tuple(sorted(dict.fromkeys(projects), key=lambda each: (len(each.name), each.number, each.id)))


def _together(number: Mention, name: Mention, text: str) -> Mention | None:
    """`3号 城北水厂` as one mention, if the number is one that the name can mean."""
    between = text[number.end : name.start]
    meant = tuple(each for each in name.projects if each in number.projects)
    if not meant or name.start < number.end or any(sign.isalnum() for sign in between):
        return None
    return Mention(number.start, name.end, meant, How.NUMBER)


def _whole_numbers(folded: Folded, begin: int, end: int) -> tuple[int, int]:
    """The run without a number that it would share with the letters beside it."""
    letters = folded.letters
    while begin < end and folded.joined(begin) and splits_a_number(letters[begin - 1], letters[begin]):
        begin += 1
    while begin < end and folded.joined(end) and splits_a_number(letters[end - 1], letters[end]):
        end -= 1
    return begin, end


def _begins_a_word(folded: Folded, at: int) -> bool:
    return not folded.joined(at) or bool(BEFORE_A_NAME.search(folded.letters[max(0, at - 8) : at]))


def _ends_a_word(folded: Folded, at: int) -> bool:
    return not folded.joined(at) or bool(AFTER_A_NAME.match(folded.letters, at))
