"""What was sent, beside what would be sent: each message of the one finds its fellow in the other, or stands alone."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.rehearsal import words
from bot.rehearsal.messages import Message

# A running program sweeps every few seconds, a replay on the instant.
SAME_MOMENT = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Pair:
    """`verdict` is one of words.BOTH, DIFFERS, ONLY_REAL, ONLY_REPLAYED."""

    verdict: str
    real: Message | None
    replayed: Message | None

    @property
    def either(self) -> Message:
        found = self.real or self.replayed
        assert found is not None  # noqa: S101 - a pair has one of them
        return found

    @property
    def at(self) -> datetime:
        return self.either.at


def compare(real: Sequence[Message], replayed: Sequence[Message], zone: ZoneInfo) -> list[Pair]:
    """Pairs in order of time: first by person, day and words, the rest by person, day and kind."""

    def words_of(message: Message) -> Hashable:
        return message.person_id, message.at.astimezone(zone).date(), message.text

    def kind_of(message: Message) -> Hashable:
        return message.person_id, message.at.astimezone(zone).date(), message.lane

    alike, real, replayed = _pairs(real, replayed, words_of)
    unlike, real, replayed = _pairs(real, replayed, kind_of)
    pairs = [Pair(_verdict(one, other), one, other) for one, other in alike]
    pairs += [Pair(words.DIFFERS, one, other) for one, other in unlike]
    pairs += [Pair(words.ONLY_REAL, each, None) for each in real]
    pairs += [Pair(words.ONLY_REPLAYED, None, each) for each in replayed]
    return sorted(pairs, key=lambda pair: (pair.at, pair.either.person))


def _verdict(real: Message, replayed: Message) -> str:
    return words.BOTH if abs(real.at - replayed.at) <= SAME_MOMENT else words.DIFFERS


def _pairs(
    real: Sequence[Message], replayed: Sequence[Message], key: Callable[[Message], Hashable]
) -> tuple[list[tuple[Message, Message]], list[Message], list[Message]]:
    """Those that have the same key, in order; and what is left of both."""
    waiting = defaultdict[Hashable, list[Message]](list)
    for each in replayed:
        waiting[key(each)].append(each)
    found, alone = list[tuple[Message, Message]](), list[Message]()
    for each in real:
        if fellows := waiting[key(each)]:
            found.append((each, fellows.pop(0)))
        else:
            alone.append(each)
    return found, alone, [each for fellows in waiting.values() for each in fellows]
