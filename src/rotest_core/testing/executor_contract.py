"""What every executor must do."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

from rotest_core.errors import ClaimTimeoutError
from rotest_core.events import Cause, Event, InformationAdded, Outcome
from rotest_core.plugin.protocols.executor import Assignment, Executor, LeasedResource, Report

if TYPE_CHECKING:
    from rotest_core.model.request import Request
    from rotest_core.model.resource import AnyResource
    from rotest_core.plugin.protocols.executor import Coordinator


class RecordingCoordinator:
    """Remember what workers tell; refuse every claim."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def emit(self, *events: Event) -> None:
        self.events += events

    def claim(
        self, test: int, requests: Sequence[Request[AnyResource]], wait: float | None
    ) -> Sequence[LeasedResource]:
        raise ClaimTimeoutError(f"test {test} waited {wait} s")

    def give_back(self, test: int, names: Sequence[str], *, dirty: bool) -> None:
        self.events.append(InformationAdded(0.0, test, f"gave back {','.join(names)}, dirty: {dirty}"))

    def limit(self, seconds: float | None, what: str) -> None:
        """Take no note."""


class EchoWorker:
    """Tell what it is asked to do."""

    def __init__(self, name: str, coordinator: Coordinator) -> None:
        self._name = name
        self._coordinator = coordinator

    def run(self, assignment: Assignment) -> Report:
        if not assignment.tests:
            self._coordinator.emit(InformationAdded(time.time(), -1, "tore down"))
            return Report(self._name, assignment)
        test = assignment.tests[0]
        self._coordinator.emit(InformationAdded(time.time(), test, "ran"))
        try:
            self._coordinator.claim(test, (), 0.5)
        except ClaimTimeoutError as error:
            self._coordinator.emit(InformationAdded(time.time(), test, str(error)))
        self._coordinator.give_back(test, ("lamp",), dirty=True)
        return Report(self._name, assignment, Outcome.ERROR, Cause.PRODUCT, frozenset({"lamp"}))

    def finish(self) -> None:
        self._coordinator.emit(InformationAdded(time.time(), -1, "finished"))


class ExecutorContract:
    """Prove an executor: subclass this, and supply the fixture `executor`, a new one for each test."""

    @pytest.fixture
    def executor(self) -> Executor:
        """Give a new executor."""
        raise NotImplementedError("supply the executor as a fixture")

    @pytest.fixture
    def coordinator(self) -> RecordingCoordinator:
        """Give what workers tell."""
        return RecordingCoordinator()

    def test_workers_have_different_names(
        self, executor: Executor, coordinator: RecordingCoordinator
    ) -> None:
        """Names tell workers apart."""
        names = executor.start(EchoWorker, coordinator, 3)
        executor.stop()

        assert 1 <= len(names) == len(set(names))

    def test_every_assignment_is_reported_with_what_was_told_before(
        self, executor: Executor, coordinator: RecordingCoordinator
    ) -> None:
        """What a worker tells of a test has come when its report does."""
        names = executor.start(EchoWorker, coordinator, 2)
        reports: list[Report] = []
        for test in range(6):
            worker = names[test % len(names)]
            executor.assign(worker, Assignment((test,), ()))
            while len(reports) == test:
                reports += executor.wait(10)
            assert InformationAdded in {type(event) for event in coordinator.events}
            assert test in {getattr(event, "test", None) for event in coordinator.events}
            assert reports[-1] == Report(
                worker, Assignment((test,), ()), Outcome.ERROR, Cause.PRODUCT, frozenset({"lamp"})
            )
        executor.stop()

    def test_an_assignment_may_hold_no_tests(
        self, executor: Executor, coordinator: RecordingCoordinator
    ) -> None:
        """Between two rounds of tests, workers but tear down fixtures."""
        [name, *_] = executor.start(EchoWorker, coordinator, 1)
        nothing = Assignment((), closing=True)
        executor.assign(name, nothing)
        reports: list[Report] = []
        while not reports:
            reports += executor.wait(10)
        executor.stop()

        assert reports == [Report(name, nothing)]
        texts = [event.text for event in coordinator.events if isinstance(event, InformationAdded)]
        assert texts == ["tore down", *["finished"] * (len(texts) - 1)]

    def test_worker_asks_and_is_answered(self, executor: Executor, coordinator: RecordingCoordinator) -> None:
        """Claims reach the coordinator, and its errors come back as what they are."""
        [name, *_] = executor.start(EchoWorker, coordinator, 1)
        executor.assign(name, Assignment((7,), ()))
        while not executor.wait(10):
            continue
        executor.stop()

        texts = [event.text for event in coordinator.events if isinstance(event, InformationAdded)]
        assert texts[:3] == ["ran", "test 7 waited 0.5 s", "gave back lamp, dirty: True"]

    def test_workers_finish_when_it_stops(
        self, executor: Executor, coordinator: RecordingCoordinator
    ) -> None:
        """Every worker tears down what it has set up."""
        names = executor.start(EchoWorker, coordinator, 2)
        executor.stop()

        assert len(coordinator.events) == len(names)

    def test_workers_finish_nothing_when_it_is_stopped_at_once(
        self, executor: Executor, coordinator: RecordingCoordinator
    ) -> None:
        """Somebody wants to leave; stopping twice does no harm."""
        executor.start(EchoWorker, coordinator, 2)
        executor.stop(clean_up=False)
        executor.stop()

        assert coordinator.events == []

    def test_wait_ends_with_its_time_or_when_woken(
        self, executor: Executor, coordinator: RecordingCoordinator
    ) -> None:
        """The scheduler has more to wait for than reports."""
        executor.start(EchoWorker, coordinator, 1)

        assert list(executor.wait(0.01)) == []
        waker = threading.Thread(target=executor.wake)
        waker.start()
        assert list(executor.wait(30)) == []
        waker.join()
        executor.stop()
