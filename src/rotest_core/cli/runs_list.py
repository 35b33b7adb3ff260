"""``rotest runs list``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rotest_core.cli.results_words import (
    add_json,
    past,
    print_json,
    print_table,
    seconds,
    short,
    verdict,
    when,
)
from rotest_core.plugin.protocols.results import RunFilter

if TYPE_CHECKING:
    import argparse

    from rotest_core.plugin.protocols.results import ResultsStore, StoredRun
    from rotest_core.session import Session

_LAST = 20


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``list``."""
    add_filter(parser)
    parser.add_argument(
        "--last", type=int, default=_LAST, metavar="N", help=f"how many runs, 0 for all (default: {_LAST})"
    )
    add_json(parser)


def set_defaults(parser: argparse.ArgumentParser) -> None:
    """Let ``rotest runs`` alone show what ``list`` shows without arguments."""
    parser.set_defaults(name=None, since=None, last=_LAST)


def add_filter(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that choose runs."""
    parser.add_argument(
        "--name", metavar="NAME", help="only runs of this name; * and ? stand for any characters"
    )
    parser.add_argument(
        "--since", metavar="TIME", help="only runs that began since then: 2h ago, 30d, 2030-12-31"
    )


def execute(arguments: argparse.Namespace, session: Session, store: ResultsStore) -> int:
    """Print a line for each run."""
    since = None if arguments.since is None else past(arguments.since)
    runs = store.runs(RunFilter(name=arguments.name or "", since=since, limit=max(0, arguments.last)))
    if arguments.json:
        print_json(list(runs))
        return 0
    if not runs:
        print(
            "no run matches" if arguments.name or since else "there are no runs: run tests with -o db",
            file=sys.stderr,
        )
        return 0
    print_table(
        session,
        [
            "RUN",
            "NAME",
            "STARTED",
            "TOOK",
            "RESULT",
            "TESTS",
            "PASSED",
            "FAILED",
            "ERRORS",
            "SKIPPED",
            "FLAKY",
            "COMMIT",
        ],
        [_row(run) for run in runs],
    )
    return 0


def _row(run: StoredRun) -> list[str]:
    counts = run.counts
    passed = counts.get("success", 0) + counts.get("expected_failure", 0)
    failed = counts.get("failure", 0) + counts.get("unexpected_success", 0)
    shown = (
        str(number) if number else ""
        for number in (failed, counts.get("error"), counts.get("skipped"), run.flaky)
    )
    return [
        short(run),
        run.name,
        when(run.started),
        seconds(run.duration),
        verdict(run),
        str(run.total),
        str(passed),
        *shown,
        run.environment.get("commit", "")[:8],
    ]
