"""The ledger's root is told where whoever has the database cannot reach it."""

from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from bot.anchoring import NAME, Anchoring
from rules.kinds import Role
from storage.ledger_hashes import rows_in
from storage.tables.ledger import LedgerRoot
from storage.tables.registry import Unit
from tests.builders import a_unit
from tests.chat import ZONE, Chat
from tests.digests import reaches, unasked
from tests.town import Town, someone


def an_admin(town: Town) -> Chat:
    def work(session: Session) -> int:
        unit: Unit = a_unit(session)
        return someone(session, unit, "管理员", Role.ADMIN).id

    return town.chat(str(town.do(work) + 1000))


def test_a_digest_ends_with_the_days_root(town: Town) -> None:
    town.has_reported(town.north, "2012-03")
    reaches(town, 3, 27)
    [root] = [root for root in town.rows(LedgerRoot) if root.day == date(2012, 3, 27)]
    assert unasked(town.leader)[-1].plain.splitlines()[-1] == f"账本 {root.hash[:16]}"


def test_a_digest_with_nothing_new_ends_with_the_days_root_too(town: Town) -> None:
    reaches(town, 3, 27)
    [root] = [root for root in town.rows(LedgerRoot) if root.day == date(2012, 3, 27)]
    first, last = unasked(town.leader)[-1].plain.splitlines()
    assert first.endswith("没有新情况。")
    assert last == f"账本 {root.hash[:16]}"


def test_the_admins_are_given_a_whole_root_once_a_month_when_people_work(town: Town) -> None:
    admin = an_admin(town)
    for month, day in ((3, 27), (3, 28), (4, 1), (4, 2), (4, 3)):
        reaches(town, month, day, 0, 5)
    [told] = [
        row for row in admin.rows() if (row.once or "").startswith("root of")
    ]  # March's came before them
    roots = {root.day: root for root in town.rows(LedgerRoot)}
    rows = rows_in(roots[date(2012, 4, 1)].heads)
    assert f"4月1日，共{rows}条：\n{roots[date(2012, 4, 1)].hash}\n" in unasked(admin)[-1].plain
    assert told.due.astimezone(ZONE).hour >= 8


async def test_every_root_is_a_line_of_a_file_once_whatever_happens_to_it(town: Town, tmp_path: Path) -> None:
    reaches(town, 3, 27)
    keeping, file = Anchoring(database=town.database, folder=tmp_path), tmp_path / NAME
    await keeping.keep()
    await keeping.keep()
    roots = [root.hash for root in town.rows(LedgerRoot)]
    assert [line.split(" ")[2] for line in file.read_text().splitlines()] == roots
    file.write_text(file.read_text() + "2012-03-28 7 ab")  # a crash in the middle of a line
    reaches(town, 3, 28)
    await keeping.keep()
    assert file.read_text().splitlines()[-1].endswith(town.rows(LedgerRoot)[-1].hash)
    assert file.stat().st_mode & 0o777 == 0o600
