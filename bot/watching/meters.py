"""What is measured as it happens, for Prometheus; what can be counted when somebody asks is counted then (metrics.py).

Labels are names of channels, loops and outcomes, never of people: there are no more of them than there are words here.
"""

from prometheus_client import CollectorRegistry, Counter, Histogram

TURNS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60)
SWEEPS = (0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300)


class Meters:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.turns = Histogram(
            "sanbao_turn_seconds", "From the storing of a message to the commit of its turn",
            buckets=TURNS, registry=self.registry,
        )  # fmt: skip
        self.sweeps = Histogram(
            "sanbao_sweep_seconds", "How long a sweep took until nothing was due",
            buckets=SWEEPS, registry=self.registry,
        )  # fmt: skip
        self.attempts = Counter(
            "sanbao_attempts", "Attempts to send, by channel and what they proved", ["channel", "outcome"],
            registry=self.registry,
        )  # fmt: skip
