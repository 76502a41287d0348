"""When sweeps run, and nothing else: APScheduler as a clock that only wakes the sweep (decisions: 34)."""

from collections.abc import Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler  # type: ignore[import-untyped]  # it carries no types

EVERY_SECONDS = 10


def scheduler(wake: Callable[[], None]) -> AsyncIOScheduler:
    """A scheduler, not started, that calls `wake` every few seconds; it keeps no state of its own."""
    clock = AsyncIOScheduler(timezone="UTC")
    clock.add_job(
        wake,
        "interval",
        seconds=EVERY_SECONDS,
        id="sweep",
        misfire_grace_time=None,
        coalesce=True,
        max_instances=1,
    )
    return clock
