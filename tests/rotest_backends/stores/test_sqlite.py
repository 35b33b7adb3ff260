"""The SQLite store: many processes, many records, Ctrl-C."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from rotest_backends.stores.sql_lookups import where
from rotest_backends.stores.sqlite import SqliteStore
from rotest_core.errors import InventoryError
from rotest_core.model.lookup import Lookup, Operator, Query
from rotest_core.model.record import Record, RecordKey

MANY = 500


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "rotest.db")
    yield store
    store.close()


def plan(path: Path, query: Query) -> str:
    """Return how SQLite goes about a query."""
    connection = sqlite3.connect(path)
    try:
        condition = where(query)
        steps = connection.execute(
            f"EXPLAIN QUERY PLAN SELECT * FROM record AS r0 WHERE {condition.sql}", condition.parameters
        )
        return "; ".join(step[3] for step in steps)
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("operator", "value"),
    [
        (Operator.EXACT, 7),
        (Operator.IN, ["7", "8"]),
        (Operator.GTE, 490),
        (Operator.RANGE, [3, 5]),
        (Operator.STARTSWITH, "10.0"),
    ],
)
def test_a_lookup_over_many_records_uses_an_index(
    store: SqliteStore, tmp_path: Path, operator: Operator, value: object
) -> None:
    store.apply(put=[Record(type="T", name=str(number), fields={"f": number}) for number in range(MANY)])
    query = Query(types=("T",), lookups=(Lookup(("f",), operator, value),))

    store.find(query)

    assert "USING INDEX record_field_f (type=? AND <expr>" in plan(tmp_path / "rotest.db", query)


def test_a_few_records_are_read_without_an_index(store: SqliteStore, tmp_path: Path) -> None:
    store.apply(put=[Record(type="T", name=str(number), fields={"f": number}) for number in range(10)])
    query = Query(types=("T",), lookups=(Lookup(("f",), Operator.EXACT, 7),))

    assert len(store.find(query)) == 1
    assert "record_field" not in plan(tmp_path / "rotest.db", query)


def test_only_so_many_fields_get_an_index(store: SqliteStore, tmp_path: Path) -> None:
    store.apply(put=[Record(type="T", name=str(number)) for number in range(MANY)])
    for number in range(40):
        store.find(Query(lookups=(Lookup((f"f{number}",), Operator.EXACT, 1),)))

    connection = sqlite3.connect(tmp_path / "rotest.db")
    (count,) = connection.execute(
        "SELECT count(*) FROM sqlite_master WHERE name LIKE 'record_field_%'"
    ).fetchone()
    connection.close()
    assert count == 24


@pytest.mark.parametrize("field", ["a'b", 'a"b', "a b", "a.b", "$", "", "x) OR (1"])
def test_what_is_no_name_of_a_field_is_refused(store: SqliteStore, field: str) -> None:
    with pytest.raises(InventoryError, match="no name of a field"):
        store.find(Query(lookups=(Lookup((field,), Operator.EXACT, 1),)))


@pytest.mark.parametrize("value", ["a\0b", "\ud800", ["\ud800"]])
def test_a_value_that_no_record_can_hold_is_refused(store: SqliteStore, value: object) -> None:
    with pytest.raises(InventoryError, match="no record can hold it"):
        store.find(Query(lookups=(Lookup(("f",), Operator.EXACT, value),)))


WRITER = dedent(
    """\
    import sys
    from pathlib import Path
    import attrs
    from rotest_backends.stores.sqlite import SqliteStore
    from rotest_core.errors import InventoryError
    from rotest_core.model.record import Record, RecordKey

    path, me, rounds = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    print("ready", flush=True)
    sys.stdin.readline()
    store = SqliteStore(path)
    for number in range(rounds):
        store.apply(put=[Record(type="T", name=f"{me}-{number}-{half}") for half in "ab"])
        while True:
            counter = store.get(RecordKey("T", "counter"))
            try:
                value = counter.fields["value"] if counter else 0
                changed = Record(type="T", name="counter", fields={"value": value + 1})
                store.apply(put=[attrs.evolve(changed, version=counter.version if counter else 0)])
                break
            except InventoryError:
                pass
        print(number, flush=True)
    store.close()
    """
)


def start_writer(path: Path, name: str, rounds: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), name, str(rounds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def say(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line)
    process.stdin.flush()


def hear(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_processes_that_make_the_file_together_lose_no_change(tmp_path: Path) -> None:
    path = tmp_path / "rotest.db"
    writers = [start_writer(path, str(number), 10) for number in range(4)]
    assert [hear(writer) for writer in writers] == ["ready"] * 4
    for writer in writers:
        say(writer, "go\n")

    assert [writer.communicate(timeout=60)[0] and writer.returncode for writer in writers] == [0] * 4
    store = SqliteStore(path)
    counter = store.get(RecordKey("T", "counter"))
    assert counter is not None
    assert counter.fields["value"] == 40
    assert len(store.find(Query())) == 4 * 10 * 2 + 1
    assert store.revision() == 80
    store.close()


def test_a_process_killed_while_it_writes_leaves_whole_changes_only(tmp_path: Path) -> None:
    path = tmp_path / "rotest.db"
    for name in ("a", "b", "c"):
        writer = start_writer(path, name, 100_000)
        assert hear(writer) == "ready"
        say(writer, "go\n")
        for _ in range(5):
            hear(writer)
        writer.send_signal(signal.SIGKILL)
        writer.communicate()

    store = SqliteStore(path)
    halves = [record.name.rpartition("-")[0] for record in store.find(Query()) if record.name != "counter"]
    assert len(halves) >= 3 * 5 * 2
    assert sorted(halves[::2]) == sorted(halves[1::2])
    store.apply(put=[Record(type="T", name="after")])
    store.close()


def test_an_interrupted_search_is_an_interruption(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C within a regular expression is not taken for a failure of the storage."""
    store.apply(put=[Record(type="T", name="a", fields={"f": "x" * 40})])
    previous = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(KeyboardInterrupt):
            store.find(Query(lookups=(Lookup(("f",), Operator.REGEX, "(x+x+)+y"),)))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)

    assert len(store.find(Query())) == 1
