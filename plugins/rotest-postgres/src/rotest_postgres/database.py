"""Connections to one database: pooled, limited in time, and made anew after the server was away."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool

from rotest_core import StoreError
from rotest_postgres.failures import ConnectionLostError, failure, is_lost, place

Row: TypeAlias = tuple[Any, ...]
ResultT = TypeVar("ResultT")

ANSWER = 15.0
"""Seconds within which the server answers; one that does not is taken for out of reach."""

PATIENCE = 30.0
"""Seconds for which a server that is out of reach is asked again: a restart takes a few."""

_AGAIN = 0.05
_POOL = 1.0
"""Seconds to wait for a connection of the pool, before finding out whether there can be one at all."""

_SPARE = 60.0
"""Seconds after which a connection that nobody needs is closed."""

_LINK: dict[str, str | int | None] = {
    "connect_timeout": "5",
    "application_name": "rotest",
    "client_encoding": "utf8",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
}
"""What a URL need not say (libpq, "Parameter Key Words"): a peer that vanished is noticed."""

# A process that stands still, or cannot be reached, must not keep others waiting with what it has locked.
_SETTINGS = """
SET idle_in_transaction_session_timeout = '3s';
SET lock_timeout = '12s';
SET tcp_keepalives_idle = 10;
SET tcp_keepalives_interval = 5;
SET tcp_keepalives_count = 3;
SET default_transaction_isolation = 'read committed';
SET jit = off;
SET TimeZone = 'UTC';
DO $$ BEGIN
    SET client_connection_check_interval = '1s';
EXCEPTION WHEN OTHERS THEN
    NULL;  -- the server's system has no way to do that
END $$;
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
"""

_OLDEST = 14
"""The first version of PostgreSQL that notices that who waits for a lock has died."""

# Else the pool's warnings would go to the terminal where nobody set up logging; the errors that matter are raised.
logging.getLogger("psycopg").addHandler(logging.NullHandler())


class Link(psycopg.Connection[Row]):
    """A connection that does not wait for ever.

    Attributes:
        limit: seconds within which each answer must come.
    """

    limit = ANSWER

    def wait(self, gen: PQGen[ResultT], interval: float = 0.1, timeout: float | None = None) -> ResultT:
        return super().wait(gen, interval, self.limit if timeout is None else timeout)


class Database:
    """Do work over connections to one database, from any thread.

    Args:
        url: a connection URI, or the form ``host=... dbname=...``.
        patience: seconds for which `connect` tries to reach a server that is out of reach.
        settings: statements for each connection, beside those that every one needs.
    """

    def __init__(self, url: str, *, patience: float = 0.0, settings: str = "") -> None:
        self.url = url
        self._settings = f"{_SETTINGS};{settings}"
        self._patience = patience
        self._conninfo = make_conninfo("", **{**_LINK, **conninfo_to_dict(url)})
        self._closed = False
        self._pool = ConnectionPool(
            self._conninfo,
            connection_class=Link,
            kwargs={"autocommit": True},
            configure=self._configure,
            min_size=0,
            max_size=4,
            max_idle=_SPARE,
            reconnect_timeout=4 * _AGAIN,
            num_workers=1,
            open=False,
        )

    def connect(self) -> Link:
        """Make a connection that is the caller's own; it commits every statement by itself.

        Raises:
            StoreError: the server cannot be reached, refuses, or is too old.
        """
        return self._connect(time.monotonic() + self._patience)

    def alone(self, work: Callable[[Link], ResultT]) -> ResultT:
        """Do work over a connection that is closed after it; if that breaks, do it again as `connect` would.

        Raises:
            StoreError: the database refused, or could not be reached.
        """
        deadline = time.monotonic() + self._patience
        while True:
            link = self._connect(deadline)
            try:
                return work(link)
            except psycopg.Error as error:
                if not is_lost(error) or time.monotonic() >= deadline:
                    raise failure(self.url, error) from error
            finally:
                link.close()

    def run(
        self, work: Callable[[Link], ResultT], *, limit: float = ANSWER, patience: float = PATIENCE
    ) -> ResultT:
        """Do work over a connection of the pool; if that breaks, wait for the server and do it all again.

        Args:
            work: what to do; an exception undoes the transaction that it has begun.
            limit: seconds within which the server must answer.
            patience: seconds for which to try again.

        Raises:
            StoreError: the database refused, or could not be reached for that long.
        """
        deadline = time.monotonic() + patience
        while True:
            if self._closed:
                raise StoreError(f"{place(self.url)} was closed")
            try:
                return self._once(work, limit)
            except psycopg.Error as error:
                if not is_lost(error):
                    raise failure(self.url, error) from error
                lost = failure(self.url, error)
            if time.monotonic() >= deadline:
                raise lost
            self._connect(deadline).close()

    def close(self) -> None:
        """Close all connections of the pool; may be called twice."""
        self._closed = True
        self._pool.close()

    def _once(self, work: Callable[[Link], ResultT], limit: float) -> ResultT:
        self._pool.open()
        with self._pool.connection(timeout=min(limit, _POOL)) as link:
            link.limit = limit
            try:
                return work(link)
            except psycopg.Error as error:
                # In whatever state it is, nobody shall have it after this one.
                if is_lost(error):
                    link.close()
                raise

    def _connect(self, deadline: float) -> Link:
        while True:
            try:
                return self._connect_once()
            except ConnectionLostError:
                if time.monotonic() >= deadline:
                    raise
                time.sleep(_AGAIN)

    def _connect_once(self) -> Link:
        try:
            link = Link.connect(self._conninfo, autocommit=True)
        except psycopg.Error as error:
            raise failure(self.url, error) from error
        try:
            self._check(link)
            self._configure(link)
        except psycopg.Error as error:
            link.close()
            raise failure(self.url, error) from error
        except BaseException:
            link.close()
            raise
        return link

    def _check(self, link: Link) -> None:
        version = link.info.server_version // 10_000
        if version < _OLDEST:
            raise StoreError(f"{place(self.url)} is PostgreSQL {version}: Rotest needs {_OLDEST} or later")
        encoding = link.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            raise StoreError(
                f"{place(self.url)} keeps text as {encoding}, which lacks characters: create it with ENCODING 'UTF8'"
            )

    def _configure(self, link: Link) -> None:
        link.execute(self._settings.encode())
