"""What every monitor must bear, and a watch to try one with."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple

import pytest

from rotest_core.authoring.block import TestBlock
from rotest_core.authoring.case import TestCase
from rotest_core.authoring.flow import TestFlow
from rotest_core.authoring.monitor import WATCH, Monitor
from rotest_core.testing.handler_context import FakeHandlerContext

if TYPE_CHECKING:
    import unittest
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from rotest_core.plugin.protocols.monitor import MonitorFactory


class Sampled(NamedTuple):
    """Be one point of a series."""

    series: str
    value: float
    unit: str


class FakeWatch:
    """Stand for a run that watches a test, so that a monitor can be tried; a context manager.

    ::

        with FakeWatch(case) as watch:
            monitor.run_monitor(case)
        assert watch.failures == ["61 °C is too hot"]

    Args:
        case: the test.

    Attributes:
        failures: what made the test fail, in order.
        samples: the points of series that were recorded, in order.
    """

    def __init__(self, case: unittest.TestCase) -> None:
        self.failures: list[str] = []
        self.samples: list[Sampled] = []
        self._case = case

    def __enter__(self) -> Self:
        vars(self._case)[WATCH] = self
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        del vars(self._case)[WATCH]

    def fail(self, monitor: Monitor, message: str) -> None:
        """Take a failure; see `Monitor.fail_test`."""
        del monitor
        self.failures.append(message)

    def sample(self, monitor: Monitor, series: str, value: float, unit: str) -> None:
        """Take a point of a series; see `Monitor.record`."""
        del monitor
        self.samples.append(Sampled(series, value, unit))

    def start_cycle(self, name: str) -> bool:
        """Start nothing; see `Watch.start_cycle`."""
        del name
        return False

    def stop_cycle(self, name: str) -> bool:
        """Stop nothing; see `Watch.stop_cycle`."""
        del name
        return False


class MonitorContract:
    """Prove a monitor: subclass this in a test module and supply the fixture `factory`.

    ::

        class TestTemperature(MonitorContract):
            @pytest.fixture
            def factory(self) -> MonitorFactory:
                return temperature
    """

    @pytest.fixture
    def factory(self) -> MonitorFactory:
        """Return what makes the monitor, as it is registered; options that it must have are the factory's affair."""
        raise NotImplementedError("supply the factory of your monitor")

    def test_is_a_monitor_of_some_pace(self, factory: MonitorFactory, tmp_path: Path) -> None:
        """Its cycle, if it has one, is a number of seconds above 0."""
        monitor = factory(FakeHandlerContext(tmp_path))
        assert isinstance(monitor, Monitor)
        assert monitor.CYCLE is None or monitor.CYCLE > 0

    def test_starts_nothing_when_it_is_made(self, factory: MonitorFactory, tmp_path: Path) -> None:
        """It is made before the workers are forked: threads are for `start_test_run`."""
        before = set(threading.enumerate())
        factory(FakeHandlerContext(tmp_path))
        assert set(threading.enumerate()) == before

    def test_bears_tests_that_have_nothing(self, factory: MonitorFactory, tmp_path: Path) -> None:
        """Cases, flows and blocks without any resource raise nothing, one after the other."""
        monitor = factory(FakeHandlerContext(tmp_path))
        monitor.start_test_run()
        for case in (_Case("test_nothing"), _Flow(), _Block("test_nothing"), _Case("test_nothing")):
            with FakeWatch(case):
                for tell in _steps(monitor):
                    tell(case)
        monitor.stop_test_run()

    def test_bears_all_that_may_be_reported(self, factory: MonitorFactory, tmp_path: Path) -> None:
        """It may be told of every outcome."""
        monitor, case = factory(FakeHandlerContext(tmp_path)), _Case("test_nothing")
        monitor.start_test_run()
        with FakeWatch(case):
            monitor.start_test(case)
            monitor.add_info(case, "firmware 1.2")
            monitor.add_skip(case, "later")
            monitor.add_failure(case, "Traceback ...\nAssertionError: no")
            monitor.add_error(case, "Traceback ...\nOSError: no")
            monitor.add_expected_failure(case, "Traceback ...\nAssertionError: known")
            monitor.add_unexpected_success(case)
            monitor.stop_test(case)
        monitor.stop_test_run()

    def test_leaves_no_thread_behind(self, factory: MonitorFactory, tmp_path: Path) -> None:
        """What it started is gone after the last test of its process."""
        before = set(threading.enumerate())
        self.test_bears_tests_that_have_nothing(factory, tmp_path)
        assert set(threading.enumerate()) <= before


def _steps(monitor: Monitor) -> tuple[Callable[[unittest.TestCase], None], ...]:
    """Give what happens in a test that passes."""
    return (
        monitor.start_test,
        monitor.setup_finished,
        monitor.run_monitor,
        monitor.run_monitor,
        monitor.start_teardown,
        monitor.add_success,
        monitor.stop_test,
    )


class _Case(TestCase):
    __test__ = False

    def test_nothing(self) -> None:
        """Do nothing."""


class _Block(TestBlock):
    __test__ = False

    def test_nothing(self) -> None:
        """Do nothing."""


class _Flow(TestFlow):
    __test__ = False
    blocks = [_Block]
