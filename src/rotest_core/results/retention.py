"""Choose the runs that are kept no longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_core.plugin.protocols.results import RunFilter, RunState

if TYPE_CHECKING:
    from rotest_core.plugin.protocols.results import ResultsStore

DAY = 86_400.0


def outdated(store: ResultsStore, *, keep_runs: int, keep_days: float, now: float) -> list[str]:
    """Return the identifiers of runs beyond the newest so many, and of those that are too old; never one that goes on.

    Args:
        store: the results store.
        keep_runs: how many to keep; 0 for no limit.
        keep_days: age in days from which on a run is too old; 0 for no limit.
        now: seconds since the epoch.
    """
    runs = store.runs(RunFilter()) if keep_runs else ()
    beyond = [run for run in runs[keep_runs:] if run.state is not RunState.RUNNING]
    over = (RunState.FINISHED, RunState.INTERRUPTED)
    old = store.runs(RunFilter(before=now - keep_days * DAY, states=over)) if keep_days else ()
    return list(dict.fromkeys(run.id for run in (*beyond, *old)))
