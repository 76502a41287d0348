"""What Prometheus is told: what was measured (meters.py), and what is counted when it asks.

Nothing here names a person, and labels come from what the program has: channels, loops, lanes, states, outcomes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from prometheus_client import Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.channels.channel import Channel
from bot.channels.wecom_aibot import AibotChannel
from bot.watching.health import Findings
from bot.watching.meters import Meters
from storage import inbox, waits
from storage.database import Database
from storage.messages import Account
from storage.outbox import State
from storage.tables.ledger import LedgerRow
from storage.waits import Unsent


@dataclass(frozen=True, slots=True)
class Rows:
    inbox: Mapping[str, int]
    unsent: list[Unsent]
    sent: int
    ledger: int


def rows(session: Session) -> Rows:
    return Rows(
        inbox.counts(session), waits.unsent(session), waits.counts(session)[State.SENT],
        session.scalar(select(func.max(LedgerRow.id))) or 0,
    )  # fmt: skip


def page(
    meters: Meters, found: Findings, counted: Rows | None, channels: Mapping[Account, Channel],
    database: Database,
) -> bytes:  # fmt: skip
    """Without what the rows say, if the database does not answer."""
    families = [*_of_health(found), *_of_channels(channels), _errors(database)]
    if counted is not None:
        families += _of_rows(counted)
    return generate_latest(meters.registry) + generate_latest(_Once(families))


class _Once:
    """What `generate_latest` wants of a registry."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> list[Metric]:
        return self._families


def _gauge(name: str, what: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"sanbao_{name}", what, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


def _counter(name: str, what: str, labels: list[str]) -> CounterMetricFamily:
    return CounterMetricFamily(f"sanbao_{name}", what, labels=labels)


def _of_health(found: Findings) -> list[Metric]:
    facts: dict[str, Any] = found.facts
    kinds = {fault.kind.value: 1.0 for fault in found.faults}
    families: list[Metric] = [
        GaugeMetricFamily("sanbao_healthy", "1 while all is well", value=float(found.ok)),
        _gauge("faults", "1 for each kind of fault that there is", "kind", kinds),
        _gauge("loop_last_round_seconds", "Since a loop last came round", "loop", facts["loop_last_round_seconds"]),
        GaugeMetricFamily(
            "sanbao_last_sweep_seconds", "Since a sweep last came to its end", value=facts["last_sweep_seconds"]
        ),
    ]  # fmt: skip
    crashes = _counter("loop_crashes", "Crashes by loop since the start", ["loop"])
    for name, times in facts["loop_crashes"].items():
        crashes.add_metric([name], times)
    families.append(crashes)
    if "inbox_oldest_seconds" in facts:
        oldest = GaugeMetricFamily(
            "sanbao_inbox_oldest_seconds", "Age of the oldest message not taken", value=facts["inbox_oldest_seconds"]
        )  # fmt: skip
        lanes = facts["outbox_oldest_seconds"]
        families += [oldest, _gauge("outbox_oldest_seconds", "Age of the oldest message due", "lane", lanes)]
    return families


def _of_rows(counted: Rows) -> list[Metric]:
    unsent = GaugeMetricFamily("sanbao_outbox_rows", "Outgoing rows not sent", labels=["state", "lane"])
    for each in counted.unsent:
        unsent.add_metric([each.state.value, each.lane.value], each.rows)
    sent = GaugeMetricFamily(
        "sanbao_outbox_sent_rows", "Outgoing rows that a platform took", value=counted.sent
    )
    ledger = GaugeMetricFamily("sanbao_ledger_rows", "Rows of the ledger", value=counted.ledger)
    return [_gauge("inbox_rows", "Inbox rows by state", "state", counted.inbox), unsent, sent, ledger]


def _of_channels(channels: Mapping[Account, Channel]) -> list[Metric]:
    calls = _counter("api_calls", "Calls to a platform by what came of them", ["channel", "outcome"])
    lost = _counter("reconnects", "Long connections made after the first", ["channel"])
    totals: dict[tuple[str, str], int] = {}
    for channel in channels.values():
        for outcome, times in channel.calls.items():
            key = (channel.name, outcome.value)
            totals[key] = totals.get(key, 0) + times
        if isinstance(channel, AibotChannel):
            lost.add_metric([channel.name], max(0, channel.connections - 1))
    for (name, outcome_name), times in totals.items():
        calls.add_metric([name, outcome_name], times)
    return [calls, lost]


def _errors(database: Database) -> Metric:
    errors = _counter("database_errors", "Transactions that the database refused, by error", ["error"])
    for name, times in database.errors.items():
        errors.add_metric([name], times)
    return errors
