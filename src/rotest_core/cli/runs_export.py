"""``rotest runs export``."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rotest_core.cli.results_words import RUN_HELP, as_plain, find_run
from rotest_core.errors import UsageError
from rotest_core.results.rows import TEST_COLUMNS

if TYPE_CHECKING:
    import argparse
    from collections.abc import Generator
    from typing import IO

    from rotest_core.plugin.protocols.results import ResultsStore, StoredRun
    from rotest_core.session import Session

FORMATS = ("jsonl", "json", "csv")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``export``."""
    parser.add_argument("run", metavar="RUN", help=RUN_HELP)
    parser.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        help="where to: .jsonl for the event log, .json for all that is known, .csv for a line for each test",
    )
    parser.add_argument(
        "--format", choices=FORMATS, help="where no file is named, what to print (default: jsonl)"
    )


def execute(arguments: argparse.Namespace, session: Session, store: ResultsStore) -> int:
    """Write one run in the format that the file's name asks for."""
    del session
    run = find_run(store, arguments.run)
    kind = arguments.format or (Path(arguments.file).suffix[1:] if arguments.file else "jsonl")
    if kind not in FORMATS:
        raise UsageError(
            f"{arguments.file}: write to a file that ends in .{', .'.join(FORMATS)}, or say --format"
        )
    try:
        with _target(arguments.file) as target:
            _WRITERS[kind](store, run, target)
    except OSError as error:
        raise UsageError(f"{arguments.file}: {error.strerror or error}") from error
    return 0


@contextmanager
def _target(file: str | None) -> Generator[IO[bytes]]:
    """Open a file that appears whole or not at all, or the standard output."""
    if file is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    beside = Path(f"{file}.partial")
    try:
        with beside.open("wb") as target:
            yield target
        beside.replace(file)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _write_events(store: ResultsStore, run: StoredRun, target: IO[bytes]) -> None:
    for piece in store.events(run.id):
        target.write(piece)


def _write_json(store: ResultsStore, run: StoredRun, target: IO[bytes]) -> None:
    tests = [
        {"test": as_plain(test), "details": as_plain(store.details(run.id, test.number, test.attempt))}
        for test in store.tests(run.id)
    ]
    text = json.dumps({"run": as_plain(run), "tests": tests}, ensure_ascii=False, indent=2)
    target.write(f"{text}\n".encode())


def _write_csv(store: ResultsStore, run: StoredRun, target: IO[bytes]) -> None:
    import csv
    import io

    text = io.StringIO(newline="")
    writer = csv.writer(text)
    columns = ["id", *(column for column in TEST_COLUMNS if column not in ("around", "tags"))]
    writer.writerow(columns)
    for test in store.tests(run.id):
        values = as_plain(test)
        writer.writerow([_cell(values[column]) for column in columns])
    target.write(text.getvalue().encode())


def _cell(value: object) -> object:
    """Keep spreadsheets from taking a text for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


_WRITERS = {"jsonl": _write_events, "json": _write_json, "csv": _write_csv}
