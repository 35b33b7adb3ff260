"""Section 8: parallel; more in tests/scheduling/test_parallel.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from rotest_core.events import TestStarted
from tests.scheduling.parallel_project import LampProject

TESTS = """
import os, unittest
from lab import Lamp
from rotest_core import TestBlock, TestCase, TestFlow

class Fixed(unittest.TestCase):
    @classmethod
    def setUpClass(cls): cls.worker = os.getpid()
    def test_a(self): self.assertEqual(os.getpid(), self.worker)
    def test_b(self): self.assertEqual(os.getpid(), self.worker)

class Block(TestBlock):
    def test(self): ...

class Flow(TestFlow):
    blocks = [Block, Block]

class Dies(TestCase):
    lamp = Lamp.request()
    def test_dies(self): os.kill(os.getpid(), 9)

class Hangs(TestCase):
    TIMEOUT = 0.2
    lamp = Lamp.request()
    def test_hangs(self):
        while True:
            try:
                while True: pass
            except BaseException: pass
"""


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[LampProject, dict[str, str]]:
    """Run the tests on two workers."""
    directory: Path = tmp_path_factory.mktemp("parallel")
    project = LampProject(directory)
    project.write("test_units.py", TESTS)
    project.run("-p", "2", "--set", "run.cleanup_timeout=0.2")
    return project, project.outcomes()


Both = tuple[LampProject, dict[str, str]]


def test_8_1_cases_and_flows_are_units_and_fixtures_keep_theirs_together(both: Both) -> None:
    project, outcomes = both
    assert (outcomes["test_a"], outcomes["test_b"], outcomes["Flow"]) == ("success",) * 3
    workers = {event.name: event.worker for event in project.events() if isinstance(event, TestStarted)}
    assert workers["Flow"] == workers["Block"] != ""


def test_8_2_a_worker_that_dies_or_hangs_costs_its_own_unit(both: Both) -> None:
    project, outcomes = both
    assert (outcomes["test_dies"], outcomes["test_hangs"]) == ("error", "error")
    assert "SIGKILL" in project.texts("test_dies")
    assert "0.2 s" in project.texts("test_hangs")


def test_8_3_the_results_are_those_of_a_serial_run(both: Both, tmp_path: Path) -> None:
    _, outcomes = both
    good = {name: outcome for name, outcome in outcomes.items() if outcome == "success"}
    serial = LampProject(tmp_path)
    serial.write("test_units.py", TESTS)
    serial.run("-f", "Fixed or Flow")
    assert serial.outcomes() == good
