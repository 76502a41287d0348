"""Every table, imported once, so that the metadata is whole (for migrations and tests)."""

from storage.tables import digests, ledger, lights, registry, reminding, reporting, traffic, tryout
from storage.tables.base import Base

metadata = Base.metadata
subjects = (registry, reporting, reminding, lights, traffic, ledger, digests, tryout)
