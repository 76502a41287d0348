"""For developers: writes the next migration from what the tables say and the migrations do not yet.

    python -m storage.migrations.draft "what changes"

To make 0001 anew while nothing is released, delete it first. Read what was written (Alembic cannot see a
renaming), then format it.
"""

import sys
from pathlib import Path

from alembic import command
from alembic.script import Script
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from storage.migrate import HOME, config_for, upgrade


def draft(message: str) -> None:
    number = len(list((HOME / "versions").glob("[0-9]*.py"))) + 1
    with create_engine("sqlite://", poolclass=StaticPool).connect() as connection:
        config = config_for(connection)
        if number > 1:
            upgrade(connection, config)
        script = command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")
    assert isinstance(script, Script)  # noqa: S101 - several come only from branches, and there are none
    path = Path(script.path)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "###" not in line), encoding="utf-8")


if __name__ == "__main__":
    draft(sys.argv[1])
