"""Flows as they run. What follows which failure is a table of docs/flows.md; its rows have tests of their numbers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rotest_core.events import (
    GroupFinished,
    GroupStarted,
    LogWritten,
    ResourceLeased,
    ResourceReleased,
    TestFinished,
    TestStarted,
)
from rotest_core.plugin import ReportBuilder
from tests.execution.flow_project import play, write_flows
from tests.project import Project

# A flow counts as one test; its blocks are reported under it.


def test_a_flow_is_one_test_and_its_blocks_are_reported_under_it(project: Project) -> None:
    played = play(
        project,
        """
        class Inner(TestFlow):
            '''Go inside.'''
            __test__ = False
            TAGS = ["IN"]
            blocks = [Pass.params(name="second")]

        class Main(TestFlow):
            TAGS = ["OUT"]
            blocks = [Pass.params(name="first"), Inner, Pass.params(name="third")]
        """,
    )
    lived = played.lived
    assert lived.status == 0
    assert played.order == ["Main", "first", "Inner", "second", "third"]
    assert played.outcomes == dict.fromkeys(played.order, "success")
    started = {event.name: event for event in lived.of(TestStarted)}
    assert [event.kind for event in started.values()] == ["flow", "block", "flow", "block", "block"]
    assert started["second"].tags == ("OUT", "IN")
    assert started["Inner"].description == "Go inside."
    groups = {event.group: event for event in lived.of(GroupStarted)}
    assert [(event.kind, event.name) for event in groups.values()] == [
        ("module", "test_flows.py"),
        ("flow", "Main"),
        ("flow", "Inner"),
    ]
    assert groups[started["second"].group or 0].name == "Inner"
    assert [groups[event.group].name for event in lived.of(GroupFinished)] == [
        "Inner",
        "Main",
        "test_flows.py",
    ]
    assert len({event.test for event in lived.of(TestStarted)}) == 5


def test_handlers_get_one_report_with_the_blocks_in_it(project: Project) -> None:
    body = """
        class Main(TestFlow):
            blocks = [Pass.params(name="first"), create_flow([Pass.params(name="second")], name="Inner")]
    """
    builder = ReportBuilder()
    reports = [builder.take(event) for event in play(project, body).lived.events]
    [main] = [report for report in reports if report is not None and not report.is_block]
    assert [block.name for block in main.blocks] == ["first", "Inner"]
    assert [block.name for block in main.blocks[1].blocks] == ["second"]


def test_the_run_counts_the_flow_and_not_its_parts(project: Project) -> None:
    played = play(project, "class Main(TestFlow): blocks = [Pass, Fail, Pass]")
    assert played.lived.events[-1]._asdict()["counts"] == (("failure", 1),)
    assert played.lived.status == 1


# Modes

ENDS = ["Pass", "Fail", "Err", "Skip", "Expected", "Unexpected"]
GOES_ON = {
    "MODE_CRITICAL": {"Pass", "Skip", "Expected"},
    "MODE_OPTIONAL": {"Pass", "Skip", "Expected", "Fail", "Unexpected"},
    "MODE_FINALLY": {"Pass", "Skip", "Expected"},
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("mode", GOES_ON)
def test_rows_1_to_4_a_parts_mode_and_end_decide_about_what_follows(
    project: Project, mode: str, end: str
) -> None:
    played = play(
        project, f"class Main(TestFlow): blocks = [{end}.params(mode={mode}), Pass.params(name='next')]"
    )
    goes_on = end in GOES_ON[mode]
    assert played.outcomes["next"] == ("success" if goes_on else "skipped")
    assert played.skipped.get("next") == (None if goes_on else "Previous component failed")


@pytest.mark.parametrize("end", ["Fail", "Err"])
@pytest.mark.parametrize("mode", GOES_ON)
def test_the_same_goes_for_flows_in_flows(project: Project, mode: str, end: str) -> None:
    played = play(
        project,
        f"class Main(TestFlow): blocks = [create_flow([{end}], 'Inner', {mode}), Pass.params(name='next')]",
    )
    goes_on = end in GOES_ON[mode]
    assert played.outcomes["next"] == ("success" if goes_on else "skipped")


def test_finally_runs_though_an_earlier_sibling_stopped_the_flow(project: Project) -> None:
    played = play(
        project,
        """
        class Main(TestFlow):
            blocks = [
                Fail, Pass.params(name="skipped"), Pass.params(name="clean", mode=MODE_FINALLY),
                Pass.params(name="after"), Err.params(mode=MODE_FINALLY), Pass.params(name="last", mode=MODE_FINALLY),
            ]
        """,
    )
    assert played.outcomes == {
        "Main": "error",
        "Fail": "failure",
        "skipped": "skipped",
        "clean": "success",
        "after": "skipped",
        "Err": "error",
        "last": "success",
    }


def test_finally_runs_in_a_flow_that_started_and_not_in_one_that_is_skipped(project: Project) -> None:
    body = """
        class Inner(TestFlow):
            __test__ = False
            blocks = [{}, Pass.params(name="clean", mode=MODE_FINALLY)]

        class Main(TestFlow):
            blocks = [{}, Inner]
    """
    started = play(project, body.format("Fail", "Pass"))
    assert started.outcomes["clean"] == "success"


def test_row_5_a_skipped_flow_skips_all_that_is_in_it(project: Project) -> None:
    played = play(
        project,
        """
        class Inner(TestFlow):
            __test__ = False
            def setUp(self): tell("never")
            blocks = [Pass, create_flow([Pass.params(name="deep")]), Pass.params(name="clean", mode=MODE_FINALLY)]

        class Main(TestFlow):
            blocks = [Fail, Inner]
        """,
    )
    reason = "Previous component failed"
    assert played.skipped == dict.fromkeys(["Inner", "Pass", "AnonymousTestFlow", "deep", "clean"], reason)
    assert played.story == []


# The outcome of a flow


@pytest.mark.parametrize(
    ("blocks", "outcome"),
    [
        ("[Pass]", "success"),
        ("[Skip, Expected]", "success"),
        ("[Fail.params(mode=MODE_OPTIONAL), Pass]", "failure"),
        ("[Unexpected]", "failure"),
        ("[Fail.params(mode=MODE_OPTIONAL), Err]", "error"),
        ("[create_flow([create_flow([Err])])]", "error"),
        ("[create_flow([create_flow([Unexpected])])]", "failure"),
    ],
)
def test_a_flow_ends_as_its_worst_part(project: Project, blocks: str, outcome: str) -> None:
    assert play(project, f"class Main(TestFlow): blocks = {blocks}").outcomes["Main"] == outcome


def test_a_flows_text_has_one_line_for_each_part_that_is_not_good(project: Project) -> None:
    played = play(
        project,
        """
        class Main(TestFlow):
            blocks = [Fail.params(mode=MODE_OPTIONAL), create_flow([Pass, Err], name="Inner")]
        """,
    )
    assert played.texts("Main") == [
        "Main > Fail: failure: AssertionError: failed\nMain > Inner > Err: error: ValueError: wrong"
    ]
    assert played.texts("Inner") == ["Main > Inner > Err: error: ValueError: wrong"]
    assert played.cause("Main") == "product"


def test_row_9_a_flows_set_up_that_fails_skips_all_parts(project: Project) -> None:
    played = play(
        project,
        """
        class Main(TestFlow):
            blocks = [Pass, Pass.params(name="clean", mode=MODE_FINALLY)]
            def setUp(self):
                self.addCleanup(tell, "cleanup")
                self.fail("no")
            def tearDown(self): tell("tearDown")
        """,
    )
    assert played.outcomes == {"Main": "failure", "Pass": "skipped", "clean": "skipped"}
    assert played.story == ["cleanup"]


def test_row_9_an_inner_flows_set_up_that_fails_skips_its_parts(project: Project) -> None:
    played = play(
        project,
        """
        class Inner(TestFlow):
            __test__ = False
            blocks = [Pass]
            def setUp(self): self.fail("no")

        class Main(TestFlow):
            blocks = [Inner, Pass.params(name="next")]
        """,
    )
    assert played.outcomes == {"Main": "failure", "Inner": "failure", "Pass": "skipped", "next": "skipped"}
    assert played.texts("Main") == ["Main > Inner: failure: AssertionError: no"]


def test_row_10_a_flows_tear_down_runs_after_its_parts_as_a_cases(project: Project) -> None:
    played = play(
        project,
        """
        class Main(TestFlow):
            blocks = [Pass, Fail]
            def setUp(self):
                tell("setUp")
                self.addCleanup(tell, "cleanup")
            def tearDown(self):
                tell("tearDown")
                raise OSError("late")
        """,
    )
    assert played.story == ["setUp", "pass", "tearDown", "cleanup"]
    assert played.outcomes["Main"] == "error"
    assert played.summaries("Main") == ["Main > Fail: failure: AssertionError: failed", "OSError: late"]


# Resources


def test_row_11_a_flow_whose_resources_cannot_be_had_skips_all_parts(project: Project) -> None:
    played = play(
        project,
        """
        class Main(TestFlow):
            lamp = Flare.request(watts=1000)
            blocks = [Pass, create_flow([Skip], name="Inner"), Fail.params(mode=MODE_FINALLY)]
        """,
    )
    reason = "Failed to request resources"
    assert played.skipped == dict.fromkeys(["Pass", "Inner", "Skip", "Fail"], reason)
    assert (played.outcomes["Main"], played.cause("Main")) == ("error", "infrastructure")
    assert played.lived.status == 3


def test_row_11_a_flow_whose_resources_cannot_be_set_up_skips_all_parts(project: Project) -> None:
    played = play(
        project,
        """
        class Main(TestFlow):
            lamp = Flare.request(name="broken")
            blocks = [Pass, create_flow([Skip], name="Inner")]
        """,
    )
    assert played.skipped == dict.fromkeys(["Pass", "Inner", "Skip"], "Failed to request resources")
    assert (played.outcomes["Main"], played.cause("Main")) == ("error", "infrastructure")
    assert played.story == ["connect broken", "finalize broken"]


def test_row_11_an_inner_flow_whose_resources_cannot_be_had_skips_its_parts(project: Project) -> None:
    played = play(
        project,
        """
        class Inner(TestFlow):
            __test__ = False
            lamp = Flare.request(name="broken")
            blocks = [Pass]

        class Main(TestFlow):
            blocks = [Inner, Pass.params(name="next")]
        """,
    )
    assert played.skipped == {"Pass": "Failed to request resources", "next": "Previous component failed"}
    assert (played.outcomes["Inner"], played.cause("Inner")) == ("error", "infrastructure")
    assert (played.outcomes["Main"], played.cause("Main")) == ("error", "infrastructure")


def test_resources_of_a_flow_are_attributes_of_all_its_parts_and_leased_once(project: Project) -> None:
    played = play(
        project,
        """
        class Uses(TestBlock):
            def test(self): tell(f"uses {self.lamp.name} {self.tool.size}")

        class Inner(TestFlow):
            __test__ = False
            tool = Tool.request(size=2)
            blocks = [Uses]
            def setUp(self): tell(f"inner {self.lamp.name}")

        class Main(TestFlow):
            lamp = Flare.request(name="one")
            blocks = [Inner, Inner]
            def setUp(self): tell(f"main {self.lamp.name}")
        """,
    )
    inner = ["connect tool 2", "inner one", "uses one 2", "finalize tool 2"]
    assert played.story == ["connect one", "main one", *inner, *inner, "finalize one"]
    assert [event.name for event in played.lived.of(ResourceLeased) if event.request == "lamp"] == ["one"]


def test_a_blocks_own_resource_is_not_given_to_its_siblings(project: Project) -> None:
    played = play(
        project,
        """
        class Own(TestBlock):
            lamp = Flare.request(name="two")
            def test(self): tell(f"own {self.lamp.watts}")

        class Next(TestBlock):
            def test(self): tell(hasattr(self, "lamp"))

        class Main(TestFlow):
            blocks = [Own, Next]
        """,
    )
    assert played.story == ["connect two", "own 40", "finalize two", "False"]
    [released] = played.lived.of(ResourceReleased)
    assert (released.name, released.dirty) == ("two", False)


def test_row_12_a_block_that_cannot_have_its_own_resource_is_an_infrastructure_error(
    project: Project,
) -> None:
    played = play(
        project,
        """
        class Own(TestBlock):
            lamp = Flare.request(name="broken")
            def setUp(self): tell("never")
            def test(self): tell("never")

        class Main(TestFlow):
            blocks = [Own.params(mode=MODE_OPTIONAL), Pass]
        """,
    )
    assert played.outcomes == {"Main": "error", "Own": "error", "Pass": "skipped"}
    assert (played.cause("Own"), played.cause("Main")) == ("infrastructure", "infrastructure")
    assert played.story == ["connect broken", "finalize broken"]


def test_a_block_asks_for_its_siblings_through_its_parent(project: Project) -> None:
    played = play(
        project,
        """
        class Asks(TestBlock):
            def test(self):
                self.parent.request_resources([Flare.request(name="two").bound("lamp")])
                tell(f"asked {self.lamp.name} {self.parent.lamp.name}")

        class Uses(TestBlock):
            def test(self): tell(f"uses {self.lamp.name}")

        class GivesBack(TestBlock):
            def test(self):
                self.parent.release_resources(["lamp"])
                tell(hasattr(self, "lamp"))

        class Main(TestFlow):
            blocks = [Asks, create_flow([Uses]), GivesBack]
        """,
    )
    assert played.lived.status == 0, played.texts("Main")
    assert played.story == ["connect two", "asked two two", "uses two", "finalize two", "False"]


def test_what_a_block_asks_for_itself_goes_with_it(project: Project) -> None:
    played = play(
        project,
        """
        class Asks(TestBlock):
            def test(self):
                self.request_resources([Tool.request(size=3).bound("tool"), Flare.request().bound("lamp")])
                tell(f"{self.tool.size} {self.lamp.name}")

        class Main(TestFlow):
            lamp = Flare.request(name="one")
            blocks = [Asks, Pass]
        """,
    )
    assert played.story == [
        "connect one",
        "connect tool 3",
        "3 one",
        "finalize tool 3",
        "pass",
        "finalize one",
    ]


def test_a_request_of_a_name_that_the_parent_holds_uses_the_parents(project: Project) -> None:
    played = play(
        project,
        """
        class Own(TestBlock):
            lamp = Flare.request(name="two")
            def test(self): tell(f"own {self.lamp.name}")

        class Main(TestFlow):
            lamp = Flare.request(name="one")
            blocks = [Own]
        """,
    )
    assert played.story == ["connect one", "own one", "finalize one"]


def test_an_own_request_is_stronger_than_a_value_that_is_passed(project: Project) -> None:
    played = play(
        project,
        """
        class Own(TestBlock):
            tool = Tool.request(size=4)
            def test(self): tell(f"own {self.tool.size}")

        class Main(TestFlow):
            common = {"tool": "passed"}
            blocks = [Own, Own.params(tool=Tool.request(size=5)), Own.params(tool=Pipe("other"))]
            other = Tool.request(size=6)
        """,
    )
    assert [line for line in played.story if line.startswith("own")] == ["own 4", "own 5", "own 6"]


def test_a_resource_of_a_block_that_ends_in_an_error_is_given_back_dirty(project: Project) -> None:
    played = play(
        project,
        """
        class Own(TestBlock):
            lamp = Flare.request(name="two")
            def test(self): raise ValueError

        class Main(TestFlow):
            blocks = [Own]
        """,
    )
    assert [(event.name, event.dirty) for event in played.lived.of(ResourceReleased)] == [("two", True)]


def test_the_command_lines_changes_reach_the_requests_of_blocks(project: Project) -> None:
    played = play(
        project,
        """
        class Own(TestBlock):
            lamp = Flare.request()
            def test(self): tell(f"own {self.lamp.name}")

        class Main(TestFlow):
            blocks = [Own]
        """,
        resources="lamp=two",
    )
    assert "own two" in played.story


# What passes down, and what does not


def test_save_state_is_the_main_flows_affair_and_skip_init_passes_down(project: Project) -> None:
    played = play(
        project,
        """
        class Kept(Tool):
            def initialize(self): tell("initialize")
            def store_state(self, directory): tell(f"store {self.size}")

        class Own(TestBlock):
            tool = Kept.request(size=7)
            def test(self): self.fail()

        class Main(TestFlow):
            mine = Kept.request(size=8)
            blocks = [Own]
        """,
        save_state=True,
        skip_init=True,
    )
    assert "store 8" in played.story
    assert "store 7" not in played.story
    assert "initialize" not in played.story


def test_the_debugger_is_called_where_a_block_fails_and_not_again_for_the_flow(project: Project) -> None:
    from tests.execution import live

    write_flows(project, "class Main(TestFlow): blocks = [create_flow([Err])]")
    errors: list[str] = []
    live.run(project, ".", on_failure=lambda error: errors.append(repr(error)))
    assert errors == ["ValueError('wrong')"]


def test_what_a_block_logs_is_the_blocks(project: Project) -> None:
    played = play(
        project,
        """
        class Logs(TestBlock):
            def test(self): self.logger.info("inside")

        class Main(TestFlow):
            blocks = [Logs]
            def tearDown(self): self.logger.info("outside")
        """,
    )
    names = {event.test: event.name for event in played.lived.of(TestStarted)}
    logged = [(names[event.test or 0], event.text) for event in played.lived.of(LogWritten)]
    assert logged == [("Logs", "inside"), ("Main", "outside")]


def test_row_14_an_interrupt_in_a_block_stops_the_flow_but_for_finally(project: Project) -> None:
    played = play(
        project,
        """
        class Stop(TestBlock):
            def test(self): raise KeyboardInterrupt
            def tearDown(self): tell("tearDown")

        class Main(TestFlow):
            blocks = [Stop, Pass.params(name="next"), Pass.params(name="clean", mode=MODE_FINALLY)]
            def tearDown(self): tell("flow's tearDown")
        """,
    )
    assert played.lived.status == 130
    assert played.outcomes == {"Main": "error", "Stop": "error", "next": "skipped", "clean": "success"}
    assert played.story == ["tearDown", "pass", "flow's tearDown"]


def test_an_interrupt_in_the_flow_itself_ends_every_part(project: Project) -> None:
    played = play(
        project,
        """
        class Main(TestFlow):
            blocks = [Pass, Pass.params(name="clean", mode=MODE_FINALLY)]
            def setUp(self): raise KeyboardInterrupt
        """,
    )
    assert played.outcomes == {"Main": "error", "Pass": "skipped", "clean": "skipped"}


def test_a_part_whose_class_cannot_be_made_is_an_error(project: Project) -> None:
    played = play(
        project,
        """
        class Odd(TestBlock):
            def __init__(self, method):
                raise TypeError("odd")
            def test(self): pass

        class Main(TestFlow):
            blocks = [Odd]
        """,
    )
    assert played.outcomes == {"Main": "error", "Odd": "error"}


def test_a_flow_that_is_marked_to_be_skipped_is_skipped(project: Project) -> None:
    played = play(
        project,
        """
        @unittest.skip("not now")
        class Inner(TestFlow):
            __test__ = False
            blocks = [Pass]

        class Main(TestFlow):
            blocks = [Inner, Pass.params(name="next")]

        @unittest.skip("never")
        class Off(TestFlow):
            blocks = [Fail]
        """,
    )
    assert played.outcomes["Main"] == "success"
    assert played.skipped["Inner"] == played.skipped["Pass"] == "not now"
    assert played.skipped["Off"] == "never"
    assert played.outcomes["next"] == "success"


def test_two_flows_run_one_after_the_other_and_every_part_has_a_number_of_its_own(project: Project) -> None:
    played = play(
        project,
        """
        class One(TestFlow): blocks = [Pass, Pass]
        class Plain(TestCase):
            def test(self): pass
        class Two(TestFlow): blocks = [Pass]
        """,
    )
    numbers = [event.test for event in played.lived.of(TestFinished)]
    assert len(numbers) == len(set(numbers)) == 6


def test_every_row_of_the_documentation_has_a_test() -> None:
    document = Path(__file__).parents[2] / "docs" / "flows.md"
    rows = set(map(int, re.findall(r"^\| (\d+) \|", document.read_text(encoding="utf-8"), re.MULTILINE)))
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_flow_*.py"))
    found = re.findall(r"^def test_rows?_(\d+)_(?:to_(\d+)_)?", tests, re.MULTILINE)
    tested = {row for first, last in found for row in range(int(first), int(last or first) + 1)}
    assert rows == tested
