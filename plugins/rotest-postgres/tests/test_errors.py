"""What a user is told when the database does not do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from rotest_core import ConfigError, Record, StoreError
from rotest_core.plugin import PluginContext
from rotest_postgres.locks.strategy import PostgresLocks
from rotest_postgres.options import locks_url, store_url
from rotest_postgres.plugin import lock_strategy, store
from rotest_postgres.store.store import PostgresStore
from rotest_postgres.testing import Server

OptionsT = TypeVar("OptionsT")


class Context:
    """Be a `PluginContext` with the given sections."""

    def __init__(self, section: str, **sections: Mapping[str, object]) -> None:
        self.name = "postgres"
        self.root = Path()
        self.section = section
        self._sections = sections

    @property
    def values(self) -> Mapping[str, object]:
        return self.sibling(self.section)

    def options(self, options_type: type[OptionsT]) -> OptionsT:
        return options_type(**self.values)

    def sibling(self, section: str) -> Mapping[str, object]:
        return self._sections.get(section, {})


def context(section: str, **sections: Mapping[str, object]) -> PluginContext:
    return Context(section, **sections)


def test_the_factories_open_the_database_that_the_configuration_names(database: str) -> None:
    """The leases are by default where the inventory is."""
    opened = store(context("store", store={"url": database}))
    opened.apply(put=[Record(type="T", name="a")])
    opened.close()
    locks = lock_strategy(context("locks", store={"url": database}))
    assert locks.status().held == ()
    locks.close()


def test_the_leases_may_have_a_database_of_their_own() -> None:
    given = context(
        "locks", locks={"url": "postgresql://one/leases"}, store={"url": "postgresql://two/store"}
    )
    assert locks_url(given) == "postgresql://one/leases"


@pytest.mark.parametrize("url", ["", " ", "postgres://db:port/x", "no url", "host=a nonsense=1"])
def test_a_url_that_is_none_is_a_mistake_in_the_configuration(url: str) -> None:
    with pytest.raises(ConfigError, match=r"store\.url: .*postgresql://rotest@"):
        store_url(context("store", store={"url": url}))


def test_several_hosts_may_have_the_default_port() -> None:
    url = "postgresql://rotest@first,second:5433/lab"
    assert store_url(context("store", store={"url": url})) == url


def test_leases_without_any_database_name_both_places() -> None:
    with pytest.raises(ConfigError, match=r"locks\.url: .*store\.url"):
        locks_url(context("locks"))


def test_no_server() -> None:
    with pytest.raises(
        StoreError, match=r"rotest@127\.0\.0\.1:1/lab cannot be reached: no server listens there"
    ):
        PostgresStore("postgresql://rotest:secret@127.0.0.1:1/lab")


def test_no_such_host() -> None:
    with pytest.raises(StoreError, match=r"cannot be reached: its name is unknown"):
        PostgresLocks("postgresql://rotest@nowhere.invalid/lab")


def test_no_such_database(server: Server) -> None:
    with pytest.raises(StoreError, match=r"missing has no such database; create it \(createdb\)"):
        PostgresStore(server.url("missing"))


def test_no_such_user(server: Server) -> None:
    with pytest.raises(StoreError, match="refuses the user"):
        PostgresStore(server.url(tcp=True).replace("postgres@", "nobody-knows@"))


def test_a_wrong_password_is_named_and_not_shown(server: Server, database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS locked")
        connection.execute("CREATE ROLE locked LOGIN PASSWORD 'right'")
    url = server.url(tcp=True).replace("postgres@", "locked:very-wrong@")
    with pytest.raises(StoreError, match=r"locked@.* refuses the user or the password") as caught:
        PostgresStore(url)
    assert "very-wrong" not in str(caught.value)


def test_a_user_who_may_not_make_tables(server: Server) -> None:
    name = server.create_database()
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS guest")
        connection.execute("CREATE ROLE guest LOGIN")
    url = server.url(name, tcp=True).replace("postgres@", "guest@")
    with pytest.raises(StoreError, match=r"refuses what Rotest needs.*schema rotest.*permission denied"):
        PostgresStore(url)
    server.drop_database(name)


def test_a_user_who_was_granted_the_tables_needs_no_more(server: Server) -> None:
    name = server.create_database()
    PostgresStore(server.url(name)).close()
    with psycopg.connect(server.url(name), autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS tester")
        connection.execute("CREATE ROLE tester LOGIN")
        connection.execute("GRANT USAGE ON SCHEMA rotest TO tester")
        connection.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA rotest TO tester")
    theirs = PostgresStore(server.url(name, tcp=True).replace("postgres@", "tester@"))
    theirs.apply(put=[Record(type="T", name="a")])
    theirs.close()
    server.drop_database(name)


def test_a_database_that_can_only_be_read(database: str, server: Server) -> None:
    PostgresStore(database).close()
    name = conninfo_to_dict(database)["dbname"]
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on".encode())
    read_only = PostgresStore(database)
    with pytest.raises(StoreError, match="can only be read: name the primary server"):
        read_only.apply(put=[Record(type="T", name="a")])
    read_only.close()


@pytest.mark.parametrize(("component", "open_it"), [("store", PostgresStore), ("locks", PostgresLocks)])
def test_tables_of_a_newer_version(database: str, component: str, open_it: type) -> None:
    open_it(database).close()
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("UPDATE rotest.schema_version SET version = 99 WHERE component = %s", (component,))
    with pytest.raises(StoreError, match=f"its {component} has schema version 99, .* update rotest-postgres"):
        open_it(database)


def test_a_database_that_cannot_hold_every_character(server: Server) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    with pytest.raises(StoreError, match=r"LATIN1.*ENCODING 'UTF8'"):
        PostgresStore(server.url("latin"))
    server.drop_database("latin")


def test_what_was_closed_stays_closed(database: str) -> None:
    opened = PostgresStore(database)
    opened.close()
    with pytest.raises(StoreError, match="was closed"):
        opened.revision()
