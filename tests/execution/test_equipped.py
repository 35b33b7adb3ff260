"""Tests with resources: what is leased, which steps run, and what is given back how."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from rotest_core.events import (
    Cause,
    ExpectationChecked,
    InformationAdded,
    Outcome,
    ResourceLeased,
    ResourceReleased,
    ResourceStep,
    TestFinished,
)
from tests.execution import live
from tests.execution.devices import story, write_devices
from tests.project import Project

ONE = """
    from devices import Device, Tool, tell
    from rotest_core import TestCase

    class Uses(TestCase):
        device = Device.request()
        def setUp(self): tell("setUp"); self.addCleanup(tell, "cleanup")
        def test(self): tell(f"test {self.device.name}")
        def tearDown(self): tell("tearDown")
"""


def released(lived: live.Lived) -> dict[str, bool]:
    """Give for each record that was given back whether it was in doubt."""
    return {event.name: event.dirty for event in lived.of(ResourceReleased)}


def test_a_resource_is_set_up_before_set_up_and_finalized_after_the_clean_ups(project: Project) -> None:
    write_devices(project, one="")
    project.write("test_a.py", ONE)
    lived = live.run(project, ".")
    assert lived.status == 0
    assert story(project) == [
        *["connect one", "validate one", "initialize one"],
        *["setUp", "test one", "tearDown", "cleanup"],
        "finalize one",
    ]
    assert lived.names == [
        *["TestStarted", "ResourceLeased"],
        *["ResourceStep"] * 3,
        *["SetupFinished", "TeardownStarted"],
        *["ResourceStep", "ResourceReleased", "TestFinished"],
    ]
    assert released(lived) == {"one": False}


def test_requests_are_leased_all_together_and_set_up_in_their_order(project: Project) -> None:
    write_devices(project, one="", two="")
    project.write(
        "test_a.py",
        """
        from devices import Device, Tool, tell
        from rotest_core import TestCase

        class Uses(TestCase):
            second = Device.request(name="two")
            tool = Tool.request(size=3)
            first = Device.request(name="one")
            def test(self): tell(f"{self.second.name} {self.tool.size} {self.first.name}")
        """,
    )
    lived = live.run(project, ".", skip_init=True)
    assert lived.status == 0
    assert story(project) == [
        *["connect two", "connect tool 3", "connect one"],
        "two 3 one",
        *["finalize one", "finalize tool 3", "finalize two"],
    ]
    leased = {event.request: (event.type, event.token > 0) for event in lived.of(ResourceLeased)}
    assert leased == {"second": ("Device", True), "first": ("Device", True), "tool": ("Tool", False)}


def test_afterwards_the_test_holds_nothing(project: Project) -> None:
    write_devices(project, one="")
    project.write(
        "test_a.py",
        ONE
        + """
    kept = []
    class Keeps(Uses):
        def test(self): kept.append(self)
        """,
    )
    live.run(project, "test_a.py::Keeps")
    (case,) = sys.modules["test_a"].kept
    with pytest.raises(AttributeError, match="holds no Device now"):
        _ = case.device


@pytest.mark.parametrize(
    ("step", "steps"),
    [
        ("connect", ["connect one", "finalize one"]),
        ("validate", ["connect one", "validate one", "finalize one"]),
        ("initialize", ["connect one", "validate one", "initialize one", "finalize one"]),
    ],
)
def test_a_set_up_that_fails_is_an_error_of_the_infrastructure(
    project: Project, step: str, steps: list[str]
) -> None:
    write_devices(project, one=step)
    project.write("test_a.py", ONE)
    lived = live.run(project, ".")
    assert story(project) == steps
    finished = lived.of(TestFinished)[0]
    assert (finished.outcome, finished.cause) == (Outcome.ERROR, Cause.INFRASTRUCTURE)
    (report,) = lived.reports("test")
    assert (
        report.summary == f"rotest_core.errors.ResourceError: one: {step} failed: OSError: {step} is broken"
    )
    assert "devices.py" in report.text
    failed = [event for event in lived.of(ResourceStep) if event.error]
    assert [(event.step, event.error) for event in failed] == [(step, f"OSError: {step} is broken")]
    assert released(lived) == {"one": True}
    assert lived.status == 3


def test_those_leased_with_it_are_finalized_and_given_back_clean(project: Project) -> None:
    write_devices(project, one="", two="initialize")
    project.write(
        "test_a.py",
        """
        from devices import Device
        from rotest_core import TestCase

        class Uses(TestCase):
            first = Device.request(name="one")
            second = Device.request(name="two")
            def test(self): ...
        """,
    )
    lived = live.run(project, ".")
    assert story(project)[-2:] == ["finalize two", "finalize one"]
    # The test is an error, so nobody knows how far it came with any of them.
    assert released(lived) == {"one": True, "two": True}


def test_a_finalize_that_fails_spoils_the_test_but_no_other_clean_up(project: Project) -> None:
    write_devices(project, one="finalize", two="")
    project.write(
        "test_a.py",
        """
        from devices import Device
        from rotest_core import TestCase

        class Uses(TestCase):
            first = Device.request(name="two")
            second = Device.request(name="one")
            def test(self): ...
        """,
    )
    lived = live.run(project, ".")
    assert story(project)[-2:] == ["finalize one", "finalize two"]
    finished = lived.of(TestFinished)[0]
    assert (finished.outcome, finished.cause) == (Outcome.ERROR, Cause.INFRASTRUCTURE)
    assert released(lived)["one"]


@pytest.mark.parametrize(
    ("body", "outcome", "dirty"),
    [
        ("self.fail('no')", Outcome.FAILURE, False),
        ("raise LookupError", Outcome.ERROR, True),
        ("self.skipTest('no')", Outcome.SKIPPED, False),
        ("self.expectEqual(1, 2)", Outcome.FAILURE, False),
    ],
)
def test_a_device_is_in_doubt_after_an_error(
    project: Project, body: str, outcome: Outcome, dirty: bool
) -> None:
    write_devices(project, one="")
    project.write("test_a.py", ONE.replace('tell(f"test {self.device.name}")', body))
    lived = live.run(project, ".")
    assert lived.outcomes == {"test": outcome}
    assert released(lived) == {"one": dirty}


@pytest.mark.parametrize(
    ("body", "dirty"),
    [("self.fail('no')", True), ("raise LookupError", True), ("self.skipTest('no')", False)],
)
def test_a_device_is_in_doubt_after_a_set_up_that_failed(project: Project, body: str, dirty: bool) -> None:
    write_devices(project, one="")
    project.write("test_a.py", ONE.replace('tell("setUp")', body))
    lived = live.run(project, ".")
    assert "tearDown" not in story(project)
    assert story(project)[-1] == "finalize one"
    assert released(lived) == {"one": dirty}


def test_a_device_in_doubt_is_validated_in_spite_of_skip_init(project: Project) -> None:
    write_devices(project, one="")
    project.write(
        "test_a.py",
        ONE.replace('tell(f"test {self.device.name}")', "raise LookupError")
        + """
    class Then(Uses):
        def test(self): ...
        """,
    )
    lived = live.run(project, "test_a.py::Uses", "test_a.py::Then", skip_init=True)
    assert [event.dirty for event in lived.of(ResourceLeased)] == [False, True]
    steps = [line for line in story(project) if line.endswith("one")]
    assert steps == [
        "connect one",
        "finalize one",
        "connect one",
        "validate one",
        "initialize one",
        "finalize one",
    ]


@pytest.mark.parametrize(
    ("body", "kept"), [("self.fail('no')", True), ("...", False), ("self.skipTest('no')", False)]
)
def test_state_is_stored_after_a_test_that_is_not_good(project: Project, body: str, kept: bool) -> None:
    write_devices(project, one="")
    project.write("test_a.py", ONE.replace('tell(f"test {self.device.name}")', body))
    lived = live.run(project, ".", save_state=True)
    stored = lived.directory / "tests/0-test/state/device/state.txt"
    assert stored.exists() == kept
    if kept:
        told = story(project)
        assert told.index("cleanup") < told.index("store_state one") < told.index("finalize one")


def test_without_being_asked_for_no_state_is_stored(project: Project) -> None:
    write_devices(project, one="")
    project.write("test_a.py", ONE.replace('tell(f"test {self.device.name}")', "self.fail()"))
    live.run(project, ".")
    assert "store_state one" not in story(project)


def test_a_resource_that_does_not_exist_is_an_error_of_the_infrastructure(project: Project) -> None:
    write_devices(project, one="")
    project.write("test_a.py", ONE.replace("Device.request()", 'Device.request(name="none")'))
    lived = live.run(project, ".")
    finished = lived.of(TestFinished)[0]
    assert (finished.outcome, finished.cause) == (Outcome.ERROR, Cause.INFRASTRUCTURE)
    assert lived.reports("test")[0].summary.startswith("rotest_core.errors.NoSuchResourceError: ")
    assert (story(project), lived.status) == ([], 3)


def test_product_failures_outweigh_the_infrastructure_in_the_exit_status(project: Project) -> None:
    write_devices(project, one="connect")
    project.write("test_a.py", ONE)
    project.write(
        "test_b.py", "import unittest\nclass B(unittest.TestCase):\n    def test_b(self): self.fail()\n"
    )
    assert live.run(project, ".").status == 1


@pytest.mark.parametrize("mark", ['@unittest.skip("never")\nclass', "class"])
def test_nothing_is_leased_for_a_test_that_is_skipped(project: Project, mark: str) -> None:
    write_devices(project, one="")
    method = "" if mark != "class" else '@unittest.skip("never")'
    project.write(
        "test_a.py",
        f"import unittest\nfrom devices import Device\nfrom rotest_core import TestCase\n{mark} Uses(TestCase):\n"
        f"    device = Device.request()\n    {method}\n    def test(self): ...\n",
    )
    lived = live.run(project, ".")
    assert lived.outcomes == {"test": Outcome.SKIPPED}
    assert lived.of(ResourceLeased) == []


def test_a_test_whose_class_cannot_be_set_up_is_skipped_and_gives_back_what_was_leased(
    project: Project,
) -> None:
    write_devices(project, one="")
    project.write(
        "test_a.py",
        ONE
        + """
        @classmethod
        def setUpClass(cls): raise LookupError("no")
        """,
    )
    lived = live.run(project, ".")
    assert lived.outcomes == {"setUpClass (test_a.Uses)": Outcome.ERROR, "test": Outcome.SKIPPED}
    assert story(project) == []
    assert released(lived) == {"one": False}


def test_more_is_leased_and_given_back_while_a_test_runs(project: Project) -> None:
    write_devices(project, one="", two="", three="")
    project.write(
        "test_a.py",
        """
        from devices import Device, Tool, tell
        from rotest_core import TestCase

        class Uses(TestCase):
            first = Device.request(name="one")
            def test(self):
                more = self.request_resources([
                    Device.request(name="two").bound("second"),
                    Device.request(name="one").bound("first"),
                    Tool.request().bound("tool"),
                ])
                tell(" ".join(more))
                self.release_resources(["second"])
                tell("released")
                self.request_resources([Device.request(name="three").bound("third")])
        """,
    )
    lived = live.run(project, ".", skip_init=True)
    assert lived.status == 0, lived.reports("test")
    assert story(project) == [
        *["connect one", "connect two", "connect tool 1", "second tool"],
        *["finalize two", "released", "connect three"],
        *["finalize three", "finalize tool 1", "finalize one"],
    ]
    assert lived.of(ResourceReleased)[0].name == "two"
    assert set(released(lived)) == {"one", "two", "three"} | {
        event.name for event in lived.of(ResourceLeased) if event.type == "Tool"
    }


def test_a_test_without_requests_may_lease_while_it_runs(project: Project) -> None:
    write_devices(project, one="")
    project.write(
        "test_a.py",
        """
        from devices import Device, tell
        from rotest_core import TestCase

        class Uses(TestCase):
            def test(self):
                self.request_resources([Device.request().bound("device")])
                tell(self.device.name)
        """,
    )
    lived = live.run(project, ".", skip_init=True)
    assert story(project) == ["connect one", "one", "finalize one"]
    assert released(lived) == {"one": False}


def test_what_is_leased_in_a_test_and_cannot_be_set_up_is_given_back_in_doubt(project: Project) -> None:
    write_devices(project, one="", two="connect")
    project.write(
        "test_a.py",
        """
        from devices import Device, tell
        from rotest_core import ResourceError, TestCase

        class Uses(TestCase):
            def test(self):
                with self.assertRaises(ResourceError):
                    self.request_resources([
                        Device.request(name="one").bound("first"), Device.request(name="two").bound("second")
                    ])
                self.assertFalse(hasattr(self, "first"))
        """,
    )
    lived = live.run(project, ".", skip_init=True)
    assert lived.status == 0, lived.reports("test")
    assert released(lived) == {"one": False, "two": True}
    assert story(project) == ["connect one", "connect two", "finalize two", "finalize one"]


def test_giving_back_what_cannot_be_finalized_tells_the_test(project: Project) -> None:
    write_devices(project, one="finalize")
    project.write(
        "test_a.py",
        """
        from devices import Device
        from rotest_core import CleanupErrors, TestCase

        class Uses(TestCase):
            device = Device.request()
            def test(self):
                with self.assertRaises(CleanupErrors):
                    self.release_resources()
        """,
    )
    lived = live.run(project, ".")
    assert lived.status == 0, lived.reports("test")
    assert released(lived) == {"one": True}


def test_waiting_longer_than_allowed_in_a_test_is_an_error_of_the_infrastructure(project: Project) -> None:
    write_devices(project, one="")
    project.write(
        "test_a.py",
        """
        from devices import Device
        from rotest_core import TestCase

        class Uses(TestCase):
            device = Device.request()
            def test(self):
                self.request_resources([Device.request().bound("again")], wait=0)
        """,
    )
    lived = live.run(project, ".")
    finished = lived.of(TestFinished)[0]
    assert (finished.outcome, finished.cause) == (Outcome.ERROR, Cause.INFRASTRUCTURE)


def test_the_context_of_a_test_is_that_of_its_run(project: Project) -> None:
    write_devices(project, one="")
    project.write(
        "test_a.py",
        """
        from devices import Device
        from rotest_core import TestCase

        class Uses(TestCase):
            device = Device.request()
            def test(self):
                self.success("all is well")
                self.assertEqual(self.config["mood"], "good")
                self.assertEqual(self.device.config["mood"], "good")
                (self.work_dir / "note.txt").write_text("note")
                (self.device.work_dir / "note.txt").write_text("note")
                self.logger.info("hello")
                self.expectEqual(1, 1)
        """,
    )
    lived = live.run(project, ".")
    assert lived.status == 0, lived.reports("test")
    directory = lived.directory / "tests" / "0-test"
    files = sorted(str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file())
    assert files == ["note.txt", "resources/device/note.txt", "test.log"]
    assert (directory / "test.log").read_text().endswith(" test_a.Uses: hello\n")
    assert [event.text for event in lived.of(InformationAdded)] == ["all is well"]
    assert [(event.method, event.passed) for event in lived.of(ExpectationChecked)] == [("expectEqual", True)]


def test_several_failed_expectations_and_an_error_are_all_kept(project: Project) -> None:
    write_devices(project, one="")
    project.write(
        "test_a.py",
        """
        from rotest_core import TestCase

        class Expects(TestCase):
            def test(self):
                self.expectEqual(1, 2)
                self.expectTrue(0)
                raise LookupError("gone")
        """,
    )
    lived = live.run(project, ".")
    assert lived.outcomes == {"test": Outcome.ERROR}
    assert sorted(report.outcome for report in lived.reports("test")) == [Outcome.ERROR, Outcome.FAILURE]
    failure = next(report for report in lived.reports("test") if report.outcome is Outcome.FAILURE)
    assert (Path(failure.file).name, failure.line) == ("test_a.py", 6)


def test_memory_backends_leave_no_file_behind(project: Project) -> None:
    write_devices(project, one="")
    project.write("test_a.py", ONE)
    live.run(project, ".")
    assert not (project.root / ".rotest" / "rotest.db").exists()
