"""日报设置: how often and when a leader is told of the own projects; one tap each.

市项目办> 日报设置
日报：每日 8:03 [立即] [每日] [每周] [无新内容时不发] [7:30] [12:03] [17:33]
市项目办> [每周]
已设置：每周 8:03
市项目办> 日报设置
日报：每周 8:03
市项目办> 7:20
已设置：每周 7:20
市项目办> 17:20
已设置：每周 17:20
市项目办> 日报设置 8:11
已设置：每周 8:11
"""

from dataclasses import dataclass
from datetime import time

from handlers.commands import ChooseDigest, Tell
from handlers.conversation import Dialogue
from handlers.digest_facts import DigestFacts
from handlers.facts import Facts
from handlers.moments import read_clock
from handlers.questions import Choice
from handlers.reading import Item, Reading, Refused, Said, Stored, Taken
from handlers.words import Words
from rules.kinds import Often

SUGGESTED = (time(7, 30), time(12, 3), time(17, 33))


@dataclass(frozen=True)
class Setting(Choice):
    """One of the settings, or a time of day as it is typed."""

    def read(self, said: Said, stored: Stored, words: Words) -> Reading:
        if said.value is None and (typed := read_clock(said.text)):
            return Taken(typed)
        reading = super().read(said, stored, words)
        return Refused(words.digest_time_unreadable) if isinstance(reading, Refused) else reading

    def restore(self, stored: Stored) -> str | None:
        if isinstance(stored, str) and read_clock(stored) == stored:
            return stored
        return super().restore(stored)


def set_digest(facts: Facts) -> Dialogue[ChooseDigest | Tell]:
    words, now = facts.words, facts.digest
    if not now.mine:
        return Tell(text=words.digest_not_yours)
    prompt = words.ask_digest.format(
        often=often_name(words, now.often), at=clock(now.at), silent=silent_name(words, now.silent)
    )
    chosen = yield from Setting(
        "setting", prompt, hint=words.digest_hint, items=_items(words, now), columns=3, page_size=9
    )
    return _chosen(now, chosen)


def _chosen(now: DigestFacts, chosen: str) -> ChooseDigest:
    if read_clock(chosen):
        hour, _, minute = chosen.partition(":")
        return ChooseDigest(now.often, time(int(hour), int(minute)), now.silent)
    if chosen in ("silent", "line"):
        return ChooseDigest(now.often, now.at, chosen == "silent")
    return ChooseDigest(Often(chosen), now.at, now.silent)


def _items(words: Words, now: DigestFacts) -> tuple[Item, ...]:
    silent = Item("line", words.digest_one_line) if now.silent else Item("silent", words.digest_silent)
    often = (Item(each, often_name(words, each)) for each in Often)
    return (*often, silent, *(Item(clock(each), clock(each)) for each in SUGGESTED))


def often_name(words: Words, often: Often) -> str:
    return str(getattr(words, f"often_{often.value}"))


def silent_name(words: Words, silent: bool) -> str:
    return words.silent_yes if silent else words.silent_no


def clock(at: time) -> str:
    return f"{at.hour}:{at.minute:02}"
