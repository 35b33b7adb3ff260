"""Choose runs, as every store does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rotest_core.plugin.protocols.results import RunFilter, StoredRun


def chosen_runs(runs: Iterable[StoredRun], chosen: RunFilter) -> list[StoredRun]:
    """Return those runs that a filter chooses, the newest first; of two that began at once the greater id."""
    pattern = name_pattern(chosen.name)
    found = [
        run
        for run in runs
        if (pattern is None or pattern.fullmatch(run.name))
        and (not chosen.states or run.state in chosen.states)
        and (chosen.since is None or run.started >= chosen.since)
        and (chosen.before is None or run.started < chosen.before)
    ]
    found.sort(key=lambda run: (run.started, run.id), reverse=True)
    return found[: chosen.limit or None]


def name_pattern(name: str) -> re.Pattern[str] | None:
    """Return what a run's name must match, None for any."""
    if not name:
        return None
    parts = (".*" if part == "*" else "." if part == "?" else re.escape(part) for part in name)
    return re.compile("".join(parts), re.DOTALL)
