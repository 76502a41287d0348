"""A backup is the city at one moment, whole or not there; what is restored from it is that city."""

import gzip
import io
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from typer.testing import CliRunner, Result

from bot.__main__ import app
from bot.backup import archive, restoring, taking
from bot.backup.archive import Damaged
from bot.backup.judging import Unsound
from bot.backup.sealing import CHUNK, MAGIC, TAG, Sealing, Unsealable, Unsealing
from bot.backup.taking import City
from bot.clock import store_offset
from bot.errands import lock_paths
from bot.lock import hold
from bot.settings import Settings, load
from rules.kinds import Lane
from storage import ledger
from storage.database import Database
from storage.tables.ledger import LedgerRow
from storage.tables.registry import Person
from storage.tables.traffic import OutboxRow
from tests.builders import NOW, a_person, a_photo, an_inbox_row, an_outbox_row
from tests.town import NORTH, Town

pytestmark = pytest.mark.sqlite_only("its own test tells of PostgreSQL")
KEY = "a key of more than sixteen characters"
AT = datetime(2012, 3, 27, tzinfo=UTC)
PHOTO = b"\xff\xd8 a photo of the site"


@pytest.fixture
def city(town: Town, tmp_path: Path) -> City:
    """The town, with a photo."""
    digest = sha256(PHOTO).hexdigest()

    def shot(session: Session) -> None:
        photo = a_photo(session, session.get_one(Person, 1), inbox=an_inbox_row(session, state="done"))
        photo.state, photo.path, photo.sha256 = "stored", f"{digest[:2]}/{digest}", digest

    town.do(shot)
    place = tmp_path / "media" / digest[:2] / digest
    place.parent.mkdir(parents=True)
    place.write_bytes(PHOTO)
    return City(f"sqlite:///{tmp_path / 'sanbao.db'}", tmp_path)


@pytest.fixture
def elsewhere(tmp_path: Path) -> City:
    return City(f"sqlite:///{tmp_path / 'elsewhere' / 'sanbao.db'}", tmp_path / "elsewhere")


def rows(file: Path | None) -> dict[str, list[object]]:
    """Everything that a database holds."""
    assert file is not None
    with closing(sqlite3.connect(file)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: sorted(
                map(
                    repr,
                    connection.execute(
                        f"SELECT * FROM {name}"  # noqa: S608 - the names of our own tables
                    ),
                )
            )
            for (name,) in sorted(tables)
        }


@pytest.mark.parametrize("key", [None, KEY], ids=["plain", "encrypted"])
def test_what_is_restored_is_what_was_backed_up(city: City, elsewhere: City, key: str | None) -> None:
    file = city.data_dir / "city.backup"
    taken = taking.take(city, file, key, AT)
    assert taken.missing == ()
    assert restoring.restore(elsewhere, file, key, AT, replace=False) == taken
    assert rows(elsewhere.file) == rows(city.file)
    assert [path.read_bytes() for path in elsewhere.media.rglob("*") if path.is_file()] == [PHOTO]
    assert file.stat().st_mode & 0o777 == 0o600
    assert (PHOTO in gzip.decompress(file.read_bytes()[len(archive.PLAIN) :])) if key is None else True


def test_what_may_have_been_sent_since_the_backup_is_not_sent_again_unless_it_is_urgent_or_an_answer(
    city: City, elsewhere: City, town: Town
) -> None:
    def waits(session: Session) -> None:
        for lane in Lane:
            for hours in (-1, 1, 3):
                at = AT + timedelta(hours=hours)
                an_outbox_row(session, lane=lane.order, state="due", due=at, written=AT)

    town.do(lambda session: session.execute(delete(OutboxRow)))
    town.do(waits)
    taking.take(city, file := city.data_dir / "city.backup", KEY, AT)
    restoring.restore(elsewhere, file, KEY, AT + timedelta(hours=2), replace=False)
    restored = Database(f"sqlite:///{elsewhere.file}")
    try:
        found = restored.read_now(lambda s: list(s.scalars(select(OutboxRow).order_by(OutboxRow.id))))
    finally:
        restored.close()
    bulk = {lane.order for lane in Lane if lane.bulk}
    for row in found:
        ended = row.lane in bulk and row.due < AT + timedelta(hours=2)
        assert (row.state, "may have been sent" in row.note) == ("expired" if ended else "due", ended)
    assert len(found) == 3 * len(Lane)


def test_a_backup_under_load_is_one_moment_and_the_city_goes_on_from_it_elsewhere(
    city: City, elsewhere: City, town: Town
) -> None:
    """The drill: people report while it is taken; from what was restored the program serves them."""
    stop = threading.Event()

    def load() -> None:
        while not stop.is_set():
            town.do(one_act)

    def one_act(session: Session) -> None:
        ledger.append(session, chain="unit:1", who="person:1", act="said", facts={}, now=NOW)

    town.reporter.says("报进展")  # a talk is open meanwhile
    typist = threading.Thread(target=load)
    typist.start()
    try:
        for number in range(3):
            taken = taking.take(city, city.data_dir / f"{number}.backup", KEY, AT)
    finally:
        stop.set()
        typist.join()
    restoring.restore(elsewhere, city.data_dir / "2.backup", KEY, AT, replace=False)
    restored = Database(f"sqlite:///{elsewhere.file}")
    try:
        assert restored.read_now(ledger.verify) == []
        kept = restored.read_now(lambda session: session.query(LedgerRow).count())
        assert 0 < kept == taken.ledger_rows <= town.do(lambda session: session.query(LedgerRow).count())
        town.database.close()
        town.reporter.database = restored
        assert "完成投资多少" in town.reporter.taps(NORTH).plain
    finally:
        restored.close()


def test_a_media_file_that_is_missing_or_changed_is_named_and_the_rest_is_kept(
    city: City, elsewhere: City
) -> None:
    [photo] = [path for path in city.media.rglob("*") if path.is_file()]
    photo.write_bytes(b"something else")
    taken = taking.take(city, city.data_dir / "city.backup", None, AT)
    assert taken.missing == (f"{photo.parent.name}/{photo.name}",)
    assert restoring.restore(elsewhere, city.data_dir / "city.backup", None, AT, replace=False) == taken


def test_a_city_that_does_not_hold_is_not_called_a_backup(city: City, town: Town) -> None:
    with closing(sqlite3.connect(city.file)) as connection:
        connection.execute("DROP TRIGGER ledger_no_update")
        connection.execute("UPDATE ledger SET canonical = canonical || ' '")
        connection.commit()
    with pytest.raises(Unsound, match="the ledger does not hold"):
        taking.take(city, city.data_dir / "city.backup", None, AT)
    assert [path.name for path in city.data_dir.glob("*backup*")] == []


def test_no_file_is_written_over(city: City) -> None:
    (city.data_dir / "city.backup").write_text("precious")
    with pytest.raises(FileExistsError):
        taking.take(city, city.data_dir / "city.backup", None, AT)
    assert (city.data_dir / "city.backup").read_text() == "precious"


# What is not as it was written


def test_an_encrypted_backup_that_was_changed_or_cut_anywhere_restores_nothing(
    city: City, elsewhere: City
) -> None:
    file = city.data_dir / "city.backup"
    taking.take(city, file, KEY, AT)
    raw = file.read_bytes()
    for at in [*range(0, len(raw), len(raw) // 7), len(raw) - 1]:
        for changed in (raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :], raw[:at]):
            file.write_bytes(changed)
            with pytest.raises(Damaged):
                restoring.restore(elsewhere, file, KEY, AT, replace=False)
    assert not elsewhere.file.exists()
    assert not elsewhere.media.exists()


def test_a_plain_backup_that_was_changed_by_chance_is_noticed_or_says_the_same(city: City) -> None:
    """Of a compressed stream a byte may change and say the same; of single bits it is every fourteenth."""
    file = city.data_dir / "city.backup"
    taken = taking.take(city, file, None, AT)
    raw, noticed = file.read_bytes(), 0
    for at in range(0, len(raw), len(raw) // 40):
        file.write_bytes(raw[:at] + bytes([raw[at] ^ 255]) + raw[at + 1 :])
        try:
            assert archive.read(file, None, None) == taken
        except Damaged:
            noticed += 1
        file.write_bytes(raw[:at])
        with pytest.raises(Damaged):
            archive.read(file, None, None)
    assert noticed > 35


def test_an_encrypted_backup_opens_with_its_own_key_alone(city: City, elsewhere: City) -> None:
    file = city.data_dir / "city.backup"
    taking.take(city, file, KEY, AT)
    for key in (None, KEY + "!"):
        with pytest.raises(Damaged, match=r"key|KEY"):
            restoring.restore(elsewhere, file, key, AT, replace=False)
    raw = file.read_bytes()
    assert not any(word.encode() in raw for word in ("城北水厂", "sanbao.db", "manifest"))


def test_where_there_is_a_key_a_backup_without_one_is_refused(city: City, elsewhere: City) -> None:
    taking.take(city, city.data_dir / "city.backup", None, AT)
    with pytest.raises(Damaged, match="not encrypted"):
        restoring.restore(elsewhere, city.data_dir / "city.backup", KEY, AT, replace=False)


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "media/../evil", "media/aa/link", "sanbao.db/x"])
def test_no_archive_writes_outside_its_folder(city: City, elsewhere: City, name: str) -> None:
    file = city.data_dir / "city.backup"
    taken = taking.take(city, file, None, AT)
    with open(city.data_dir / "evil.backup", "wb") as opened, archive.writing(opened, None) as tar:
        archive.add_manifest(tar, taken)
        archive.add(tar, name, io.BytesIO(b"evil"), 4)
    with pytest.raises(Damaged):
        restoring.restore(elsewhere, city.data_dir / "evil.backup", None, AT, replace=False)
    assert not list(city.data_dir.rglob("evil"))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK])
def test_what_is_sealed_is_unsealed_whole_or_not_at_all(size: int) -> None:
    file = io.BytesIO()
    sealing = Sealing(file, KEY)
    for part in (b"", bytes(size // 2), bytes(size - size // 2)):
        sealing.write(part)
    sealing.finish()
    raw = file.getvalue()
    assert _unsealed(raw) == bytes(size)
    last = (size - 1) % CHUNK + 1 + TAG if size else TAG
    for changed in (raw[:-1], raw + b"x", raw[:-last]):  # the third: without its last chunk
        with pytest.raises(Unsealable):
            _unsealed(changed)


def _unsealed(raw: bytes) -> bytes:
    file = io.BytesIO(raw)
    file.read(len(MAGIC))
    return io.BufferedReader(Unsealing(file, KEY)).read()


# Where something is already


def test_a_city_is_replaced_only_if_that_is_said_and_its_database_is_kept(city: City, town: Town) -> None:
    file = city.data_dir / "city.backup"
    taking.take(city, file, None, AT)
    before = rows(city.file)
    town.do(lambda session: a_person(session, name="后来的人"))
    after = rows(city.file)
    town.database.close()
    with pytest.raises(restoring.InUse):
        restoring.restore(city, file, None, AT, replace=False)
    assert rows(city.file) == after
    restoring.restore(city, file, None, AT, replace=True)
    assert rows(city.file) == before
    [kept] = (city.data_dir / "backups").glob("before-restore-*.db")
    assert rows(kept) == after


def test_what_ends_a_restore_in_the_middle_leaves_the_city_as_it_was(
    city: City, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = city.data_dir / "city.backup"
    taking.take(city, file, None, AT)
    town.do(lambda session: a_person(session, name="后来的人"))
    town.database.close()
    before = rows(city.file)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="No space"):
        restoring.restore(city, file, None, AT, replace=True)
    assert rows(city.file) == before
    assert list(city.data_dir.glob(".restore-*")) == []


# The commands


@pytest.fixture
def settings(city: City, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SANBAO_{name.upper()}", raising=False)
    monkeypatch.chdir(city.data_dir)
    monkeypatch.setenv("SANBAO_DATA_DIR", str(city.data_dir))
    monkeypatch.setenv("SANBAO_BACKUP_KEY", KEY)
    return load()


def sanbao(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_the_commands_back_up_a_city_that_runs_and_restore_it_where_none_does(
    settings: Settings, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hold(lock_paths(settings), "serve"):
        taken = sanbao("backup", "city.backup")
        assert (taken.exit_code, "encrypted. Verified." in taken.output) == (0, True)
        assert sanbao("restore", "city.backup", "--replace").exit_code == 1
    refused = sanbao("restore", "city.backup")
    assert (refused.exit_code, refused.output.count("Nothing was restored")) == (1, 1)
    assert sanbao("backup").exit_code == 0
    assert len(list((city.data_dir / "backups").glob("sanbao-*.backup"))) == 1
    monkeypatch.setenv("SANBAO_DATA_DIR", str(city.data_dir / "new"))
    Path("cut.backup").write_bytes(Path("city.backup").read_bytes()[:-9])
    cut = sanbao("restore", "cut.backup", "--replace")
    assert (cut.exit_code, cut.output.count("Nothing was restored")) == (1, 1)
    restored = sanbao("restore", "city.backup")
    assert (restored.exit_code, "Start the program" in restored.output) == (0, True)
    assert rows(city.data_dir / "new" / "sanbao.db") == rows(city.file)


def test_a_backup_says_in_one_sentence_why_there_is_none(settings: Settings, city: City) -> None:
    city.file.unlink()
    found = sanbao("backup", "city.backup")
    assert (found.exit_code, "No backup was written" in found.output) == (1, True)
    assert not Path("city.backup").exists()


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize(
    ("command", "file", "words"),
    [
        ("backup", "there.backup", "there.backup: it is there already; expected a new file"),
        (
            "backup",
            "/proc/nope/new.backup",
            "/proc/nope: No such file or directory; expected a place that can be",
        ),
        (
            "restore",
            "nowhere.backup",
            "nowhere.backup: No such file or directory; expected a file of `sanbao",
        ),
        ("restore", "there.backup", "there.backup: it is no backup; expected a file of `sanbao backup`"),
        ("restore", "cut.backup", "cut.backup: it ends in the middle, so it was cut off; copy it anew"),
    ],
)
def test_what_a_backup_or_a_restore_fails_on_is_named_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, city: City, command: str, file: str, words: str
) -> None:
    Path("there.backup").write_text("precious")
    monkeypatch.delenv("SANBAO_BACKUP_KEY")
    taking.take(city, Path("whole.backup"), None, AT)
    Path("cut.backup").write_bytes(Path("whole.backup").read_bytes()[:-9])
    monkeypatch.setenv("SANBAO_DATA_DIR", str(city.data_dir / "new") if command == "restore" else ".")
    said = sanbao(command, file)
    assert (said.exit_code, said.stdout, len(said.stderr.splitlines())) == (1, "", 1)
    assert words in said.stderr
    assert "Errno" not in said.stderr


@pytest.mark.usefixtures("settings")
def test_a_backup_of_no_city_names_the_place_where_none_is_and_makes_none(
    monkeypatch: pytest.MonkeyPatch, city: City
) -> None:
    monkeypatch.setenv("SANBAO_DATA_DIR", str(city.data_dir / "new"))
    said = sanbao("backup").stderr
    assert f"{city.data_dir}/new/sanbao.db: found no database" in said
    assert "Check SANBAO_DATA_DIR" in said
    assert not (city.data_dir / "new").exists()


@pytest.mark.usefixtures("settings")
def test_a_backup_says_the_moment_by_the_citys_clock_as_the_export_does(
    town: Town, monkeypatch: pytest.MonkeyPatch, city: City
) -> None:
    town.do(lambda session: store_offset(session, datetime(2012, 5, 1, tzinfo=UTC) - datetime.now(UTC)))
    assert "the city as of 2012-05-01 08:00 (Asia/Shanghai)" in sanbao("backup", "city.backup").stdout
    assert "the city as of 2012-05-01 08:00 (Asia/Shanghai)" in sanbao("export", "city.xlsx").stdout
    monkeypatch.setenv("SANBAO_DATA_DIR", str(city.data_dir / "new"))
    assert "the city as of 2012-05-01 08:00 (Asia/Shanghai)" in sanbao("restore", "city.backup").stdout
