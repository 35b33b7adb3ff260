"""``rotest runs delete``."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rotest_core.cli.results_words import RUN_HELP, counted, find_run, past, short
from rotest_core.errors import UsageError
from rotest_core.plugin.protocols.results import RunFilter, RunState
from rotest_core.results.retention import DAY, outdated

if TYPE_CHECKING:
    import argparse

    from rotest_core.plugin.protocols.results import ResultsStore
    from rotest_core.session import Session


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``delete``."""
    parser.add_argument("runs", metavar="RUN", nargs="*", help=RUN_HELP)
    parser.add_argument("--keep", type=int, metavar="N", help="delete all but the newest N runs")
    parser.add_argument(
        "--older-than", metavar="TIME", help="delete runs that began before: 90d ago, 2030-12-31"
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what would be deleted")


def execute(arguments: argparse.Namespace, session: Session, store: ResultsStore) -> int:
    """Delete the runs that are named, or that are too many or too old; never one that goes on."""
    del session
    chosen = {run.id: run for run in (find_run(store, spelled) for spelled in arguments.runs)}
    running = [short(run) for run in chosen.values() if run.state is RunState.RUNNING]
    if running:
        raise UsageError(f"nothing was deleted: {', '.join(running)} goes on still")
    ids = list(chosen)
    if arguments.keep is not None:
        if arguments.keep < 0:
            raise UsageError("--keep takes a number from 0 up")
        ids += _beyond(store, arguments.keep)
    if arguments.older_than is not None:
        days = (time.time() - past(arguments.older_than)) / DAY
        ids += outdated(store, keep_runs=0, keep_days=days, now=time.time()) if days > 0 else ()
    if not (arguments.runs or arguments.keep is not None or arguments.older_than is not None):
        raise UsageError("say which runs: name them, or use --keep N or --older-than TIME")
    ids = list(dict.fromkeys(ids))
    if arguments.dry_run:
        print(f"would delete {counted(len(ids), 'run')}")
        return 0
    print(f"deleted {counted(store.delete(ids), 'run')}")
    return 0


def _beyond(store: ResultsStore, keep: int) -> list[str]:
    if keep:
        return outdated(store, keep_runs=keep, keep_days=0, now=time.time())
    return [run.id for run in store.runs(RunFilter()) if run.state is not RunState.RUNNING]
