"""Flows are found, chosen and listed whole."""

from __future__ import annotations

import pytest

from rotest_core.errors import PlanError
from tests.execution.flow_project import play, write_flows
from tests.project import Project

FLOWS = """
class Inner(TestFlow):
    __test__ = False
    TAGS = ["IN"]
    blocks = [Pass.params(name="Step")]

class First(TestFlow):
    TAGS = ["OUT"]
    blocks = [Inner, Pass]

class Second(TestFlow):
    blocks = [Pass]

class Plain(TestCase):
    def test(self): pass

class All(TestSuite):
    components = [Second, Plain, First.params(name="Renamed")]
"""


def test_flows_are_found_in_the_order_of_cases_and_blocks_are_not(project: Project) -> None:
    write_flows(project, FLOWS)
    plan = project.plan(".")
    assert [(test.id, test.kind, test.name) for test in plan.tests] == [
        ("test_flows.py::First", "flow", "First"),
        ("test_flows.py::Plain::test", "case", "test"),
        ("test_flows.py::Second", "flow", "Second"),
    ]
    assert plan.numbers_of_parts == range(3, 7)


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        ("First", ["First"]),
        ("IN", ["First"]),
        ("Step", ["First"]),
        ("Pass", ["First", "Second"]),
        ("not Inner and not Plain", ["Second"]),
        ("OUT and IN", ["First"]),
    ],
)
def test_a_filter_chooses_flows_whole_by_what_is_in_them(
    project: Project, chosen: str, names: list[str]
) -> None:
    write_flows(project, FLOWS)
    assert [test.name for test in project.plan(".", chosen=chosen).tests] == names
    _, text = project.listing(".", chosen=chosen)
    listed = [line.strip(" |").partition(" ")[0] for line in text.splitlines() if "(left out)" not in line]
    assert [name for name in listed if name in ("First", "Second")] == names


def test_the_listing_shows_the_parts_and_counts_flows(project: Project) -> None:
    write_flows(project, FLOWS)
    assert project.listing("test_flows.py::First") == (
        0,
        "test_flows.py\n |  First [OUT]\n |   |  Inner [IN]\n |   |   |  Step\n |   |  Pass\n",
    )


def test_a_flow_is_selected_by_its_name_also_one_that_is_not_discovered(project: Project) -> None:
    write_flows(project, FLOWS)
    assert project.ids("test_flows.py::Inner") == ["test_flows.py::Inner"]


def test_suites_hold_flows(project: Project) -> None:
    write_flows(project, FLOWS)
    plan = project.plan("test_flows.py::All")
    assert [(test.name, test.kind) for test in plan.tests] == [
        ("Second", "flow"),
        ("test", "case"),
        ("Renamed", "flow"),
    ]


def test_a_block_alone_cannot_be_selected_nor_be_in_a_suite(project: Project) -> None:
    write_flows(project, "class Wrong(TestSuite): components = [Pass]")
    message = "Pass is a block, which runs as a part of a flow only"
    with pytest.raises(PlanError, match=f"^test_flows.py::Wrong: {message}$"):
        project.plan("test_flows.py::Wrong")
    with pytest.raises(PlanError, match=f"^{message}$"):
        project.plan("test_flows.py::Pass")


def test_load_tests_may_give_flows(project: Project) -> None:
    played = play(project, FLOWS + "\ndef load_tests(loader, standard, pattern): return standard")
    assert played.lived.status == 0
    assert played.order == ["First", "Inner", "Step", "Pass", "test", "Second", "Pass"]


def test_flows_run_in_other_processes_as_they_do_here(project: Project) -> None:
    played = play(
        project,
        """
        class Own(TestBlock):
            lamp = Flare.request(name="two")
            def test(self): tell(self.lamp.name)

        class First(TestFlow):
            blocks = [Gives, Takes, Fail, Pass]

        class Second(TestFlow):
            lamp = Flare.request(name="broken")
            blocks = [Pass.params(name="never")]

        class Third(TestFlow):
            blocks = [Own.params(mode=MODE_FINALLY)]
        """,
        workers="2",
    )
    assert played.outcomes == {
        "First": "failure",
        "Gives": "success",
        "Takes": "success",
        "Fail": "failure",
        "Pass": "skipped",
        "Second": "error",
        "never": "skipped",
        "Third": "success",
        "Own": "success",
    }


def test_row_16_a_worker_that_dies_in_a_block_ends_all_parts(project: Project) -> None:
    played = play(
        project,
        """
        import os

        class Dies(TestBlock):
            def test(self): os._exit(9)

        class First(TestFlow): blocks = [Dies, Pass, Pass.params(name="clean", mode=MODE_FINALLY)]
        class Second(TestFlow): blocks = [Pass.params(name="other")]
        """,
        workers="2",
    )
    assert played.outcomes == {
        "First": "error",
        "Dies": "error",
        "Pass": "skipped",
        "clean": "skipped",
        "Second": "success",
        "other": "success",
    }
