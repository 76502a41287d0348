"""How long photos and files are kept: marked by the day's first sweep, then deleted, with a line in the ledger."""

import hashlib
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.media.shelf import Shelf
from bot.tidying import Tidying
from reminders.retention import _years_before
from rules.book import default_book
from rules.kinds import IssueState
from storage import ledger
from storage import rules as stored_rules
from storage.messages import MediaKind
from storage.tables.ledger import LedgerRow
from storage.tables.registry import Person
from storage.tables.reporting import Issue, MediaFile, ReportVersion
from storage.tables.traffic import Workbook
from tests.builders import a_photo, a_report, an_issue
from tests.chat import START, ZONE
from tests.town import NORTH, Town
from tests.workbooks import a_workbook_waits

RULES = "[media]\nkeep_years = 1\nloose_days = 30\n"


class Archive:
    """A town whose files lie on a shelf. Everything came on 26 March; a year is kept, loose files for 30 days."""

    def __init__(self, town: Town, folder: Path) -> None:
        self.town, self.folder = town, folder
        self.tidying = Tidying(database=town.database, shelf=Shelf(folder))

    def keeps(self, content: bytes, **given: object) -> int:
        """A file of the reporter's, stored; gives back its id."""
        digest = hashlib.sha256(content).hexdigest()
        path = self.folder / digest[:2] / digest
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        values = {
            "state": "stored", "sha256": digest, "path": f"{digest[:2]}/{digest}", "received": START,
            "name": "现场.jpg", **given,
        }  # fmt: skip

        def work(session: Session) -> int:
            return a_photo(session, reporter(session), **values).id

        return self.town.do(work)

    def of_report(self) -> int:
        def work(session: Session) -> int:
            report = a_report(session, person=reporter(session))
            return session.query(ReportVersion).filter_by(report_id=report.id).one().id

        return self.town.do(work)

    def of_problem(self, state: IssueState) -> int:
        return self.town.do(lambda session: an_issue(session, state=state).id)

    async def lives(self, **span: float) -> None:
        """The days pass; the next one is swept, and what it marks is deleted."""
        self.town.clock.pass_(**span)
        self.town.do(lambda session: stored_rules.take(session, RULES, self.town.clock.now))
        self.town.sweep()
        await self.tidying.tidy()

    def states(self) -> list[str]:
        return [row.state for row in self.town.rows(MediaFile)]

    def left(self) -> set[bytes]:
        return {path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}

    def removals(self) -> list[dict[str, object]]:
        facts = [json.loads(row.canonical) for row in self.town.rows(LedgerRow)]
        return [each for each in facts if each["act"] == "expire_media"]


def reporter(session: Session) -> Person:
    return session.query(Person).filter_by(name="张三").one()


@pytest.fixture
def archive(town: Town, tmp_path: Path) -> Archive:
    return Archive(town, tmp_path / "media")


async def test_what_belongs_to_nothing_is_deleted_after_so_many_days_and_not_before(archive: Archive) -> None:
    archive.keeps(b"loose")
    await archive.lives(days=30)
    assert archive.left() == {b"loose"}
    await archive.lives(days=1)
    assert (archive.states(), archive.left()) == (["expired"], set())


async def test_what_belongs_to_a_report_or_a_closed_problem_is_kept_for_so_many_years(
    archive: Archive,
) -> None:
    archive.keeps(b"report", version_id=archive.of_report())
    archive.keeps(b"problem", issue_id=archive.of_problem(IssueState.CLOSED))
    await archive.lives(days=365)
    assert archive.left() == {b"report", b"problem"}
    await archive.lives(days=1)
    assert archive.left() == set()


async def test_what_belongs_to_an_open_problem_is_kept_however_old(archive: Archive) -> None:
    problem = archive.of_problem(IssueState.REGISTERED)
    archive.keeps(b"problem", issue_id=problem)
    await archive.lives(days=4000)
    assert archive.left() == {b"problem"}
    now = archive.town.clock.now
    closed = update(Issue).where(Issue.id == problem).values(state=IssueState.CLOSED, closed=now)
    archive.town.do(lambda session: session.execute(closed))
    await archive.lives(days=365)
    assert archive.left() == {b"problem"}
    await archive.lives(days=2)
    assert archive.left() == set()


async def test_bytes_that_a_living_file_has_too_stay(archive: Archive) -> None:
    archive.keeps(b"same")
    archive.keeps(b"same", version_id=archive.of_report())
    await archive.lives(days=31)
    assert (archive.states(), archive.left()) == (["expired", "stored"], {b"same"})
    await archive.lives(days=365)
    assert (archive.states(), archive.left()) == (["expired", "expired"], set())


async def test_a_photo_in_a_draft_that_somebody_may_go_on_with_is_not_loose(archive: Archive) -> None:
    me = archive.town.reporter
    for step in ("报问题", NORTH, "一般问题", "征拆", "两户阻工", "不需要"):
        me.says(step)
    me.sends("a")
    stored = update(MediaFile).values(state="stored")
    archive.town.do(lambda session: session.execute(stored))
    await archive.lives(days=100)
    assert archive.states() == ["stored"]
    me.says("取消")
    await archive.lives(days=1)
    assert archive.states() == ["expired"]


async def test_what_was_removed_stands_in_the_units_chain_by_hash_without_a_name(archive: Archive) -> None:
    archive.keeps(b"one")
    archive.keeps(b"two")
    await archive.lives(days=31)
    [removal] = archive.removals()
    hashes = sorted(hashlib.sha256(content).hexdigest() for content in (b"one", b"two"))
    assert removal["facts"] == {"why": "loose", "count": 2, "sha256": hashes}
    assert removal["chain"] == f"unit:{archive.town.rows(Person)[0].unit_id}"
    assert "现场" not in str(removal)
    assert archive.town.do(ledger.verify) == []


async def test_its_name_and_its_place_are_forgotten_with_it(archive: Archive) -> None:
    archive.keeps(b"photo")
    archive.keeps(b"", kind=MediaKind.PLACE, path="", sha256="", latitude=28.2, longitude=112.9)
    await archive.lives(days=31)
    rows = archive.town.rows(MediaFile)
    assert {(row.name, row.reference, row.latitude, row.longitude) for row in rows} == {("", "", None, None)}


async def test_what_was_read_from_a_workbook_and_never_taken_in_goes_with_its_file(archive: Archive) -> None:
    town = archive.town
    a_workbook_waits(town)
    town.do(lambda session: session.execute(update(MediaFile).values(received=START, sha256="ab")))
    await archive.lives(days=30)
    assert "新来的" in str([row.book for row in town.rows(Workbook)])
    await archive.lives(days=1)
    assert archive.states() == ["expired"]
    assert "新来的" not in str([row.book for row in town.rows(Workbook)])
    assert town.office.says("确认导入").text.startswith("没有等着导入的台账")


async def test_more_than_a_slice_is_removed_in_one_day(archive: Archive) -> None:
    for number in range(95):
        archive.keeps(str(number).encode())
    await archive.lives(days=31)
    assert set(archive.states()) == {"expired"}
    assert archive.left() == set()
    assert sum(int(str(each["facts"]["count"])) for each in archive.removals()) == 95  # type: ignore[index]  # JSON


async def test_a_crash_between_deleting_and_noting_it_is_made_up_for(archive: Archive) -> None:
    archive.keeps(b"loose")
    archive.town.clock.pass_(days=31)
    archive.town.sweep()
    [path] = [each for each in archive.folder.rglob("*") if each.is_file()]
    path.unlink()
    assert await archive.tidying.tidy() == 1
    assert await archive.tidying.tidy() == 0


def test_out_of_the_box_evidence_is_kept_for_ten_years_and_loose_files_for_a_month() -> None:
    limits = default_book().media
    assert (limits.keep_years, limits.loose_days) == (10, 30)


@pytest.mark.parametrize(
    ("now", "before"),
    [
        (datetime(2022, 3, 26, 9, tzinfo=ZONE), datetime(2012, 3, 26, 9, tzinfo=ZONE)),
        (datetime(2024, 2, 29, 9, tzinfo=ZONE), datetime(2014, 2, 28, 9, tzinfo=ZONE)),
    ],
)
def test_years_are_those_of_the_calendar(now: datetime, before: datetime) -> None:
    assert _years_before(now, 10, ZONE) - before == timedelta()
