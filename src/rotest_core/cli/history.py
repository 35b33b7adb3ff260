"""``rotest history``: how a test fared, run after run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_core.cli.results_words import (
    TEST_HELP,
    add_json,
    find_test,
    opened,
    outcome_of,
    print_json,
    print_table,
    seconds,
    when,
)
from rotest_core.plugin.protocols.results import RunFilter

if TYPE_CHECKING:
    import argparse

    from rotest_core.plugin.protocols.results import StoredRun, StoredTest

_LAST = 20


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("test", metavar="TEST", help=TEST_HELP)
    parser.add_argument("--name", default="", metavar="NAME", help="only runs of just this name")
    parser.add_argument(
        "--last", type=int, default=_LAST, metavar="N", help=f"how many results, 0 for all (default: {_LAST})"
    )
    add_json(parser)


def execute(arguments: argparse.Namespace) -> int:
    """Print a line for each result of a test, the newest first."""
    with opened(arguments) as (session, store):
        test = find_test(store, arguments.test)
        results = store.history([test], limit=max(0, arguments.last), name=arguments.name)
        if arguments.json:
            print_json(list(results))
            return 0
        oldest = min((result.started for result in results), default=0.0)
        runs = {run.id: run for run in store.runs(RunFilter(since=oldest - _LONGEST_RUN))} if results else {}
        print(test)
        print_table(
            session,
            ["STARTED", "RUN", "NAME", "RESULT", "TOOK", "WAITED", "SIGNATURE", "COMMIT", "WHY"],
            [_row(result, runs.get(result.run)) for result in results],
        )
    return 0


_LONGEST_RUN = 7 * 86_400.0
"""Seconds that a run may have gone on when a test of it began."""


def _row(result: StoredTest, run: StoredRun | None) -> list[str]:
    return [
        when(result.started),
        result.run[:8],
        run.name if run else "",
        outcome_of(result),
        seconds(result.duration),
        seconds(result.waited) if result.waited else "",
        result.signature,
        run.environment.get("commit", "")[:8] if run else "",
        result.summary,
    ]
