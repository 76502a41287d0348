"""A year rehearsed on a copy: every date and every message, found by living through it; the city never notices."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.rehearsal import commands, sheets
from bot.rehearsal.copying import copied
from bot.rehearsal.living import Life, live
from bot.rehearsal.page import page
from bot.rehearsal.refusal import CannotLive
from bot.rehearsal.rehearsed import Rehearsed
from bot.rehearsal.supposing import everybody_reports
from bot.rehearsal.year import Supposed, rehearse
from bot.settings import Settings
from reminders.reach import Reach
from rules.book import default_text
from rules.kinds import DutyKind, DutyState, Role
from storage.database import sqlite_path
from storage.tables.registry import Project, Unit
from storage.tables.reporting import Duty, Report
from tests.builders import a_person, an_issue
from tests.chat import ZONE
from tests.test_office_commands import sanbao
from tests.test_office_commands import settings as settings
from tests.town import Town

pytestmark = pytest.mark.sqlite_only(reason="lived on a copy, which is a SQLite file whatever the city is")

MACHINE = datetime(2026, 11, 20, 9, tzinfo=ZONE)
REACH = Reach(running=frozenset({("chat", "bot")}))
NOBODY, EVERYBODY = Supposed(), Supposed(reporting=True)


def lived(town: Town, supposed: Supposed = NOBODY, year: int = 2026) -> tuple[Rehearsed, list[Duty]]:
    """The rehearsal, and the duties as they stood at its end."""
    with copied(sqlite_path(town.database.url), MACHINE) as copy:
        found = rehearse(copy, year, supposed, MACHINE, ZONE, REACH)
        return found, copy.read_now(lambda session: list(session.scalars(select(Duty))))


def an_admin(town: Town, name: str = "管理员老钱") -> None:
    """Who is told in November that the holidays of 2027 are not known; without any account."""
    town.do(lambda session: a_person(session, unit=session.get(Unit, 2), role=Role.ADMIN, name=name))


def table(content: bytes, title: str) -> list[dict[str, object]]:
    headings, *rows = load_workbook(io.BytesIO(content))[title].iter_rows(values_only=True)
    return [dict(zip(map(str, headings), row, strict=True)) for row in rows]


def states(duties: list[Duty], period: str) -> set[DutyState | None]:
    return {duty.state for duty in duties if duty.period == period}


# What is supposed


def test_if_nobody_reports_everything_is_missed(town: Town) -> None:
    _, duties = lived(town)
    assert states(duties, "2026-11") == {DutyState.MISSED}


def test_if_everybody_reports_everything_is_on_time(town: Town) -> None:
    _, duties = lived(town, EVERYBODY)
    assert states(duties, "2026-11") == {DutyState.ON_TIME}


def test_at_best_what_a_problem_bars_is_no_zero_and_the_problem_gets_its_word(town: Town) -> None:
    def problem(session: Session) -> None:
        an_issue(session, project=session.get_one(Project, town.north), filed=town.clock.now)

    town.do(problem)
    begins, ends = datetime(2012, 6, 24, tzinfo=ZONE), datetime(2012, 7, 12, tzinfo=ZONE)
    with copied(sqlite_path(town.database.url), begins) as copy:
        life = Life(begins, ends, ZONE, REACH, at_each_step=partial(everybody_reports, zone=ZONE))
        live(copy, life)
        duties = copy.read_now(lambda session: list(session.scalars(select(Duty))))
    found = {
        (duty.project_id, duty.kind): duty.state for duty in duties if duty.period in ("2012-06", "2012H1")
    }
    assert found == {
        (town.north, DutyKind.PROGRESS): DutyState.ON_TIME,
        (town.south, DutyKind.PROGRESS): DutyState.ON_TIME,
        (town.north, DutyKind.ISSUE): DutyState.ON_TIME,
        (town.north, DutyKind.ZERO): DutyState.VOID,
        (town.south, DutyKind.ZERO): DutyState.ON_TIME,
    }


def test_who_has_no_account_yet_is_supposed_to_be_reached(town: Town) -> None:
    an_admin(town)
    found, _ = lived(town)
    [message] = [each for each in found.messages if "放假调休" in each.text]
    assert (message.person, message.unit, message.reached) == ("管理员老钱", "市政府", True)
    assert message.at.astimezone(ZONE).date().isoformat() == "2026-11-20"


def test_what_was_supposed_stands_in_every_output(town: Town) -> None:
    for supposed, words in ((NOBODY, "谁也不报"), (EVERYBODY, "人人马上就报")):
        found, _ = lived(town, supposed)
        lines = "".join(str(row["说明"]) for row in table(sheets.workbook(found), "说明"))
        for said in ("".join(found.said), lines, page(found)):
            assert words in said
            assert "都已绑定" in said
            assert "2026年11月20日以前" in said


def test_other_rules_are_tried_and_said_and_not_taken(town: Town) -> None:
    text = default_text().replace("due_day = 5 ", "due_day = 6 ")
    found, duties = lived(town, Supposed(rules=text, rules_name="try.toml"))
    [due] = {duty.due.astimezone(ZONE) for duty in duties if duty.period == "2026-11"}
    assert due == datetime(2026, 12, 7, 18, tzinfo=ZONE)  # the 6th is a Sunday
    assert "try.toml" in "".join(found.said)


@pytest.mark.parametrize("year", [2025, 2030])
def test_a_year_that_is_over_or_far_ahead_is_refused(town: Town, year: int) -> None:
    with pytest.raises(CannotLive, match=str(year)):
        lived(town, year=year)


# The city never notices


def test_the_citys_own_file_does_not_change_by_a_byte(town: Town) -> None:
    file = sqlite_path(town.database.url)
    town.database.close()
    before = file.read_bytes()
    with copied(file, MACHINE) as copy:
        rehearse(copy, 2026, EVERYBODY, MACHINE, ZONE, REACH)
        assert copy.read_now(lambda session: session.scalar(select(Report.id).limit(1)))
    assert file.read_bytes() == before
    assert (
        not file.with_name(f"{file.name}-wal").exists() or not file.with_name(f"{file.name}-wal").read_bytes()
    )


def test_a_city_that_is_written_meanwhile_is_copied_as_it_was_last_committed(town: Town) -> None:
    def rename(session: Session) -> int:
        session.execute(update(Unit).where(Unit.id == 1).values(name="改到一半"))
        with copied(sqlite_path(town.database.url), MACHINE) as copy:
            name = copy.read_now(lambda read: read.get_one(Unit, 1).name)
        assert name == "城北区住建局"
        return 1

    assert town.do(rename) == 1


# What is written


def test_the_workbook_has_its_sheets_and_what_each_unit_owes(town: Town) -> None:
    found, _ = lived(town)
    content = sheets.workbook(found)
    assert load_workbook(io.BytesIO(content)).sheetnames == ["说明", "日历", "应报", "消息", "每日"]
    [unit] = table(content, "应报")
    assert unit["单位"] == "城北区住建局"
    assert unit["2026年11月进展月报"] == 2
    [october] = [row for row in table(content, "日历") if row["期别"] == "2026年9月"]
    assert october["应报原定"] == datetime(2026, 10, 5)  # noqa: DTZ001 - as Excel has it
    assert october["应报"] == datetime(2026, 10, 8, 18)  # noqa: DTZ001


def test_messages_stand_by_day_and_unit(town: Town) -> None:
    an_admin(town)
    found, _ = lived(town)
    content = sheets.workbook(found)
    rows = [row for row in table(content, "消息") if row["收件人"] == "管理员老钱"]
    days = [row for row in table(content, "每日") if row["单位"] == "市政府"]
    assert sum(int(str(row["消息条数"])) for row in days) >= len(rows) >= 1


def test_the_page_has_a_block_for_each_month_and_needs_nothing_from_elsewhere(town: Town) -> None:
    an_admin(town)
    found, _ = lived(town)
    html = page(found)
    assert html.count("<section>") == 12
    assert "应报 2026年9月进展月报 18:00（原定10月5日，遇休息日改）" in html
    for foreign in ("<script", "http://", "https://", "<link", "<img"):
        assert foreign not in html


def test_what_people_wrote_is_no_markup(town: Town) -> None:
    an_admin(town)
    town.do(lambda session: session.execute(update(Unit).where(Unit.id == 2).values(name="<b>局&")))
    found, _ = lived(town)
    marked = replace(found.messages[0], text="<script>x</script>", unit="<b>局&")
    html = page(replace(found, messages=(marked,)))
    assert "<script" not in html
    assert "&lt;b&gt;局&amp; 1" in html


# The command


def test_the_command_writes_a_workbook_and_a_page(town: Town, settings: Settings, tmp_path: Path) -> None:
    assert settings.database_file == sqlite_path(town.database.url)
    year = datetime.now(UTC).year + 1
    result = sanbao("rehearse", str(year), "--out", "next.xlsx")
    assert result.exit_code == 0, result.output
    assert f"{year}年应报与消息演练" in result.output
    assert load_workbook(tmp_path / "next.xlsx").sheetnames[0] == "说明"
    assert (tmp_path / "next.html").read_text("utf-8").startswith("<!doctype html>")
    for path in ("next.xlsx", "next.html"):
        assert (tmp_path / path).stat().st_mode & 0o077 == 0


def test_who_has_no_terminal_is_told_every_month_and_finds_no_empty_file(
    town: Town, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = list[list[str]]()
    lived = commands.rehearse

    def looking(*given: Any) -> commands.Found:  # noqa: ANN401 - handed on as it came
        found = lived(*given)
        there.append([path.name for path in tmp_path.glob("next*")])
        return found

    monkeypatch.setattr(commands, "rehearse", looking)
    now = datetime.now(ZONE)
    result = sanbao("rehearse", str(now.year), "--out", "next.xlsx")
    told = result.stderr.splitlines()
    assert told[0].startswith("Living from ")
    assert told[1:] == [f"Lived up to {now.year}-{month:02}." for month in range(now.month + 1, 13)]
    assert there == [[]]
    assert sorted(path.name for path in tmp_path.glob("*next*")) == ["next.html", "next.xlsx"]


def test_the_command_overwrites_nothing_and_leaves_nothing_half_done(
    town: Town, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "mine.html").write_text("mine")
    result = sanbao("rehearse", "2026", "--out", "mine.xlsx")
    assert result.exit_code == 1
    assert "mine.html" in result.output
    assert (tmp_path / "mine.html").read_text() == "mine"
    assert not (tmp_path / "mine.xlsx").exists()
    assert sanbao("rehearse", "1999").exit_code == 1
    assert not list(tmp_path.glob("rehearsal-*"))


def test_a_city_that_is_not_there_is_named(settings: Settings) -> None:
    result = sanbao("rehearse", "2026")
    assert result.exit_code == 1
    assert "found no database" in result.output
    assert not isinstance(result.exception, CannotLive)
