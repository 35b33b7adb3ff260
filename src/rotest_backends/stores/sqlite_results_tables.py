"""The tables of the results, in SQLite."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def create_tables(database: Database) -> None:
    """Make the first schema."""
    database.table("run").create(
        {
            "key": int,
            "id": str,
            "name": str,
            "started": float,
            "state": str,
            "duration": float,
            "status": int,
            "total": int,
            "counts": str,
            "flaky": int,
            "directory": str,
            "root": str,
            "command": str,
            "environment": str,
            "owner": str,
            "seen": float,
        },
        pk="key",
        not_null={"id", "name", "started", "state"},
    )
    database.table("run").create_index(["id"], index_name="run_id", unique=True)
    database.table("run").create_index(["started"], index_name="run_started")
    database.table("test").create({"key": int, "id": str}, pk="key", not_null={"id"})
    database.table("test").create_index(["id"], index_name="test_id", unique=True)
    for statement in _STATEMENTS:
        database.conn.execute(statement)
    database.table("signature").create(
        {
            "id": str,
            "pattern": str,
            "name": str,
            "link": str,
            "cause": str,
            "expires": float,
            "expected_until": float,
            "created": float,
        },
        pk="id",
        not_null={"pattern", "name", "link", "cause", "created"},
    )


# Without row ids, rows of a run lie together. What is looked for over all runs is in an index of its own, whole, so
# that the rows themselves, with their long texts, are left alone.
_STATEMENTS = (
    """
    CREATE TABLE result (
        run INTEGER NOT NULL, number INTEGER NOT NULL, attempt INTEGER NOT NULL, test INTEGER NOT NULL,
        started REAL NOT NULL, duration REAL NOT NULL, outcome INTEGER, final INTEGER NOT NULL, parent INTEGER,
        cause TEXT, name TEXT NOT NULL, kind TEXT NOT NULL, around TEXT NOT NULL, tags TEXT NOT NULL,
        worker TEXT NOT NULL, summary TEXT NOT NULL, signature TEXT NOT NULL, waited REAL NOT NULL, log TEXT NOT NULL,
        PRIMARY KEY (run, number, attempt)
    ) WITHOUT ROWID
    """,
    """
    CREATE INDEX result_of_test ON result (test, started, run, outcome, duration, attempt)
    WHERE final AND parent IS NULL
    """,
    "CREATE INDEX result_failed ON result (started) WHERE outcome >= 4",
    "CREATE INDEX result_signature ON result (signature, started, test) WHERE signature <> ''",
    """
    CREATE TABLE detail (
        run INTEGER NOT NULL, number INTEGER NOT NULL, attempt INTEGER NOT NULL, content TEXT NOT NULL,
        PRIMARY KEY (run, number, attempt)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE resource_use (
        run INTEGER NOT NULL, number INTEGER NOT NULL, attempt INTEGER NOT NULL, place INTEGER NOT NULL,
        test INTEGER NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL, outcome INTEGER, infrastructure INTEGER NOT NULL,
        held REAL NOT NULL, waited REAL NOT NULL, error INTEGER NOT NULL,
        PRIMARY KEY (run, number, attempt, place)
    ) WITHOUT ROWID
    """,
    """
    CREATE INDEX resource_use_of_type ON resource_use
    (type, name, test, outcome, infrastructure, held, waited, error)
    """,
    """
    CREATE TABLE event_log (
        run INTEGER NOT NULL, part INTEGER NOT NULL, content BLOB NOT NULL, PRIMARY KEY (run, part)
    ) WITHOUT ROWID
    """,
)
