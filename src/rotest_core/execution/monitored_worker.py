"""A worker whose tests are watched by monitors; a run without monitors has nothing of this."""

from __future__ import annotations

import unittest
from time import time
from typing import TYPE_CHECKING, cast

from rotest_core.events import InformationAdded, LogWritten, OutcomeReported
from rotest_core.execution.interrupts import interruptible
from rotest_core.execution.watch import LOGGER, WatchedTest
from rotest_core.execution.worker import TestWorker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType
    from typing import Any, ClassVar

    from rotest_core.authoring.monitor import Monitor
    from rotest_core.events import Event
    from rotest_core.execution.equipped import EquippedTest
    from rotest_core.execution.equipped_flow import EquippedFlow
    from rotest_core.execution.interrupts import Interrupts
    from rotest_core.execution.result import Result
    from rotest_core.execution.work_order import WorkOrder
    from rotest_core.execution.workdir import RunDirectory
    from rotest_core.model.request import Request
    from rotest_core.model.resource import AnyResource
    from rotest_core.planning.tree import Case, PlannedTest
    from rotest_core.plugin.protocols.executor import Coordinator, LeasedResource


class MonitoredWorker(TestWorker):
    """Run tests one after the other, and let monitors watch them; see `TestWorker` for the other arguments.

    Args:
        monitors: who watches the tests.
    """

    _may_run_directly: ClassVar[bool] = False

    def __init__(
        self,
        name: str,
        coordinator: Coordinator,
        order: WorkOrder,
        *,
        directory: RunDirectory,
        interrupts: Interrupts,
        on_failure: Callable[[BaseException], None] | None = None,
        on_failed_expectation: Callable[[FrameType], None] | None = None,
        monitors: Sequence[Monitor],
    ) -> None:
        self._monitors = list(monitors)
        self._monitors_started = False
        self._patience = order.limits.clean_up
        self._tell = coordinator.emit
        self._watched: dict[int, WatchedTest] = {}
        super().__init__(
            name,
            Overheard(coordinator, self._hear),
            order,
            directory=directory,
            interrupts=interrupts,
            on_failure=on_failure,
            on_failed_expectation=on_failed_expectation,
        )

    def finish(self) -> None:
        """Tear down what is still set up, the monitors at last; see `Worker.finish`."""
        super().finish()
        if self._monitors_started:
            self._for_all_monitors("stop_test_run")

    def _arrive(self, test: PlannedTest, test_type: type) -> bool:
        """Let `unittest` run all tests: a watch takes part in what it calls."""
        arrived = super()._arrive(test, test_type)
        self._mold, self._ordinary = None, False
        return arrived

    @interruptible
    def _run_case(self, case: Case) -> None:
        try:
            if isinstance(case, unittest.TestCase):
                self._watch(case, self._result)
        except BaseException as error:  # an interrupt or a time limit, while the monitors were started
            if isinstance(error, KeyboardInterrupt):
                self._interrupted(error)
            self._result.report_error(error)
            return
        try:
            super()._run_case(case)
        finally:
            self._watched.clear()

    def _equipped_flow(self, *arguments: Any) -> EquippedTest:
        flow = cast("EquippedFlow", super()._equipped_flow(*arguments))
        flow.watch_parts(self._watch)
        return flow

    def _watch(self, case: unittest.TestCase, result: Result) -> None:
        """Let the monitors watch the next run of a test, or of a part of a flow."""
        if not self._monitors_started:
            self._monitors_started = True
            self._for_all_monitors("start_test_run")
        watched = WatchedTest(case, result, self._monitors, self._tell, self._patience)
        self._watched[watched.number] = watched
        watched.attach()

    def _hear(self, event: Event) -> None:
        if isinstance(event, OutcomeReported | InformationAdded) and event.test in self._watched:
            self._watched[event.test].hear(event)

    def _for_all_monitors(self, method: str) -> None:
        """Call a method that concerns no test; who raises in it watches no more."""
        for monitor in tuple(self._monitors):
            try:
                getattr(monitor, method)()
            except (Exception, SystemExit) as error:
                import traceback

                self._monitors[:] = [other for other in self._monitors if other is not monitor]
                text = (
                    f"monitor {monitor.name!r}: {method} raised\n{''.join(traceback.format_exception(error))}"
                )
                self._tell(LogWritten(time(), None, 40, f"{LOGGER}{monitor.name}", text))


class Overheard:
    """Be a coordinator whose events somebody hears, too; see `Coordinator`.

    Args:
        coordinator: does the work.
        hear: hears each event after the coordinator took it.
    """

    def __init__(self, coordinator: Coordinator, hear: Callable[[Event], None]) -> None:
        self._coordinator = coordinator
        self._hear = hear

    def emit(self, *events: Event) -> None:
        """Tell what happened; see `Coordinator.emit`."""
        self._coordinator.emit(*events)
        for event in events:
            self._hear(event)

    def claim(
        self, test: int, requests: Sequence[Request[AnyResource]], wait: float | None
    ) -> Sequence[LeasedResource]:
        """Lease resources; see `Coordinator.claim`."""
        return self._coordinator.claim(test, requests, wait)

    def give_back(self, test: int, names: Sequence[str], *, dirty: bool) -> None:
        """Release resources; see `Coordinator.give_back`."""
        self._coordinator.give_back(test, names, dirty=dirty)

    def limit(self, seconds: float | None, what: str) -> None:
        """Tell how long what comes next may take; see `Coordinator.limit`."""
        self._coordinator.limit(seconds, what)
