"""The contract of monitors holds for a good one, and finds out broken ones."""

from __future__ import annotations

import threading
import unittest
from collections.abc import Callable
from pathlib import Path

import pytest

from rotest_core import Monitor, RotestError
from rotest_core.plugin import MonitorFactory, PluginContext
from rotest_core.testing import FakeWatch, MonitorContract


class Good(Monitor):
    CYCLE = 0.5

    def run_monitor(self, test: unittest.TestCase) -> None:
        board: Board | None = getattr(test, "board", None)
        if board is not None:
            self.record(test, "temperature", board.degrees, unit="°C")
            self.fail_test(test, "too hot")


class TestGood(MonitorContract):
    @pytest.fixture
    def factory(self) -> MonitorFactory:
        return lambda context: Good()


class Hasty(Monitor):
    CYCLE = 0


class NeedsABoard(Monitor):
    CYCLE = 1

    def run_monitor(self, test: unittest.TestCase) -> None:
        assert vars(test)["board"].degrees < 60


class Untold(Monitor):
    def add_error(self, test: unittest.TestCase, exception_string: str) -> None:
        raise ValueError(exception_string)


class Leaving(Monitor):
    gate = threading.Event()

    def start_test_run(self) -> None:
        threading.Thread(target=self.gate.wait, daemon=True).start()


class Early(Leaving):
    def __init__(self) -> None:
        self.start_test_run()


@pytest.fixture(autouse=True)
def let_go() -> None:
    """Let the threads of the tests before end."""
    Leaving.gate.set()
    for thread in threading.enumerate():
        if thread.daemon and thread is not threading.current_thread() and "wait" in thread.name:
            thread.join(10)
    Leaving.gate = threading.Event()


Broken = Callable[[MonitorContract, MonitorFactory, Path], None]


@pytest.mark.parametrize(
    ("monitor", "broken"),
    [
        (Hasty, MonitorContract.test_is_a_monitor_of_some_pace),
        (NeedsABoard, MonitorContract.test_bears_tests_that_have_nothing),
        (Untold, MonitorContract.test_bears_all_that_may_be_reported),
        (Leaving, MonitorContract.test_leaves_no_thread_behind),
        (Early, MonitorContract.test_starts_nothing_when_it_is_made),
    ],
)
def test_what_is_broken_is_found(monitor: type[Monitor], broken: Broken, tmp_path: Path) -> None:
    def factory(context: PluginContext) -> Monitor:
        return monitor()

    with pytest.raises((AssertionError, KeyError, ValueError)):
        broken(MonitorContract(), factory, tmp_path)


def test_a_contract_without_a_factory_says_what_is_missing() -> None:
    with pytest.raises(NotImplementedError, match="supply the factory of your monitor"):
        MonitorContract.factory.__wrapped__(MonitorContract())  # type: ignore[attr-defined]


class Board:
    degrees = 61


class Hot(unittest.TestCase):
    __test__ = False
    board = Board()


def test_a_watch_takes_what_a_monitor_does_to_a_test() -> None:
    monitor, case = Good(), Hot()
    with FakeWatch(case) as watch:
        monitor.run_monitor(case)
    assert watch.samples == [("temperature", 61.0, "°C")]
    assert watch.failures == ["too hot"]
    with pytest.raises(RotestError, match="no run watches"):
        monitor.run_monitor(case)
