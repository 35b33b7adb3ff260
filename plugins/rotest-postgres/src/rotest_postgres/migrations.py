"""Bring the tables up to date: each component has a version of its own, and steps that lead to the newest."""

from __future__ import annotations

from collections.abc import Sequence

from rotest_core import StoreError
from rotest_postgres.database import Database, Link
from rotest_postgres.failures import place

_LOCK = 0x526F7465_7374_0001
"""Held while tables are made: many processes may start at once."""

_VERSION_TABLE = """
CREATE SCHEMA IF NOT EXISTS rotest;
CREATE TABLE IF NOT EXISTS rotest.schema_version (component text PRIMARY KEY, version integer NOT NULL)
"""


def migrate(database: Database, *, component: str, steps: Sequence[str]) -> None:
    """Take the steps that a database has not yet taken, each whole or not at all.

    Args:
        database: the database.
        component: whose tables these are: ``store``, ``locks``.
        steps: statements, from nothing to the newest schema; a step, once released, never changes.

    Raises:
        StoreError: the tables are of a newer version, or may not be made.
    """
    database.alone(lambda link: _migrate(link, database, component, steps))


def _migrate(link: Link, database: Database, component: str, steps: Sequence[str]) -> None:
    # Looked at first without the lock and the rights that making tables needs.
    if _version(link, component) == len(steps):
        return
    with link.transaction():
        link.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        version = _version(link, component)
        if version > len(steps):
            raise StoreError(
                f"{place(database.url)}: its {component} has schema version {version}, but this rotest-postgres "
                f"knows versions up to {len(steps)}: update rotest-postgres, or name another database"
            )
        link.execute(_VERSION_TABLE)
        for step in steps[version:]:
            link.execute(step.encode())
        link.execute(
            "INSERT INTO rotest.schema_version VALUES (%s, %s) "
            "ON CONFLICT (component) DO UPDATE SET version = excluded.version",
            (component, len(steps)),
        )


def _version(link: Link, component: str) -> int:
    # Read from the catalogue's tables: to_regclass may answer from what was so before another process was waited for.
    exists = link.execute(
        "SELECT FROM pg_catalog.pg_class AS class JOIN pg_catalog.pg_namespace AS schema "
        "ON schema.oid = class.relnamespace WHERE schema.nspname = 'rotest' AND class.relname = 'schema_version'"
    ).fetchone()
    if exists is None:
        return 0
    row = link.execute(
        "SELECT version FROM rotest.schema_version WHERE component = %s", (component,)
    ).fetchone()
    return int(row[0]) if row else 0
