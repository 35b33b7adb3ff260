"""Turn the events of a run into what a results store keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from rotest_core.events import (
    ExpectationChecked,
    FailureClassified,
    GroupFinished,
    GroupStarted,
    LogWritten,
    MeasurementTaken,
    OutcomeReported,
    ResourceKept,
    ResourceLeased,
    ResourceReleased,
    ResourceStep,
    ResourceWaiting,
    RunFinished,
    RunStarted,
    TestFinished,
    TestStarted,
)
from rotest_core.execution.journal import encode
from rotest_core.execution.logs import FILE_NAME as LOG_NAME
from rotest_core.execution.workdir import safe_name
from rotest_core.plugin.protocols.results import ResultsBatch, RunState, StoredRun
from rotest_core.results.attempt import Attempt
from rotest_core.results.text import finite, storable

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from rotest_core.events import Event

LOG_BYTES = 64 * 1024 * 1024
"""How much of the event log is kept of one run before its log records are left out."""


class ResultsBuilder:
    """Gather events, and give what came since the last time as a batch.

    Args:
        owner: the process that writes the run; see `process_mark`. Empty if the run is over.
        log_bytes: how many bytes of the event log are kept before its log records are left out.
    """

    def __init__(self, *, owner: str = "", log_bytes: int = LOG_BYTES) -> None:
        self._owner = owner
        self._room = log_bytes
        self._run: StoredRun | None = None
        self._part = 0
        self._lines: list[str] = []
        self._groups: dict[int, GroupStarted] = {}
        self._surroundings: dict[int | None, tuple[list[GroupStarted], tuple[str, ...]]] = {}
        self._flows: dict[int, int] = {}
        self._open: dict[int, Attempt] = {}
        # Failures may be recognised after their tests have ended.
        self._failed: dict[int, Attempt] = {}
        self._changed: dict[tuple[int, int], Attempt] = {}
        self._results: dict[int, str] = {}
        self._counts: dict[str, int] = {}
        self._flaky: set[int] = set()
        self._routes: dict[type[Event], Callable[[Any], None]] = {
            RunStarted: self._run_started,
            GroupStarted: self._group_started,
            GroupFinished: self._group_finished,
            TestStarted: self._test_started,
            OutcomeReported: lambda event: self._of(event).add_report(event),
            ExpectationChecked: lambda event: self._of(event).add_expectation(event),
            MeasurementTaken: lambda event: self._of(event).add_measurement(event),
            ResourceWaiting: lambda event: self._of(event).wait(event),
            ResourceLeased: lambda event: self._of(event).lease(event),
            ResourceKept: lambda event: self._of(event).keep(event),
            ResourceReleased: lambda event: self._of(event).release(event),
            ResourceStep: lambda event: self._of(event).step(event),
            LogWritten: self._log_written,
            FailureClassified: self._classified,
            TestFinished: self._test_finished,
            RunFinished: self._run_finished,
        }

    @property
    def run(self) -> StoredRun | None:
        """Give the run as it stands; None before its first event."""
        return self._run

    def take(self, event: Event) -> None:
        """Take one event."""
        route = self._routes.get(type(event))
        if route is not None:
            route(event)
        self._keep(event)

    def batch(self, *, now: float) -> ResultsBatch | None:
        """Return what came since the last batch, and the run's sign of life; None before the run began.

        Args:
            now: seconds since the epoch.
        """
        if self._run is None:
            return None
        run = self._run
        if run.state is not RunState.FINISHED:
            run = attrs.evolve(run, counts=dict(self._counts), flaky=len(self._flaky))
        if run.state is RunState.RUNNING:
            run = attrs.evolve(run, seen=now, duration=max(run.duration, now - run.started))
        events = "".join(self._lines).encode("ascii")
        batch = ResultsBatch(
            run=run,
            tests=[attempt.stored(run.id) for attempt in self._changed.values()],
            part=self._part,
            events=events,
        )
        self._part += bool(events)
        self._lines = []
        self._changed = {}
        return batch

    def cut_short(self, time: float) -> None:
        """Take note that the run was interrupted, as one that ends without its last event."""
        if self._run is not None and self._run.state is RunState.RUNNING:
            duration = finite(max(self._run.duration, time - self._run.started))
            self._run = attrs.evolve(
                self._run, state=RunState.INTERRUPTED, owner="", seen=time, duration=duration
            )

    def _keep(self, event: Event) -> None:
        if type(event) is LogWritten and self._room <= 0:
            return
        line = encode(event)
        self._room -= len(line)
        self._lines.append(line)

    def _of(self, event: Any) -> Attempt:
        attempt = self._open.get(event.test)
        return Attempt.nowhere() if attempt is None else attempt

    def _run_started(self, event: RunStarted) -> None:
        self._run = StoredRun(
            id=storable(event.run),
            name=storable(event.name),
            started=finite(event.time),
            total=event.total,
            directory=storable(event.directory),
            root=storable(event.root),
            command=tuple(map(storable, event.command)),
            environment={storable(key): storable(value) for key, value in event.environment},
            owner=self._owner,
            seen=finite(event.time),
        )

    def _run_finished(self, event: RunFinished) -> None:
        if self._run is not None:
            self._run = attrs.evolve(
                self._run,
                state=RunState.FINISHED,
                status=event.status,
                counts=dict(event.counts),
                flaky=event.flaky,
                duration=finite(event.duration),
                owner="",
                seen=finite(event.time),
            )

    def _group_started(self, event: GroupStarted) -> None:
        self._surroundings = {}
        self._groups[event.group] = event

    def _group_finished(self, event: GroupFinished) -> None:
        self._groups.pop(event.group, None)

    def _test_started(self, event: TestStarted) -> None:
        around, names = self._around(event.group)
        attempt = Attempt(event, names)
        if event.kind != "case":
            attempt.parent = self._flow_around(event, around)
        if event.kind == "flow" and event.group is not None:
            self._flows[event.group] = event.test
        self._open[event.test] = attempt
        self._failed.pop(event.test, None)
        self._changed[event.test, event.attempt] = attempt

    def _around(self, group: int | None) -> tuple[list[GroupStarted], tuple[str, ...]]:
        """Return a group and those around it, innermost first, and their names, outermost first."""
        found = self._surroundings.get(group)
        if found is None:
            around: list[GroupStarted] = []
            number = group
            while number is not None and number in self._groups:
                around.append(self._groups[number])
                number = around[-1].parent
            found = (around, tuple(storable(each.name) for each in reversed(around)))
            self._surroundings = {group: found}  # tests of one group follow each other
        return found

    def _flow_around(self, event: TestStarted, around: list[GroupStarted]) -> int | None:
        """Find the flow that a block or a flow is a part of: a flow's own group bears its name."""
        outer = around[1:] if event.kind == "flow" else around
        return next((self._flows[group.group] for group in outer if group.group in self._flows), None)

    def _log_written(self, event: LogWritten) -> None:
        attempt = None if event.test is None else self._open.get(event.test)
        if attempt is not None and not attempt.log:
            started = attempt.started
            attempt.log = f"tests/{started.test}-{safe_name(started.name)}/{LOG_NAME}"

    def _classified(self, event: FailureClassified) -> None:
        attempt = self._open.get(event.test) or self._failed.get(event.test)
        if attempt is not None:
            attempt.signature = storable(event.signature)
            self._changed[event.test, attempt.started.attempt] = attempt

    def _test_finished(self, event: TestFinished) -> None:
        attempt = self._open.pop(event.test, None)
        if attempt is None:
            return
        attempt.finish(event)
        self._changed[event.test, attempt.started.attempt] = attempt
        if not event.outcome.good:
            self._failed[event.test] = attempt
            flow = None if attempt.parent is None else self._open.get(attempt.parent)
            if flow is not None and not flow.signature:
                # A flow fails as what failed in it.
                flow.signature = attempt.own_signature
        if attempt.parent is None:
            self._count(event, attempt.started.attempt)

    def _count(self, event: TestFinished, attempt: int) -> None:
        """Count a test that ended; of several attempts the last counts."""
        counts, outcome = self._counts, str(event.outcome)
        before = self._results.get(event.test)
        if before is not None:
            counts[before] -= 1
            if not counts[before]:
                del counts[before]
        counts[outcome] = counts.get(outcome, 0) + 1
        self._results[event.test] = outcome
        if attempt > 1 and event.outcome.good:
            self._flaky.add(event.test)
        else:
            self._flaky.discard(event.test)
