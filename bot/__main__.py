"""The command line `sanbao`. Exit code 0 only if it worked.

What an operator can mend is said in a sentence on standard error: found, expected, what to do. A traceback
is a fault of ours.
"""

import asyncio
import re
import time
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from bot import editable
from bot import settings as operator
from bot.backup.commands import backup, restore
from bot.errands import lock_paths, run_errand
from bot.ledger_commands import commands as ledger_commands
from bot.lock import hold
from bot.migrating import migrate_to
from bot.office import (
    CompareRules,
    ErasePerson,
    Errand,
    ExportCity,
    Frozen,
    ImportRegistry,
    InvitePerson,
    InviteUnbound,
    Result,
    SendTest,
    ShowLife,
    ShowMessages,
    ShowParked,
    ShowUnknownMembers,
)
from bot.plainly import Mistake, a_new_file, a_new_workbook, said_plainly
from rules.book import default_book, default_text, load
from rules.changes import changes
from storage import registry, workbook
from storage.sheets import Progress, nobody

app = typer.Typer(
    help="Sanbao (三报): three reports by chat on a city's major projects. Settings: SANBAO_*, see README.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

rules_commands = typer.Typer(help="The city's rules file.", no_args_is_help=True)
app.add_typer(rules_commands, name="rules")


wecom_commands = typer.Typer(help="The self-built app of WeCom.", no_args_is_help=True)
app.add_typer(wecom_commands, name="wecom")

app.add_typer(ledger_commands, name="ledger")

app.command()(backup)
app.command()(restore)
app.command("migrate-to")(migrate_to)

TEST_SECONDS = 30  # how long the end of a test message is waited for


def carried_out(name: str, arguments: Frozen, progress: Progress = nobody) -> Result:
    """The result of a command that worked; its text is for the caller to show."""
    result = run_errand(operator.load(), Errand.of(name, arguments), progress)
    if not result.ok:
        raise Mistake(result.text)
    return result


@app.command()
def serve() -> None:
    """Runs the city: the channels, the page, the sweeps. Ends on Ctrl-C or SIGTERM."""
    with said_plainly():
        settings = operator.load()
        with hold(lock_paths(settings), "serve"):
            from bot.app import serve as run

            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(run(settings))


@app.command("import")
def import_registry(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.xlsx", help="a registry workbook (单位, 人员, 项目, 节点) or a ledger (台账)"
        ),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what it would do")] = False,
    skip_bad_rows: Annotated[
        bool, typer.Option("--skip-bad-rows", help="leave rows with errors out and list them")
    ] = False,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", metavar="YYYY-MM", help="the month of a ledger's cumulatives, if it says none"
        ),
    ] = None,
    with_hidden: Annotated[
        bool, typer.Option("--with-hidden", help="take hidden rows and sheets too; else they are only listed")
    ] = False,
) -> None:
    """Takes units, people and projects from a workbook: all of it, or nothing if a cell is wrong."""
    with said_plainly():
        if as_of and not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", as_of):
            raise Mistake(f"--as-of: found {as_of!r}; expected a month such as 2012-02.")
        try:
            content = file.read_bytes()
        except OSError as error:
            raise Mistake(
                f"{file}: {error.strerror}; expected an .xlsx workbook that can be read."
            ) from error
        from bot.progress import bars  # its drawing is a large import that a start does without

        with bars() as progress:
            book = registry.spelled(workbook.read(content, as_of, with_hidden, progress))
            wanted = ImportRegistry(book=book, dry_run=dry_run, skip_bad_rows=skip_bad_rows)
            result = carried_out("import", wanted, progress)
        typer.echo(result.text)


@app.command()
def invite(
    person: Annotated[str | None, typer.Argument(help="name, phone or id")] = None,
    all_unbound: Annotated[
        Path | None,
        typer.Option(
            "--all-unbound", metavar="FILE.xlsx", help="a sheet with a code for everyone not bound yet"
        ),
    ] = None,
) -> None:
    """Makes a one-time code that binds a person's chat account, good for a day."""
    with said_plainly():
        if person and not all_unbound:
            typer.echo(carried_out("invite", InvitePerson(person=person)).text)
        elif all_unbound and not person:
            text = carried_into(all_unbound, "invite-unbound", InviteUnbound())
            typer.echo(f"{text} The file opens the bot to whoever has it: keep it safe, delete it when sent.")
        else:
            raise Mistake(
                "invite: expected a person (name, phone or id) or --all-unbound FILE.xlsx, one of them."
            )


@app.command()
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="a new file")],
) -> None:
    """Writes registry, duties, reports, problems and figures into a workbook."""
    with said_plainly():
        text = carried_into(file, "export", ExportCity())
        typer.echo(f"{text} The file holds names and telephone numbers: keep it safe.")


def carried_into(file: Path, name: str, arguments: Frozen) -> str:
    """Carries out a command whose result is a file, and writes that. Returns what is to be said of it.

    The file is opened first: a result that cannot be written down would be lost, codes with it.
    """
    with a_new_workbook(file) as opened:
        result = carried_out(name, arguments)
        opened.write(result.file or b"")
    return f"{file}: {result.text}"


@app.command()
def erase(person: Annotated[str, typer.Argument(help="name, phone or id of somebody who has left")]) -> None:
    """Erases name, phone, chat accounts and messages of somebody who has left; the ledger holds as before."""
    with said_plainly():
        typer.echo(carried_out("erase", ErasePerson(person=person)).text)


@app.command()
def parked(
    retry: Annotated[
        list[int] | None,
        typer.Option("--retry", metavar="ID", help="try this message again; can be repeated"),
    ] = None,
    retry_all: Annotated[bool, typer.Option("--all", help="try all of them again")] = False,
) -> None:
    """Shows the messages that met a fault, or has them tried again."""
    with said_plainly():
        if retry and retry_all:
            raise Mistake("parked: found both --retry and --all; expected one of them.")
        typer.echo(carried_out("parked", ShowParked(retry=tuple(retry or ()), retry_all=retry_all)).text)


@app.command()
def doctor() -> None:
    """Looks at everything that can be ill, and says of each what to do. Exit code 1 if something is."""
    with said_plainly():
        from bot.doctor.examine import examine
        from bot.doctor.line import Level

        lines = examine(operator.load())
        typer.echo("\n".join(map(str, lines)))
        if ill := sum(line.level is Level.FAIL for line in lines):
            raise Mistake(f"{ill} of {len(lines)} are ill.")


@app.command()
def messages(
    person: Annotated[str, typer.Option("--to", metavar="PERSON", help="name, phone or id")],
    last: Annotated[int, typer.Option("--last", min=1, max=500, help="so many of the newest")] = 10,
) -> None:
    """Shows what was sent to a person and what became of it: written, each attempt, its end, taken note of."""
    with said_plainly():
        typer.echo(carried_out("messages", ShowMessages(person=person, last=last)).text)


@app.command("test-message")
def test_message(person: Annotated[str, typer.Argument(metavar="PERSON", help="name, phone or id")]) -> None:
    """Sends a person a message that says it is a test, and shows what became of it."""
    with said_plainly():
        written = int(carried_out("test-message", SendTest(person=person)).text)
        state, life = ended_within(TEST_SECONDS, written)
        typer.echo(life)
        if state != "sent":
            raise Mistake(f"It did not arrive within {TEST_SECONDS} seconds, as far as is known.")


def ended_within(seconds: int, message: int) -> tuple[str, str]:
    """A message's state and life, once it has ended or so many seconds are over."""
    end = time.monotonic() + seconds
    while True:
        state, _, life = carried_out("life", ShowLife(message=message)).text.partition("\n")
        if state not in ("due", "sending") or time.monotonic() > end:
            return state, life
        time.sleep(0.2)


@app.command()
def rehearse(
    year: Annotated[int, typer.Argument(metavar="YEAR", help="the running year or one to come")],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE.xlsx", help="a new file; rehearsal-YEAR.xlsx if not given"),
    ] = None,
    reporting: Annotated[
        bool, typer.Option("--reporting", help="suppose that everybody reports at once; else nobody ever")
    ] = False,
    rules: Annotated[
        Path | None, typer.Option("--rules", metavar="FILE", help="rules to try; those in force if not given")
    ] = None,
) -> None:
    """Writes every due date and message of a year, lived through on a copy, into a workbook and a page."""
    with said_plainly():
        workbook_file = out or Path(f"rehearsal-{year}.xlsx")
        page_file = workbook_file.with_suffix(".html")
        settings = operator.load()
        from bot.progress import bars
        from bot.rehearsal import commands

        with a_new_workbook(workbook_file) as opened, a_new_file(page_file) as page, bars() as progress:
            found = commands.rehearse(settings, year, reporting, rules, progress)
            opened.write(found.workbook)
            page.write(found.page)
        typer.echo(
            f"{found.text}\nWritten: {workbook_file} and {page_file}. They hold names: keep them safe."
        )


@app.command()
def replay(
    month: Annotated[str, typer.Argument(metavar="YYYY-MM", help="a month that has begun")],
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="a copy of a database; the city's own if not given"),
    ] = None,
    copy: Annotated[
        bool, typer.Option("--copy", help="live on a copy: the only way there is, to be said")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE.xlsx", help="a new file; replay-YYYY-MM.xlsx if not given"),
    ] = None,
    rules: Annotated[
        Path | None, typer.Option("--rules", metavar="FILE", help="rules to try; those in force if not given")
    ] = None,
) -> None:
    """Lives a month once more on a copy, and compares what would be sent with what was."""
    with said_plainly():
        if not copy:
            raise Mistake(
                "replay: expected --copy; a month is lived through again on a copy and nowhere else."
            )
        if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", month):
            raise Mistake(f"replay: found {month!r}; expected a month such as 2012-04.")
        workbook_file, settings = out or Path(f"replay-{month}.xlsx"), operator.load()
        from bot.progress import bars
        from bot.rehearsal import commands

        with a_new_workbook(workbook_file) as opened, bars() as progress:
            found = commands.replay(settings, month, file, rules, progress)
            opened.write(found.workbook)
        typer.echo(f"{found.text}\nWritten: {workbook_file}. It holds names: keep it safe.")


@rules_commands.command("check")
def check_rules(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="a rules file; SANBAO_RULES_FILE if not given")
    ] = None,
) -> None:
    """Says every mistake of a rules file, or what it changes; nothing is taken into force."""
    with said_plainly():
        settings = operator.load()
        path = file or settings.rules_file
        text = editable.rules_text(path) or default_text()
        typer.echo(f"{path or 'The built-in rules'}: ok.")
        own = [f"  {change}" for change in changes(default_book(), load(text))]
        typer.echo(
            "\n".join(["It differs from the built-in rules:", *own] if own else ["It is the built-in rules."])
        )
        if not settings.has_file or settings.database_file.exists():
            typer.echo(carried_out("compare-rules", CompareRules(text=text)).text)


@wecom_commands.command("menu")
def wecom_menu() -> None:
    """Sets the app's menu below the chat: 报进展, 报问题, 零报告/我的."""
    with said_plainly():
        from bot.wecom_office import set_menu

        typer.echo(set_menu(operator.load()))


@wecom_commands.command("unknown")
def wecom_unknown() -> None:
    """Lists the members who wrote to the app and are not bound, with their names."""
    with said_plainly():
        from bot.wecom_office import with_names

        users = carried_out("unknown-members", ShowUnknownMembers()).text.splitlines()
        typer.echo(with_names(operator.load(), users))


def main() -> None:
    app()


if __name__ == "__main__":
    main()
