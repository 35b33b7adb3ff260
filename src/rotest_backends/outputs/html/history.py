"""Look back: what became of earlier runs and of the tests that failed now, and what is different from one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rotest_core.errors import RotestError, StoreError
from rotest_core.plugin.protocols.results import RunFilter, RunState, StoredTest
from rotest_core.results.comparing import compare

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rotest_backends.outputs.html.gathering import Story
    from rotest_core.events import RunStarted
    from rotest_core.plugin.protocols.results import ResultsStore, StoredRun
    from rotest_core.results.comparing import Difference

MOST_RUNS = 100
"""How many earlier runs are shown at most."""
MOST_TESTS = 200
"""Of how many tests that failed it is shown what became of them earlier."""


class Past(NamedTuple):
    """Be what a results store knows of earlier runs.

    Args:
        runs: those before this one, the oldest first.
        results: of tests that failed now, by id: what became of them in these runs, by run.
        compared: the run that this one is compared with.
        differences: what is different from that one, and what is not.
        problem: why nothing can be said, or not all; empty where all can.
    """

    runs: Sequence[StoredRun] = ()
    results: dict[str, dict[str, StoredTest]] = {}
    compared: StoredRun | None = None
    differences: Sequence[Difference] = ()
    problem: str = ""


class History:
    """Remember what became of the tests of this run, to hold it against earlier ones.

    Args:
        open_store: gives the results store.
        runs: how many earlier runs to show.
        compared: the run to compare with, by its identifier; the one before if empty.
    """

    def __init__(self, open_store: Callable[[], ResultsStore], runs: int, compared: str) -> None:
        self._open_store = open_store
        self._runs = min(runs, MOST_RUNS)
        self._compared = compared
        self._here: dict[int, StoredTest] = {}
        self.past: Past = Past()

    def add(self, story: Story) -> None:
        """Remember a test that ended, or another attempt of it."""
        report = story.report
        started = report.started
        if started.id and started.kind != "fixture":
            self._here[started.test] = StoredTest(
                run="",
                number=started.test,
                id=started.id,
                started=started.time,
                attempt=started.attempt,
                outcome=report.outcome,
                duration=report.duration,
            )

    def look_back(self, started: RunStarted | None, failed: Sequence[str]) -> None:
        """Ask the results store; what it cannot answer is left out of the report, and said.

        Args:
            started: how this run began; nothing is known of a run without that.
            failed: the ids of the tests that failed.
        """
        if started is None:
            return
        try:
            self.past = self._ask(self._open_store(), started, failed[:MOST_TESTS])
        except RotestError as error:
            self.past = Past(problem=str(error))

    def _ask(self, store: ResultsStore, started: RunStarted, failed: Sequence[str]) -> Past:
        runs = self._earlier(store, started)
        wanted = {run.id for run in runs}
        results: dict[str, dict[str, StoredTest]] = {}
        for test in store.history(failed, limit=4 * self._runs, name=started.name) if runs else ():
            if test.run in wanted:
                results.setdefault(test.id, {})[test.run] = test
        compared = self._chosen(store, runs)
        if compared is None:
            return Past(runs, results)
        before = [test for test in store.tests(compared.id) if test.kind != "fixture"]
        return Past(runs, results, compared, compare(before, self._here.values()))

    def _earlier(self, store: ResultsStore, started: RunStarted) -> list[StoredRun]:
        """Return runs of this name, else of this project, that began before this one; the oldest first."""
        ended = (RunState.FINISHED, RunState.INTERRUPTED)
        # Those of other projects are among them where this one has no name.
        limit = self._runs if started.name else 4 * self._runs
        chosen = RunFilter(name=started.name, states=ended, before=started.time, limit=limit)
        runs = [
            run
            for run in store.runs(chosen)
            if run.id != started.run
            and run.name == started.name
            and (started.name or run.root == started.root)
        ]
        return runs[: self._runs][::-1]

    def _chosen(self, store: ResultsStore, runs: Sequence[StoredRun]) -> StoredRun | None:
        if not self._compared:
            return runs[-1] if runs else None
        chosen = store.run(self._compared)
        if chosen is None:
            raise StoreError(f"outputs.html.compare: there is no run {self._compared!r} in the results store")
        return chosen

    def key_of(self, difference: Difference) -> str:
        """Return what a test is called in the page, empty if it is not in this run."""
        test = difference.after
        if test is None:
            return ""
        return f"{test.number}-{test.attempt}" if test.attempt > 1 else str(test.number)
