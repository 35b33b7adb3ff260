"""The built-in executors keep the contract, and a broken one is caught."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rotest_backends.executors.process import ProcessExecutor
from rotest_backends.executors.serial import SerialExecutor
from rotest_core.plugin import Executor, Report
from rotest_core.testing import ExecutorContract
from rotest_core.testing.executor_contract import RecordingCoordinator


class TestSerialExecutor(ExecutorContract):
    @pytest.fixture
    def executor(self) -> Executor:
        return SerialExecutor()


class TestProcessExecutor(ExecutorContract):
    @pytest.fixture
    def executor(self) -> Executor:
        return ProcessExecutor()


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
