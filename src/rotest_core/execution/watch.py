"""Watch one test with monitors while it runs: the run's side of `authoring.monitor.Watch`."""

from __future__ import annotations

import threading
import traceback
from time import time
from typing import TYPE_CHECKING

from rotest_core.authoring.monitor import WATCH
from rotest_core.events import (
    Cause,
    InformationAdded,
    LogWritten,
    Outcome,
    OutcomeReported,
    SampleTaken,
)
from rotest_core.execution.cycle import Cycle

if TYPE_CHECKING:
    import unittest
    from collections.abc import Callable
    from typing import Any

    from rotest_core.authoring.monitor import Monitor
    from rotest_core.events import Event
    from rotest_core.execution.result import Result

LOGGER = "rotest.monitor."
"""The logger of what a monitor raised, followed by the monitor's name."""

_HOOKS = ("run", "_callTestMethod", WATCH)
"""What a watch puts into a test, in the place of what its class has."""

_METHODS = {
    Outcome.SKIPPED: "add_skip",
    Outcome.FAILURE: "add_failure",
    Outcome.ERROR: "add_error",
    Outcome.EXPECTED_FAILURE: "add_expected_failure",
}


class WatchedTest:
    """Tell monitors of one test, flow or block, and run the cyclic ones beside it.

    It takes part in the test where unittest calls the test's own `run` and its method; nothing else need know.

    Args:
        case: the test.
        result: takes its outcome.
        monitors: who watches it; one that never comes back is taken out.
        emit: takes the events.
        patience: seconds to wait for a cyclic monitor that is to stop; 0 for any time.
    """

    def __init__(
        self,
        case: unittest.TestCase,
        result: Result,
        monitors: list[Monitor],
        emit: Callable[..., None],
        patience: float,
    ) -> None:
        self.number: int = result.test
        self._case = case
        self._result = result
        self._monitors = monitors
        self._emit = emit
        self._patience = patience
        self._cycles: dict[str, Cycle] = {}
        self._lock = threading.Lock()
        self._failed: set[str] = set()
        self._done_with: set[str] = set()
        self._unsettled: list[tuple[Monitor, str]] = []

    def attach(self) -> None:
        """Take part in the next run of the test."""
        self._inner: dict[str, Any] = {name: getattr(self._case, name, None) for name in _HOOKS}
        vars(self._case).update(zip(_HOOKS, (self._run, self._call_method, self), strict=True))

    def hear(self, event: Event) -> None:
        """Tell the monitors what was reported of the test."""
        if isinstance(event, InformationAdded):
            self._tell("add_info", event.text)
        elif isinstance(event, OutcomeReported):
            if event.outcome is Outcome.UNEXPECTED_SUCCESS:
                self._tell("add_unexpected_success")
            else:
                self._tell(_METHODS[event.outcome], event.text)

    # What monitors may do

    def fail(self, monitor: Monitor, message: str) -> None:
        """Add a failure; see `Watch.fail`."""
        text = f"{monitor.name}: {message}"
        with self._lock:
            if monitor.SINGLE_FAILURE and monitor.name in self._failed:
                return
            self._failed.add(monitor.name)
            self._unsettled.append((monitor, text))
        # At once: the test may never come back to tell.
        self._emit(OutcomeReported(time(), self.number, Outcome.FAILURE, text, text, Cause.PRODUCT))

    def sample(self, monitor: Monitor, series: str, value: float, unit: str) -> None:
        """Record one point of a series; see `Watch.sample`."""
        self._emit(SampleTaken(time(), self.number, series, value, unit, monitor.name))

    def start_cycle(self, name: str) -> bool:
        """Start a cyclic monitor; see `Watch.start_cycle`."""
        for monitor in self._monitors:
            if monitor.name == name and monitor.CYCLE is not None:
                if name not in self._cycles:
                    self._start(monitor, monitor.CYCLE)
                return True
        return False

    def stop_cycle(self, name: str) -> bool:
        """Stop a cyclic monitor; see `Watch.stop_cycle`."""
        cycle = self._cycles.pop(name, None)
        if cycle is not None:
            if not cycle.end(self._patience):
                # Else each test to come would wait as long for it.
                self._monitors[:] = [monitor for monitor in self._monitors if monitor.name != name]
                within = f"it did not come back within {self._patience:g} s"
                self._log(name, f"{within}, and watches no more tests of this process")
            self._settle()
        return cycle is not None or any(monitor.name == name for monitor in self._monitors)

    # What unittest calls in the place of the test's own

    def _run(self, result: unittest.TestResult | None = None) -> unittest.TestResult | None:
        self._tell("start_test")
        try:
            ran: unittest.TestResult | None = self._inner["run"](result)
            return ran
        finally:
            if self._result.outcome is Outcome.SUCCESS:
                self._tell("add_success")
            self._tell("stop_test")
            for name in _HOOKS:
                vars(self._case).pop(name, None)

    def _call_method(self, method: Callable[[], object]) -> object:
        self._tell("setup_finished")
        main = getattr(self._case, "_rotest_parent", None) is None
        try:
            for monitor in self._monitors:
                if main and monitor.CYCLE is not None and monitor.AUTOSTART:
                    self._start(monitor, monitor.CYCLE)
            return self._inner["_callTestMethod"](method)
        finally:
            for name in tuple(self._cycles):
                self.stop_cycle(name)
            self._tell("start_teardown")

    # Inside

    def _start(self, monitor: Monitor, seconds: float) -> None:
        def once() -> bool:
            self._call(monitor, "run_monitor")
            return monitor.name not in self._done_with

        self._cycles[monitor.name] = Cycle(f"monitor {monitor.name}", seconds, once)

    def _tell(self, method: str, *details: str, but: Monitor | None = None) -> None:
        """Call a method of all monitors, in the test's own thread."""
        for monitor in self._monitors:
            if monitor is not but:
                self._call(monitor, method, *details)
        if but is None:
            self._settle()

    def _call(self, monitor: Monitor, method: str, *details: str) -> None:
        if monitor.name in self._done_with:
            return
        try:
            getattr(monitor, method)(self._case, *details)
        except (Exception, SystemExit) as error:
            if monitor.SINGLE_FAILURE:
                self._done_with.add(monitor.name)
            self._log(monitor.name, f"{method} raised\n{''.join(traceback.format_exception(error))}")

    def _log(self, name: str, text: str) -> None:
        self._emit(LogWritten(time(), self.number, 40, f"{LOGGER}{name}", f"monitor {name!r}: {text}"))

    def _settle(self) -> None:
        """Let the failures that monitors told of count, in the test's own thread, and tell the other monitors."""
        with self._lock:
            unsettled, self._unsettled = self._unsettled, []
        for monitor, text in unsettled:
            self._result.told(Outcome.FAILURE, Cause.PRODUCT, text)
            self._tell("add_failure", text, but=monitor)
