"""Ask 100,000 results of 1,000 runs: each command beside a plain SQL query of the same data, both as processes."""

from __future__ import annotations

import os
import random
import sqlite3
import string
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rotest_backends.stores.sqlite_results import SqliteResults
from rotest_core.events import Cause, Outcome, OutcomeReported
from rotest_core.plugin import (
    ResourceUse,
    ResultsBatch,
    RunState,
    StoredMeasurement,
    StoredRun,
    StoredTest,
    TestDetails,
)
from rotest_core.results import normalise, signature_id

RUNS = 1_000
TESTS = 100
IDS = 400
BOARDS = 20

_RESULT = "result.final AND result.parent IS NULL AND outcome IS NOT NULL AND outcome <> 1"

COMMANDS: tuple[tuple[str, str], ...] = (
    ("runs", "SELECT * FROM run ORDER BY started DESC LIMIT 20"),
    ("runs list --last 0", "SELECT * FROM run ORDER BY started DESC"),
    ("runs show latest", "SELECT * FROM result WHERE run = (SELECT max(key) FROM run)"),
    ("runs compare run900 latest", "SELECT * FROM result WHERE run IN (901, 1000)"),
    (
        "history test_7",
        (
            "SELECT result.* FROM result JOIN test ON test.key = result.test WHERE test.id LIKE '%::test_7' "
            "ORDER BY started DESC LIMIT 20"
        ),
    ),
    (
        "history test_7 --last 0",
        (
            "SELECT result.* FROM result JOIN test ON test.key = result.test WHERE test.id LIKE '%::test_7' "
            "ORDER BY started DESC"
        ),
    ),
    (
        "stats test_7",
        "SELECT duration, outcome FROM result JOIN test ON test.key = result.test WHERE test.id LIKE '%::test_7'",
    ),
    (
        "flaky",
        f"SELECT test, count(*), sum(outcome <= 2), max(started) FROM result WHERE {_RESULT} GROUP BY test",
    ),
    (
        "resources stats b3",
        (
            "SELECT test, name = 'b3', count(*), sum(outcome >= 3), sum(held), sum(waited) FROM resource_use "
            "WHERE type = 'Board' GROUP BY test, name = 'b3'"
        ),
    ),
    ("runs export run500 --format csv", "SELECT * FROM result WHERE run = 501"),
    ("signatures", "SELECT signature, count(*) FROM result WHERE signature <> '' GROUP BY signature"),
    (
        "signatures test Assertion*",
        "SELECT content FROM result JOIN detail USING (run, number, attempt) WHERE outcome >= 4",
    ),
)
"""The words of a command, and what it asks in SQL."""


def fill(path: Path) -> None:
    """Write the runs, as the output ``db`` would."""
    chance = random.Random(7)
    store = SqliteResults(path)
    try:
        for place in range(RUNS):
            store.write(_batch(place, chance))
    finally:
        store.close()


def _batch(place: int, chance: random.Random) -> ResultsBatch:
    run = StoredRun(
        id=f"run{place}",
        name="nightly" if place % 2 else "",
        started=1.6e9 + 3600.0 * place,
        state=RunState.FINISHED,
        duration=600.0,
        status=1,
        total=TESTS,
        counts={"success": 95, "failure": 5},
        environment={"host": "lab", "commit": f"{place:040x}"},
    )
    numbers = chance.sample(range(IDS), TESTS)
    tests = [_test(run, number, identity, chance) for number, identity in enumerate(numbers)]
    lines = b"".join(
        b'{"event":"LogWritten","time":1.0,"test":%d,"level":20,"logger":"rack","text":"port %d is on"}\n'
        b'{"event":"TestFinished","time":1.0,"test":%d,"outcome":"success","duration":1.0}\n'
        % (number, number, number)
        for number in range(TESTS)
    )
    return ResultsBatch(run=run, tests=tests, events=lines)


def _test(
    run: StoredRun, number: int, identity: int, chance: random.Random
) -> tuple[StoredTest, TestDetails]:
    outcome = chance.choices((Outcome.SUCCESS, Outcome.FAILURE, Outcome.ERROR), (95, 4, 1))[0]
    good = outcome is Outcome.SUCCESS
    reason = f"AssertionError: {chance.choice(string.ascii_letters)} gives 4.1, not within 4.5..5.5"
    test = StoredTest(
        run=run.id,
        number=number,
        id=f"tests/test_boards.py::BoardTest{identity // 20}::test_{identity}",
        started=run.started + number,
        name=f"test_{identity}",
        groups=("tests/test_boards.py", "BoardTest"),
        duration=chance.lognormvariate(0.0, 0.3),
        outcome=outcome,
        cause=None if good else Cause.PRODUCT,
        summary="" if good else reason,
        signature="" if good else signature_id(normalise(reason)),
        waited=1.0,
    )
    board = ResourceUse(
        request="board",
        type="Board",
        name=f"b{chance.randrange(BOARDS)}",
        leased=test.started,
        held=1.0,
        waited=1.0,
    )
    places = "".join(f'  File "rack.py", line {line}, in step\n    step()\n' for line in range(10))
    text = f"Traceback (most recent call last):\n{places}{reason}"
    report = OutcomeReported(test.started, number, outcome, text, reason)
    details = TestDetails(
        reports=() if good else (report,),
        resources=(board,),
        measurements=(StoredMeasurement(name="volts", value=chance.gauss(5.0, 0.1), unit="V"),),
    )
    return test, details


def _took(words: list[str], root: Path) -> float:
    start = time.perf_counter()
    subprocess.run(words, cwd=root, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def main(rounds: int = 5) -> None:
    """Measure and print a table of the shortest times.

    Args:
        rounds: how often each is done.
    """
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        path = root / ".rotest" / "rotest.db"
        start = time.perf_counter()
        fill(path)
        print(
            f"{RUNS * TESTS:,} results of {RUNS:,} runs written in {time.perf_counter() - start:.1f} s,",
            end=" ",
        )
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        print(f"{os.path.getsize(path) / 1e6:.0f} MB\n")  # noqa: PTH202 - one number
        print(f"| {'':32} | command, ms | SQL, ms | ratio |")
        print(f"|:{'-' * 33}|------------:|--------:|------:|")
        for words, query in COMMANDS:
            plain = f"import sqlite3; sqlite3.connect({str(path)!r}).execute({query!r}).fetchall()"
            pairs = [
                (
                    _took([sys.executable, "-m", "rotest_core", *words.split()], root),
                    _took([sys.executable, "-c", plain], root),
                )
                for _ in range(rounds)
            ]
            ours, theirs = min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)
            print(f"| {words:32} | {ours * 1e3:11.0f} | {theirs * 1e3:7.0f} | {ours / theirs:5.1f} |")


if __name__ == "__main__":
    main()
