"""Keep results in an SQLite file, that of the inventory by default, for all processes of one host."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from rotest_backends.sqlite_file import DEFAULT_PATH, SqliteFile
from rotest_backends.stores.sqlite_results_tables import create_tables
from rotest_backends.stores.sqlite_results_writing import write_batch
from rotest_core.plugin import (
    PluginContext,
    ResultsBatch,
    RunFilter,
    Signature,
    SignatureTally,
    StoredMeasurement,
    StoredRun,
    StoredTest,
    TestDetails,
    TestTally,
    UnitTally,
)
from rotest_core.results import (
    RUN_COLUMNS,
    SIGNATURE_COLUMNS,
    TEST_COLUMNS,
    details_of,
    durations_of,
    measurements_of,
    run_of,
    signature_of,
    signature_tally_of,
    tally_of,
    test_of,
    unit_tally_of,
)

_RUN = ", ".join(RUN_COLUMNS)
_SIGNATURE = ", ".join(SIGNATURE_COLUMNS)
_TEST = ", ".join(f"result.{column}" for column in TEST_COLUMNS)
_JOINED = "result JOIN run ON run.key = result.run JOIN test ON test.key = result.test"
_RESULT = f"SELECT run.id, test.id, {_TEST} FROM {_JOINED}"
_IS_RESULT = "result.final AND result.parent IS NULL"


class SqliteResults:
    """Keep results in a file; safe for many processes and threads.

    Args:
        path: the file; made when it is missing.

    Raises:
        StoreError: the file is damaged, somebody else's, written by a newer version, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._file = SqliteFile(path, component="results", migrations=(create_tables,))

    def write(self, batch: ResultsBatch) -> None:
        events = zlib.compress(batch.events, 1) if batch.events else b""
        with self._file.writing() as connection:
            write_batch(connection, batch, events)

    def runs(self, chosen: RunFilter) -> Sequence[StoredRun]:
        condition, parameters = _chosen(chosen)
        return [run_of(row) for row in self._rows(f"SELECT {_RUN} FROM run {condition}", parameters)]

    def run(self, run: str) -> StoredRun | None:
        rows = self._rows(f"SELECT {_RUN} FROM run WHERE id = ?", (run,))
        return run_of(rows[0]) if rows else None

    def tests(self, run: str) -> Sequence[StoredTest]:
        rows = self._rows(
            f"SELECT test.id, {_TEST} FROM result JOIN test ON test.key = result.test "
            "WHERE result.run = (SELECT key FROM run WHERE id = ?) ORDER BY result.number, result.attempt",
            (run,),
        )
        return [test_of(run, row[0], row[1:]) for row in rows]

    def details(self, run: str, number: int, attempt: int) -> TestDetails:
        rows = self._rows(
            "SELECT content FROM detail WHERE run = (SELECT key FROM run WHERE id = ?) AND number = ? AND attempt = ?",
            (run, number, attempt),
        )
        return details_of(rows[0][0] if rows else "")

    def events(self, run: str) -> Iterator[bytes]:
        parts = self._rows(
            "SELECT run, part FROM event_log WHERE run = (SELECT key FROM run WHERE id = ?) ORDER BY part",
            (run,),
        )
        for key in parts:
            for (content,) in self._rows("SELECT content FROM event_log WHERE run = ? AND part = ?", key):
                yield zlib.decompress(content)

    def delete(self, runs: Iterable[str]) -> int:
        with self._file.writing() as connection:
            keys = [
                key
                for run in dict.fromkeys(runs)
                for key in connection.execute("SELECT key FROM run WHERE id = ?", (run,)).fetchall()
            ]
            for table in ("event_log", "resource_use", "detail", "result"):
                connection.executemany(f"DELETE FROM {table} WHERE run = ?", keys)
            connection.executemany("DELETE FROM run WHERE key = ?", keys)
            if keys:
                connection.execute("DELETE FROM test WHERE key NOT IN (SELECT test FROM result)")
        return len(keys)

    def ids(self) -> Sequence[str]:
        rows = self._rows(
            "SELECT id FROM test WHERE EXISTS "
            f"(SELECT 1 FROM result WHERE test = test.key AND {_IS_RESULT}) ORDER BY id"
        )
        return [row[0] for row in rows]

    def history(self, tests: Iterable[str], *, limit: int = 0, name: str = "") -> Sequence[StoredTest]:
        statement = (
            f"{_RESULT} WHERE result.test = (SELECT key FROM test WHERE id = ?) AND {_IS_RESULT} "
            f"{'AND run.name = ? ' if name else ''}ORDER BY result.started DESC, run.id DESC LIMIT ?"
        )
        found: list[StoredTest] = []
        for test in tests:
            parameters = (test, name, limit or -1) if name else (test, limit or -1)
            found += (test_of(row[0], row[1], row[2:]) for row in self._rows(statement, parameters))
        return found

    def passed(self, name: str) -> frozenset[str]:
        rows = self._rows(
            "SELECT id FROM test JOIN ("
            "SELECT result.test, result.outcome, max(result.started) FROM result JOIN run ON run.key = result.run "
            f"WHERE run.name = ? AND {_IS_RESULT} AND result.outcome IS NOT NULL AND result.outcome <> 1 "
            "GROUP BY result.test) AS newest ON newest.test = test.key WHERE newest.outcome IN (0, 2)",
            (name,),
        )
        return frozenset(row[0] for row in rows)

    def durations(self, *, limit: int = 5) -> Mapping[str, Sequence[float]]:
        rows = self._rows(
            "SELECT id, duration FROM (SELECT test, duration, "
            "row_number() OVER (PARTITION BY test ORDER BY started DESC) AS place "
            f"FROM result WHERE {_IS_RESULT} AND outcome IN (0, 2)) AS past JOIN test ON test.key = past.test "
            "WHERE place <= ? ORDER BY past.test, place",
            (limit,),
        )
        return durations_of(rows)

    def measured(self, test: str, *, limit: int = 0) -> Sequence[tuple[StoredTest, StoredMeasurement]]:
        rows = self._rows(
            f"SELECT run.id, test.id, {_TEST}, detail.content FROM {_JOINED} "
            "JOIN detail USING (run, number, attempt) "
            f"WHERE result.test = (SELECT key FROM test WHERE id = ?) AND {_IS_RESULT} "
            "AND instr(detail.content, '\"measurements\":') > 0 "
            "ORDER BY result.started DESC, run.id DESC LIMIT ?",
            (test, limit or -1),
        )
        return measurements_of(rows)

    def tally(self, chosen: RunFilter) -> Sequence[TestTally]:
        condition, parameters = _chosen(chosen)
        # Of columns that are neither grouped nor summed up, SQLite gives those of the row with the maximum.
        rows = self._rows(
            "SELECT test.id, count(*), sum(good), sum(good AND attempt > 1), sum(good <> before), "
            "max(started), outcome FROM (SELECT test, started, attempt, outcome, outcome <= 2 AS good, "
            "lag(outcome <= 2) OVER (PARTITION BY test ORDER BY started) AS before FROM result "
            f"WHERE {_IS_RESULT} AND outcome IS NOT NULL AND outcome <> 1 "
            f"AND run IN (SELECT key FROM run {condition})) AS past JOIN test ON test.key = past.test "
            "GROUP BY past.test ORDER BY test.id",
            parameters,
        )
        return [tally_of(row) for row in rows]

    def unit_tally(self, type: str, name: str) -> Sequence[UnitTally]:  # noqa: A002 - as the protocol has it
        rows = self._rows(
            "SELECT test.id, resource_use.name = :name AS here, count(*), "
            "sum(outcome >= 3), sum(outcome >= 3 AND infrastructure), "
            "sum(held), sum(waited), max(waited), sum(error) "
            "FROM resource_use JOIN test ON test.key = resource_use.test "
            "WHERE type = :type AND outcome IS NOT NULL AND test IN "
            "(SELECT test FROM resource_use WHERE type = :type AND name = :name AND outcome IS NOT NULL) "
            "GROUP BY test.id, here ORDER BY test.id, here DESC",
            {"type": type, "name": name},
        )
        return [unit_tally_of(row) for row in rows]

    def units(self) -> Sequence[tuple[str, str]]:
        rows = self._rows("SELECT DISTINCT type, name FROM resource_use ORDER BY type, name")
        return [(type_name, name) for type_name, name in rows]

    def signature_tally(self) -> Sequence[SignatureTally]:
        rows = self._rows(
            "SELECT signature, count(*), count(DISTINCT test), min(started), max(started), "
            "(SELECT summary FROM result AS newest WHERE newest.signature = result.signature "
            "AND newest.signature <> '' ORDER BY started DESC, run DESC LIMIT 1) "
            "FROM result WHERE signature <> '' GROUP BY signature ORDER BY max(started) DESC, signature"
        )
        return [signature_tally_of(row) for row in rows]

    def signatures(self) -> Sequence[Signature]:
        rows = self._rows(f"SELECT {_SIGNATURE} FROM signature ORDER BY created, id")
        return [signature_of(row) for row in rows]

    def put_signature(self, signature: Signature) -> None:
        with self._file.writing() as connection:
            connection.execute(
                f"INSERT OR REPLACE INTO signature ({_SIGNATURE}) "
                f"VALUES ({', '.join('?' * len(SIGNATURE_COLUMNS))})",
                attrs.astuple(signature),
            )

    def remove_signature(self, signature: str) -> bool:
        with self._file.writing() as connection:
            return connection.execute("DELETE FROM signature WHERE id = ?", (signature,)).rowcount > 0

    def failures(self, *, limit: int = 0) -> Iterator[tuple[StoredTest, TestDetails]]:
        rows = self._rows(
            f"SELECT run.id, test.id, {_TEST}, coalesce(detail.content, '') FROM {_JOINED} "
            "LEFT JOIN detail USING (run, number, attempt) WHERE result.outcome >= 4 "
            "ORDER BY result.started DESC, run.id DESC, result.number DESC, result.attempt DESC LIMIT ?",
            (limit or -1,),
        )
        for row in rows:
            yield test_of(row[0], row[1], row[2:-1]), details_of(row[-1])

    def relabel(self, labels: Iterable[tuple[StoredTest, str]]) -> None:
        with self._file.writing() as connection:
            connection.executemany(
                "UPDATE result SET signature = ? "
                "WHERE run = (SELECT key FROM run WHERE id = ?) AND number = ? AND attempt = ?",
                ((signature, test.run, test.number, test.attempt) for test, signature in labels),
            )

    def close(self) -> None:
        self._file.close()

    def _rows(self, statement: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[Any]:
        with self._file.reading() as connection:
            return connection.execute(statement, parameters).fetchall()


def _chosen(chosen: RunFilter) -> tuple[str, tuple[object, ...]]:
    """Return the end of a statement over runs, and its parameters."""
    conditions: list[str] = []
    parameters: list[object] = []
    if chosen.name:
        conditions.append("name GLOB ?")
        parameters.append(chosen.name.replace("[", "[[]"))
    if chosen.states:
        conditions.append(f"state IN ({', '.join('?' * len(chosen.states))})")
        parameters += map(str, chosen.states)
    for sign, moment in ((">=", chosen.since), ("<", chosen.before)):
        if moment is not None:
            conditions.append(f"started {sign} ?")
            parameters.append(moment)
    where = f"WHERE {' AND '.join(conditions)} " if conditions else ""
    return f"{where}ORDER BY started DESC, id DESC LIMIT ?", (*parameters, chosen.limit or -1)


def sqlite_results(context: PluginContext) -> SqliteResults:
    """Open the results in the file that the configuration names, relative to the project's directory."""
    path = context.options(SqliteResultsOptions).path or str(
        context.sibling("store").get("path") or DEFAULT_PATH
    )
    return SqliteResults(context.root / path)


@attrs.frozen
class SqliteResultsOptions:
    """Say where the file is."""

    path: str = attrs.field(
        default="", metadata={"help": "the SQLite file, made when it is missing; empty for that of the store"}
    )
