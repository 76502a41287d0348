"""The rules and words files as they are edited while the program runs: taken without a restart, or refused and said.

Rule 1  A file is read once it has stood still from one look to the next, so that none is read half written.
Rule 2  One with a mistake changes nothing: what was in force stays, and the admins are told each mistake with its line.
Rule 3  What is taken stands in the ledger with before and after, and is put in force in the same transaction's
        function: in the writer's thread, between two turns, and never within one.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from bot import editable
from bot.clock import Clock
from bot.edited_mistakes import in_chinese
from bot.watching.pulse import Pulse
from handlers.city import City
from reminders import sentences as unasked
from reminders.reach import Reach
from rules.book import load
from rules.changes import Change, changes
from rules.kinds import Lane
from rules.mistakes import BookError
from storage import claiming, outbox, people, words
from storage import rules as stored_rules
from storage.database import Database
from storage.messages import Outgoing

log = logging.getLogger(__name__)

POLL_SECONDS = 3.0
NAMED = 6  # changes, or mistakes, that a message names

Stamp = tuple[int, int]  # when a file was written, and its size
Work = Callable[[Session, datetime], tuple[Change, ...]]


def take_sentences(session: Session, said: editable.Sentences, now: datetime) -> tuple[Change, ...]:
    """Takes sentences into force unless they already are; gives back what that changes."""
    unasked.put(said.unasked)
    before = words.standing(session)
    if before == said.text:
        return ()
    changed = editable.changed(before, said)
    words.take(session, said.text, changed, now)
    return changed


class Editing:
    """`await run()` looks at the files until it is cancelled; `after` is called when one was taken or refused."""

    def __init__(
        self, *, database: Database, city: City, clock: Clock, rules: Path | None, sentences: Path | None,
        reach: Reach, after: Callable[[], None],
    ) -> None:  # fmt: skip
        self._database = database
        self._city = city
        self._clock = clock
        self._reach = reach
        self._after = after
        self._files = [(rules, self._rules), (sentences, self._sentences)]
        self._seen: dict[Path, Stamp | None] = {}
        self._done: dict[Path, Stamp | None] = {}
        self.pulse = Pulse()

    async def run(self) -> None:
        while True:
            self.pulse.beat()
            await self.look()
            await asyncio.sleep(POLL_SECONDS)

    async def look(self) -> None:
        for path, read in self._files:
            if path is not None and self._stands_anew(path):
                await self._take(path, read)

    def _stands_anew(self, path: Path) -> bool:
        stamp = _stamp(path)
        still = path in self._seen and self._seen[path] == stamp
        self._seen[path] = stamp
        if not still or (path in self._done and self._done[path] == stamp):
            return False
        self._done[path] = stamp
        return True

    async def _take(self, path: Path, read: Callable[[Path], Work]) -> None:
        try:
            work = read(path)
        except (BookError, editable.Unreadable) as error:
            log.error("%s is not taken: %s", path, error)
            await self._tell(path, self._refused(path, in_chinese(error, self._city.words)))
            return
        now, machine = self._clock.city(), self._clock.machine()

        def alone(session: Session) -> tuple[Change, ...]:
            # Every process reads the file and holds its words; that it was taken is written and told by the first.
            claiming.alone(session, "what the office has edited", machine)
            return work(session, now)

        if changed := await self._database.run(alone):
            log.info("%s is in force: %s", path, "; ".join(map(str, changed)))
            await self._tell(path, self._taken(path, changed))

    def _rules(self, path: Path) -> Work:
        text = editable.rules_text(path)

        def work(session: Session, now: datetime) -> tuple[Change, ...]:
            before = stored_rules.in_force(session).book
            stored_rules.take(session, text, now)
            return changes(before, load(text or ""))

        return work

    def _sentences(self, path: Path) -> Work:
        said = editable.sentences(path)

        def work(session: Session, now: datetime) -> tuple[Change, ...]:
            changed = take_sentences(session, said, now)
            self._city.words = said.words
            return changed

        return work

    def _taken(self, path: Path, changed: tuple[Change, ...]) -> str:
        shown = "\n".join(f"· {each}" for each in changed[:NAMED])
        return self._city.words.edited_taken.format(file=path.name, count=len(changed), changes=shown)

    def _refused(self, path: Path, mistakes: list[str]) -> str:
        words, shown = self._city.words, mistakes[:NAMED]
        if more := len(mistakes) - len(shown):
            shown.append(words.edited_more.format(count=more))
        return words.edited_refused.format(file=path.name, count=len(mistakes), mistakes="\n".join(shown))

    async def _tell(self, path: Path, text: str) -> None:
        """Tells the admins, each once for a file as it stands."""
        stamp, now = self._done[path], self._clock.city()
        await self._database.run(lambda session: self._write(session, f"{path} {stamp}", text, now))
        self._after()

    def _write(self, session: Session, what: str, text: str, now: datetime) -> None:
        today = now.astimezone(self._city.zone).date()
        for contact in people.contacts(
            session, people.admins(session, self._reach.admin, today), self._reach.running
        ):
            if contact.address is not None:
                outbox.write(
                    session, address=contact.address, person_id=contact.id, message=Outgoing(text=text),
                    lane=Lane.REMINDER, now=now, limit=self._reach.limit(contact.address.channel),
                    once=f"edited {what} for person {contact.id}",
                )  # fmt: skip


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
