"""The monitor `process`, watching this process and a real child of it."""

from __future__ import annotations

import subprocess
import sys
import unittest
from collections.abc import Iterator

import psutil
import pytest

from rotest_core import Monitor
from rotest_core.plugin import MonitorFactory
from rotest_core.testing import FakeWatch, MonitorContract
from rotest_psutil.monitor import ProcessMonitor
from rotest_psutil.options import ProcessOptions
from rotest_psutil.plugin import process


class TestProcess(MonitorContract):
    @pytest.fixture
    def factory(self) -> MonitorFactory:
        return process


class Case(unittest.TestCase):
    __test__ = False


CHILD = """
import sys
kept = bytearray(64 * 1024 * 1024)
print("ready", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def hungry() -> Iterator[subprocess.Popen[str]]:
    """Give a child that takes 64 MiB."""
    with subprocess.Popen(
        [sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        yield child
        child.kill()


def watch(looks: int = 1, **options: object) -> FakeWatch:
    """Let the monitor look at a test so many times."""
    monitor, case = ProcessMonitor(ProcessOptions(**options)), Case()  # type: ignore[arg-type]
    with FakeWatch(case) as watched:
        monitor.start_test(case)
        for _ in range(looks):
            monitor.run_monitor(case)
    return watched


def memory(monitor: FakeWatch) -> float:
    [value] = [value for series, value, _ in monitor.samples if series.endswith(".memory")]
    return value


def test_memory_is_recorded_at_once_and_the_processor_from_the_second_look_on() -> None:
    monitor = watch(2)
    assert [(series, unit) for series, _, unit in monitor.samples] == [
        ("ProcessMonitor.memory", "MiB"),
        ("ProcessMonitor.memory", "MiB"),
        ("ProcessMonitor.cpu", "%"),
    ]
    assert all(value >= 0 for _, value, _ in monitor.samples)


def test_children_count(hungry: subprocess.Popen[str]) -> None:
    with_child = memory(watch())
    hungry.kill()
    hungry.wait()
    assert with_child - memory(watch()) > 60


def test_processes_are_found_by_their_name(hungry: subprocess.Popen[str]) -> None:
    assert memory(watch(name=psutil.Process(hungry.pid).name())) > 60
    assert watch(name="no such process").samples == []


def test_too_much_memory_fails_the_test() -> None:
    [message] = watch(max_memory=1).failures
    assert message.endswith(" MiB of memory are above the limit of 1")
    assert watch(max_memory=1_000_000).failures == []


def test_too_much_of_a_processor_fails_the_test() -> None:
    assert watch(2, max_cpu=-1).failures[0].endswith(" % of a processor are above the limit of -1")
    assert watch(2, max_cpu=1_000_000).failures == []


def test_the_options_say_how_often() -> None:
    monitor: Monitor = ProcessMonitor(ProcessOptions(cycle=0.25))
    assert monitor.CYCLE == 0.25
