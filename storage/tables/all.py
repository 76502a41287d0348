"""Every table, imported once, so that the metadata is whole (for migrations and tests)."""

from storage.tables import digests, ledger, lights, registry, reporting, traffic, tryout
from storage.tables.base import Base

metadata = Base.metadata
subjects = (registry, reporting, lights, traffic, ledger, digests, tryout)
