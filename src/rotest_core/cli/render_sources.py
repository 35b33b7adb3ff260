"""Where ``rotest render`` finds a run: the event log of a directory, or the results store."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from rotest_core.errors import StoreError, UsageError
from rotest_core.execution.journal import FILE_NAME
from rotest_core.execution.rendering import LogProblem, read_events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Protocol

    from rotest_core.events import Event
    from rotest_core.plugin.protocols.results import ResultsStore, StoredRun
    from rotest_core.session import Session

    class Read(Protocol):
        """Yield the events of a run, and tell what cannot be read."""

        def __call__(self, *, on_problem: Callable[[LogProblem], None] | None = None) -> Iterator[Event]:
            """Begin to read."""
            ...


class Source(NamedTuple):
    """Say where a run is read from.

    Args:
        name: what messages call it.
        read: reads it.
        directory: where its reports are written, unless somebody says otherwise.
    """

    name: str
    read: Read
    directory: str


def find_source(given: str, session: Session) -> Source:
    """Return where a run is.

    Args:
        given: a run's directory, its event log, or a run of the results store; empty for the newest run.
        session: opens the results store, where no file is meant.

    Raises:
        UsageError: there is no such run.
    """
    work_dir = session.settings.run.work_dir
    path = given or os.path.join(work_dir, "runs", "latest")
    if os.path.isdir(path):
        path = os.path.join(path, FILE_NAME)
    if os.path.exists(path):
        path = os.path.realpath(path)
        return Source(path, partial(read_events, path), os.path.dirname(path))
    found = _stored(given, session) if given and os.sep not in given else None
    if found is None:
        where = (
            "there is no such log, nor such a run in the results store"
            if given
            else "no run has left a log yet"
        )
        raise UsageError(f"{path}: {where}")
    store, run = found
    read = partial(_read_stored, store, run)
    return Source(f"run {run.id}", read, os.path.join(work_dir, "rendered", run.id))


def _stored(given: str, session: Session) -> tuple[ResultsStore, StoredRun] | None:
    from rotest_core.cli.results_words import find_run
    from rotest_core.results.recovery import settle

    try:
        store = session.open_results()
        settle(store)
        return store, find_run(store, given)
    except (StoreError, UsageError):
        return None


def _read_stored(
    store: ResultsStore, run: StoredRun, *, on_problem: Callable[[LogProblem], None] | None = None
) -> Iterator[Event]:
    from rotest_core.results.event_lines import read_lines

    return read_lines(store.events(run.id), name=f"run {run.id}", on_problem=on_problem)
