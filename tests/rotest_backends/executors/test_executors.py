"""The built-in executors keep the contract, and a broken one is caught."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from rotest_backends.executors.process import ProcessExecutor
from rotest_backends.executors.serial import SerialExecutor
from rotest_core.plugin import Executor, Report
from rotest_core.testing import ExecutorContract
from rotest_core.testing.executor_contract import EchoWorker, RecordingCoordinator


class TestSerialExecutor(ExecutorContract):
    @pytest.fixture
    def executor(self) -> Executor:
        return SerialExecutor()


class TestProcessExecutor(ExecutorContract):
    @pytest.fixture
    def executor(self) -> Executor:
        return ProcessExecutor()


def test_workers_that_die_at_the_same_time_are_all_replaced() -> None:
    executor = ProcessExecutor()
    before = set(_children(os.getpid()))
    names = executor.start(EchoWorker, RecordingCoordinator(), 3)
    [nursery] = set(_children(os.getpid())) - before
    # It tells of all three at once, when it goes on.
    os.kill(nursery, signal.SIGSTOP)
    for worker in _children(nursery):
        os.kill(worker, signal.SIGKILL)
    os.kill(nursery, signal.SIGCONT)

    reports: list[Report] = []
    while len(reports) < 3:
        reports += executor.wait(10)
    executor.stop()

    assert {report.worker for report in reports} == set(names)
    assert all("was killed by signal 9 (SIGKILL)" in report.lost for report in reports)
    assert len({report.successor for report in reports}) == 3


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Forgetful(SerialExecutor):
    """Run what is assigned, report something else, and never finish."""

    def wait(self, timeout: float | None = None) -> Sequence[Report]:
        return [report._replace(dirty=frozenset()) for report in super().wait(timeout)]

    def stop(self, *, clean_up: bool = True) -> None:
        super().stop(clean_up=False)


def test_broken_executor_is_caught() -> None:
    contract = ExecutorContract()

    with pytest.raises(AssertionError):
        contract.test_every_assignment_is_reported_with_what_was_told_before(
            Forgetful(), RecordingCoordinator()
        )
    with pytest.raises(AssertionError):
        contract.test_workers_finish_when_it_stops(Forgetful(), RecordingCoordinator())
