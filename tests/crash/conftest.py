"""The sample city with everybody on Telegram, made once; each storm and each conversation begins with a copy."""

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import make_url

from tests.crash.many import found_city_on
from tests.crash.program import City, found_city
from tests.postgres import Server


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return asyncio.run(found_city(tmp_path_factory.mktemp("city"), kills=2))


@pytest.fixture(scope="session")
def any_city(
    server: Server | None, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[City, str]]:
    """The same on the database that is tested, and on PostgreSQL its name there, to be copied."""
    if server is None:
        yield request.getfixturevalue("city"), ""
        return
    city, url = asyncio.run(found_city_on(server, tmp_path_factory.mktemp("city")))
    yield city, make_url(url).database or ""
    server.drop(url)
