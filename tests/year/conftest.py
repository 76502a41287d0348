"""A database in which a whole year is lived before any test of the module looks at it."""

import shutil
from collections.abc import Iterator

import pytest
from sqlalchemy import make_url

from storage.database import Database
from tests import postgres


@pytest.fixture(scope="module")
def lasting(
    template: str, server: postgres.Server | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """With every table and no row; it goes with the module."""
    if server:
        url = server.create(template=make_url(template).database or "")
    else:
        file = tmp_path_factory.mktemp("year") / "sanbao.db"
        url = f"sqlite:///{shutil.copyfile(template.removeprefix('sqlite:///'), file)}"
    database = Database(url)
    yield database
    database.close()
    if server:
        server.drop(url)
