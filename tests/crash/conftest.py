"""The sample city with everybody on Telegram, made once; each storm and each conversation begins with a copy."""

import asyncio

import pytest

from tests.crash.program import City, found_city


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return asyncio.run(found_city(tmp_path_factory.mktemp("city"), kills=2))
