from __future__ import annotations

import json
from pathlib import Path

import pytest

from rotest_core.config.settings import load_settings
from rotest_core.errors import ConfigError, UnknownPluginError, WorkDirError
from rotest_core.events import (
    GroupFinished,
    GroupStarted,
    HandlerFailed,
    Outcome,
    RunFinished,
    RunStarted,
    TestFinished,
    TestStarted,
)
from rotest_core.execution.interrupts import Interrupts
from rotest_core.plugin.loader import load_plugins
from rotest_core.scheduling.run import Run, Surroundings
from tests.execution import live
from tests.project import Project

MIXED = """
    import unittest

    class Good(unittest.TestCase):
        \"\"\"Be good.\"\"\"
        def test_one(self):
            "Say what it is."
        def test_two(self): ...

    class Bad(unittest.TestCase):
        def test_error(self): raise LookupError("gone")
        def test_failure(self): self.fail("no")
        @unittest.skip("never")
        def test_skipped(self): ...
        @unittest.expectedFailure
        def test_expected(self): self.fail("as expected")
        @unittest.expectedFailure
        def test_unexpected(self): ...
"""


def test_a_run_tells_its_groups_and_tests_in_order(project: Project) -> None:
    project.write_case("test_a.py", "First")
    project.write_case("test_b.py", "Second")
    lived = live.run(project, ".", name="nightly")
    shown = [
        (type(event).__name__, event.name if isinstance(event, GroupStarted | TestStarted) else "")
        for event in lived.events
    ]
    in_group = [
        ("TestStarted", "test_one"),
        ("TestFinished", ""),
        ("TestStarted", "test_two"),
        ("TestFinished", ""),
    ]
    ends = [("GroupFinished", ""), ("GroupFinished", "")]
    assert shown == [
        ("RunStarted", ""),
        *[("GroupStarted", "test_a.py"), ("GroupStarted", "First"), *in_group, *ends],
        *[("GroupStarted", "test_b.py"), ("GroupStarted", "Second"), *in_group, *ends],
        ("RunFinished", ""),
    ]
    started, finished = lived.of(RunStarted)[0], lived.of(RunFinished)[0]
    assert (started.name, started.root, started.total) == ("nightly", str(project.root), 4)
    assert started.directory == str(lived.directory)
    assert lived.directory.name.endswith("-nightly")
    assert (finished.counts, finished.status) == ((("success", 4),), 0)


def test_parents_and_numbers_of_groups_and_tests_fit_together(project: Project) -> None:
    project.write("test_a.py", MIXED)
    lived = live.run(project, ".")
    groups = {event.group: event for event in lived.of(GroupStarted)}
    assert [event.test for event in lived.of(TestStarted)] == list(range(7))
    for test in lived.of(TestStarted):
        assert test.group is not None
        group = groups[test.group]
        assert test.id == f"test_a.py::{group.name}::{test.name}"
        assert group.parent is not None
        assert groups[group.parent].name == "test_a.py"
    assert {event.group for event in lived.of(GroupFinished)} == set(groups)


def test_every_outcome_is_counted(project: Project) -> None:
    project.write("test_a.py", MIXED)
    lived = live.run(project, ".")
    assert lived.outcomes == {
        "test_one": Outcome.SUCCESS,
        "test_two": Outcome.SUCCESS,
        "test_error": Outcome.ERROR,
        "test_failure": Outcome.FAILURE,
        "test_skipped": Outcome.SKIPPED,
        "test_expected": Outcome.EXPECTED_FAILURE,
        "test_unexpected": Outcome.UNEXPECTED_SUCCESS,
    }
    finished = lived.of(RunFinished)[0]
    assert dict(finished.counts) == {
        "success": 2,
        "error": 1,
        "failure": 1,
        "skipped": 1,
        "expected_failure": 1,
        "unexpected_success": 1,
    }
    assert (finished.status, lived.status) == (1, 1)


def test_a_test_says_what_it_is(project: Project) -> None:
    project.write("test_a.py", MIXED)
    first = next(event for event in live.run(project, ".").of(TestStarted) if event.name == "test_one")
    assert (first.description, first.kind, first.worker, first.attempt) == ("Say what it is.", "case", "", 1)


def test_the_journal_holds_the_same_events(project: Project) -> None:
    project.write("test_a.py", MIXED)
    lived = live.run(project, ".")
    lines = (lived.directory / "events.jsonl").read_text().splitlines()
    assert [json.loads(line)["event"] for line in lines] == [type(event).__name__ for event in lived.events]


@pytest.mark.parametrize("name", ["test_error", "test_failure", "test_unexpected"])
def test_failfast_ends_the_run_after_the_first_test_that_is_not_good(project: Project, name: str) -> None:
    project.write(
        "test_a.py",
        f"""
        import unittest
        class First(unittest.TestCase):
            def {name}_(self): self.{name}()
            def test_error(self): raise LookupError
            def test_z(self): ...
        class Second(unittest.TestCase):
            def test_later(self): ...
        """,
    )
    lived = live.run(project, ".", failfast=True)
    assert len(lived.outcomes) == 1
    assert lived.status == 1
    assert len(lived.of(GroupStarted)) == len(lived.of(GroupFinished)) == 2


def test_what_is_skipped_or_fails_as_expected_does_not_end_it(project: Project) -> None:
    project.write(
        "test_a.py",
        """
        import unittest
        class First(unittest.TestCase):
            @unittest.skip("never")
            def test_a(self): ...
            @unittest.expectedFailure
            def test_b(self): self.fail()
            def test_c(self): ...
        """,
    )
    lived = live.run(project, ".", failfast=True)
    assert (len(lived.outcomes), lived.status) == (3, 0)


FIXTURES = """
    import unittest

    def setUpModule(): print_module()

    def print_module(): ...

    class First(unittest.TestCase):
        @classmethod
        def setUpClass(cls): raise LookupError("no set-up")
        def test_never(self): ...

    class Second(unittest.TestCase):
        @classmethod
        def tearDownClass(cls): raise LookupError("no tear-down")
        def test_fine(self): ...

    class Third(unittest.TestCase):
        @classmethod
        def setUpClass(cls): raise unittest.SkipTest("not here")
        def test_never(self): ...
"""


def test_fixtures_that_fail_are_reported_as_tests_of_their_own_kind(project: Project) -> None:
    project.write("test_a.py", FIXTURES)
    lived = live.run(project, ".")
    fixtures = [event for event in lived.of(TestStarted) if event.kind == "fixture"]
    assert [(event.name, event.id) for event in fixtures] == [
        ("setUpClass (test_a.First)", "test_a.py::First"),
        ("tearDownClass (test_a.Second)", "test_a.py::Second"),
        ("setUpClass (test_a.Third)", "test_a.py::Third"),
    ]
    assert [event.test for event in fixtures] == [3, 4, 5]
    assert lived.outcomes == {
        "setUpClass (test_a.First)": Outcome.ERROR,
        "test_fine": Outcome.SUCCESS,
        "tearDownClass (test_a.Second)": Outcome.ERROR,
        "setUpClass (test_a.Third)": Outcome.SKIPPED,
    }


def test_a_group_ends_after_its_fixtures_are_torn_down(project: Project) -> None:
    project.write("test_a.py", FIXTURES)
    lived = live.run(project, ".")
    classes = {event.name: event.group for event in lived.of(GroupStarted)}
    events = lived.events
    torn_down = next(
        position
        for position, event in enumerate(events)
        if isinstance(event, TestStarted) and "tearDown" in event.name
    )
    ended = next(
        position
        for position, event in enumerate(events)
        if isinstance(event, GroupFinished) and event.group == classes["Second"]
    )
    assert torn_down < ended
    assert len(lived.of(GroupFinished)) == len(lived.of(GroupStarted)) == 4


def test_a_case_that_cannot_be_made_is_an_error_of_it_alone(project: Project) -> None:
    project.write(
        "test_a.py",
        """
        import unittest
        class Choosy(unittest.TestCase):
            def __init__(self, name):
                if name == "test_b": raise LookupError("not this one")
                super().__init__(name)
            def test_a(self): ...
            def test_b(self): ...
            def test_c(self): ...
        """,
    )
    lived = live.run(project, ".")
    assert lived.outcomes == {"test_a": Outcome.SUCCESS, "test_b": Outcome.ERROR, "test_c": Outcome.SUCCESS}
    assert lived.reports("test_b")[0].summary == "LookupError: not this one"


def test_a_description_that_cannot_be_had_is_empty(project: Project) -> None:
    project.write(
        "test_a.py",
        """
        import unittest
        class Shy(unittest.TestCase):
            def shortDescription(self): raise LookupError
            def test_a(self): ...
        """,
    )
    lived = live.run(project, ".")
    assert lived.of(TestStarted)[0].description == ""
    assert lived.status == 0


def test_cases_of_their_own_make_run_as_they_will(project: Project) -> None:
    project.write(
        "test_a.py",
        """
        import asyncio, unittest
        class Asynchronous(unittest.IsolatedAsyncioTestCase):
            async def asyncSetUp(self): self.ready = True
            async def test_good(self):
                await asyncio.sleep(0)
                self.assertTrue(self.ready)
            async def test_bad(self): self.fail("no")
        class Raises(unittest.TestCase):
            def run(self, result=None): raise LookupError("run itself")
            def test(self): ...
        def load_tests(loader, tests, pattern):
            tests.addTest(unittest.FunctionTestCase(lambda: None, description="a function"))
            tests.addTest(lambda result: None)
            return tests
        """,
    )
    lived = live.run(project, ".")
    assert lived.outcomes["test_good"] is Outcome.SUCCESS
    assert lived.outcomes["test_bad"] is Outcome.FAILURE
    assert lived.outcomes["test"] is Outcome.ERROR
    assert len(lived.outcomes) == 5


def test_cases_are_forgotten_once_they_ran(project: Project) -> None:
    project.write(
        "test_a.py",
        """
        import unittest, weakref
        alive = weakref.WeakSet()
        class Heavy(unittest.TestCase):
            def setUp(self): alive.add(self); self.block = bytearray(100)
            def test_a(self): self.assertEqual(len(alive), 1)
            def test_b(self): self.assertEqual(len(alive), 1)
            def test_c(self): self.assertEqual(len(alive), 1)
        """,
    )
    assert live.run(project, ".").status == 0


def test_a_module_that_cannot_be_imported_is_an_error_and_the_others_run(project: Project) -> None:
    project.write("test_a.py", "import no_such_module_anywhere\n")
    project.write_case("test_b.py", "Fine")
    lived = live.run(project, ".")
    assert sorted(lived.outcomes.values()) == [Outcome.ERROR, Outcome.SUCCESS, Outcome.SUCCESS]
    assert lived.status == 1


class Broken:
    """Raise at the first event."""

    def handle(self, event: object) -> None:
        raise ValueError("cannot")

    def close(self) -> None: ...


def test_a_handler_that_raises_changes_nothing_but_is_told(project: Project) -> None:
    project.write_case("test_a.py", "Fine")
    plugins = load_plugins()
    plugins.catalogues.outputs.add("broken", lambda context: Broken(), owner="tests", summary="")
    lived = live.run(project, ".", plugins=plugins, outputs="broken,recorder")
    assert lived.status == 0
    assert [event.handler for event in lived.of(HandlerFailed)] == ["broken"]
    assert lived.problems == ("output 'broken' failed and was switched off: ValueError: cannot",)


def test_what_people_log_lands_in_the_directory_of_their_test(project: Project) -> None:
    project.write(
        "test_a.py",
        """
        import logging, unittest
        class Talks(unittest.TestCase):
            def test_a(self): logging.getLogger("talk").info("first")
            def test_b(self): logging.getLogger("talk").info("second")
        """,
    )
    lived = live.run(project, ".")
    logs = {path.parent.name: path.read_text() for path in lived.directory.glob("tests/*/test.log")}
    assert sorted(logs) == ["0-test_a", "1-test_b"]
    assert logs["1-test_b"].endswith("talk: second\n")


def surroundings() -> Surroundings:
    import sys

    def no_leases(run: str) -> object:
        raise AssertionError("nothing is to be leased")

    return Surroundings(
        stream=sys.stdout,
        color=False,
        command=(),
        open_leases=no_leases,  # type: ignore[arg-type]
        open_results=lambda: pytest.fail("no output asks for results"),
        close_leases=lambda: None,
        interrupts=Interrupts(),
    )


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"run.outputs": "nonesuch"}, UnknownPluginError),
        ({"run.executor": "nonesuch"}, UnknownPluginError),
        ({"run.outputs": "xml"}, ConfigError),
    ],
)
def test_a_run_that_cannot_begin_leaves_nothing_behind(
    tmp_path: Path, arguments: dict[str, object], error: type[Exception]
) -> None:
    settings = load_settings(
        start=tmp_path,
        sets=["outputs.xml.log_lines=many"] if error is ConfigError else [],
        arguments=arguments,
    )
    with pytest.raises(error):
        Run(settings, load_plugins(), surroundings())
    runs = tmp_path / ".rotest" / "runs"
    assert not runs.exists() or list(runs.iterdir()) == []


def test_a_work_directory_that_cannot_be_made_ends_the_run_before_it_begins(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings = load_settings(start=tmp_path, arguments={"run.work_dir": str(tmp_path / "file")})
    with pytest.raises(WorkDirError, match="Not a directory"):
        Run(settings, load_plugins(), surroundings())


def test_the_end_of_the_test_before_is_told_once_when_somebody_interrupts(project: Project) -> None:
    project.write(
        "test_a.py",
        """
        import unittest
        class Interrupted(unittest.TestCase):
            def test_a(self): ...
            def test_b(self): raise KeyboardInterrupt
        """,
    )

    lived = live.run(project, ".")

    assert [event.test for event in lived.of(TestFinished)] == [0, 1]
    assert dict(lived.of(RunFinished)[0].counts) == {"success": 1, "error": 1}


def test_failfast_ends_the_run_after_the_first_failure_of_cases_of_rotests_own_kind(project: Project) -> None:
    project.write(
        "test_own.py",
        """
        from rotest_core import TestCase

        class Own(TestCase):
            def test_1(self): self.fail()
            def test_2(self): pass
        """,
    )
    assert list(live.run(project, "test_own.py", failfast=True).outcomes) == ["test_1"]
