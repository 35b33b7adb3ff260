"""A server for all tests of this package, and a database of its own for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rotest_postgres.testing import Server, temporary_server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with temporary_server() as server:
        yield server


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    """Give the URL of an empty database."""
    name = server.create_database()
    yield server.url(name)
    server.drop_database(name)
