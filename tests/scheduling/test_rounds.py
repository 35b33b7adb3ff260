"""Runs in which tests run again, in this process."""

from __future__ import annotations

import pytest

from rotest_core.events import (
    GroupFinished,
    GroupStarted,
    Outcome,
    OutcomeReported,
    ResourceLeased,
    RunFinished,
    TestFinished,
    TestStarted,
)
from tests.execution import live
from tests.execution.devices import story, write_devices
from tests.execution.live import Lived
from tests.project import Project

FLAKY = """
    import unittest

    class Flaky(unittest.TestCase):
        tries = 0
        def test_bad(self): self.fail("always")
        def test_flaky(self):
            Flaky.tries += 1
            self.assertGreater(Flaky.tries, 1)
        def test_good(self): ...
"""


def attempts(lived: Lived) -> list[tuple[str, int, Outcome]]:
    """Give name, attempt and outcome of what ended, in order."""
    started: dict[int, TestStarted] = {}
    found: list[tuple[str, int, Outcome]] = []
    for event in lived.events:
        if isinstance(event, TestStarted):
            started[event.test] = event
        elif isinstance(event, TestFinished):
            found.append((started[event.test].name, started[event.test].attempt, event.outcome))
    return found


def finished(lived: Lived) -> tuple[dict[str, int], int, int]:
    """Give counts, flaky tests and status of a run."""
    [event] = lived.of(RunFinished)
    return dict(event.counts), event.flaky, event.status


def test_without_a_policy_every_test_runs_once(project: Project) -> None:
    project.write("test_once.py", FLAKY)

    lived = live.run(project, ".")

    assert [(name, attempt) for name, attempt, _ in attempts(lived)] == [
        ("test_bad", 1),
        ("test_flaky", 1),
        ("test_good", 1),
    ]
    assert finished(lived) == ({"failure": 2, "success": 1}, 0, 1)


def test_what_was_not_good_runs_again_and_the_last_attempt_counts(project: Project) -> None:
    project.write("test_delta.py", FLAKY)

    lived = live.run(project, ".", delta=3)

    assert attempts(lived) == [
        ("test_bad", 1, Outcome.FAILURE),
        ("test_flaky", 1, Outcome.FAILURE),
        ("test_good", 1, Outcome.SUCCESS),
        ("test_bad", 2, Outcome.FAILURE),
        ("test_flaky", 2, Outcome.SUCCESS),
        ("test_bad", 3, Outcome.FAILURE),
    ]
    assert finished(lived) == ({"failure": 1, "success": 2}, 1, 1)


def test_a_run_whose_last_attempts_are_good_has_passed(project: Project) -> None:
    project.write("test_mended.py", FLAKY.replace("self.fail", "print"))

    assert finished(live.run(project, ".", delta=2)) == ({"success": 3}, 1, 0)


def test_groups_begin_and_end_around_each_round(project: Project) -> None:
    project.write("test_groups.py", FLAKY)

    lived = live.run(project, ".", delta=2)

    open_groups: list[int] = []
    for event in lived.events:
        if isinstance(event, GroupStarted):
            open_groups.append(event.group)
        elif isinstance(event, GroupFinished):
            assert open_groups.pop() == event.group
        elif isinstance(event, TestStarted):
            assert event.group == open_groups[-1]
    assert open_groups == []


def test_fixtures_of_class_and_module_run_again(project: Project) -> None:
    project.write(
        "test_fixtures_again.py",
        """
        import unittest
        steps = []
        def setUpModule(): steps.append("module")
        def tearDownModule(): steps.append("module down")

        class Fixed(unittest.TestCase):
            @classmethod
            def setUpClass(cls): steps.append("class")
            @classmethod
            def tearDownClass(cls): steps.append("class down")
            def test_it(self): self.assertEqual(len(steps), 6, steps)
        """,
    )

    lived = live.run(project, ".", delta=2)

    assert attempts(lived) == [("test_it", 1, Outcome.FAILURE), ("test_it", 2, Outcome.SUCCESS)]


BROKEN_CLASS = """
    import unittest
    from rotest_core import TestCase

    class Broken({base}):
        tries = 0
        @classmethod
        def setUpClass(cls):
            cls.tries += 1
            if cls.tries < {works}: raise OSError("not yet")
        def test_one(self): ...
        def test_two(self): ...
"""


def test_tests_whose_fixtures_failed_run_again_and_are_flaky(project: Project) -> None:
    project.write("test_broken_a.py", BROKEN_CLASS.format(base="unittest.TestCase", works=3))
    project.write("test_broken_b.py", BROKEN_CLASS.format(base="TestCase", works=3))

    lived = live.run(project, ".", delta=3)

    fixture = "setUpClass ({}.Broken)"
    plain, equipped = fixture.format("test_broken_a"), fixture.format("test_broken_b")
    told = attempts(lived)
    for name in (plain, equipped):
        assert [(attempt, outcome) for test, attempt, outcome in told if test == name] == [
            (1, Outcome.ERROR),
            (2, Outcome.ERROR),
            (3, Outcome.SUCCESS),
        ]
    assert {(name, attempt) for name, attempt, outcome in told if outcome is Outcome.SUCCESS} == {
        (plain, 3),
        (equipped, 3),
        ("test_one", 3),
        ("test_two", 3),
    }
    assert finished(lived) == ({"success": 4}, 4, 0)


def test_fixtures_that_keep_failing_are_counted_once(project: Project) -> None:
    project.write("test_broken_ever.py", BROKEN_CLASS.format(base="unittest.TestCase", works=9))

    lived = live.run(project, ".", delta=3)

    assert [attempt for _, attempt, _ in attempts(lived)] == [1, 2, 3]
    assert len({event.test for event in lived.of(TestStarted)}) == 1
    assert {event.test for event in lived.of(OutcomeReported)} == {
        event.test for event in lived.of(TestStarted)
    }
    assert finished(lived) == ({"error": 1}, 0, 1)


def test_a_fixture_that_skips_is_no_failure(project: Project) -> None:
    project.write(
        "test_skipping.py",
        """
        import unittest
        class Skipping(unittest.TestCase):
            @classmethod
            def setUpClass(cls): raise unittest.SkipTest("not here")
            def test_it(self): ...
        """,
    )

    assert [attempt for _, attempt, _ in attempts(live.run(project, ".", delta=3))] == [1]


def test_failfast_ends_the_run_at_the_first_test_that_stays_bad(project: Project) -> None:
    project.write(
        "test_failfast.py",
        """
        import unittest
        class First(unittest.TestCase):
            tries = 0
            def test_a(self):
                First.tries += 1
                self.assertGreater(First.tries, 1)
            def test_b(self): ...
        class Second(unittest.TestCase):
            def test_c(self): self.fail("always")
            def test_d(self): ...
        """,
    )

    lived = live.run(project, ".", delta=2, failfast=True)

    assert attempts(lived) == [
        ("test_a", 1, Outcome.FAILURE),
        ("test_a", 2, Outcome.SUCCESS),
        ("test_b", 1, Outcome.SUCCESS),
        ("test_c", 1, Outcome.FAILURE),
        ("test_c", 2, Outcome.FAILURE),
    ]
    assert finished(lived) == ({"success": 2, "failure": 1}, 1, 1)


def test_an_interrupt_lets_nothing_run_again(project: Project) -> None:
    project.write(
        "test_interrupted.py",
        """
        import unittest
        class Interrupted(unittest.TestCase):
            def test_a(self): self.fail("always")
            def test_b(self): raise KeyboardInterrupt
        """,
    )

    lived = live.run(project, ".", delta=3)

    assert attempts(lived) == [("test_a", 1, Outcome.FAILURE), ("test_b", 1, Outcome.ERROR)]
    assert finished(lived) == ({"failure": 1, "error": 1}, 0, 130)


def test_an_interrupt_between_attempts_leaves_what_came_of_the_others(project: Project) -> None:
    project.write(
        "test_cut.py",
        """
        import unittest
        class Cut(unittest.TestCase):
            tries = 0
            def test_a(self):
                Cut.tries += 1
                if Cut.tries > 1: raise KeyboardInterrupt
                self.fail("always")
            def test_b(self): self.fail("always")
        """,
    )

    lived = live.run(project, ".", delta=3)

    assert attempts(lived) == [
        ("test_a", 1, Outcome.FAILURE),
        ("test_b", 1, Outcome.FAILURE),
        ("test_a", 2, Outcome.ERROR),
    ]
    assert finished(lived) == ({"failure": 1, "error": 1}, 0, 130)


def test_a_module_that_cannot_be_imported_is_not_tried_again(project: Project) -> None:
    project.write("test_unimportable.py", "raise OSError('no')")

    assert [attempt for _, attempt, _ in attempts(live.run(project, ".", delta=3))] == [1]


def test_ready_made_tests_run_again_as_new(project: Project) -> None:
    project.write(
        "test_made.py",
        """
        import unittest
        tries = []
        class Made(unittest.IsolatedAsyncioTestCase):
            def __init__(self, limit):
                super().__init__("test_it")
                self.limit, self.steps = limit, []
            async def test_it(self):
                tries.append(1)
                self.steps.append(1)
                self.addCleanup(self.steps.append, 2)
                self.assertEqual(self.steps, [1])
                self.assertGreaterEqual(len(tries), self.limit)
        def load_tests(loader, tests, pattern):
            return unittest.TestSuite([Made(3)])
        """,
    )

    lived = live.run(project, ".", delta=3)

    assert [outcome for _, _, outcome in attempts(lived)] == [
        Outcome.FAILURE,
        Outcome.FAILURE,
        Outcome.SUCCESS,
    ]


FLOW = """
    from rotest_core import TestBlock, TestFlow

    class First(TestBlock):
        def test_first(self): ...
    class Second(TestBlock):
        tries = 0
        def test_second(self):
            Second.tries += 1
            self.assertGreater(Second.tries, 1)
    class Third(TestBlock):
        def test_third(self): ...
    class Whole(TestFlow):
        blocks = [First, Second, Third]
"""


def test_a_flow_runs_again_as_a_whole(project: Project) -> None:
    project.write("test_flow_again.py", FLOW)

    lived = live.run(project, ".", delta=2)

    good, bad, skipped = Outcome.SUCCESS, Outcome.FAILURE, Outcome.SKIPPED
    assert attempts(lived) == [
        *[("First", 1, good), ("Second", 1, bad), ("Third", 1, skipped), ("Whole", 1, bad)],
        *[("First", 2, good), ("Second", 2, good), ("Third", 2, good), ("Whole", 2, good)],
    ]
    assert finished(lived) == ({"success": 1}, 1, 0)


DEVICE = """
    from devices import Device, tell
    from rotest_core import TestCase

    class Uses(TestCase):
        device = Device.request()
        def test_device(self): {body}
"""


def leased(lived: Lived) -> list[str]:
    """Give the names of the records that were leased, in order."""
    return [event.name for event in lived.of(ResourceLeased)]


def test_a_retry_leases_connects_and_gives_back_anew(project: Project) -> None:
    write_devices(project, one="finalize")
    project.write("test_device.py", DEVICE.format(body="tell('test')"))

    lived = live.run(project, ".", delta=2)

    once = ["connect one", "validate one", "initialize one", "test", "finalize one"]
    assert story(project) == once + once
    assert [event.dirty for event in lived.of(ResourceLeased)] == [False, True]
    assert finished(lived) == ({"error": 1}, 0, 3)


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("infrastructure", [("test_device", 2), ("test_plain", 1)]),
        ("product", [("test_device", 1), ("test_plain", 2)]),
    ],
)
def test_only_the_cause_that_was_named_is_tried_again(
    project: Project, on: str, expected: list[tuple[str, int]]
) -> None:
    write_devices(project, one="connect")
    project.write("test_device.py", DEVICE.format(body="..."))
    project.write("test_plain.py", FLAKY.replace("test_bad", "test_plain").replace("Flaky.tries, 1", "1, 0"))

    lived = live.run(project, ".", sets=("run.retry.times=1", f"run.retry.on={on}"))

    last = {name: attempt for name, attempt, _ in attempts(lived)}
    assert [(name, last[name]) for name, _ in expected] == expected


def test_a_fresh_resource_is_one_that_the_test_did_not_have(project: Project) -> None:
    write_devices(project, one="initialize", two="initialize", three="initialize")
    project.write("test_device.py", DEVICE.format(body="..."))

    lived = live.run(project, ".", sets=("run.retry={times = 2, fresh_resource = true}",))

    assert sorted(leased(lived)) == ["one", "three", "two"]


def test_where_nothing_else_can_serve_the_test_gets_what_it_had(project: Project) -> None:
    write_devices(project, one="initialize", two="initialize")
    project.write("test_device.py", DEVICE.format(body="..."))

    lived = live.run(project, ".", sets=("run.retry={times = 3, fresh_resource = true}",))

    assert leased(lived) == ["one", "two", "one", "two"]


def test_without_fresh_resources_the_request_is_what_it_was(project: Project) -> None:
    write_devices(project, one="initialize", two="")
    project.write("test_device.py", DEVICE.format(body="..."))

    assert leased(live.run(project, ".", sets=("run.retry.times=1",))) == ["one", "one"]


def told(lived: Lived) -> dict[str, str]:
    """Give what was reported of each test, by its name."""
    names = {event.test: event.name for event in lived.of(TestStarted)}
    return {names[event.test]: event.text for event in lived.of(OutcomeReported)}


def test_what_passed_under_the_name_is_skipped(project: Project) -> None:
    project.write("rotest.toml", "")
    project.write("test_named.py", FLAKY)
    project.write("test_named_flow.py", FLOW)
    live.run(project, ".", name="nightly", outputs="recorder,db")

    lived = live.run(project, ".", name="nightly", outputs="recorder,db", delta=1)

    assert finished(lived) == ({"skipped": 1, "failure": 1, "success": 2}, 0, 1)
    assert told(lived)["test_good"] == "Previously passed"
    assert "test_flaky" not in told(lived)


def test_a_flow_that_passed_is_skipped_with_all_its_parts(project: Project) -> None:
    project.write("rotest.toml", "")
    project.write("test_skipped_flow.py", FLOW)
    live.run(project, ".", name="nightly", outputs="recorder,db", delta=2)

    lived = live.run(project, ".", name="nightly", outputs="recorder,db", delta=1)

    assert told(lived) == dict.fromkeys(("First", "Second", "Third", "Whole"), "Previously passed")
    assert {outcome for *_, outcome in attempts(lived)} == {Outcome.SKIPPED}
    assert finished(lived) == ({"skipped": 1}, 0, 0)


@pytest.mark.parametrize(("name", "delta"), [("nightly", 0), ("weekly", 1), ("", 1)])
def test_nothing_is_skipped_without_delta_or_under_another_name(
    project: Project, name: str, delta: int
) -> None:
    project.write("rotest.toml", "")
    project.write_case("test_unskipped.py", "Unskipped")
    live.run(project, ".", name="nightly", outputs="recorder,db")

    lived = live.run(project, ".", name=name, outputs="recorder,db", delta=delta)

    assert finished(lived)[0] == {"success": 2}


def test_what_is_held_for_somebody_is_not_waited_for(project: Project) -> None:
    write_devices(project, one="")
    project.write("test_device.py", DEVICE.format(body="self.fail('look at this')"))

    lived = live.run(project, ".", delta=3, hold_on_failure="1h")

    assert attempts(lived) == [("test_device", 1, Outcome.FAILURE)]
