"""The server for tests leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from rotest_postgres.testing import temporary_server

PATIENCE = 10.0

KEEPER = """
import signal
from rotest_postgres.testing import temporary_server

with temporary_server() as server:
    print(server.url(), flush=True)
    signal.pause()
"""


def test_a_server_ends_with_the_process_that_was_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", KEEPER], stdout=subprocess.PIPE, text=True) as keeper:
        assert keeper.stdout is not None
        url = keeper.stdout.readline().strip()
        psycopg.connect(url).close()
        keeper.kill()
    directory = Path(url.partition("host=")[2].partition("&")[0])
    deadline = time.monotonic() + PATIENCE
    while directory.exists():
        assert time.monotonic() < deadline, "the server is still there"
        time.sleep(0.01)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def test_a_server_that_was_killed_can_be_started_again() -> None:
    with temporary_server(durable=True) as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept (number integer)")
        server.kill()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(server.url())
        server.start()
        with psycopg.connect(server.url()) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
