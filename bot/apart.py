"""A workbook is read by a process of its own: what is in the file is a stranger's, and may cost more than it should.

The child has a bound of memory and of time and the lowest claim on the processor; if it dies, one file is unread and
the program goes on. `python -m bot.apart` is the child: bytes of an .xlsx in, the book as JSON out.
"""

import asyncio
import os
import resource
import sys
from asyncio.subprocess import PIPE

from storage import workbook
from storage.entries import Book

MOST_MEMORY = 1_500_000_000  # bytes; a ledger of 10,000 projects takes a tenth
MOST_SECONDS = 120.0


class Died(Exception):  # noqa: N818 - said as one error of the file
    """The child ended without a book: it ran out of memory, or met a bug that it has written to the log."""


async def read_apart(content: bytes, seconds: float = MOST_SECONDS, memory: int = MOST_MEMORY) -> Book:
    """Raises Died, and TimeoutError after `seconds`."""
    command = (sys.executable, "-m", __name__, str(memory))
    child = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    try:
        async with asyncio.timeout(seconds):
            out, _ = await child.communicate(content)
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode:
        raise Died(f"it ended with {child.returncode}")
    return await asyncio.to_thread(Book.model_validate_json, out)


def main(memory: int) -> None:
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    book = workbook.read(sys.stdin.buffer.read())
    sys.stdout.buffer.write(book.model_dump_json().encode())


if __name__ == "__main__":
    main(int(sys.argv[1]))
