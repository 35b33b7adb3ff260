"""A server for all tests of this package, and a database of its own for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rotest_postgres.testing import Server, temporary_server

LOCKED_USER = "host all locked 127.0.0.1/32 scram-sha-256"
"""A user that needs a password; all others are let in."""


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with temporary_server(access=[LOCKED_USER]) as server:
        yield server


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    """Give the URL of an empty database."""
    name = server.create_database()
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture
def tcp_database(server: Server) -> Iterator[str]:
    """Give the URL of an empty database, over TCP."""
    name = server.create_database()
    yield server.url(name, tcp=True)
    server.drop_database(name)


@pytest.fixture
def crashing_server() -> Iterator[Server]:
    """Give a server that writes what it commits to the disk, to be killed."""
    with temporary_server(durable=True) as server:
        yield server
