"""Monitors: what watches tests while they run.

A monitor is told of what happens to the test, in the test's own process, with the live test at hand: its resources,
its attributes. A cyclic one is called again and again besides, in a thread of its own. See docs/monitors.md.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, ClassVar, Generic, Protocol, TypeVar, cast

from rotest_core.errors import RotestError
from rotest_core.model.resource import BaseResource

if TYPE_CHECKING:
    import unittest
    from collections.abc import Callable
    from typing import Any

    MethodT = TypeVar("MethodT", bound=Callable[..., None])

ResourceT = TypeVar("ResourceT", bound="BaseResource[Any]")

WATCH = "_rotest_watch"
"""The attribute of a test by which its watch is found."""


class Watch(Protocol):
    """What a monitor may do to the test that it watches; the run's side of it."""

    def fail(self, monitor: Monitor, message: str) -> None:
        """Add a failure to the test."""
        ...

    def sample(self, monitor: Monitor, series: str, value: float, unit: str) -> None:
        """Record one point of a series."""
        ...

    def start_cycle(self, name: str) -> bool:
        """Start a cyclic monitor that does not run; false if the run has none of that name."""
        ...

    def stop_cycle(self, name: str) -> bool:
        """Stop a cyclic monitor, and wait until it has; false if the run has none of that name."""
        ...


class Monitor:
    """Be the base of monitors.

    ::

        class Temperature(Monitor):
            CYCLE = 0.5

            @require_attr("board")
            def run_monitor(self, test):
                degrees = test.board.temperature()
                self.record(test, "board.temperature", degrees, unit="°C")
                if degrees > 60:
                    self.fail_test(test, f"{degrees} °C")

    Each method is called in the process that runs the test, and may look at all that the test has; but for
    `run_monitor`, in the thread of the test. What one raises is reported, and the test goes on. An object serves all
    the tests of a process, one after the other.

    Attributes:
        CYCLE: seconds from one call of `run_monitor` to the next; None for a monitor that is only told of events.
        SINGLE_FAILURE: whether it fails a test once at most, and is done with a test for which it raised.
        AUTOSTART: whether it runs from setUp to tearDown; if not, the blocks `StartMonitor` and `StopMonitor` say when.
    """

    CYCLE: float | None = None
    SINGLE_FAILURE: bool = True
    AUTOSTART: bool = True

    _rotest_name: ClassVar[str] = ""

    @property
    def name(self) -> str:
        """Return what the configuration calls it."""
        return self._rotest_name or type(self).__name__

    def start_test_run(self) -> None:
        """Prepare for tests; called once in each process that runs some, before the first."""

    def stop_test_run(self) -> None:
        """Let go of what `start_test_run` took; called after the last test of a process that is not killed."""

    def start_test(self, test: unittest.TestCase) -> None:
        """Take note that a test, flow or block begins: it has its resources, setUp follows."""

    def setup_finished(self, test: unittest.TestCase) -> None:
        """Take note that setUp succeeded: the test's own method follows."""

    def start_teardown(self, test: unittest.TestCase) -> None:
        """Take note that the test's own method is over: tearDown follows."""

    def stop_test(self, test: unittest.TestCase) -> None:
        """Take note that a test ends: its clean-ups are done, its resources are still there."""

    def add_success(self, test: unittest.TestCase) -> None:
        """Take note that the test passed; called before `stop_test`."""

    def add_info(self, test: unittest.TestCase, msg: str) -> None:
        """Take note of a line of information."""

    def add_skip(self, test: unittest.TestCase, reason: str) -> None:
        """Take note that the test skipped itself, or a part of itself."""

    def add_failure(self, test: unittest.TestCase, exception_string: str) -> None:
        """Take note of a failure, at once: the test's tearDown is still to come."""

    def add_error(self, test: unittest.TestCase, exception_string: str) -> None:
        """Take note of an error, at once."""

    def add_expected_failure(self, test: unittest.TestCase, exception_string: str) -> None:
        """Take note of a failure that the test announced."""

    def add_unexpected_success(self, test: unittest.TestCase) -> None:
        """Take note that the failure which the test announced did not come."""

    def run_monitor(self, test: unittest.TestCase) -> None:
        """Look at the test; called every `CYCLE` seconds in a thread of its own, at least once for each test."""

    def fail_test(self, test: unittest.TestCase, message: str) -> None:
        """Make the test fail, without stopping it; safe to call from any thread.

        Args:
            test: the test.
            message: what is wrong; the report adds the monitor's name.

        Raises:
            RotestError: no run watches this test now.
        """
        _watch_of(test).fail(self, message)

    def record(self, test: unittest.TestCase, series: str, value: float, *, unit: str = "") -> None:
        """Record one point of a series, at the time it is now; safe to call from any thread.

        Args:
            test: the test during which it is taken.
            series: name of the series: ``board1.temperature``.
            value: the number.
            unit: of the number.

        Raises:
            RotestError: no run watches this test now.
        """
        _watch_of(test).sample(self, series, float(value), unit)


class ResourceMonitor(Monitor, Generic[ResourceT]):
    """Be the base of cyclic monitors of one resource: they wait until the test has it.

    ::

        class Temperature(ResourceMonitor[Board]):
            RESOURCE_NAME = "board"
            CYCLE = 0.5

            def monitor_resource(self, test, resource):
                self.record(test, f"{resource.name}.temperature", resource.temperature(), unit="°C")

    Attributes:
        RESOURCE_NAME: the attribute of the test that holds the resource; tests without it are left alone.
    """

    CYCLE: float | None = 1.0
    RESOURCE_NAME: str = ""

    def run_monitor(self, test: unittest.TestCase) -> None:
        """Look at the resource, if the test has it."""
        resource: ResourceT | None = vars(test).get(self.RESOURCE_NAME)
        if isinstance(resource, BaseResource):
            self.monitor_resource(test, resource)

    def monitor_resource(self, test: unittest.TestCase, resource: ResourceT) -> None:
        """Look at the resource; called as `Monitor.run_monitor` is."""


def require_attr(name: str) -> Callable[[MethodT], MethodT]:
    """Let a monitor's method be called only for tests that have an attribute.

    Args:
        name: the attribute: that of a resource, for instance.
    """
    return lambda method: _unless(method, lambda test: not hasattr(test, name))


def skip_if_case(method: MethodT) -> MethodT:
    """Let a monitor's method not be called for test cases."""
    return _unless(method, lambda test: not _kind(test))


def skip_if_flow(method: MethodT) -> MethodT:
    """Let a monitor's method not be called for flows, nor for flows in flows."""
    return _unless(method, lambda test: _kind(test) == "flow")


def skip_if_block(method: MethodT) -> MethodT:
    """Let a monitor's method not be called for blocks."""
    return _unless(method, lambda test: _kind(test) == "block")


def skip_if_not_main(method: MethodT) -> MethodT:
    """Let a monitor's method be called only for what counts as one test: cases and main flows, no parts of flows."""
    return _unless(method, lambda test: getattr(test, "_rotest_parent", None) is not None)


def _unless(method: MethodT, skips: Callable[[unittest.TestCase], bool]) -> MethodT:
    @functools.wraps(method)
    def guarded(monitor: Monitor, test: unittest.TestCase, *args: object, **named: object) -> None:
        if not skips(test):
            method(monitor, test, *args, **named)

    return cast("MethodT", guarded)


def _kind(test: unittest.TestCase) -> str:
    """Give ``flow`` or ``block``; nothing for a case."""
    kind: str = getattr(test, "_rotest_kind", "")
    return kind


def _watch_of(test: unittest.TestCase) -> Watch:
    watch: Watch | None = vars(test).get(WATCH)
    if watch is None:
        raise RotestError(f"no run watches {test} now: monitors are for tests that run")
    return watch
