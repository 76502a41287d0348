"""Test 16 of the delivery page: whatever is done to any row of the ledger is noticed, and which row is said."""

import json
import re
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from bot.__main__ import app
from bot.settings import Settings
from storage import ledger, ledger_file, ledger_roots
from storage.database import Database
from storage.ledger_hashes import GENESIS, Head, canonical, heads_text, link, root_hash
from storage.ledger_proof import Anchor, Verdict, check
from tests.builders import NOW
from tests.town import Town

DOCUMENT = Path(__file__).parent.parent / "docs" / "ledger.md"
Lines = list[str]


def some_acts(session: Session) -> None:
    """Two days of a small city: three chains, two roots."""
    for number in range(9):
        at = NOW + timedelta(minutes=number)
        chain = ("city", "unit:1", "unit:12")[number % 3]
        ledger.append(
            session, chain=chain, who="person:5", act="act", facts={"项目": f"城北水厂{number}"}, now=at
        )
    ledger_roots.draw(session, date(2012, 3, 26), NOW + timedelta(hours=1))
    for number in range(4):
        at = NOW + timedelta(days=1, minutes=number)
        ledger.append(session, chain="unit:1", who="office", act="act", facts={"n": number}, now=at)
    ledger_roots.draw(session, date(2012, 3, 27), NOW + timedelta(days=1, hours=1))


@pytest.fixture
def lines(database: Database) -> Lines:
    database.run_now(some_acts)
    return database.read_now(lambda session: list(ledger_file.lines(session)))


def judged(lines: Lines, anchor: Anchor = Anchor()) -> Verdict:  # noqa: B008 - it is frozen
    return check(lambda: lines, anchor)


def rows_of(lines: Lines) -> list[int]:
    """The positions of the lines that are rows."""
    return [at for at, line in enumerate(lines) if line.startswith("row\t")]


def rows_within(lines: Lines) -> list[int]:
    """The rows that have another one behind them in their chain."""
    rows = rows_of(lines)
    chains = [told(lines, at).split(" ")[0] for at in rows]
    return [at for at, chain, after in zip(rows, chains, chains[1:], strict=False) if chain == after]


def told(lines: Lines, at: int) -> str:
    """What a row is called: unit:1 place 3."""
    said = json.loads(lines[at].split("\t")[3])
    return f"{said['chain']} place {said['place']}"


def ended_anew(lines: Lines) -> Lines:
    """The lines as the database would give them after a change: with a last line that fits."""
    heads = dict[str, Head]()
    for at in rows_of(lines):
        _, hashed, _, words = lines[at].split("\t")
        said = json.loads(words)
        heads[said["chain"]] = Head(said["chain"], said["place"], hashed)
    head = root_hash(heads_text(heads[chain] for chain in sorted(heads)))
    return [*lines[:-1], f"end\t{len(rows_of(lines))}\t{head}"]


# What may be done to a row


def change(lines: Lines, at: int) -> Lines:
    return [*lines[:at], lines[at].replace('"who":"', '"who":"x', 1), *lines[at + 1 :]]


def change_and_hash(lines: Lines, at: int) -> Lines:
    """The forger knows how a row is hashed, and leaves the rows after it alone."""
    _, _, previous, words = change(lines, at)[at].split("\t")
    return [*lines[:at], f"row\t{link(previous, words)}\t{previous}\t{words}", *lines[at + 1 :]]


def delete(lines: Lines, at: int) -> Lines:
    return [*lines[:at], *lines[at + 1 :]]


def insert_copy(lines: Lines, at: int) -> Lines:
    return [*lines[: at + 1], lines[at], *lines[at + 1 :]]


def insert_new(lines: Lines, at: int) -> Lines:
    """A new row that follows rightly from the one before."""
    _, hashed, _, words = lines[at].split("\t")
    said = json.loads(words)
    new = canonical(said["chain"], said["place"] + 1, NOW, "person:6", "forged", {})
    return [*lines[: at + 1], f"row\t{link(hashed, new)}\t{hashed}\t{new}", *lines[at + 1 :]]


def swap(lines: Lines, at: int) -> Lines:
    """With the row below, or for the last with the first."""
    rows = rows_of(lines)
    other = rows[(rows.index(at) + 1) % len(rows)]
    found = [*lines]
    found[at], found[other] = lines[other], lines[at]
    return found


def swap_texts(lines: Lines, at: int) -> Lines:
    rows = rows_of(lines)
    other = rows[(rows.index(at) + 1) % len(rows)]
    found = [*lines]
    for one, two in ((at, other), (other, at)):
        found[one] = "\t".join([*lines[one].split("\t")[:3], lines[two].split("\t")[3]])
    return found


def cut(lines: Lines, at: int) -> Lines:
    """This row and what follows it in its chain."""
    chain = told(lines, at).split(" ")[0]
    rows = rows_of(lines)
    return [
        line
        for n, line in enumerate(lines)
        if n < at or n not in rows or told(lines, n).split(" ")[0] != chain
    ]


def write_anew(lines: Lines, at: int) -> Lines:
    """The row is changed, and its chain hashed anew to its end."""
    found, chain = change(lines, at), told(lines, at).split(" ")[0]
    previous = lines[at].split("\t")[2]
    for n in [n for n in rows_of(lines) if n >= at and told(lines, n).split(" ")[0] == chain]:
        words = found[n].split("\t")[3]
        found[n] = f"row\t{link(previous, words)}\t{previous}\t{words}"
        previous = found[n].split("\t")[1]
    return found


DEEDS: tuple[Callable[[Lines, int], Lines], ...] = (
    change, change_and_hash, delete, insert_copy, insert_new, swap, swap_texts, cut, write_anew,
)  # fmt: skip


def test_a_ledger_that_nobody_touched_holds_and_says_that_its_tail_is_unchecked(lines: Lines) -> None:
    verdict = judged(lines)
    assert (verdict.faults, verdict.rows, verdict.chains, verdict.roots) == ((), 15, 3, 2)
    assert verdict.anchored is None


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
def test_whatever_is_done_to_any_row_is_noticed_by_who_knows_the_root(
    lines: Lines, deed: Callable[[Lines, int], Lines]
) -> None:
    anchor = Anchor(judged(lines).head, 15)
    assert judged(lines, anchor).anchored == 15
    for at in rows_of(lines):
        assert not judged(ended_anew(deed(lines, at)), anchor).holds, lines[at]


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
def test_what_stood_there_for_a_root_in_the_file_needs_no_other_anchor(
    lines: Lines, deed: Callable[[Lines, int], Lines]
) -> None:
    last = max(at for at in rows_of(lines) if '"act":"draw_root"' in lines[at])
    for at in rows_within(lines) if deed is insert_new else [at for at in rows_of(lines) if at != last]:
        assert not judged(ended_anew(deed(lines, at))).holds, lines[at]


@pytest.mark.parametrize(
    ("deed", "word"),
    [
        (change, "changed"), (delete, "missing"), (insert_copy, "inserted"), (insert_new, "inserted"),
        (swap_texts, "changed"),
    ],
    ids=lambda each: getattr(each, "__name__", each),
)  # fmt: skip
def test_it_is_said_which_row_it_was(lines: Lines, deed: Callable[[Lines, int], Lines], word: str) -> None:
    for at in rows_within(lines):
        faults = judged(ended_anew(deed(lines, at))).faults
        chain, _, place = told(lines, at).split(" ")
        named = int(place) + (deed is insert_new)
        assert any(re.match(rf"{chain} place {named}\b.*{word}", each) for each in faults), (
            lines[at],
            faults,
        )


def test_two_rows_that_changed_places_are_both_named(lines: Lines) -> None:
    one, two = [at for at in rows_of(lines) if told(lines, at).startswith("unit:1 ")][1:3]
    found = [*lines]
    found[one], found[two] = lines[two], lines[one]
    assert judged(found).faults[0] == (
        f"unit:1 place 3 (line {one + 1}) and unit:1 place 2 (line {two + 1}): swapped"
    )


def test_the_tail_that_was_cut_since_the_root_is_noticed_only_by_who_knows_the_root(lines: Lines) -> None:
    """The last row of all came after the last root: nothing within the file speaks of it."""
    last = [at for at in rows_of(lines) if '"act":"draw_root"' in lines[at]][-1]
    shorter = [
        line for at, line in enumerate(lines) if at != last and not line.startswith("root\t2012-03-27")
    ]
    assert judged(ended_anew(shorter)).holds
    assert not judged(ended_anew(shorter), Anchor(judged(lines).head)).holds
    assert not judged(ended_anew(shorter), Anchor(rows=15)).holds


def test_a_root_of_an_earlier_day_vouches_for_what_stood_then(lines: Lines) -> None:
    first = next(line for line in lines if line.startswith("root\t2012-03-26")).split("\t")
    verdict = judged(lines, Anchor(first[2][:16], 9))
    assert (verdict.holds, verdict.anchored, verdict.rows) == (True, 9, 15)
    assert not judged(lines, Anchor(first[2][:16], 10)).holds
    assert not judged(lines, Anchor("0123456789abcdef")).holds


@pytest.mark.parametrize("day", ["2012-03-26", "2012-03-27"])
def test_a_root_that_is_changed_taken_out_or_put_in_is_noticed(lines: Lines, day: str) -> None:
    at = next(at for at, line in enumerate(lines) if line.startswith(f"root\t{day}"))
    heads = lines[at].split("\t")[3].split(";")
    forged = ";".join(heads[:-1])
    anew = f"root\t{day}\t{root_hash(forged.replace(';', chr(10)))}\t{forged}"
    other = f"root\t2012-03-28\t{root_hash(forged.replace(';', chr(10)))}\t{forged}"
    assert not judged(delete(lines, at)).holds
    assert not judged([*lines[:at], anew, *lines[at + 1 :]]).holds
    assert not judged([*lines[:at], lines[at].replace(" 3 ", " 2 ", 1), *lines[at + 1 :]]).holds
    assert not judged([*lines[: at + 1], other, *lines[at + 1 :]]).holds


def test_a_root_that_stands_out_of_its_place_is_noticed(lines: Lines) -> None:
    """What is checked by hand, with the commands of the document, takes the last root for the newest."""
    first, second = (at for at, line in enumerate(lines) if line.startswith("root\t"))
    swapped = [*lines]
    swapped[first], swapped[second] = lines[second], lines[first]
    [fault] = judged(swapped).faults
    assert fault == "line 3: the root of 2012-03-26 stands after that of 2012-03-27; it is out of its place"
    [twice] = judged([*lines[: first + 1], *lines[first:]]).faults
    assert "the root of 2012-03-26 stands after that of 2012-03-26" in twice


def test_a_file_that_was_cut_off_or_is_none_is_no_ledger(lines: Lines) -> None:
    assert "cut off" in judged(lines[:-1]).faults[0]
    for other in ([], ["hello"], ["\t" * 9], [*lines, "row\t\t\t"], [lines[0], "row\tx\ty\t[[[", *lines[1:]]):
        assert not judged(other).holds


# By chance


@st.composite
def ledgers(draw: st.DrawFn) -> Lines:
    """Chains of any texts, with a root somewhere."""
    chains = draw(st.lists(st.lists(st.text(max_size=5), min_size=1, max_size=6), min_size=1, max_size=4))
    rows, heads = list[str](), list[Head]()
    for number, texts in enumerate(chains):
        previous = GENESIS
        for place, said in enumerate(texts, 1):
            words = canonical(
                f"unit:{number}", place, datetime(2012, 3, 26, tzinfo=UTC), "person:1", "x", {"a": said}
            )
            rows.append(f"row\t{link(previous, words)}\t{previous}\t{words}")
            previous = link(previous, words)
        heads.append(Head(f"unit:{number}", len(texts), previous))
    return ended_anew(["sanbao-ledger 1", *rows, "end"])


@given(ledgers(), st.sampled_from(DEEDS), st.data())
def test_whatever_is_done_to_any_ledger_is_noticed(
    lines: Lines, deed: Callable[[Lines, int], Lines], data: st.DataObject
) -> None:
    anchor = Anchor(judged(lines).head)
    assert judged(lines, anchor).holds
    touched = deed(lines, data.draw(st.sampled_from(rows_of(lines))))
    if touched != lines:  # swapping the only row with itself does nothing
        assert not judged(ended_anew(touched), anchor).holds


@given(st.lists(st.text(max_size=30), max_size=6), st.lists(st.binary(max_size=20), max_size=3))
def test_no_file_brings_the_check_down(texts: list[str], raw: list[bytes]) -> None:
    said = [*texts, *(each.decode(errors="replace") for each in raw)]
    for kind in ("", "row\t", "root\t", "end\t", "row\ta\tb\t", "root\t2012-03-26\t"):
        assert not judged(["sanbao-ledger 1", *(kind + each for each in said)]).holds


# In the database


@pytest.mark.sqlite_only(
    reason="the statements are SQLite's; what is verified afterwards is the same on both"
)
@pytest.mark.parametrize(
    "forged",
    [
        "UPDATE ledger SET canonical = replace(canonical, 'person:5', 'person:6') WHERE id = 4",
        "UPDATE ledger SET hash = previous WHERE id = 4",
        "UPDATE ledger SET at = '2012-03-20 00:00:00' WHERE id = 4",
        "UPDATE ledger SET chain = 'unit:9' WHERE id = 4",
        "UPDATE ledger SET place = 77 WHERE id = 4",
        "DELETE FROM ledger WHERE id = 4",
        "INSERT INTO ledger SELECT 99, chain, 99, at, canonical, previous, hash FROM ledger WHERE id = 4",
        "DELETE FROM ledger_roots WHERE day = '2012-03-26'",
        "UPDATE ledger_roots SET heads = heads || ' ' WHERE day = '2012-03-26'",
    ],
)
def test_who_takes_the_triggers_off_and_writes_into_the_database_is_noticed(
    database: Database, forged: str
) -> None:
    def forge(session: Session) -> None:
        some_acts(session)
        for table in ("ledger", "ledger_roots"):
            for act in ("update", "delete"):
                session.execute(text(f"DROP TRIGGER {table}_no_{act}"))
        assert ledger.verify(session) == []
        session.execute(text(forged))

    database.run_now(forge)
    assert database.read_now(ledger.verify)


# The commands


@pytest.fixture
def city(database: Database, lines: Lines, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SANBAO_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SANBAO_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SANBAO_DATABASE_URL", database.url)
    assert lines
    return tmp_path


def test_a_city_that_is_open_is_exported_and_verified_without_it(city: Path, database: Database) -> None:
    runner = CliRunner()
    exported = runner.invoke(app, ["ledger", "export", "ledger.txt"])
    assert (exported.exit_code, "15 rows in 3 chains" in exported.output) == (0, True)
    assert (city / "ledger.txt").stat().st_mode & 0o777 == 0o600
    found = runner.invoke(app, ["ledger", "verify", "ledger.txt"])
    assert (found.exit_code, "UNCHECKED" in found.output) == (0, True)
    [head] = re.findall(r"is ([0-9a-f]{64})", found.output)
    anchored = runner.invoke(app, ["ledger", "verify", "ledger.txt", "--head", head[:16], "--rows", "15"])
    assert (anchored.exit_code, "All rows are vouched for" in anchored.output) == (0, True)


def test_the_exit_code_says_that_a_ledger_does_not_hold(city: Path) -> None:
    runner = CliRunner()
    assert runner.invoke(app, ["ledger", "export", "ledger.txt"]).exit_code == 0
    raw = (city / "ledger.txt").read_bytes()
    (city / "forged.txt").write_bytes(raw.replace(b"person:5", b"person:\xff", 1))
    found = runner.invoke(app, ["ledger", "verify", "forged.txt"])
    assert (found.exit_code, "city place 1 (line 4): changed" in found.output) == (1, True)
    for words in (
        ["verify", "nothing.txt"],
        ["verify", "ledger.txt", "--head", "xyz"],
        ["export", "ledger.txt"],
    ):
        assert runner.invoke(app, ["ledger", *words]).exit_code == 1


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("content", [b"# Sanbao\n\nA bot.\n", b"\x7fELF\x00\n" * 90, b"", b"x" * 5000])
def test_a_file_that_is_no_export_is_told_so_in_one_line(content: bytes) -> None:
    Path("other.txt").write_bytes(content)
    found = CliRunner().invoke(app, ["ledger", "verify", "other.txt"])
    assert (found.exit_code, found.stdout, len(found.stderr.splitlines())) == (1, "", 1)
    assert "It is no ledger export" in found.stderr
    assert "`sanbao ledger export`" in found.stderr


def commands_in_the_document() -> list[str]:
    return re.findall(r"```sh\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)


def by_hand(folder: Path) -> list[str]:
    return [
        subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True, check=False).stdout
        for command in commands_in_the_document()
    ]


def test_a_stranger_can_check_the_file_with_the_commands_of_the_document(city: Path, lines: Lines) -> None:
    (city / "ledger.txt").write_text("\n".join([*lines, ""]), "utf-8")
    assert by_hand(city) == ["", "", "", ""]
    at = rows_of(lines)[1]
    for deed in (change, change_and_hash, delete, insert_new):
        (city / "ledger.txt").write_text("\n".join([*deed(lines, at), ""]), "utf-8")
        assert any(by_hand(city)), deed.__name__


def test_what_people_and_sweeps_do_holds(town: Town) -> None:
    town.has_reported(town.north, "2012-03")
    town.reaches(4, 11)
    assert town.do(ledger.verify) == []
