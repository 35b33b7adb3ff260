"""Section 7: monitors."""

from __future__ import annotations

from tests.execution.watching import play
from tests.project import Project

MONITORS = """
turns = parts.Turns()

class Watcher(Monitor):
    CYCLE = 0.001
    SINGLE_FAILURE = True
    def run_monitor(self, test):
        turns.take()
        self.fail_test(test, "too hot")
"""


def test_7_1_a_cyclic_monitor_runs_between_set_up_and_tear_down(project: Project) -> None:
    watched = play(
        project,
        MONITORS,
        """
from watching import turns

class Case(TestCase):
    def setUp(self): story.append(len(parts.threads()))
    def test(self): turns.wait(3)
    def tearDown(self): story.append(len(parts.threads()))
""",
    )
    assert [int(threads) for threads in watched.story] == [0, 0]
    assert [report.summary for report in watched.lived.reports("test")] == ["watcher: too hot"]


def test_7_1_an_exception_in_a_monitor_is_logged_and_fails_no_test(project: Project) -> None:
    watched = play(
        project,
        MONITORS.replace('self.fail_test(test, "too hot")', 'raise ValueError("blind")'),
        """
from watching import turns

class Case(TestCase):
    def test(self): turns.wait(1)
""",
    )
    assert watched.lived.status == 0
    assert any("blind" in text for text in watched.logs())


def test_7_2_a_monitor_of_a_resource_waits_for_it(project: Project) -> None:
    watched = play(
        project,
        """
turns = parts.Turns()

class Probe(BaseResource):
    degrees = 20

class Watcher(ResourceMonitor[Probe]):
    RESOURCE_NAME = "probe"
    CYCLE = 0.001
    def monitor_resource(self, test, resource):
        self.record(test, "degrees", resource.degrees)
        turns.take()
""",
        """
from watching import Probe, turns

class With(TestCase):
    def test_with(self):
        self.request_resources([Probe.request().bound("probe")])
        turns.wait(1)

class Without(TestCase):
    def test_without(self): ...
""",
    )
    assert watched.lived.status == 0
    assert {sample[0] for sample in watched.samples()} == {"degrees"}
