"""Bring runs to an end that did not come to one by themselves.

A run is written while it goes on, a moment behind its event log. When its process is killed, the store lacks that
moment: whoever looks next finds the process gone, reads the event log, writes what is missing, and marks the run as
interrupted. All of that may happen twice, or be killed itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import attrs

from rotest_core.errors import UsageError
from rotest_core.events import RunStarted
from rotest_core.execution.journal import FILE_NAME
from rotest_core.execution.rendering import read_events
from rotest_core.plugin.protocols.results import ResultsBatch, RunFilter, RunState
from rotest_core.results.building import ResultsBuilder
from rotest_core.results.liveness import is_gone

if TYPE_CHECKING:
    from rotest_core.events import Event
    from rotest_core.plugin.protocols.results import ResultsStore, StoredRun

BATCH = 5_000
"""Events that are written at a time."""


def settle(store: ResultsStore) -> list[str]:
    """Mark runs as interrupted that nobody writes any more, with all that they left.

    Returns:
        Their identifiers.
    """
    running = store.runs(RunFilter(states=(RunState.RUNNING,)))
    gone = [run for run in running if is_gone(run)]
    for run in gone:
        if not _read_again(store, run):
            _interrupt(store, run)
    return [run.id for run in gone]


def take_in(store: ResultsStore, events: Iterator[Event], *, owner: str = "") -> bool:
    """Write a run that is over; one without its last event was interrupted.

    Args:
        store: the results store.
        events: of one run, from its first.
        owner: whose run it is until all is written.

    Returns:
        Whether there was a run to write.
    """
    builder = ResultsBuilder(owner=owner)
    last = 0.0
    for number, event in enumerate(events, 1):
        builder.take(event)
        last = max(last, event.time)
        if number % BATCH == 0 and (batch := builder.batch(now=last)) is not None:
            store.write(batch)
    builder.cut_short(last)
    batch = builder.batch(now=last)
    if batch is None:
        return False
    store.write(batch)
    return True


def _read_again(store: ResultsStore, run: StoredRun) -> bool:
    """Write a run from its event log, if that is here and is that of this run."""
    try:
        events = read_events(os.path.join(run.directory, FILE_NAME))  # noqa: PTH118 - read_events takes text as well
        first = next(events, None)
        if not isinstance(first, RunStarted) or first.run != run.id:
            return False

        def all_events() -> Iterator[Event]:
            yield first
            yield from events

        return take_in(store, all_events(), owner=run.owner)
    except (OSError, UsageError):
        return False


def _interrupt(store: ResultsStore, run: StoredRun) -> None:
    store.write(ResultsBatch(run=attrs.evolve(run, state=RunState.INTERRUPTED, owner="")))
