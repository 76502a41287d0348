"""The process that draws: one picture once, whatever becomes of the process; real processes, real files."""

import asyncio
import os
import signal
import subprocess
import sys
from asyncio.subprocess import Process
from pathlib import Path

import pytest

from bot.drawing import KEPT, Gallery, NotDrawn
from storage.charts import LightsBar, LightsChart


def a_chart(title: str = "全市灯色") -> LightsChart:
    return LightsChart(
        title=title, as_of="截至2012年7月31日", bars=(LightsBar(name="全市", green=5, yellow=2, red=1),)
    )


def a_gallery(folder: Path, kept: int = KEPT) -> Gallery:
    """One that waits as long as a busy machine needs."""
    return Gallery(folder, drawn_within=120, had_within=120, kept=kept)


def kept(folder: Path) -> int:
    return len(list(folder.glob("*.png")))


async def test_a_chart_is_drawn_once_and_then_kept(tmp_path: Path) -> None:
    gallery = a_gallery(tmp_path)
    together = await asyncio.gather(*(gallery.picture(a_chart()) for _ in range(5)))
    await gallery.close()
    assert {picture[:4] for picture in together} == {b"\x89PNG"}
    assert kept(tmp_path) == 1
    again = a_gallery(tmp_path)
    assert await again.picture(a_chart()) == together[0]
    assert again.child is None, "what is kept needs no process"


async def test_a_killed_process_costs_one_picture_at_most_and_the_next_is_drawn_by_another(
    tmp_path: Path,
) -> None:
    gallery = a_gallery(tmp_path)
    await gallery.picture(a_chart("一"))
    killed, ready = gallery.child, gallery._ready
    assert killed

    async def ready_and_dead() -> Process:
        child = await ready()
        child.kill()
        return child

    gallery._ready = ready_and_dead  # type: ignore[method-assign]  # it dies between the look at it and the question
    with pytest.raises(NotDrawn, match="died"):
        await gallery.picture(a_chart("二"))
    gallery._ready = ready  # type: ignore[method-assign]
    assert await gallery.picture(a_chart("二"))
    assert gallery.child != killed
    await gallery.close()


async def test_a_process_that_hangs_is_ended_in_time(tmp_path: Path) -> None:
    gallery = a_gallery(tmp_path)
    await gallery.picture(a_chart("一"))
    hung = gallery.child
    assert hung
    os.kill(hung, signal.SIGSTOP)
    gallery._drawn_within = 1
    with pytest.raises(NotDrawn, match="in time"):
        await gallery.picture(a_chart("二"))
    with pytest.raises(ProcessLookupError):
        os.kill(hung, 0)
    assert gallery.child is None


async def test_who_waits_too_long_for_others_pictures_goes_without(tmp_path: Path) -> None:
    gallery = Gallery(tmp_path, had_within=0.05)
    async with gallery._one_by_one:
        with pytest.raises(NotDrawn, match="in time"):
            await gallery.picture(a_chart())


async def test_the_oldest_pictures_make_room(tmp_path: Path) -> None:
    gallery = a_gallery(tmp_path, kept=2)
    for title in "一二三":
        await gallery.picture(a_chart(title))
    assert kept(tmp_path) == 2
    drawn_by = gallery.child
    await gallery.picture(a_chart("三"))
    assert kept(tmp_path) == 2
    assert gallery.child == drawn_by
    await gallery.close()


async def test_a_folder_that_cannot_be_written_is_no_picture_and_no_fault(tmp_path: Path) -> None:
    (tmp_path / "pictures").write_text("a file where the folder should be")
    gallery = Gallery(tmp_path / "pictures")
    with pytest.raises(NotDrawn):
        await gallery.picture(a_chart())
    await gallery.close()


async def test_the_process_ends_with_the_program_that_started_it(tmp_path: Path) -> None:
    gallery = a_gallery(tmp_path)
    await gallery.picture(a_chart())
    child = gallery._child
    assert child
    assert child.stdin
    child.stdin.close()  # as the kernel does when the program is killed
    assert await child.wait() == 0


def test_the_program_itself_does_without_what_draws() -> None:
    asked = "import sys, bot.app; sys.exit('matplotlib' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked]).returncode == 0
