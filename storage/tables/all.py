"""Every table, imported once, so that the metadata is whole (for migrations and tests)."""

from storage.tables import (
    digests,
    escalating,
    ledger,
    lights,
    ordering,
    registry,
    reminding,
    reporting,
    sharing,
    traffic,
    tryout,
)
from storage.tables.base import Base

metadata = Base.metadata
subjects = (
    registry,
    reporting,
    reminding,
    lights,
    escalating,
    ordering,
    traffic,
    ledger,
    digests,
    sharing,
    tryout,
)
