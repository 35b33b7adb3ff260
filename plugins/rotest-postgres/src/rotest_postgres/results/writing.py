"""Write what a run adds to the results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rotest_core.results import RUN_COLUMNS, TEST_COLUMNS, details_text, run_row, test_row, use_rows

if TYPE_CHECKING:
    from rotest_core.plugin import ResultsBatch, StoredTest, TestDetails
    from rotest_postgres.database import Link

_PLACE = ("run", "number", "attempt")


def _marks(columns: Sequence[str]) -> str:
    return ", ".join(["%s"] * len(columns))


def _replace(columns: Sequence[str]) -> str:
    return ", ".join(f"{column} = excluded.{column}" for column in columns)


_PUT_RUN = (
    f"INSERT INTO rotest.run ({', '.join(RUN_COLUMNS)}) VALUES ({_marks(RUN_COLUMNS)}) "
    f"ON CONFLICT (id) DO UPDATE SET {_replace(RUN_COLUMNS)} RETURNING key"
).encode()
_RESULT = ("run", "test", *TEST_COLUMNS)
_PUT_RESULT = (
    f"INSERT INTO rotest.result ({', '.join(_RESULT)}) VALUES ({_marks(_RESULT)}) "
    f"ON CONFLICT (run, number, attempt) DO UPDATE SET {_replace([each for each in _RESULT if each not in _PLACE])}"
).encode()
_USE = (*_PLACE, "place", "test", "type", "name", "outcome", "infrastructure", "held", "waited", "error")
_PUT_USE = (
    f"INSERT INTO rotest.resource_use ({', '.join(_USE)}) VALUES ({_marks(_USE)}) "
    f"ON CONFLICT (run, number, attempt, place) DO UPDATE SET {_replace(_USE[4:])}"
).encode()
_PUT_DETAIL = (
    "INSERT INTO rotest.detail VALUES (%s, %s, %s, %s) "
    "ON CONFLICT (run, number, attempt) DO UPDATE SET content = excluded.content"
)
_SETTLE = (
    "UPDATE rotest.result SET final = NOT EXISTS (SELECT FROM rotest.result AS later WHERE later.run = result.run "
    "AND later.number = result.number AND later.attempt > result.attempt) WHERE run = %s AND number = ANY(%s)"
)


def write_batch(link: Link, batch: ResultsBatch, events: bytes) -> None:
    """Write a batch, whole or not at all; once more does no harm.

    Args:
        link: the connection.
        batch: what to add.
        events: its event lines, compressed; empty for none.
    """
    with link.transaction():
        row = link.execute(_PUT_RUN, run_row(batch.run)).fetchone()
        assert row is not None, "a run that is put gives its key"
        run = int(row[0])
        if batch.tests:
            _write_tests(link, run, batch.tests)
        if events:
            if not batch.part:
                link.execute("DELETE FROM rotest.event_log WHERE run = %s", (run,))
            link.execute(
                "INSERT INTO rotest.event_log VALUES (%s, %s, %s) "
                "ON CONFLICT (run, part) DO UPDATE SET content = excluded.content",
                (run, batch.part, events),
            )


def _write_tests(link: Link, run: int, tests: Sequence[tuple[StoredTest, TestDetails]]) -> None:
    keys = _test_keys(link, sorted({test.id for test, _ in tests}))
    places = [(run, test.number, test.attempt) for test, _ in tests]
    with link.cursor() as cursor:
        cursor.executemany(_PUT_RESULT, [(run, keys[test.id], *test_row(test)) for test, _ in tests])
        contents = [
            (*place, content)
            for place, (_, details) in zip(places, tests, strict=True)
            if (content := details_text(details))
        ]
        if contents:
            cursor.executemany(_PUT_DETAIL, contents)
        uses = [use for test, details in tests for use in use_rows(run, keys[test.id], test, details)]
        if uses:
            cursor.executemany(_PUT_USE, uses)
    again = sorted({test.number for test, _ in tests if test.attempt > 1})
    if again:
        link.execute(_SETTLE, (run, again))


def _test_keys(link: Link, ids: list[str]) -> dict[str, int]:
    # In one order for all, so that nobody waits for who waits for him.
    link.execute("INSERT INTO rotest.test (id) SELECT unnest(%s::text[]) ON CONFLICT (id) DO NOTHING", (ids,))
    rows = link.execute("SELECT id, key FROM rotest.test WHERE id = ANY(%s) FOR KEY SHARE", (ids,))
    return {str(test): int(key) for test, key in rows}
