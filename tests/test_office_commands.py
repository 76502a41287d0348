"""What the command line promises the office, on a closed database and through a running server's socket."""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import uvicorn
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session
from typer.testing import CliRunner, Result

from bot.__main__ import app
from bot.clock import store_offset
from bot.errands import LONGEST_PATH, lock_paths, office_app, open_socket, socket_path
from bot.lock import Held, hold
from bot.office import Errand, InvitePerson, NotDone, Office, ShowParked, carry_out
from bot.settings import Settings, SettingsError, load
from storage import invites
from storage.database import Database
from storage.tables.registry import Invite, PersonRole, Project
from storage.tables.traffic import InboxRow
from tests.builders import NOW, a_binding, a_person, a_unit, an_inbox_row
from tests.ledgers import a_ledger, a_row

SAMPLE = Path(__file__).parent.parent / "bot" / "sample" / "city.xlsx"


@pytest.fixture
def settings(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    """The folder is the test's own, and so is the database, which on SQLite lies in it."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SANBAO_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SANBAO_DATA_DIR", str(tmp_path))
    if "place" in request.fixturenames:
        monkeypatch.setenv("SANBAO_DATABASE_URL", request.getfixturevalue("place"))
    return load()


@pytest.mark.sqlite_only(reason="the folder of the database and its lock")
@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize(
    "command", [("serve",), ("export", "city.xlsx"), ("parked",), ("restore", "none.backup")]
)
@pytest.mark.parametrize("where", ["a file", "below a file", "/proc/nope"])
def test_a_data_folder_that_cannot_be_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], where: str
) -> None:
    Path("letter.txt").write_text("a letter")
    found = {"a file": "letter.txt", "below a file": "letter.txt/data"}.get(where, where)
    monkeypatch.setenv("SANBAO_DATA_DIR", found)
    result = sanbao(*command)
    assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (1, "", 1)
    for words in (found, "expected a folder", "SANBAO_DATA_DIR"):
        assert words in result.stderr
    assert Path("letter.txt").read_text() == "a letter"


@pytest.fixture
def office(settings: Settings) -> Office:
    return Office.of(settings)


def sanbao(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def code_in(text: str) -> str:
    found = re.search(r"Code: +(\S+)", text)
    assert found
    return found[1]


@contextmanager
def served(settings: Settings, database: Database) -> Iterator[list[str]]:
    """A process that has the city, with its socket open; yields what was called after commits."""
    after: list[str] = []
    application = office_app(database, Office.of(settings), lambda: NOW, lambda: after.append("woken"))
    server = uvicorn.Server(uvicorn.Config(application, lifespan="off", log_level="error"))
    with hold(lock_paths(settings), "serve"):
        thread = threading.Thread(target=server.run, args=([open_socket(socket_path(settings))],))
        thread.start()
        try:
            yield after
        finally:
            server.should_exit = True
            thread.join()


# Invites


def test_a_code_binds_once(session: Session) -> None:
    person = a_person(session)
    code = invites.create(session, person.id, NOW)
    assert invites.redeem(session, code, NOW + timedelta(hours=23)) == person.id
    assert invites.redeem(session, code, NOW + timedelta(hours=23)) is None


def test_a_code_is_over_after_a_day(session: Session) -> None:
    code = invites.create(session, a_person(session).id, NOW)
    assert invites.redeem(session, code, NOW + timedelta(hours=24)) is None


def test_a_new_code_ends_the_persons_earlier_ones_and_nobody_elses(session: Session) -> None:
    one, other = a_person(session), a_person(session)
    first, others = invites.create(session, one.id, NOW), invites.create(session, other.id, NOW)
    second = invites.create(session, one.id, NOW)
    assert invites.redeem(session, first, NOW) is None
    assert invites.redeem(session, second, NOW) == one.id
    assert invites.redeem(session, others, NOW) == other.id


def test_a_code_of_someone_who_left_binds_nobody(session: Session) -> None:
    person = a_person(session)
    code = invites.create(session, person.id, NOW)
    person.active = False
    session.flush()
    assert invites.redeem(session, code, NOW) is None


def test_an_unknown_code_binds_nobody(session: Session) -> None:
    assert invites.redeem(session, "sanbao", NOW) is None


def test_a_code_is_kept_only_as_its_hash_and_has_at_least_64_bits(session: Session) -> None:
    code = invites.create(session, a_person(session).id, NOW)
    row = session.scalars(select(Invite)).one()
    assert code not in str(vars(row))
    assert len(row.code_hash) == 64
    assert invites.CODE_BYTES * 8 >= 64


def test_no_invite_lives_longer_than_a_day(session: Session) -> None:
    with pytest.raises(ValueError, match="expected 1 to 24"):
        invites.create(session, a_person(session).id, NOW, hours=25)


def test_the_unbound_are_active_people_without_a_living_binding(session: Session) -> None:
    unbound, bound, left, ended, tried = (a_person(session) for _ in range(5))
    a_binding(session, bound)
    a_binding(session, tried, channel="tryout")
    a_binding(session, ended, ended=NOW)
    left.active = False
    session.flush()
    assert {person.id for person, _ in invites.unbound_people(session)} == {unbound.id, ended.id, tried.id}


# Whom an invite is for


@pytest.mark.parametrize("word", ["王五", "13912345678", "1", " 王五 "])
def test_a_person_is_found_by_name_phone_or_id(session: Session, office: Office, word: str) -> None:
    person = a_person(session, name="王五", phone="13912345678")
    result = carry_out(session, Errand.of("invite", InvitePerson(person=word)), NOW, office)
    assert invites.redeem(session, code_in(result.text), NOW) == person.id


def test_a_name_that_two_people_have_lists_them_and_invites_none(session: Session, office: Office) -> None:
    a_person(session, name="王五", phone="13900000001", unit=a_unit(session, name="市水务局"))
    a_person(session, name="王五", phone="13900000002", unit=a_unit(session, name="市交通局"))
    with pytest.raises(NotDone) as caught:
        carry_out(session, Errand.of("invite", InvitePerson(person="王五")), NOW, office)
    assert "found 2 people, expected one" in str(caught.value)
    assert "1  王五  市水务局  13900000001" in str(caught.value)
    assert "2  王五  市交通局  13900000002" in str(caught.value)
    assert session.scalars(select(Invite)).all() == []


def test_the_link_stands_there_once_the_bots_name_is_known(session: Session, office: Office) -> None:
    a_person(session, name="王五")
    errand = Errand.of("invite", InvitePerson(person="王五"))
    telegram = replace(office, telegram_account="12345")
    assert "t.me" not in carry_out(session, errand, NOW, telegram).text
    invites.remember_bot(session, "12345", "city_bot")
    invites.remember_bot(session, "999", "another_bot")
    text = carry_out(session, errand, NOW, telegram).text
    assert f"https://t.me/city_bot?start={code_in(text)}" in text
    assert "2012-03-27 09:00 (Asia/Shanghai)" in text


# Parked messages


def test_parked_messages_are_listed_without_anything_that_moves_a_terminal(
    session: Session, office: Office
) -> None:
    person = a_person(session, name="王五")
    a_binding(session, person, user="77")
    an_inbox_row(
        session, sender="telegram:bot:77", state="parked", attempts=3, note="KeyError", raw=b"\x1b[2J hello"
    )
    an_inbox_row(session, state="done", note="not shown")
    text = carry_out(session, Errand.of("parked", ShowParked()), NOW, office).text
    assert "1  2012-03-26 09:00  王五 责任单位1  after 3 attempts: KeyError" in text
    assert "·[2J hello" in text
    assert "not shown" not in text


def test_a_parked_message_is_made_new_again(session: Session, office: Office) -> None:
    rows = [an_inbox_row(session, state="parked", attempts=3) for _ in range(3)]
    carry_out(session, Errand.of("parked", ShowParked(retry=(1, 3))), NOW, office)
    for row in rows:
        session.refresh(row)
    assert [(row.state, row.attempts) for row in rows] == [("new", 0), ("parked", 3), ("new", 0)]


def test_retrying_what_is_not_parked_changes_nothing(session: Session, office: Office) -> None:
    an_inbox_row(session, state="parked")
    with pytest.raises(NotDone, match="7: not parked; parked are: 1"):
        carry_out(session, Errand.of("parked", ShowParked(retry=(1, 7))), NOW, office)


# The command line on a closed database


@pytest.mark.usefixtures("settings")
def test_an_import_brings_the_sample_city_in_and_a_dry_run_does_not(database: Database) -> None:
    dry = sanbao("import", SAMPLE, "--dry-run")
    assert (dry.exit_code, "Dry run: nothing was written." in dry.stdout) == (0, True)
    assert database.run_now(lambda session: session.scalars(select(Project)).first()) is None
    assert sanbao("import", SAMPLE).exit_code == 0
    assert len(database.run_now(lambda session: session.scalars(select(Project)).all())) > 182


@pytest.mark.usefixtures("settings")
def test_a_ledger_goes_in_with_the_options_of_the_command_line(database: Database) -> None:
    rows = (a_row(总投资="?"), a_row(2, "滨江路改造"), a_row(3, "职教园"))
    above = (("2012年重大建设项目",), ("单位：万元",))
    Path("ledger.xlsx").write_bytes(a_ledger(*rows, above=above, hidden=[6]))
    refused = sanbao("import", "ledger.xlsx", "--as-of", "2012-02")
    assert (refused.exit_code, "“重大建设”表第4行“总投资”：写的是“?”" in refused.stderr) == (1, True)
    done = sanbao("import", "ledger.xlsx", "--as-of", "2012-02", "--skip-bad-rows", "--with-hidden")
    assert (done.exit_code, done.stdout.endswith("Written.\n")) == (0, True)
    query = select(Project.name, Project.opening_month).order_by(Project.number)
    stored = database.run_now(lambda session: session.execute(query).all())
    assert [tuple(row) for row in stored] == [("滨江路改造", "2012-02"), ("职教园", "2012-02")]


@pytest.mark.usefixtures("settings")
def test_an_import_into_a_moved_city_is_dated_by_the_citys_clock(database: Database) -> None:
    database.run_now(lambda session: store_offset(session, NOW - datetime.now(UTC)))
    assert sanbao("import", SAMPLE).exit_code == 0
    since = database.run_now(lambda session: set(session.scalars(select(PersonRole.since))))
    assert since == {NOW.date()}


@pytest.mark.usefixtures("settings")
def test_a_command_makes_the_database_where_there_is_none(tmp_path: Path) -> None:
    assert sanbao("parked").stdout == "No message is parked.\n"
    assert (tmp_path / "sanbao.db").is_file()


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("import", "nowhere.xlsx"), "nowhere.xlsx: No such file or directory; expected an .xlsx"),
        (("import", "letter.xlsx"), "这个文件：打不开；应为："),
        (
            ("import", "letter.xlsx", "--as-of", "2012-13"),
            "--as-of: found '2012-13'; expected a month such as",
        ),
        (("invite", "赵六"), "赵六: found nobody active of this name, phone or id"),
        (("invite",), "expected a person (name, phone or id) or --all-unbound"),
        (("invite", "赵六", "--all-unbound", "x.xlsx"), "one of them"),
        (("invite", "--all-unbound", "letter.xlsx"), "letter.xlsx: File exists; expected a new file"),
        (("export", "city.csv"), "city.csv: expected a name that ends in .xlsx"),
        (("invite", "--all-unbound", "codes"), "codes: expected a name that ends in .xlsx"),
        (("rehearse", "2030", "--out", "year.xls"), "year.xls: expected a name that ends in .xlsx"),
        (("invite", "--all-unbound", "no/x.xlsx"), "no/x.xlsx: No such file or directory"),
        (("parked", "--retry", "7"), "7: not parked; parked are: none"),
        (("parked", "--retry", "7", "--all"), "found both --retry and --all"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_1(words: tuple[str, ...], said: str) -> None:
    Path("letter.xlsx").write_text("Dear office")
    result = sanbao(*words)
    assert result.exit_code == 1
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert result.stdout == ""


@pytest.mark.usefixtures("settings")
def test_a_wrong_setting_is_one_sentence_and_exit_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANBAO_HTTP_PORT", "many")
    result = sanbao("parked")
    assert (result.exit_code, result.stderr.startswith("SANBAO_HTTP_PORT: found 'many'")) == (1, True)


@pytest.mark.usefixtures("settings")
def test_everyone_unbound_gets_a_code_in_a_file_for_the_offices_eyes(database: Database) -> None:
    people = [database.run_now(lambda session: a_person(session).id) for _ in range(3)]
    result = sanbao("invite", "--all-unbound", "codes.xlsx")
    assert (result.exit_code, "3 codes" in result.stdout) == (0, True)
    assert Path("codes.xlsx").stat().st_mode & 0o077 == 0
    headings, *rows = load_workbook("codes.xlsx").worksheets[0].iter_rows(values_only=True)
    assert headings == ("姓名", "单位", "手机", "邀请码", "Telegram 链接", "有效期至")
    now = datetime.now(NOW.tzinfo)
    codes = [str(row[3]) for row in rows]
    assert database.run_now(lambda session: [invites.redeem(session, code, now) for code in codes]) == people


@pytest.mark.usefixtures("settings")
def test_new_codes_for_everyone_say_how_many_people_held_a_good_one(database: Database) -> None:
    """The earlier codes once ended in silence, and people stood there with a letter that no longer worked."""
    now = datetime.now(NOW.tzinfo)
    people = [database.run_now(lambda session: a_person(session).id) for _ in range(3)]
    early = [
        database.run_now(lambda session, each=each: invites.create(session, each, now))  # type: ignore[misc]
        for each in (*people[:2], people[0])
    ]
    said = sanbao("invite", "--all-unbound", "codes.xlsx").stdout
    assert "Earlier codes of these people have ended: 2 of them had one that was still good." in said
    now = datetime.now(NOW.tzinfo)
    for code in early:
        assert database.run_now(lambda session, code=code: invites.redeem(session, code, now)) is None  # type: ignore[misc]


@pytest.mark.usefixtures("settings")
def test_a_file_that_was_begun_is_taken_away_when_the_codes_were_not_made(tmp_path: Path) -> None:
    (tmp_path / "sanbao.db").write_bytes(b"a letter, not a database" * 100)
    result = sanbao("invite", "--all-unbound", "codes.xlsx")
    assert (result.exit_code, Path("codes.xlsx").exists()) == (1, False)
    assert "expected a SQLite file" in result.stderr


@pytest.mark.usefixtures("settings")
def test_an_export_goes_into_a_new_file_for_the_offices_eyes_and_never_over_another() -> None:
    assert sanbao("import", SAMPLE).exit_code == 0
    assert sanbao("export", "city.xlsx").exit_code == 0
    assert Path("city.xlsx").stat().st_mode & 0o077 == 0
    before = Path("city.xlsx").read_bytes()
    again = sanbao("export", "city.xlsx")
    assert (again.exit_code, again.stdout) == (1, "")
    assert "city.xlsx: File exists; expected a new file" in again.stderr
    assert Path("city.xlsx").read_bytes() == before


# Through a running server


def test_a_command_reaches_the_running_server(settings: Settings, database: Database) -> None:
    person = database.run_now(lambda session: a_person(session, name="王五").id)
    with served(settings, database) as after:
        result = sanbao("invite", "王五")
    assert result.exit_code == 0
    assert after == ["woken"]
    assert database.run_now(lambda session: invites.redeem(session, code_in(result.stdout), NOW)) == person


def test_an_import_goes_through_the_running_server(settings: Settings, database: Database) -> None:
    with served(settings, database):
        assert sanbao("import", SAMPLE).exit_code == 0
        assert "nothing was written" in sanbao("import", SAMPLE).stdout


def test_a_mistake_comes_back_from_the_running_server_and_wakes_nobody(
    settings: Settings, database: Database
) -> None:
    with served(settings, database) as after:
        result = sanbao("parked", "--retry", "7")
    assert (result.exit_code, result.stderr) == (1, "7: not parked; parked are: none. Nothing was changed.\n")
    assert after == []


def test_a_file_of_codes_comes_back_from_the_running_server(settings: Settings, database: Database) -> None:
    database.run_now(lambda session: a_person(session).id)
    with served(settings, database):
        assert sanbao("invite", "--all-unbound", "codes.xlsx").exit_code == 0
    assert load_workbook("codes.xlsx").worksheets[0].max_row == 2


def test_an_export_comes_back_from_the_running_server_while_another_holds_the_writer(
    settings: Settings, database: Database
) -> None:
    assert sanbao("import", SAMPLE).exit_code == 0
    with served(settings, database), database.engine.begin():
        assert sanbao("export", "city.xlsx").exit_code == 0
    assert load_workbook("city.xlsx")["项目"].max_row == 195


def test_a_dry_run_comes_back_from_the_running_server_while_another_holds_the_writer(
    settings: Settings, database: Database
) -> None:
    with served(settings, database), database.engine.begin():
        assert "Dry run: nothing was written." in sanbao("import", SAMPLE, "--dry-run").stdout
    assert database.run_now(lambda session: session.scalars(select(Project)).first()) is None


def test_a_parked_message_is_retried_by_the_running_server(settings: Settings, database: Database) -> None:
    database.run_now(lambda session: an_inbox_row(session, state="parked").id)
    with served(settings, database) as after:
        assert sanbao("parked", "--all").stdout == "1 messages will be tried again.\n"
    assert after == ["woken"]
    assert database.run_now(lambda session: session.get_one(InboxRow, 1).state) == "new"


def test_a_fault_in_the_running_server_is_said_without_its_inside(
    settings: Settings, database: Database
) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE invites")
    database.run_now(lambda session: a_person(session, name="王五").id)
    with served(settings, database):
        result = sanbao("invite", "王五")
    assert (result.exit_code, result.stderr) == (1, "invite: the running server failed; see its log.\n")


def test_the_socket_is_for_the_servers_account_only(settings: Settings) -> None:
    path = socket_path(settings)
    path.write_text("left over from a server that was killed")
    with open_socket(path):
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_path_too_long_for_a_socket_is_refused(settings: Settings, tmp_path: Path) -> None:
    far = settings.model_copy(update={"data_dir": tmp_path / ("far/" * 40)})
    with pytest.raises(SettingsError, match=f"expected at most {LONGEST_PATH}"):
        socket_path(far)


def test_a_long_path_is_seen_from_here_where_that_is_shorter(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    near = tmp_path / ("far/" * 40)
    near.mkdir(parents=True)
    monkeypatch.chdir(near)
    assert str(socket_path(settings.model_copy(update={"data_dir": Path("data")}))) == "data/sanbao.sock"


# The lock


def test_a_second_server_is_refused_and_told_who_has_the_city(settings: Settings) -> None:
    with hold(lock_paths(settings), "serve"):
        result = sanbao("serve")
    assert result.exit_code == 1
    assert f"held by process {os.getpid()} (sanbao serve)" in result.stderr


def test_another_data_folder_on_the_same_database_is_refused_too(settings: Settings, tmp_path: Path) -> None:
    other = settings.model_copy(update={"data_dir": tmp_path / "other"})
    assert other.database_url == settings.database_url
    with hold(lock_paths(settings), "serve"), pytest.raises(Held), hold(lock_paths(other), "serve"):
        pass


def test_a_killed_holder_frees_the_city(settings: Settings) -> None:
    paths = [str(path) for path in lock_paths(settings)]
    script = (
        "import time\nfrom pathlib import Path\nfrom bot.lock import hold\n"
        f"with hold(map(Path, {paths!r}), 'serve'):\n    print('held', flush=True)\n    time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    with pytest.raises(Held, match=f"process {process.pid}"), hold(lock_paths(settings), "serve"):
        pass
    process.kill()
    process.wait()
    process.stdout.close()
    with hold(lock_paths(settings), "serve"):
        pass


def test_a_holder_that_does_not_answer_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.errands.PATIENCE_SECONDS", 0.3)
    with hold(lock_paths(settings), "serve"):
        begun = time.monotonic()
        result = sanbao("parked")
    assert result.exit_code == 1
    assert f"held by process {os.getpid()}" in result.stderr
    assert "does not answer at" in result.stderr
    assert time.monotonic() - begun < 5
