"""A whole report in one line: `城北水厂 本月1200万 形象70%`, read against the sender's projects.

Rule 1  A line is a report only if it names a project and says something that can be reported of it. Questions
        and talk are not, even about a project.
Rule 2  Nothing is guessed silently: what could be meant in two ways is a doubt, with all that it could be.
Rule 3  What is read is taken out of the line; what remains is its text, in the writer's own words.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from handlers.oneline import lexicon
from handlers.oneline.figures import (
    Figure,
    Label,
    Percent,
    choose,
    find_figures,
    find_percents,
    find_too_much,
    without_percents,
)
from handlers.oneline.finder import Finder
from handlers.oneline.lexicon import TAKEN, level
from handlers.oneline.line import Doubt, How, Kind, Known, Line, Mention, NoReport, Why
from rules.dates import days_written
from rules.kinds import Severity


def read_line(text: str, finder: Finder) -> Line | NoReport:
    levelled = level(text)
    mentions = finder.mentions(text) or _with_a_slip(text, levelled, finder)
    if not mentions:
        return NoReport(Why.NO_PROJECT)
    if lexicon.QUESTION_END.search(levelled):
        return NoReport(Why.QUESTION)
    said = _hear(text, _without(levelled, _whole_mention(levelled, mentions[0])))
    if why := _no_report(said, mentions[0], levelled):
        return NoReport(why)
    return _line(said, mentions)


def _with_a_slip(text: str, levelled: str, finder: Finder) -> tuple[Mention, ...]:
    """A name with a slip counts only beside something that is surely meant as a report."""
    patterns = (lexicon.SAME, lexicon.STARTED, lexicon.PROBLEM)
    if not find_figures(levelled) and not any(each.search(levelled) for each in patterns):
        return ()
    near = finder.nearly(text)
    return (near,) if near else ()


def _whole_mention(text: str, mention: Mention) -> tuple[int, int]:
    """The name with the words around it that say nothing: 我们…项目的."""
    before = lexicon.BEFORE_ALL.fullmatch(text, 0, mention.start)
    after = lexicon.AFTER_THE_NAME.match(text, mention.end)
    return (0 if before else mention.start), (after.end() if after else mention.end)


def _without(text: str, *spans: tuple[int, int] | None) -> str:
    """The text with these parts marked as taken; as long as before, so that places stay true."""
    for start, end in filter(None, spans):
        text = text[:start] + TAKEN * (end - start) + text[end:]
    return text


@dataclass(frozen=True, slots=True)
class _Said:
    """What was heard besides the project; of two percents both."""

    figure: Figure | None
    candidates: tuple[Figure, ...]
    percents: tuple[Percent, ...]
    started: bool | None
    same: bool
    zero: bool
    issue: bool
    severity: Severity | None
    text: str
    problem: str
    days: tuple[str, ...]
    wish: str = ""
    totals: tuple[Figure, ...] = ()
    too_much: tuple[str, ...] = ()

    @property
    def figures(self) -> bool:
        return bool(self.figure or self.candidates or self.percents)


def _hear(original: str, text: str) -> _Said:
    """Takes one thing after the other out of the line; what is called a problem lies behind `told`."""
    days = days_written(text)
    text = _without(text, *(each.span() for each in lexicon.NOTHING.finditer(text)))
    zero, marked = lexicon.ZERO.fullmatch(text), lexicon.PROBLEM.search(text)
    told, after = marked.span() if marked else (len(text), len(text))
    same = lexicon.SAME.search(text, 0, told)
    text = _without(text, same and same.span())
    text, figure, candidates, totals = _hear_amounts(text, told)
    percents = tuple(each for each in find_percents(text) if each.end <= told)
    too_much = tuple(find_too_much(text[:told]))
    if len(percents) == 1:
        text = _without(text, (percents[0].start, percents[0].end))
    started, not_yet = lexicon.STARTED.search(text, 0, told), lexicon.NOT_STARTED.search(text, 0, told)
    labels = [each.span() for each in lexicon.PROGRESS_LABEL.finditer(text, 0, told)]
    text = _without(text, started and started.span(), *labels)
    words, problem = _words(original, text, 0, told), _words(original, text, after, len(text))
    if not (figure or candidates or percents or marked) and (marked := lexicon.HAS_A_PROBLEM.search(text)):
        words, problem = "", words
    words, wish = _wish(words) if figure or candidates or percents else (words, "")
    return _Said(
        figure,
        candidates,
        percents,
        started=False if not_yet else True if started else None,
        same=bool(same),
        zero=bool(zero),
        issue=bool(marked),
        severity=_severity(marked["severity"] or "", problem) if marked else None,
        text="" if zero else words,
        problem=problem,
        days=days,
        wish=wish,
        totals=totals,
        too_much=too_much,
    )


def _wish(words: str) -> tuple[str, str]:
    """The clause that wishes for help, with the trouble right before it, taken out of the progress."""
    clauses = re.split(r"([,，。;；\s]+)", words)
    at = next((at for at in range(0, len(clauses), 2) if _is_wish(level(clauses[at]))), None)
    if at is None:
        return words, ""
    first = at
    while first and lexicon.TROUBLE.search(clauses[first - 2]):
        first -= 2
    left = (_trimmed("".join(part)) for part in (clauses[:first], clauses[at + 1 :]))
    wish = "".join(clauses[first : at + 1])
    return "，".join(filter(None, left)), lexicon.WISH_LABEL.sub("", wish)


def _is_wish(clause: str) -> bool:
    return bool(lexicon.WISH.search(clause)) and not lexicon.NO_WISH.search(clause)


def _hear_amounts(text: str, told: int) -> tuple[str, Figure | None, tuple[Figure, ...], tuple[Figure, ...]]:
    """This month's amount or the candidates for it, and the line without them; with the cumulatives left out.

    In a problem only an amount that says that it is this month's is one. Cumulatives leave the line with the
    month's amount, from which they follow.
    """
    found = find_figures(without_percents(text))
    amounts = [each for each in found if each.end <= told or each.label is Label.MONTH]
    figure, candidates = choose(amounts)
    for each in amounts:
        follows = figure and each.label in (Label.MONTH, Label.PLAIN) and each.yuan == figure.yuan
        if follows or each.label is Label.TOTAL or (each in candidates and each.label is not Label.WITHIN):
            text = _without(text, (each.start, each.end))
    totals = tuple(each for each in amounts if each.label is Label.TOTAL and each not in candidates)
    return text, figure, candidates, totals


def _severity(marked: str, problem: str) -> Severity | None:
    for words in (marked, problem):
        if lexicon.NOT_SEVERE.search(words) or words == "小":
            return Severity.GENERAL
        if lexicon.SEVERE.search(words):
            return Severity.MAJOR
    return None


_PAUSE = "\\s,，.。;；、:："
_GAP = re.compile(rf"(?<![{_PAUSE}])[{_PAUSE}]*{TAKEN}[{_PAUSE}{TAKEN}]*")
_FIRST = re.compile(r"[^\W_]|[(（《“\"-]")
_LAST = re.compile(r"[^\W_]|[)）》”\"%％。！]")


def _words(original: str, left: str, start: int, end: int) -> str:
    """What is left of a part of the line, as it was written, tidied where something was taken out."""
    kept = "".join(TAKEN if left[at] == TAKEN else original[at] for at in range(start, end))
    tidy = _trimmed(re.sub(r"\s+", " ", _GAP.sub("，", kept)))
    says_something = re.search(r"[^\W\d_]|%", tidy) and not lexicon.LEAD_WORDS.match(level(tidy))
    return tidy if says_something else ""


def _trimmed(text: str) -> str:
    first, last = _FIRST.search(text), _LAST.search(text[::-1])
    return text[first.start() : len(text) - last.start()] if first and last else ""


def _no_report(said: _Said, mention: Mention, text: str) -> Why | None:
    if said.issue:
        return Why.QUESTION if lexicon.ASKS_WHOM.search(said.problem) else None
    sure = bool(
        said.figure or said.percents or any(each.label is not Label.WITHIN for each in said.candidates)
    )
    if sure or said.zero:
        return None
    if lexicon.QUESTION.search(said.text):
        return Why.QUESTION
    if said.candidates:
        return Why.NOTHING_SAID if lexicon.TALK.search(said.text) else None
    if said.same or said.started is not None:
        return None
    return None if _tells_of_work(said.text, mention, text) else Why.NOTHING_SAID


def _tells_of_work(words: str, mention: Mention, text: str) -> bool:
    """Words alone are progress only if they speak of work, not of reports, and not right after a number."""
    apart = re.match(rf"{lexicon.SEPARATOR}|$", text[mention.end :])
    if lexicon.TALK.search(words) or len(words) < 2 or (mention.how is How.NUMBER and not apart):
        return False
    return bool(lexicon.WORK.search(words) or lexicon.TROUBLE.search(words))


def _line(said: _Said, mentions: tuple[Mention, ...]) -> Line:
    mention, *further = mentions
    kind, others = _kind(said), _others(mention, further)
    return Line(
        kind,
        mention,
        amount=said.figure.yuan if said.figure else None,
        written=said.figure.written if said.figure else "",
        candidates=said.candidates,
        month=said.figure.month if said.figure else None,
        percent=said.percents[0].number if len(said.percents) == 1 else None,
        started=said.started,
        text=said.text,
        problem=said.problem,
        severity=said.severity,
        issue=said.issue,
        wish=said.wish,
        totals=said.totals,
        too_much=said.too_much,
        others=others,
        days=said.days,
        doubts=frozenset(_doubts(said, kind, mention, others)),
    )


def _others(mention: Mention, further: Iterable[Mention]) -> tuple[Known, ...]:
    """The projects of names that cannot mean what the first one means."""
    apart = [each for each in further if not set(each.projects) & set(mention.projects)]
    return tuple(dict.fromkeys(project for each in apart for project in each.projects))


def _kind(said: _Said) -> Kind:
    if said.zero:
        return Kind.ZERO
    if said.figure or said.candidates:
        return Kind.PROGRESS
    if said.same:
        return Kind.SAME
    return Kind.ISSUE if said.issue and not (said.percents or said.started or said.text) else Kind.PROGRESS


def _doubts(said: _Said, kind: Kind, mention: Mention, others: tuple[Known, ...]) -> Iterable[Doubt]:
    told_otherwise = said.figures or said.started is not None or said.text or said.issue
    if not mention.sure:
        yield Doubt.PROJECT
    if others:
        yield Doubt.PROJECTS
    if said.candidates:
        yield Doubt.AMOUNT
    if len(said.percents) > 1:
        yield Doubt.PERCENT
    if said.too_much:
        yield Doubt.TOO_MUCH
    if said.same and told_otherwise:
        yield Doubt.SAME
    if kind is Kind.PROGRESS and not said.figures and not said.issue and lexicon.TROUBLE.search(said.text):
        yield Doubt.KIND
