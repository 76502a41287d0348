"""`sanbao ledger export` and `sanbao ledger verify`: the ledger as a file, and whether it holds."""

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from bot import settings as operator
from bot.plainly import Mistake, a_new_file, said_plainly
from bot.reading import snapshot
from storage import ledger_file
from storage.ledger_file import MAGIC
from storage.ledger_proof import SHORTEST, Anchor, Lines, Verdict, check
from storage.sheets import Progress, nobody

commands = typer.Typer(help="The ledger (台账): export it, prove it.", no_args_is_help=True)

SHOWN = 50  # faults on a terminal
TOLD_EVERY = 5_000  # lines
CHECKING = "Checking the ledger"


@commands.command("export")
def export_ledger(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="a new file")],
) -> None:
    """Writes every row with the text that was hashed, and checks it; anybody can check it again."""
    with said_plainly():
        from bot.progress import bars

        with bars() as progress, a_new_file(file) as opened, snapshot(operator.load()) as connection:
            text = io.TextIOWrapper(opened, encoding="utf-8", newline="\n", write_through=False)
            with Session(connection) as session:
                text.writelines(f"{line}\n" for line in ledger_file.lines(session, progress))
                faults = ledger_file.strange_columns(session)
            text.flush()
            text.detach()
        verdict = check(lines_of(file, nobody))
        typer.echo(f"{file}: {len_of(verdict)}, up to the root {verdict.head}.")
        end([*faults, *verdict.faults])


@commands.command()
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="what `sanbao ledger export` wrote")],
    head: Annotated[
        str, typer.Option("--head", metavar="HEX", help="a root that was told outside, or its first digits")
    ] = "",
    rows: Annotated[
        int | None, typer.Option("--rows", metavar="N", help="how many rows that root stood for")
    ] = None,
) -> None:
    """Checks an export without the database: every hash, every chain, every root, and the root that you name."""
    with said_plainly():
        if head and (len(head) < SHORTEST or not set(head.lower()) <= set("0123456789abcdef")):
            raise Mistake(
                f"--head: found {head!r}; expected at least {SHORTEST} of the digits 0-9 a-f of a root."
            )
        from bot.progress import bars

        try:
            _expect_export(file)
            with bars() as progress:
                verdict = check(lines_of(file, progress), Anchor(head, rows))
        except OSError as error:
            raise Mistake(f"{file}: {error.strerror}; expected a file of `sanbao ledger export`.") from error
        typer.echo(
            f"{file}: {len_of(verdict)}, {verdict.roots} daily roots; the root over all of it is {verdict.head}."
        )
        typer.echo(of_the_tail(verdict))
        end(verdict.faults)


def _expect_export(file: Path) -> None:
    """Raises Mistake for a file that is something else; its lines would be said to be changed, each of them."""
    with file.open(encoding="utf-8", errors="replace", newline="\n") as opened:
        found = opened.readline(len(MAGIC) + 1).removesuffix("\n")
    if found != MAGIC:
        raise Mistake(
            f"{file}: found {found!r} at its beginning; expected {MAGIC!r}. It is no ledger export, or its "
            "first line was changed: give it a file of `sanbao ledger export`."
        )


def lines_of(file: Path, progress: Progress) -> Lines:
    return lambda: _lines(file, progress)


def _lines(file: Path, progress: Progress) -> Iterator[str]:
    """Bytes that are no text become a sign that fits no hash."""
    of, read = os.path.getsize(file), 0
    with file.open(encoding="utf-8", errors="replace", newline="\n") as opened:
        for number, line in enumerate(opened, 1):
            read += len(line)
            if number % TOLD_EVERY == 0:
                progress(CHECKING, read, of)
            yield line.removesuffix("\n")


def len_of(verdict: Verdict) -> str:
    return f"{verdict.rows} rows in {verdict.chains} chains"


def of_the_tail(verdict: Verdict) -> str:
    """What the check could not see."""
    if verdict.anchored is None:
        return (
            "The tail is UNCHECKED: whoever can write into the database can cut or rewrite the newest rows of a chain. "
            "Give a root that was told outside: --head HEX --rows N (docs/ledger.md)."
        )
    if verdict.anchored < verdict.rows:
        return f"{verdict.anchored} rows are vouched for by the root; {verdict.rows - verdict.anchored} came after it."
    return "All rows are vouched for by the root."


def end(faults: "list[str] | tuple[str, ...]") -> None:
    """Says what does not hold and ends with 1, or says that all holds."""
    if not faults:
        typer.echo("The ledger holds.")
        return
    shown = [*faults[:SHOWN], *([f"and {len(faults) - SHOWN} more"] if len(faults) > SHOWN else [])]
    raise Mistake("\n".join(["The ledger does NOT hold:", *(f"  {each}" for each in shown)]))
