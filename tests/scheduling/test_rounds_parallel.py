"""Runs of the real command in which tests run again, on several workers."""

from __future__ import annotations

from pathlib import Path

import pytest

from rotest_core.events import RunFinished, TestFinished, TestStarted
from tests.scheduling.parallel_project import LampProject

TESTS = """
    import os, signal, unittest
    from pathlib import Path
    from rotest_core import TestBlock, TestCase, TestFlow
    from lab import Lamp

    def tries(name):
        with Path(__file__).with_name(name).open("a+") as file:
            file.write("x")
            file.flush()
            return file.tell()

    class Dying(unittest.TestCase):
        def test_dying(self):
            if tries("dying") == 1: os.kill(os.getpid(), signal.SIGKILL)
        def test_beside(self): ...

    class Set(unittest.TestCase):
        @classmethod
        def setUpClass(cls):
            if tries("set") == 1: raise OSError("not yet")
        def test_set(self): ...
        def test_set_too(self): self.assertGreater(tries("too"), 1)

    class Lit(TestCase):
        lamp = Lamp.request()
        def test_lit(self):
            if tries("lit") == 1: os.kill(os.getpid(), signal.SIGKILL)
        def test_dark(self): self.fail("always")

    class First(TestBlock):
        def test_first(self): ...
    class Second(TestBlock):
        def test_second(self):
            if tries("flow") == 1: os.kill(os.getpid(), signal.SIGKILL)
    class Whole(TestFlow):
        lamp = Lamp.request()
        blocks = [First, Second]
"""


@pytest.fixture
def project(tmp_path: Path) -> LampProject:
    root = tmp_path / "project"
    root.mkdir()
    return LampProject(root)


def attempts(project: LampProject) -> dict[str, list[str]]:
    """Give the outcomes of each test's attempts, from the first on."""
    names: dict[int, str] = {}
    found: dict[str, list[str]] = {}
    for event in project.events():
        if isinstance(event, TestStarted):
            names[event.test] = event.name
            assert event.attempt == len(found.get(event.name, ())) + 1 or event.name.startswith("test_set")
        elif isinstance(event, TestFinished):
            found.setdefault(names[event.test], []).append(str(event.outcome))
    return found


def test_workers_that_die_and_fixtures_that_fail_are_tried_again(project: LampProject) -> None:
    project.write("test_again.py", TESTS)

    answer = project.run("-p", "2", "-d", "3")

    assert answer.status == 1, answer.out + answer.err
    assert attempts(project) == {
        "test_dying": ["error", "success"],
        "test_beside": ["success"],
        "setUpClass (test_again.Set)": ["error", "success"],
        "test_set": ["success"],
        "test_set_too": ["failure", "success"],
        "test_lit": ["error", "success"],
        "test_dark": ["failure"] * 3,
        "First": ["success", "success"],
        "Second": ["error", "success"],
        "Whole": ["error", "success"],
    }
    [finished] = [event for event in project.events() if isinstance(event, RunFinished)]
    assert dict(finished.counts) == {"success": 6, "failure": 1}
    assert finished.flaky == 5
