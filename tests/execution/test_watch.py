"""Monitors: SEMANTICS of monitors, line by line, with real threads and processes."""

from __future__ import annotations

import os

import pytest

from rotest_core.events import LogWritten, OutcomeReported, SampleTaken, TestStarted
from tests.execution.watching import play
from tests.project import Project

STORY = """
class Watcher(Monitor):
    def start_test_run(self): story.append("start run")
    def stop_test_run(self): story.append("stop run")
    def start_test(self, test): story.append(f"start {name(test)}")
    def setup_finished(self, test): story.append(f"set up {name(test)}")
    def start_teardown(self, test): story.append(f"tear down {name(test)}")
    def stop_test(self, test): story.append(f"stop {name(test)}")
    def add_success(self, test): story.append(f"success {name(test)}")
    def add_info(self, test, msg): story.append(f"info {msg}")
    def add_skip(self, test, reason): story.append(f"skip {reason}")
    def add_failure(self, test, exception_string): story.append("failure " + last(exception_string))
    def add_error(self, test, exception_string): story.append("error " + last(exception_string))
    def add_expected_failure(self, test, exception_string): story.append("expected " + last(exception_string))
    def add_unexpected_success(self, test): story.append("unexpected")

def name(test):
    return type(test).__name__ if test._testMethodName in ("test", "runTest") else test._testMethodName

def last(text):
    return text.strip().rpartition("\\n")[2]
"""


def test_a_monitor_is_told_of_a_case_from_its_start_to_its_stop(project: Project) -> None:
    watched = play(
        project,
        STORY,
        """
        class Case(TestCase):
            def setUp(self): story.append("setUp")
            def tearDown(self): story.append("tearDown")
            def test(self):
                self.addCleanup(story.append, "clean up")
                self.success("going well")
                story.append("test")
        """,
    )
    assert watched.lived.status == 0
    assert watched.story == [
        "start run",
        "start Case",
        "setUp",
        "set up Case",
        "info going well",
        "test",
        "tear down Case",
        "tearDown",
        "clean up",
        "success Case",
        "stop Case",
        "stop run",
    ]


def test_a_monitor_is_told_of_outcomes_while_the_test_is_still_there(project: Project) -> None:
    watched = play(
        project,
        STORY,
        """
        class Plain(unittest.TestCase):
            def tearDown(self): story.append("tearDown")
            def test_1(self): self.fail("no")
            def test_2(self): raise ValueError("wrong")
            def test_3(self): self.skipTest("later")
            @unittest.expectedFailure
            def test_4(self): self.fail("known")
            @unittest.expectedFailure
            def test_5(self): pass
        """,
    )
    told = [line for line in watched.story if line.split()[0] not in ("start", "set", "tear", "stop")]
    assert told == [
        "failure AssertionError: no",
        "tearDown",
        "error ValueError: wrong",
        "tearDown",
        "skip later",
        "tearDown",
        "tearDown",
        "expected AssertionError: known",
        "tearDown",
        "unexpected",
    ]


def test_a_monitor_is_told_of_flows_and_of_their_parts(project: Project) -> None:
    watched = play(
        project,
        STORY,
        """
        class Step(TestBlock):
            def test(self): story.append("step")

        class Inner(TestFlow):
            __test__ = False
            blocks = [Step]

        class Main(TestFlow):
            blocks = [Inner]
        """,
    )
    assert watched.story == [
        "start run",
        "start Main",
        "set up Main",
        "start Inner",
        "set up Inner",
        "start Step",
        "set up Step",
        "step",
        "tear down Step",
        "success Step",
        "stop Step",
        "tear down Inner",
        "success Inner",
        "stop Inner",
        "tear down Main",
        "success Main",
        "stop Main",
        "stop run",
    ]


CYCLIC = """
turns = parts.Turns()

class Watcher(Monitor):
    CYCLE = 0.001
    def run_monitor(self, test):
        story.append(f"look {type(test).__name__}")
        turns.take()
"""


def test_a_cyclic_monitor_runs_from_after_setup_until_before_teardown(project: Project) -> None:
    watched = play(
        project,
        CYCLIC,
        """
        class Plain(unittest.TestCase):
            def setUp(self): story.append(f"setUp {parts.threads()}")
            def test(self):
                story.append(f"test {parts.threads()}")
                watching.turns.wait(3)
            def tearDown(self): story.append(f"tearDown {parts.threads()}")
        """,
    )
    story = watched.story
    assert [line for line in story if not line.startswith("look")] == [
        "setUp []",
        "test ['monitor watcher']",
        "tearDown []",
    ]
    assert story[0] == "setUp []"
    assert story[-1] == "tearDown []"
    assert story.count("look Plain") >= 3


def test_a_cyclic_monitor_looks_at_least_once_at_each_test_and_never_at_parts_of_flows(
    project: Project,
) -> None:
    watched = play(
        project,
        CYCLIC,
        """
        class Quick(TestCase):
            def test_one(self): pass
            def test_two(self): pass

        class Step(TestBlock):
            def test(self): story.append(f"step {parts.threads()}")

        class Inner(TestFlow):
            __test__ = False
            blocks = [Step]

        class Main(TestFlow):
            blocks = [Inner]
        """,
    )
    assert watched.story.count("look Quick") >= 2
    assert "look Main" in watched.story
    assert {line for line in watched.story if line.startswith("look")} == {"look Quick", "look Main"}
    assert "step ['monitor watcher']" in watched.story


def test_a_cyclic_monitor_does_not_run_where_setup_failed(project: Project) -> None:
    watched = play(
        project,
        CYCLIC,
        """
        class Failing(TestCase):
            def setUp(self): self.fail()
            def test(self): pass
        """,
    )
    assert watched.story == []


FAILING = """
turns = parts.Turns()

class Watcher(Monitor):
    CYCLE = 0.001
    def run_monitor(self, test):
        if "hot" in test._testMethodName:
            self.fail_test(test, "61 degrees")
        turns.take()
"""


def test_a_monitor_fails_a_test_once_without_stopping_it(project: Project) -> None:
    watched = play(
        project,
        FAILING,
        """
        class Oven(unittest.TestCase):
            def test_cold(self): watching.turns.wait(1)
            def test_hot(self):
                watching.turns.wait(watching.turns.taken + 3)
                story.append("went on")
            def test_hot_and_broken(self):
                watching.turns.wait(watching.turns.taken + 2)
                raise ValueError("wrong")
            def test_mild(self): pass
        """,
    )
    lived = watched.lived
    assert lived.status == 1
    assert lived.outcomes == {
        "test_cold": "success",
        "test_hot": "failure",
        "test_hot_and_broken": "error",
        "test_mild": "success",
    }
    [report] = lived.reports("test_hot")
    assert (report.text, report.summary, report.cause) == (
        "watcher: 61 degrees",
        "watcher: 61 degrees",
        "product",
    )
    assert "went on" in watched.story
    assert [report.outcome for report in lived.reports("test_hot_and_broken")] == ["failure", "error"]


def test_a_monitor_may_fail_a_test_more_than_once_where_it_says_so(project: Project) -> None:
    watched = play(
        project,
        FAILING + "\n    SINGLE_FAILURE = False\n",
        """
        class Oven(TestCase):
            def test_hot(self): watching.turns.wait(3)
        """,
    )
    assert len(watched.lived.reports("test_hot")) >= 3


def test_a_failure_from_a_monitor_ends_the_run_with_failfast(project: Project) -> None:
    tests = """
        class Oven(TestCase):
            def test_hot(self): pass
            def test_last(self): pass
        """
    assert list(play(project, FAILING, tests, failfast=True).lived.outcomes) == ["test_hot"]


def test_the_other_monitors_are_told_of_it_and_a_block_that_fails_so_fails_its_flow(project: Project) -> None:
    watched = play(
        project,
        """
        class Watcher(Monitor):
            @skip_if_flow
            def setup_finished(self, test): self.fail_test(test, "not like this")
            def add_failure(self, test, exception_string): story.append(f"own {exception_string}")

        class Other(Monitor):
            def add_failure(self, test, exception_string): story.append(f"other {exception_string}")
        """,
        """
        class Step(TestBlock):
            def test(self): story.append("step")

        class After(TestBlock):
            def test(self): pass

        class Main(TestFlow):
            blocks = [Step, After]
        """,
        chosen="watcher,other",
        settings='[monitors.other]\nuse = "watching:Other"\n',
    )
    assert watched.lived.outcomes == {"Step": "failure", "After": "skipped", "Main": "failure"}
    [report] = watched.lived.reports("Main")
    assert report.text == "Main > Step: failure: watcher: not like this"
    assert watched.story[:2] == ["other watcher: not like this", "step"]


def test_numbers_are_recorded_as_series_of_the_test(project: Project) -> None:
    watched = play(
        project,
        """
        class Watcher(Monitor):
            CYCLE = 60
            def run_monitor(self, test): self.record(test, "board.temperature", 21, unit="°C")
            def stop_test(self, test): self.record(test, "tests", 1)
        """,
        """
        class Case(TestCase):
            def test(self): pass
        """,
    )
    assert watched.samples() == [
        ("board.temperature", 21.0, "°C", "watcher"),
        ("tests", 1.0, "", "watcher"),
    ]
    numbers = {event.test for event in watched.lived.of(SampleTaken)}
    assert numbers == {event.test for event in watched.lived.of(TestStarted)}


def test_a_monitor_that_raises_is_reported_by_name_and_the_test_goes_on(project: Project) -> None:
    watched = play(
        project,
        """
        class Watcher(Monitor):
            CYCLE = 0.001
            def run_monitor(self, test):
                story.append("look")
                raise ValueError("no reading")
            def stop_test(self, test): story.append("never")
        """,
        """
        class Case(TestCase):
            def test_one(self): self.assertTrue(True)
            def test_two(self): pass
        """,
    )
    lived = watched.lived
    assert lived.status == 0
    assert watched.story == ["look", "look"]
    [first, _] = watched.logs()
    assert first.startswith("monitor 'watcher': run_monitor raised\nTraceback")
    assert first.endswith("ValueError: no reading\n")
    assert [(event.level, event.logger) for event in lived.of(LogWritten)] == [
        (40, "rotest.monitor.watcher")
    ] * 2
    assert lived.problems == (
        "monitor 'watcher' failed 2 times, and its tests went on: ValueError: no reading",
    )


def test_a_monitor_that_may_fail_more_than_once_goes_on_after_it_raised(project: Project) -> None:
    watched = play(
        project,
        """
        turns = parts.Turns()

        class Watcher(Monitor):
            CYCLE = 0.001
            SINGLE_FAILURE = False
            def run_monitor(self, test):
                turns.take()
                raise SystemExit("no reading")
        """,
        """
        class Case(TestCase):
            def test(self): watching.turns.wait(3)
        """,
    )
    assert watched.lived.status == 0
    assert len(watched.logs()) >= 3


@pytest.mark.parametrize("method", ["start_test_run", "stop_test_run"])
def test_a_monitor_that_cannot_start_or_stop_is_reported(project: Project, method: str) -> None:
    watched = play(
        project,
        f"""
        class Watcher(Monitor):
            def {method}(self): raise OSError("no port")
        """,
        """
        class Case(TestCase):
            def test(self): pass
        """,
    )
    assert watched.lived.status == 0
    assert watched.lived.problems == (
        "monitor 'watcher' failed once, and its tests went on: OSError: no port",
    )


def test_a_monitor_that_does_not_come_back_is_left_behind(project: Project) -> None:
    project.write("gate.py", "import threading\nopen = threading.Event()\n")
    watched = play(
        project,
        """
        import gate

        class Watcher(Monitor):
            CYCLE = 1
            def run_monitor(self, test): gate.open.wait(60)
        """,
        """
        import gate

        class Case(TestCase):
            def test_1(self): story.append(f"first {parts.threads()}")
            def test_2(self): story.append(f"second {len(parts.threads())}")
            def test_3(self): gate.open.set()
        """,
        cleanup_timeout="0.05",
        executor="serial",
    )
    assert set(watched.lived.outcomes.values()) == {"success"}
    assert watched.story == ["first ['monitor watcher']", "second 1"]
    assert watched.logs() == [
        "monitor 'watcher': it did not come back within 0.05 s, and watches no more tests of this process"
    ]


def test_a_resource_monitor_waits_until_the_test_has_the_resource(project: Project) -> None:
    watched = play(
        project,
        """
        turns = parts.Turns()

        class Kettle(BaseResource):
            heat = 20

        class Watcher(ResourceMonitor[Kettle]):
            RESOURCE_NAME = "kettle"
            CYCLE = 0.001
            def monitor_resource(self, test, resource):
                story.append(f"{test._testMethodName} {resource.heat}")
                turns.take()
        """,
        """
        class With(TestCase):
            kettle = watching.Kettle.request()
            def test_with(self): pass

        class Later(TestCase):
            def test_later(self):
                assert not any(line.startswith("test_later") for line in story)
                self.request_resources([watching.Kettle.request().bound("kettle")])
                watching.turns.wait(watching.turns.taken + 1)

        class Without(TestCase):
            def test_without(self): pass
        """,
    )
    assert watched.lived.status == 0
    assert set(watched.story) == {"test_with 20", "test_later 20"}


def test_blocks_start_and_stop_a_monitor(project: Project) -> None:
    watched = play(
        project,
        """
        class Watcher(Monitor):
            CYCLE = 60
            AUTOSTART = False
            def run_monitor(self, test): story.append(f"look {type(test).__name__}")
        """,
        """
        class Look(TestBlock):
            def test(self): story.append(f"step {parts.threads()}")

        class Inner(TestFlow):
            __test__ = False
            blocks = [StartMonitor, StartMonitor, Look]

        class Main(TestFlow):
            common = {"monitor": "watcher"}
            blocks = [Look, Inner, Look, StopMonitor, StopMonitor, Look, StartMonitor.params(name="Again"), Look]
            def tearDown(self): story.append(f"tearDown {parts.threads()}")

        class Case(TestCase):
            def test(self): story.append(f"case {parts.threads()}")
        """,
    )
    assert watched.lived.status == 0
    assert [line for line in watched.story if not line.startswith("look")] == [
        "case []",
        "step []",
        "step ['monitor watcher']",
        "step ['monitor watcher']",
        "step []",
        "step ['monitor watcher']",
        "tearDown []",
    ]
    assert watched.story.count("look Main") == 2


def test_blocks_for_a_monitor_that_the_run_does_without_say_so_and_pass(project: Project) -> None:
    watched = play(
        project,
        STORY,
        """
        class Main(TestFlow):
            blocks = [StartMonitor.params(monitor="heat"), StopMonitor.params(monitor="heat")]
        """,
    )
    assert watched.lived.status == 0
    assert [line for line in watched.story if line.startswith("info")] == [
        "info this run has no cyclic monitor 'heat' to start",
        "info this run has no cyclic monitor 'heat' to stop",
    ]


def test_guards_choose_the_tests_that_a_method_is_called_for(project: Project) -> None:
    watched = play(
        project,
        """
        class Watcher(Monitor):
            @skip_if_case
            def start_test(self, test): story.append(f"no case {type(test).__name__}")
            @skip_if_flow
            def setup_finished(self, test): story.append(f"no flow {type(test).__name__}")
            @skip_if_block
            def start_teardown(self, test): story.append(f"no block {type(test).__name__}")
            @skip_if_not_main
            def add_success(self, test): story.append(f"main {type(test).__name__}")
            @require_attr("power")
            def stop_test(self, test): story.append(f"power {test.power}")
        """,
        """
        class Case(unittest.TestCase):
            power = 5
            def test(self): pass

        class Step(TestBlock):
            def test(self): pass

        class Inner(TestFlow):
            __test__ = False
            blocks = [Step]

        class Main(TestFlow):
            blocks = [Inner]
        """,
    )
    by_guard: dict[str, list[str]] = {}
    for line in watched.story:
        guard, _, name = line.rpartition(" ")
        by_guard.setdefault(guard, []).append(name)
    assert by_guard == {
        "no case": ["Main", "Inner", "Step"],
        "no flow": ["Case", "Step"],
        "no block": ["Case", "Inner", "Main"],
        "main": ["Case", "Main"],
        "power": ["5"],
    }


def test_monitors_run_in_the_workers_one_object_for_each(project: Project) -> None:
    watched = play(
        project,
        """
        class Watcher(Monitor):
            CYCLE = 60
            def start_test_run(self): self.pid = os.getpid()
            def run_monitor(self, test):
                if self.pid == os.getpid() != test.coordinator:
                    self.record(test, "process", self.pid)
                if "hot" in test._testMethodName:
                    self.fail_test(test, "too hot")
            def stop_test_run(self): (parts_of / f"stopped {self.pid}").touch()

        from pathlib import Path
        parts_of = Path(__file__).parent
        """,
        f"""
        class First(unittest.TestCase):
            coordinator = {os.getpid()}
            def test_cold(self): pass
            def test_hot(self): pass

        class Second(TestCase):
            coordinator = First.coordinator
            def test_warm(self): self.logger.info("here")
            def test_hotter(self): pass
        """,
        workers="2",
        executor="process",
    )
    assert watched.lived.outcomes == {
        "test_cold": "success",
        "test_hot": "failure",
        "test_warm": "success",
        "test_hotter": "failure",
    }
    pids = {int(value) for _, value, _, _ in watched.samples()}
    assert len(watched.samples()) == 4
    assert {path.name for path in project.root.glob("stopped *")} == {f"stopped {pid}" for pid in pids}
    assert [report.summary for report in watched.lived.of(OutcomeReported)] == ["watcher: too hot"] * 2


def test_a_failure_that_a_monitor_told_survives_the_end_of_its_test_by_force(project: Project) -> None:
    watched = play(
        project,
        FAILING,
        """
        class Oven(TestCase):
            TIMEOUT = 0.2
            def test_hot(self): threading.Event().wait()
        """,
    )
    first, second = watched.lived.reports("test_hot")
    assert first.summary == "watcher: 61 degrees"
    assert "took longer than 0.2 s" in second.text
    assert watched.lived.outcomes == {"test_hot": "error"}
