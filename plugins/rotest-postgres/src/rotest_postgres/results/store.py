"""Keep results in a PostgreSQL database, for all hosts that can reach it."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from rotest_core.plugin import (
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
from rotest_postgres.database import Database, Link, Row
from rotest_postgres.migrations import migrate
from rotest_postgres.results.schema import STEPS
from rotest_postgres.results.writing import write_batch

_LIMIT = 60.0
"""Seconds within which the server answers: there may be many results."""

_RUN = ", ".join(RUN_COLUMNS)
_SIGNATURE = ", ".join(SIGNATURE_COLUMNS)
_TEST = ", ".join(f"result.{column}" for column in TEST_COLUMNS)
_JOINED = "rotest.result JOIN rotest.run ON run.key = result.run JOIN rotest.test ON test.key = result.test"
_IS_RESULT = "result.final AND result.parent IS NULL"
_SAYS_SOMETHING = f"{_IS_RESULT} AND result.outcome IS NOT NULL AND result.outcome <> 1"
_KEY = "(SELECT key FROM rotest.run WHERE id = %s)"


class PostgresResults:
    """Keep results in a database; safe for many hosts, processes and threads.

    Args:
        url: the database.

    Raises:
        StoreError: it cannot be reached, refuses, or holds results of a newer version.
    """

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        migrate(self._database, component="results", steps=STEPS)

    def write(self, batch: ResultsBatch) -> None:
        events = zlib.compress(batch.events, 1) if batch.events else b""
        self._database.run(lambda link: write_batch(link, batch, events), limit=_LIMIT)

    def runs(self, chosen: RunFilter) -> Sequence[StoredRun]:
        condition, parameters = _chosen(chosen)
        return [run_of(row) for row in self._rows(f"SELECT {_RUN} FROM rotest.run {condition}", parameters)]

    def run(self, run: str) -> StoredRun | None:
        rows = self._rows(f"SELECT {_RUN} FROM rotest.run WHERE id = %s", (run,))
        return run_of(rows[0]) if rows else None

    def tests(self, run: str) -> Sequence[StoredTest]:
        rows = self._rows(
            f"SELECT test.id, {_TEST} FROM rotest.result JOIN rotest.test ON test.key = result.test "
            f"WHERE result.run = {_KEY} ORDER BY result.number, result.attempt",
            (run,),
        )
        return [test_of(run, row[0], row[1:]) for row in rows]

    def details(self, run: str, number: int, attempt: int) -> TestDetails:
        rows = self._rows(
            f"SELECT content FROM rotest.detail WHERE run = {_KEY} AND number = %s AND attempt = %s",
            (run, number, attempt),
        )
        return details_of(rows[0][0] if rows else "")

    def events(self, run: str) -> Iterator[bytes]:
        parts = self._rows(f"SELECT run, part FROM rotest.event_log WHERE run = {_KEY} ORDER BY part", (run,))
        for key in parts:
            for (content,) in self._rows(
                "SELECT content FROM rotest.event_log WHERE run = %s AND part = %s", key
            ):
                yield zlib.decompress(content)

    def delete(self, runs: Iterable[str]) -> int:
        chosen = list(runs)
        return self._database.run(lambda link: _delete(link, chosen), limit=_LIMIT)

    def ids(self) -> Sequence[str]:
        rows = self._rows(
            "SELECT id FROM rotest.test WHERE EXISTS "
            f"(SELECT FROM rotest.result WHERE result.test = test.key AND {_IS_RESULT}) ORDER BY id"
        )
        return [row[0] for row in rows]

    def history(self, tests: Iterable[str], *, limit: int = 0, name: str = "") -> Sequence[StoredTest]:
        rows = self._rows(
            f"SELECT past.* FROM unnest(%s::text[]) WITH ORDINALITY AS wanted (id, place) CROSS JOIN LATERAL "
            f"(SELECT run.id AS run_id, test.id AS test_id, {_TEST} FROM {_JOINED} "
            f"WHERE result.test = (SELECT key FROM rotest.test WHERE test.id = wanted.id) AND {_IS_RESULT} "
            "AND (%s = '' OR run.name = %s) ORDER BY result.started DESC, run.id DESC LIMIT %s) AS past "
            "ORDER BY wanted.place, past.started DESC, past.run_id DESC",
            (list(tests), name, name, limit or None),
        )
        return [test_of(row[0], row[1], row[2:]) for row in rows]

    def passed(self, name: str) -> frozenset[str]:
        rows = self._rows(
            "SELECT id FROM (SELECT DISTINCT ON (result.test) test.id, result.outcome "
            f"FROM {_JOINED} WHERE run.name = %s AND {_SAYS_SOMETHING} "
            "ORDER BY result.test, result.started DESC) AS newest WHERE outcome IN (0, 2)",
            (name,),
        )
        return frozenset(row[0] for row in rows)

    def durations(self, *, limit: int = 5) -> Mapping[str, Sequence[float]]:
        rows = self._rows(
            "SELECT id, duration FROM (SELECT test, duration, "
            "row_number() OVER (PARTITION BY test ORDER BY started DESC) AS place "
            f"FROM rotest.result WHERE {_IS_RESULT} AND outcome IN (0, 2)) AS past "
            "JOIN rotest.test ON test.key = past.test WHERE place <= %s ORDER BY past.test, place",
            (limit,),
        )
        return durations_of(rows)

    def measured(self, test: str, *, limit: int = 0) -> Sequence[tuple[StoredTest, StoredMeasurement]]:
        rows = self._rows(
            f"SELECT run.id, test.id, {_TEST}, detail.content FROM {_JOINED} "
            "JOIN rotest.detail ON (detail.run, detail.number, detail.attempt) "
            "= (result.run, result.number, result.attempt) "
            f"WHERE test.id = %s AND {_IS_RESULT} AND strpos(detail.content, '\"measurements\":') > 0 "
            "ORDER BY result.started DESC, run.id DESC LIMIT %s",
            (test, limit or None),
        )
        return measurements_of(rows)

    def tally(self, chosen: RunFilter) -> Sequence[TestTally]:
        condition, parameters = _chosen(chosen)
        rows = self._rows(
            "SELECT test.id, count(*), count(*) FILTER (WHERE good), count(*) FILTER (WHERE good AND attempt > 1), "
            "count(*) FILTER (WHERE good <> before), max(started), (array_agg(outcome ORDER BY started DESC))[1] "
            "FROM (SELECT test, started, attempt, outcome, outcome <= 2 AS good, "
            "lag(outcome <= 2) OVER (PARTITION BY test ORDER BY started) AS before FROM rotest.result "
            f"WHERE {_SAYS_SOMETHING} AND run IN (SELECT key FROM rotest.run {condition})) AS past "
            "JOIN rotest.test ON test.key = past.test GROUP BY test.id ORDER BY test.id",
            parameters,
        )
        return [tally_of(row) for row in rows]

    def unit_tally(self, type: str, name: str) -> Sequence[UnitTally]:  # noqa: A002 - as the protocol has it
        rows = self._rows(
            "SELECT test.id, resource_use.name = %(name)s AS here, count(*), count(*) FILTER (WHERE outcome >= 3), "
            "count(*) FILTER (WHERE outcome >= 3 AND infrastructure), sum(held), sum(waited), max(waited), "
            "count(*) FILTER (WHERE error) FROM rotest.resource_use "
            "JOIN rotest.test ON test.key = resource_use.test "
            "WHERE type = %(type)s AND outcome IS NOT NULL AND test IN ("
            "SELECT had.test FROM rotest.resource_use AS had "
            "WHERE had.type = %(type)s AND had.name = %(name)s AND had.outcome IS NOT NULL) "
            "GROUP BY test.id, here ORDER BY test.id, here DESC",
            {"type": type, "name": name},
        )
        return [unit_tally_of(row) for row in rows]

    def units(self) -> Sequence[tuple[str, str]]:
        rows = self._rows("SELECT DISTINCT type, name FROM rotest.resource_use ORDER BY type, name")
        return [(type_name, name) for type_name, name in rows]

    def signature_tally(self) -> Sequence[SignatureTally]:
        rows = self._rows(
            "SELECT signature, count(*), count(DISTINCT test), min(started), max(started), "
            "(array_agg(summary ORDER BY started DESC))[1] FROM rotest.result WHERE signature <> '' "
            "GROUP BY signature ORDER BY max(started) DESC, signature"
        )
        return [signature_tally_of(row) for row in rows]

    def signatures(self) -> Sequence[Signature]:
        rows = self._rows(f"SELECT {_SIGNATURE} FROM rotest.signature ORDER BY created, id")
        return [signature_of(row) for row in rows]

    def put_signature(self, signature: Signature) -> None:
        replaced = ", ".join(f"{name} = excluded.{name}" for name in SIGNATURE_COLUMNS)
        self._do(
            f"INSERT INTO rotest.signature ({_SIGNATURE}) VALUES ({', '.join(['%s'] * len(SIGNATURE_COLUMNS))}) "
            f"ON CONFLICT (id) DO UPDATE SET {replaced}",
            attrs.astuple(signature),
        )

    def remove_signature(self, signature: str) -> bool:
        return self._do("DELETE FROM rotest.signature WHERE id = %s", (signature,)) > 0

    def failures(self, *, limit: int = 0) -> Iterator[tuple[StoredTest, TestDetails]]:
        rows = self._rows(
            f"SELECT run.id, test.id, {_TEST}, coalesce(detail.content, '') FROM {_JOINED} "
            "LEFT JOIN rotest.detail ON (detail.run, detail.number, detail.attempt) "
            "= (result.run, result.number, result.attempt) WHERE result.outcome >= 4 "
            "ORDER BY result.started DESC, run.id DESC, result.number DESC, result.attempt DESC LIMIT %s",
            (limit or None,),
        )
        for row in rows:
            yield test_of(row[0], row[1], row[2:-1]), details_of(row[-1])

    def relabel(self, labels: Iterable[tuple[StoredTest, str]]) -> None:
        rows = [(signature, test.run, test.number, test.attempt) for test, signature in labels]
        if rows:
            self._database.run(lambda link: _relabel(link, rows), limit=_LIMIT)

    def close(self) -> None:
        self._database.close()

    def _rows(self, statement: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[Row]:
        return self._database.run(
            lambda link: link.execute(statement.encode(), parameters or None).fetchall(), limit=_LIMIT
        )

    def _do(self, statement: str, parameters: Sequence[Any]) -> int:
        return self._database.run(lambda link: link.execute(statement.encode(), parameters).rowcount)


def _delete(link: Link, runs: list[str]) -> int:
    with link.transaction():
        count = link.execute("DELETE FROM rotest.run WHERE id = ANY(%s)", (runs,)).rowcount
        if count:
            link.execute(
                "DELETE FROM rotest.test WHERE NOT EXISTS "
                "(SELECT FROM rotest.result WHERE result.test = test.key) "
                "AND key IN (SELECT key FROM rotest.test FOR UPDATE SKIP LOCKED)"
            )
        return count


def _relabel(link: Link, rows: list[tuple[Any, ...]]) -> None:
    with link.transaction(), link.cursor() as cursor:
        statement = (
            f"UPDATE rotest.result SET signature = %s WHERE run = {_KEY} AND number = %s AND attempt = %s"
        )
        cursor.executemany(statement.encode(), rows)


def _chosen(chosen: RunFilter) -> tuple[str, tuple[object, ...]]:
    """Return the end of a statement over runs, and its parameters."""
    conditions: list[str] = []
    parameters: list[object] = []
    if chosen.name:
        escaped = "".join(f"\\{each}" if each in "\\%_" else each for each in chosen.name)
        conditions.append("name LIKE %s")
        parameters.append(escaped.replace("*", "%").replace("?", "_"))
    if chosen.states:
        conditions.append("state = ANY(%s)")
        parameters.append([str(state) for state in chosen.states])
    for sign, moment in ((">=", chosen.since), ("<", chosen.before)):
        if moment is not None:
            conditions.append(f"started {sign} %s")
            parameters.append(moment)
    where = f"WHERE {' AND '.join(conditions)} " if conditions else ""
    return f"{where}ORDER BY started DESC, id DESC LIMIT %s", (*parameters, chosen.limit or None)
