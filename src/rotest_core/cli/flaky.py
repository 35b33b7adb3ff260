"""``rotest flaky``: the tests that pass at one time and fail at another."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rotest_core.cli.results_words import add_json, opened, past, percent, print_json, print_table, when
from rotest_core.cli.runs_list import add_filter
from rotest_core.plugin.protocols.results import RunFilter

if TYPE_CHECKING:
    import argparse

    from rotest_core.plugin.protocols.results import TestTally

_LAST = 20


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_filter(parser)
    parser.add_argument(
        "--runs", type=int, default=0, metavar="N", help="look at the newest N runs; all without it"
    )
    parser.add_argument(
        "--last", type=int, default=_LAST, metavar="N", help=f"how many tests, 0 for all (default: {_LAST})"
    )
    add_json(parser)


def execute(arguments: argparse.Namespace) -> int:
    """Print a line for each such test, the flakiest first."""
    since = None if arguments.since is None else past(arguments.since)
    chosen = RunFilter(name=arguments.name or "", since=since, limit=max(0, arguments.runs))
    with opened(arguments) as (session, store):
        found = sorted(filter(is_flaky, store.tally(chosen)), key=_rank)[: max(0, arguments.last) or None]
        if arguments.json:
            print_json(found)
            return 0
        if not found:
            print("no test is flaky", file=sys.stderr)
            return 0
        print_table(
            session,
            ["TEST", "RESULTS", "PASSED", "AT A RETRY", "CHANGES", "LAST", ""],
            [_row(tally) for tally in found],
        )
    return 0


def is_flaky(tally: TestTally) -> bool:
    """Tell whether a test passed at a retry, or went from bad to good and back more often than a repair explains."""
    return bool(tally.flaky) or tally.changes >= 2


def _rank(tally: TestTally) -> tuple[float, str]:
    return -(tally.flaky + tally.changes) / tally.runs, tally.id


def _row(tally: TestTally) -> list[str]:
    return [
        tally.id,
        str(tally.runs),
        percent(tally.passed / tally.runs),
        str(tally.flaky) if tally.flaky else "",
        str(tally.changes) if tally.changes else "",
        when(tally.last),
        str(tally.last_outcome).replace("_", " "),
    ]
