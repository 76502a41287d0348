"""A function that is to be run in a transaction, and how it is run on a connection that is in one."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.orm import Session

T = TypeVar("T")
Work = Callable[[Session], T]


@dataclass(slots=True)
class Job:
    work: Work[Any]
    future: "Future[Any]" = field(default_factory=Future)

    def begins(self) -> bool:
        """Who was cancelled before the work began has nobody waiting; afterwards nobody can cancel."""
        return self.future.set_running_or_notify_cancel()


class Writers(Protocol):
    """Whoever runs functions, each in a transaction that is committed before its future resolves."""

    def submit(self, job: Job) -> None: ...

    def close(self) -> None:
        """Returns when all that was submitted before is done."""


def carried_out(work: Work[T], connection: Connection) -> T:
    # The session may roll the transaction back, but never commits it.
    with Session(connection, join_transaction_mode="rollback_only", expire_on_commit=False) as session:
        result = work(session)
        session.flush()
        if not connection.in_transaction():
            # What others of the batch had written would be lost, and called done.
            raise RuntimeError("a function rolled its transaction back and went on; expected it to raise")
        return result
