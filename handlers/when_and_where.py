"""Two questions about what has happened: when (发现时间), and where (发生地点)."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from handlers.plain import plain
from handlers.questions import Question
from handlers.reading import Buttons, More, Reading, Refused, Said, Stored, Taken, in_rows
from handlers.words import Words
from rules.dates import days_written, no_such_day
from rules.spoken import OLD, PARTS, Day, NotRead, part_of, parts_begun, read_moment, to_the_minute


@dataclass(frozen=True)
class Moment(Question[datetime]):
    """A moment of the past, said at `now` (aware) and stored resolved (decisions: 19).

    A day alone is asked for its part by buttons; what lies long ago is asked about before it is taken. Until that is
    answered, what was stored before stands.
    """

    now: datetime = field(kw_only=True)

    def read(self, said: Said, stored: Stored, words: Words) -> Reading:
        reading = self._read(said, stored, words)
        if isinstance(reading, More) and isinstance(reading.value, dict):
            return replace(reading, value={**_sure(stored), **reading.value})
        return reading

    def _read(self, said: Said, stored: Stored, words: Words) -> Reading:
        if said.value is not None:
            return self._pressed(said.value, words)
        day = stored.get("day") if isinstance(stored, dict) else None
        moment = read_moment(f"{day}日{said.text}", self.now) if day else NotRead.NO_MOMENT
        if moment is NotRead.NO_MOMENT:
            moment = read_moment(said.text, self.now)
        none = no_such_day(days_written(said.text), self.now.date())
        if none and moment is NotRead.NO_MOMENT:
            return Refused(words.no_such_day.format(day=none))
        return self._taken(moment, words)

    def _pressed(self, value: str, words: Words) -> Reading:
        today = self.now.date()
        match value.split("."):
            case ["now"]:
                return self._taken(to_the_minute(self.now), words)
            case ["today" | "yesterday" as which]:
                return self._taken(Day(today if which == "today" else today - timedelta(days=1)), words)
            case ["at", moment] if (known := _moment(moment)) and known <= self.now:
                return Taken({"at": moment})
            case [day, part] if (known_day := _day(day)) and part in PARTS:
                return self._taken(part_of(known_day, part, self.now), words)
        return Refused(words.moment_unreadable)

    def _taken(self, moment: datetime | Day | NotRead, words: Words) -> Reading:
        match moment:
            case NotRead.NO_MOMENT:
                return Refused(words.moment_unreadable)
            case NotRead.NO_HOUR:
                return Refused(words.moment_no_hour)
            case NotRead.AHEAD:
                return Refused(words.moment_ahead)
            case Day(day):
                return More({"day": day.isoformat()})
            case datetime() if moment > self.now:
                return Refused(words.moment_ahead)
            case datetime() if self.now - moment > OLD:
                return More({"old": moment.isoformat()})
        return Taken({"at": moment.isoformat()})

    def restore(self, stored: Stored) -> datetime | None:
        moment = _moment(stored.get("at")) if isinstance(stored, dict) else None
        return moment.astimezone(self.now.tzinfo) if moment else None

    def left(self, stored: Stored) -> Stored:
        return _sure(stored) or stored

    def guidance(self, stored: Stored, words: Words) -> str:
        begun = stored if isinstance(stored, dict) else {}
        if day := _day(begun.get("day")):
            return words.moment_which_part.format(month=day.month, day=day.day)
        return words.moment_is_old if "old" in begun else self.hint

    def buttons(self, stored: Stored, page: int, words: Words) -> Buttons:
        begun = stored if isinstance(stored, dict) else {}
        if day := _day(begun.get("day")):
            parts = parts_begun(day, self.now)
            return in_rows([(part, f"{day.isoformat()}.{part}") for part in parts], 3)
        rows = [
            [(words.moment_now, "now")],
            [(words.moment_today, "today"), (words.moment_yesterday, "yesterday")],
        ]
        if old := _moment(begun.get("old")):
            said = words.moment_sure.format(
                year=old.year,
                month=old.month,
                day=old.day,
                time=f"{old.hour}:{old:%M}",
                days=(self.now - old).days,
            )
            rows.insert(0, [(said, f"at.{old.isoformat()}")])
        return rows


def _sure(stored: Stored) -> dict[str, Stored]:
    """Of what is stored the moment that was taken, without what is being asked about."""
    return {"at": stored["at"]} if isinstance(stored, dict) and "at" in stored else {}


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something is: in words, and the location that was sent (ids of media), if one was."""

    text: str
    pinned: tuple[int, ...] = ()


@dataclass(frozen=True)
class Place(Question[Spot]):
    """A place: typed, sent as a location, or by one tap on the project's site."""

    on_site: Spot = Spot("")
    longest: int = 100

    def read(self, said: Said, stored: Stored, words: Words) -> Reading:
        if said.place:
            return Taken({"text": said.place, "ids": list(said.media)})
        text = said.text.strip()
        if said.value == "site" or plain(text) in words.aliases(words.place_on_site_words):
            return Taken({"site": True})
        if said.value is not None or not text:
            return Refused(words.place_unreadable)
        if len(text) > self.longest:
            return Refused(words.too_long.format(found=len(text), longest=self.longest))
        return Taken({"text": text, "ids": []})

    def restore(self, stored: Stored) -> Spot | None:
        if not isinstance(stored, dict):
            return None
        if stored.get("site"):
            return self.on_site
        text = stored.get("text")
        return Spot(text, tuple(stored.get("ids", ()))) if isinstance(text, str) else None

    def buttons(self, stored: Stored, page: int, words: Words) -> Buttons:
        return [[(words.place_on_site_button, "site")]]
