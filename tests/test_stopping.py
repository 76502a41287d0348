"""The real program, stopped while somebody looks on: it ends at once, in order, and has nothing to complain of."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest


@pytest.fixture
def program(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("SANBAO_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "serve"],
        env={**surroundings, "SANBAO_DATA_DIR": str(tmp_path / "data"), "SANBAO_HTTP_PORT": "0"},
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def port_of(process: subprocess.Popen[str]) -> int:
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(r"Sanbao is up at http://127\.0\.0\.1:(\d+)", line):
            return int(found[1])
    raise AssertionError("the program ended before it was up")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_while_a_tryout_page_is_open_is_an_end_in_order(
    program: subprocess.Popen[str], number: signal.Signals
) -> None:
    """The open page once held the program up for three seconds, and then left a traceback."""
    page = HTTPConnection("127.0.0.1", port_of(program), timeout=30)
    page.request("GET", "/tryout/events")
    events = page.getresponse()
    assert events.readline() == b": here\n"
    program.send_signal(number)
    assert events.read() == b"\n"  # the page's answer ends properly, instead of being cut
    _, said = program.communicate(timeout=30)
    assert (program.returncode, said) == (0, "")
