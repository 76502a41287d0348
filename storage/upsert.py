"""INSERT ... ON CONFLICT, in one statement for both databases: `from storage.upsert import insert`.

SQLAlchemy has no such INSERT of its own, only one for each dialect. PostgreSQL's says all that SQLite's does, and the
compiler for SQLite reads it.
"""

from sqlalchemy.dialects.postgresql import insert

__all__ = ["insert"]
