"""Write what a run adds to the results."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

from rotest_core.results import RUN_COLUMNS, TEST_COLUMNS, details_text, run_row, test_row, use_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rotest_core.plugin import ResultsBatch, StoredTest, TestDetails

_SET_RUN = ", ".join(f"{column} = excluded.{column}" for column in RUN_COLUMNS)
_PUT_RUN = (
    f"INSERT INTO run ({', '.join(RUN_COLUMNS)}) VALUES ({', '.join('?' * len(RUN_COLUMNS))}) "
    f"ON CONFLICT (id) DO UPDATE SET {_SET_RUN} RETURNING key"
)
_PUT_RESULT = (
    f"INSERT OR REPLACE INTO result (run, test, {', '.join(TEST_COLUMNS)}) "
    f"VALUES ({', '.join('?' * (len(TEST_COLUMNS) + 2))})"
)


def write_batch(connection: sqlite3.Connection, batch: ResultsBatch, events: bytes) -> None:
    """Write a batch, within a transaction.

    Args:
        connection: the database.
        batch: what to add.
        events: its event lines, compressed; empty for none.
    """
    (run,) = connection.execute(_PUT_RUN, run_row(batch.run)).fetchall()[0]
    if batch.tests:
        keys = _test_keys(connection, {test.id for test, _ in batch.tests})
        connection.executemany(
            _PUT_RESULT, ((run, keys[test.id], *test_row(test)) for test, _ in batch.tests)
        )
        _write_details(connection, run, batch.tests, keys)
        _settle_attempts(connection, run, {test.number for test, _ in batch.tests if test.attempt > 1})
    if events:
        if not batch.part:
            connection.execute("DELETE FROM event_log WHERE run = ?", (run,))
        connection.execute("INSERT OR REPLACE INTO event_log VALUES (?, ?, ?)", (run, batch.part, events))


def _test_keys(connection: sqlite3.Connection, ids: set[str]) -> dict[str, int]:
    wanted = json.dumps(sorted(ids))
    connection.execute("INSERT OR IGNORE INTO test (id) SELECT value FROM json_each(?)", (wanted,))
    rows = connection.execute(
        "SELECT id, key FROM test WHERE id IN (SELECT value FROM json_each(?))", (wanted,)
    )
    return dict(rows.fetchall())


def _write_details(
    connection: sqlite3.Connection,
    run: int,
    tests: Iterable[tuple[StoredTest, TestDetails]],
    keys: dict[str, int],
) -> None:
    """Write what else is known of attempts; what was known of them before is part of it."""
    for test, details in tests:
        content = details_text(details)
        if not content:
            continue
        place = (run, test.number, test.attempt)
        connection.execute("INSERT OR REPLACE INTO detail VALUES (?, ?, ?, ?)", (*place, content))
        connection.executemany(
            "INSERT OR REPLACE INTO resource_use VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            use_rows(run, keys[test.id], test, details),
        )


def _settle_attempts(connection: sqlite3.Connection, run: int, numbers: set[int]) -> None:
    """Let the last attempt of each test be its result."""
    connection.executemany(
        "UPDATE result SET final = NOT EXISTS (SELECT 1 FROM result AS later WHERE later.run = result.run "
        "AND later.number = result.number AND later.attempt > result.attempt) WHERE run = ? AND number = ?",
        ((run, number) for number in numbers),
    )
