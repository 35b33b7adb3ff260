"""Fixtures of the classes of parts, time limits of parts, and flows that do not come to run."""

from __future__ import annotations

import pytest

from rotest_core.events import TestStarted
from tests.execution.flow_project import play
from tests.project import Project

FIXTURES = """
class Fixed(TestBlock):
    lamp = Flare.request(name="one")

    @classmethod
    def setUpClass(cls):
        cls.addClassCleanup(tell, "class cleanup")
        tell("setUpClass")
        {set_up}

    def test(self): tell("test")

    @classmethod
    def tearDownClass(cls):
        tell("tearDownClass")
        {tear_down}

class Main(TestFlow):
    blocks = [Fixed, Pass.params(name="next")]
"""


def test_fixtures_of_a_blocks_class_go_around_the_block_and_its_resources(project: Project) -> None:
    played = play(project, FIXTURES.format(set_up="", tear_down=""))
    assert played.lived.status == 0
    assert played.story == [
        *["setUpClass", "connect one", "test", "finalize one", "tearDownClass", "class cleanup"],
        "pass",
    ]


def test_row_7_a_block_whose_class_cannot_be_set_up_is_an_error_and_leases_nothing(project: Project) -> None:
    played = play(project, FIXTURES.format(set_up="raise LookupError('no class')", tear_down=""))
    assert played.outcomes == {"Main": "error", "Fixed": "error", "next": "skipped"}
    assert played.summaries("Fixed") == ["LookupError: no class"]
    assert played.story == ["setUpClass", "class cleanup"]


def test_row_7_a_block_whose_class_is_skipped_is_skipped(project: Project) -> None:
    played = play(project, FIXTURES.format(set_up="raise unittest.SkipTest('not here')", tear_down=""))
    assert played.outcomes == {"Main": "success", "Fixed": "skipped", "next": "success"}
    assert played.skipped["Fixed"] == "not here"


def test_row_8_a_block_whose_class_cannot_be_torn_down_is_an_error(project: Project) -> None:
    played = play(project, FIXTURES.format(set_up="", tear_down="raise LookupError('still there')"))
    assert played.outcomes == {"Main": "error", "Fixed": "error", "next": "skipped"}
    assert played.story[-2:] == ["tearDownClass", "class cleanup"]


def test_fixtures_of_an_inner_flows_class_go_around_its_parts(project: Project) -> None:
    played = play(
        project,
        """
        class Inner(TestFlow):
            __test__ = False
            blocks = [Pass, Pass]
            @classmethod
            def setUpClass(cls): tell("setUpClass")
            @classmethod
            def tearDownClass(cls): tell("tearDownClass")

        class Skipped(Inner):
            __test__ = False
            blocks = [Pass.params(name="inside")]
            @classmethod
            def setUpClass(cls): raise unittest.SkipTest("not here")

        class Main(TestFlow):
            blocks = [Inner, Inner, Skipped]
        """,
    )
    assert played.story == ["setUpClass", "pass", "pass", "tearDownClass"] * 2
    assert played.skipped == {"Skipped": "not here", "inside": "not here"}


def test_an_interrupt_in_a_fixture_of_a_block_stops_the_flow(project: Project) -> None:
    played = play(project, FIXTURES.format(set_up="raise KeyboardInterrupt", tear_down=""))
    assert played.lived.status == 130
    assert played.outcomes == {"Main": "error", "Fixed": "error", "next": "skipped"}
    assert played.story == ["setUpClass", "class cleanup"]


@pytest.mark.parametrize("fixture", ["    @classmethod\n    def setUpClass(cls)", "def setUpModule()"])
def test_row_6_the_parts_of_a_flow_whose_fixtures_fail_are_skipped(project: Project, fixture: str) -> None:
    played = play(
        project,
        f"""
class Main(TestFlow):
    blocks = [Pass, create_flow([Pass.params(name="deep")], name="Inner")]
{fixture}: raise LookupError
""",
    )
    reason = "the fixtures of its class or module failed"
    assert played.skipped == dict.fromkeys(["Main", "Pass", "Inner", "deep"], reason)


# Time limits

SLOW = """
import time

class Slow(TestBlock):
    TIMEOUT = {limit}
    def test(self): time.sleep({seconds})
    def tearDown(self): tell("tearDown")

class Clean(TestBlock):
    mode = MODE_FINALLY
    def test(self): tell("clean")
"""


def test_row_15_a_blocks_limit_ends_the_block(project: Project) -> None:
    played = play(
        project,
        SLOW.format(limit=0.05, seconds=60)
        + """
class Main(TestFlow):
    blocks = [Slow, Pass.params(name="next"), Clean]
    def tearDown(self): tell("flow's tearDown")
""",
    )
    assert played.outcomes == {"Main": "error", "Slow": "error", "next": "skipped", "Clean": "success"}
    assert "the block Main > Slow took longer than 0.05 s" in played.texts("Slow")[0]
    assert played.story == ["tearDown", "clean", "flow's tearDown"]


def test_an_inner_flows_limit_is_for_all_its_parts(project: Project) -> None:
    played = play(
        project,
        SLOW.format(limit=9, seconds=60)
        + """
class Inner(TestFlow):
    __test__ = False
    TIMEOUT = 0.05
    blocks = [Pass, Slow, Pass.params(name="skipped"), Clean]
    def tearDown(self): tell("inner tearDown")

class Main(TestFlow):
    blocks = [Inner.params(mode=MODE_FINALLY), Clean.params(name="last")]
""",
    )
    assert "the flow Main > Inner took longer than 0.05 s" in played.texts("Slow")[0]
    assert played.outcomes["Inner"] == "error"
    assert played.story == ["pass", "tearDown", "clean", "inner tearDown", "clean"]


def test_the_whole_flows_limit_holds_in_parts_that_have_one_too(project: Project) -> None:
    played = play(
        project,
        SLOW.format(limit=9, seconds=60)
        + """
class Main(TestFlow):
    TIMEOUT = 0.05
    blocks = [Slow, Pass.params(name="next"), Clean]
    def tearDown(self): tell("flow's tearDown")
""",
    )
    assert "the test took longer than 0.05 s" in played.texts("Slow")[0]
    assert played.outcomes == {"Main": "error", "Slow": "error", "next": "skipped", "Clean": "success"}
    assert played.story == ["tearDown", "clean", "flow's tearDown"]


def test_the_clean_up_of_a_part_does_not_prolong_the_flow(project: Project) -> None:
    played = play(
        project,
        """
        import time

        class Slow(TestBlock):
            TIMEOUT = 0.05
            def test(self): time.sleep(60)
            def tearDown(self): time.sleep(60)

        class Main(TestFlow):
            TIMEOUT = 0.2
            blocks = [Slow, Pass.params(name="clean", mode=MODE_FINALLY)]
        """,
    )
    first, second = played.texts("Slow")
    assert "the block Main > Slow took longer than 0.05 s" in first
    assert "the test took longer than 0.2 s" in second
    assert played.story == ["pass"]


def test_a_block_that_needs_less_than_its_limit_passes_and_the_flows_limit_holds_on(project: Project) -> None:
    played = play(
        project,
        SLOW.format(limit=9, seconds=0)
        + """
class Late(TestBlock):
    def test(self): time.sleep(60)

class Main(TestFlow):
    TIMEOUT = 0.2
    blocks = [Slow, Late]
""",
    )
    assert played.outcomes == {"Main": "error", "Slow": "success", "Late": "error"}
    assert "the test took longer than 0.2 s" in played.texts("Late")[0]


def test_without_a_limit_of_the_flow_that_of_a_block_holds(project: Project) -> None:
    played = play(
        project,
        SLOW.format(limit=0.05, seconds=60)
        + """
class Main(TestFlow):
    TIMEOUT = 0
    blocks = [Slow.params(mode=MODE_FINALLY), Clean]
""",
    )
    assert played.outcomes == {"Main": "error", "Slow": "error", "Clean": "success"}


def test_a_limit_of_a_block_gives_the_flow_a_worker_that_can_be_ended(project: Project) -> None:
    played = play(
        project,
        SLOW.format(limit=60, seconds=0)
        + """
class Main(TestFlow):
    blocks = [create_flow([Slow])]
""",
    )
    assert {event.worker for event in played.lived.of(TestStarted)} == {"w1"}
