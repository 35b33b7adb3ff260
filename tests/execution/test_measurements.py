"""What tests measure reaches the events of the run, from wherever it was measured."""

from __future__ import annotations

from rotest_core.events import ExpectationChecked, MeasurementTaken, SampleTaken, TestStarted
from tests.execution import live
from tests.project import Project

TESTS = """
from rotest_core import TestBlock, TestCase, TestFlow

class Supply(TestCase):
    def setUp(self): self.measure("in setUp", 1)
    def test_supply(self):
        self.measure("supply", 5.5, unit="V", within=(4.75, 5.25))
        self.expectMeasured("firmware", "2.1", "2.1")
        self.sample("supply", 5.5, unit="V")
    def tearDown(self): self.measure("in tearDown", 9, within=(None, 8))

class Warm(TestBlock):
    def test_warm(self): self.measure("heat", 61, unit="°C", within=(None, 60), marginal=5)

class After(TestBlock):
    def test_after(self): self.measure("heat", 58, unit="°C", within=(None, 60), marginal=5)

class Oven(TestFlow):
    blocks = [Warm, After]
"""


def measured(lived: live.Lived) -> dict[str, list[tuple[object, ...]]]:
    """Give the measurements by the names of the tests."""
    names = {event.test: event.name for event in lived.of(TestStarted)}
    found: dict[str, list[tuple[object, ...]]] = {}
    for event in lived.of(MeasurementTaken):
        taken = (event.name, event.value, event.unit, event.low, event.high, event.verdict)
        found.setdefault(names[event.test], []).append(taken)
        assert (event.file.rpartition("/")[2], event.line > 0) == ("test_measured.py", True)
    return found


EXPECTED: dict[str, list[tuple[object, ...]]] = {
    "test_supply": [
        ("in setUp", 1, "", None, None, "pass"),
        ("supply", 5.5, "V", 4.75, 5.25, "fail"),
        ("firmware", "2.1", "", None, None, "pass"),
        ("in tearDown", 9, "", None, 8.0, "fail"),
    ],
    "Warm": [("heat", 61, "°C", None, 60.0, "fail")],
}


def check(lived: live.Lived) -> None:
    assert measured(lived) == EXPECTED
    assert lived.outcomes == {
        "test_supply": "failure",
        "Warm": "failure",
        "After": "skipped",
        "Oven": "failure",
    }
    assert [report.summary.partition(": ")[2] for report in lived.reports("test_supply")] == [
        "supply: 5.5 V is above the limit of 5.25 V",
        "in tearDown: 9 is above the limit of 8",
    ]
    [sample] = lived.of(SampleTaken)
    assert (sample.series, sample.value, sample.unit, sample.monitor) == ("supply", 5.5, "V", "")
    assert lived.of(ExpectationChecked) == []


def test_cases_and_blocks_measure(project: Project) -> None:
    project.write("test_measured.py", TESTS)
    check(live.run(project, "test_measured.py"))


def test_they_do_so_in_workers(project: Project) -> None:
    project.write("test_measured.py", TESTS)
    check(live.run(project, "test_measured.py", workers="2", executor="process"))


def test_a_block_that_is_near_a_limit_stops_nothing(project: Project) -> None:
    project.write("test_measured.py", TESTS.replace("61", "59"))
    lived = live.run(project, "test_measured.py")
    assert [verdict for *_, verdict in (*measured(lived)["Warm"], *measured(lived)["After"])] == [
        "marginal",
        "marginal",
    ]
    assert lived.outcomes["Oven"] == "success"
