"""What this machine says: the disk, how long it takes to keep something for good, files, backups, pictures."""

import os
import shutil
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import editable
from bot.doctor.line import Line, fail, ok, warn
from bot.logs import SHORTEST, secrets_of
from bot.settings import Settings
from rules.book import BookError
from storage import absences, claiming, leases
from storage.database import Database
from storage.migrate import revisions

LEAST_FREE, LITTLE_FREE = 200 << 20, 1 << 30  # bytes
SLOW_MILLISECONDS = 50.0
SYNCS = 5
HEARD_LATELY = timedelta(seconds=90)  # it is noted every fifteen seconds
OLD_BACKUP = timedelta(days=2)
BACK_UP = "sanbao backup makes one; let it do so every day"


def examine(settings: Settings) -> list[Line]:
    return [
        _secrets(settings), _exposed(settings), _disk(settings), _sync(settings), _rules(settings), _words(settings),
        _backup(settings), _pictures(),
    ]  # fmt: skip


def heard_lately(settings: Settings) -> bool:
    """Whether a process with this database had the smart bot's connection a moment ago."""
    database = Database(settings.database_url)
    try:
        heard = database.read_now(
            lambda session: absences.last_heard(session, "aibot", settings.aibot_id or "")
        )
    finally:
        database.close()
    return heard is not None and datetime.now(UTC) - heard < HEARD_LATELY


def living(settings: Settings) -> list[str]:
    """The processes of a shared database that are alive, by its own clock, as machine and process id."""
    if settings.has_file:
        return []
    database = Database(settings.database_url)
    try:
        held = database.read_now(
            lambda session: leases.living_processes(session, claiming.clock(session, datetime.now(UTC)))
        )
    finally:
        database.close()
    return [holder.rpartition(" ")[0] for holder in held]


def migrated(settings: Settings) -> Line:
    """Reads which form the database has; changes nothing."""
    if settings.database_url.startswith("sqlite") and not settings.database_file.exists():
        return warn("migrations", "there is no database yet", "sanbao serve, or sanbao import, makes it")
    database = Database(settings.database_url)
    try:
        stored, newest = revisions(database.engine)
    finally:
        database.close()
    if stored == newest:
        return ok("migrations", f"the database has the form of this version ({newest})")
    return warn(
        "migrations", f"the database has form {stored}, this version's is {newest}",
        "the next start changes it, and keeps a copy in DATA_DIR/backups",
    )  # fmt: skip


def _secrets(settings: Settings) -> Line:
    short = sorted(
        name.upper() for name in type(settings).model_fields if _too_short(getattr(settings, name))
    )
    if short:
        names = ", ".join(f"SANBAO_{name}" for name in short)
        return warn("settings", f"{names} is shorter than {SHORTEST} characters", "choose a longer one")
    return ok("settings", f"they fit together; {len(secrets_of(settings))} values are kept out of logs")


def _too_short(value: object) -> bool:
    secret = getattr(value, "get_secret_value", None)
    return secret is not None and len(secret()) < SHORTEST


def _exposed(settings: Settings) -> Line:
    env = Path(".env")
    if env.exists() and env.stat().st_mode & 0o077:
        return warn(".env", "others on this machine may read it", "chmod 600 .env")
    return ok(
        ".env", "only its owner reads it" if env.exists() else "none in this folder; the environment counts"
    )


def _disk(settings: Settings) -> Line:
    free = shutil.disk_usage(_nearest(settings.data_dir)).free
    words = f"{free / (1 << 30):.1f} GB are free at {settings.data_dir}"
    if free < LEAST_FREE:
        return fail("disk", words, "make room: without it nothing that is said can be stored")
    if free < LITTLE_FREE:
        return warn("disk", words, "make room soon")
    return ok("disk", words)


def _nearest(path: Path) -> Path:
    path = path.absolute()
    while not path.exists():
        path = path.parent
    return path


def _sync(settings: Settings) -> Line:
    """How long a commit waits for the disk."""
    try:
        with tempfile.NamedTemporaryFile(dir=_nearest(settings.data_dir)) as file:
            took = statistics.median(_synced(file.fileno()) for _ in range(SYNCS))
    except OSError as error:
        return fail(
            "fsync", f"{settings.data_dir}: {error.strerror}", "the program needs a folder it may write to"
        )
    words = f"{took:.1f} ms until the disk has it"
    if took > SLOW_MILLISECONDS:
        return warn(
            "fsync", words, "a local disk is better than one in the network: every answer waits for it"
        )
    return ok("fsync", words)


def _synced(descriptor: int) -> float:
    began = time.perf_counter()
    os.write(descriptor, b"0" * 4096)
    os.fsync(descriptor)
    return (time.perf_counter() - began) * 1000


def _rules(settings: Settings) -> Line:
    try:
        editable.rules_text(settings.rules_file)
    except (BookError, editable.Unreadable) as error:
        return fail("rules file", str(error).splitlines()[0], "sanbao rules check says every mistake")
    return ok("rules file", str(settings.rules_file or "the built-in rules"))


def _words(settings: Settings) -> Line:
    try:
        editable.sentences(settings.words_file)
    except (BookError, editable.Unreadable) as error:
        return fail("words file", str(error).splitlines()[0], "mend the line, or take SANBAO_WORDS_FILE out")
    return ok("words file", str(settings.words_file or "the built-in sentences"))


def _backup(settings: Settings) -> Line:
    kept = sorted((settings.data_dir / "backups").glob("sanbao-*"), key=lambda path: path.stat().st_mtime)
    if not kept:
        return warn(
            "backup",
            "none in DATA_DIR/backups",
            f"{BACK_UP}, and keep a copy on another machine (docs/backup.md)",
        )
    age = datetime.now(UTC) - datetime.fromtimestamp(kept[-1].stat().st_mtime, UTC)
    words = f"the newest, {kept[-1].name}, is {age.total_seconds() / 3600:.0f} hours old"
    return warn("backup", words, BACK_UP) if age > OLD_BACKUP else ok("backup", words)


def _pictures() -> Line:
    """Draws one: the font, and what draws with it, are there."""
    from reminders.pictures.draw import draw
    from storage.charts import LightsBar, LightsChart

    try:
        chart = LightsChart(title="灯色", as_of="", bars=(LightsBar(name="全市", green=1, yellow=1, red=1),))
        drawn = draw(chart)
    except Exception as error:  # whatever it is, digests would go without pictures
        return fail(
            "pictures", f"none can be drawn: {type(error).__name__}: {error}", "install the program anew"
        )
    return ok("pictures", f"one was drawn with the Chinese font ({len(drawn) // 1024} kB)")
