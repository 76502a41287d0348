"""How far a long command is, as a bar on the terminal. Nothing is drawn where standard error is no terminal."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from storage.sheets import Progress as Told


@contextmanager
def bars() -> Iterator[Told]:
    """Gives the function that is to be told; one bar for each thing that is done, gone at the end."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:>10}"), BarColumn(), TextColumn("{task.completed:,.0f}"))
    tasks: dict[str, TaskID] = {}
    with Progress(
        *columns, TimeElapsedColumn(), console=console, transient=True, disable=not console.is_terminal
    ) as shown:

        def told(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = shown.add_task(what, total=of or None)
            shown.update(tasks[what], completed=done, total=of or None)

        yield told
