"""Section 4: flows and blocks."""

from __future__ import annotations

import pytest

from rotest_core.events import LogWritten, TestStarted
from tests.execution.flow_project import mistakes, play
from tests.project import Project


def test_4_1_what_flows_are_made_of_is_checked(project: Project) -> None:
    complaints = mistakes(
        project,
        """
        class Two(TestBlock):
            def test_a(self): ...
            def test_b(self): ...

        class None_(TestBlock): ...

        class Empty(TestFlow):
            blocks = []

        class Main(TestFlow):
            blocks = [Two, None_, TestCase]
        """,
    )
    assert complaints == [
        "Empty: the flow is empty: it needs at least one block",
        "Main: TestCase is neither a block nor a flow",
        "Main > Two: the block has 2 test methods: test_a, test_b; a block needs exactly one",
        "Main > None_: the block has no test method; a block needs exactly one",
    ]


def test_4_1_a_flow_is_one_test_with_its_blocks_under_it(project: Project) -> None:
    played = play(project, "class Main(TestFlow): blocks = [Pass, create_flow([Pass])]")
    assert [event.kind for event in played.lived.of(TestStarted)] == ["flow", "block", "flow", "block"]
    assert played.lived.events[-1]._asdict()["counts"] == (("success", 1),)


ENDS = {
    "Pass": (True, True, True),
    "Skip": (True, True, True),
    "Expected": (True, True, True),
    "Fail": (False, True, False),
    "Unexpected": (False, True, False),
    "Err": (False, False, False),
}


@pytest.mark.parametrize("end", ENDS)
def test_4_2_modes_decide_what_follows(project: Project, end: str) -> None:
    flows = "\n".join(
        f"class {mode.title()}(TestFlow): blocks = [{end}.params(mode=MODE_{mode}), Pass.params(name='after {mode}')]"
        for mode in ("CRITICAL", "OPTIONAL", "FINALLY")
    )
    played = play(
        project,
        f"{flows}\nclass Late(TestFlow):\n    blocks = [{end}, Pass.params(name='at last', mode=MODE_FINALLY)]\n",
    )
    went_on = [played.outcomes[f"after {mode}"] == "success" for mode in ("CRITICAL", "OPTIONAL", "FINALLY")]
    assert tuple(went_on) == ENDS[end]
    assert played.outcomes["Optional"] == {"Err": "error", "Fail": "failure", "Unexpected": "failure"}.get(
        end, "success"
    )
    assert played.outcomes["at last"] == "success"


def test_4_3_what_is_skipped_has_a_reason(project: Project) -> None:
    played = play(
        project,
        """
        def clean(name): return Pass.params(name=name, mode=MODE_FINALLY)

        class Main(TestFlow):
            blocks = [create_flow([Fail, clean("runs")]), create_flow([Pass, clean("does not")], name="Inner")]
        """,
    )
    assert played.skipped == dict.fromkeys(["Inner", "Pass", "does not"], "Previous component failed")
    assert played.outcomes["runs"] == "success"


def test_4_4_a_flow_is_as_bad_as_its_worst_part(project: Project) -> None:
    played = play(
        project,
        """
        class Deep(TestFlow): blocks = [Fail.params(mode=MODE_OPTIONAL), create_flow([create_flow([Err])], name="In")]
        class Odd(TestFlow): blocks = [Unexpected]
        class Good(TestFlow):
            blocks = [Skip, Expected]
            def tearDown(self): tell("tearDown")
        class Unready(TestFlow):
            blocks = [Pass.params(name="unready", mode=MODE_FINALLY)]
            def setUp(self): self.fail()
            def tearDown(self): tell("never")
        """,
    )
    flows = {name: played.outcomes[name] for name in ("Deep", "Odd", "Good", "Unready")}
    assert flows == {"Deep": "error", "Odd": "failure", "Good": "success", "Unready": "failure"}
    assert played.texts("Deep")[0].splitlines() == [
        "Deep > Fail: failure: AssertionError: failed",
        "Deep > In > AnonymousTestFlow > Err: error: ValueError: wrong",
    ]
    assert played.outcomes["unready"] == "skipped"
    assert played.story == ["tearDown"]


@pytest.mark.parametrize("lamp", ["none", "broken"])
def test_4_5_without_its_resources_a_flow_skips_its_parts(project: Project, lamp: str) -> None:
    played = play(
        project,
        f"""
        class Main(TestFlow):
            lamp = Flare.request(name="{lamp}")
            blocks = [Pass.params(mode=MODE_FINALLY)]
        """,
    )
    assert played.skipped == {"Pass": "Failed to request resources"}
    assert (played.outcomes["Main"], played.cause("Main")) == ("error", "infrastructure")


def test_4_6_resources_belong_to_who_asks(project: Project) -> None:
    played = play(
        project,
        """
        class Own(TestBlock):
            lamp = Flare.request(name="two")
            mine = Tool.request()
            def test(self): tell(f"own {self.lamp.name} {self.mine.size}")

        class Asks(TestBlock):
            def test(self): self.parent.request_resources([Tool.request(size=9).bound("shared")])

        class Looks(TestBlock):
            def test(self): tell(f"looks {self.lamp.name} {self.shared.size} {hasattr(self, 'mine')}")

        class Main(TestFlow):
            lamp = Flare.request(name="one")
            blocks = [create_flow([Own]), Asks, Looks]
        """,
    )
    assert played.lived.status == 0, played.texts("Main")
    assert [line for line in played.story if line.startswith(("own", "looks"))] == [
        "own one 1",
        "looks one 9 False",
    ]


def test_4_7_values_come_from_the_nearest(project: Project) -> None:
    played = play(
        project,
        """
        class Shows(TestBlock):
            x = BlockInput(default="default")
            def test(self): tell(self.x)

        class Gives(TestBlock):
            x = BlockOutput()
            def test(self): self.x = "output"

        class Common(Shows):
            common = {"x": "own common"}

        def inner(*blocks, **params):
            return create_flow(list(blocks), common={"x": "near common"}).params(**params)

        class Bare(TestFlow):
            blocks = [Shows]

        class Main(TestFlow):
            common = {"x": "far common"}
            blocks = [
                Common.params(x="own params"), Common, inner(Shows, x="near params"), inner(Shows), Shows,
                Gives, Shows, inner(Shows), Common,
            ]
            def tearDown(self): tell(f"flow has {self.x}")
        """,
    )
    assert played.story == [
        "default",
        *["own params", "own common", "near params", "near common", "far common"],
        *["output", "output", "own common", "flow has output"],
    ]


def test_4_8_params_make_a_new_class(project: Project) -> None:
    played = play(
        project,
        """
        One = Takes.params(value=1)
        assert One is not Takes and Takes.mode is MODE_CRITICAL

        class Main(TestFlow):
            blocks = [
                One, One.params(value=2, name="two"),
                create_flow([Fail.params(name="bad"), Pass.params(name="stopped")], mode=MODE_OPTIONAL), One,
            ]
        """,
    )
    assert played.story == ["takes 1", "takes 2", "takes 1"]
    assert "two" in played.order
    assert played.outcomes["stopped"] == "skipped"


def test_4_9_wiring_is_checked_before_anything_runs(project: Project) -> None:
    complaints = mistakes(
        project,
        """
        class Main(TestFlow):
            lamp = Flare.request()
            blocks = [Takes, Gives, Takes, Pass.params(extra=1), create_flow([Pass]).params(unused=1)]
        """,
    )
    assert complaints == [
        "Main > Takes: nothing gives the input 'value'; there is lamp; Main > Gives gives it, but runs later",
        "Main > Pass: the block has no input or request 'extra'; there is none",
        "Main > AnonymousTestFlow: no part has an input or request 'unused'; there is none",
    ]


def test_4_10_outputs_are_shared_at_the_very_end(project: Project) -> None:
    played = play(
        project,
        """
        class Late(TestBlock):
            x = BlockOutput()
            never = BlockOutput()
            mode = MODE_OPTIONAL
            def setUp(self): self.addCleanup(setattr, self, "x", "from the clean-up")
            def test(self): self.fail()

        class Shows(TestBlock):
            x = BlockInput()
            def test(self): tell(self.x)

        class Main(TestFlow):
            blocks = [Late, Shows]
        """,
    )
    assert played.story == ["from the clean-up"]
    [warning] = played.lived.of(LogWritten)
    assert warning.text == "Main > Late did not set its output 'never'"


def test_4_11_pipes_carry_values_through_formulas(project: Project) -> None:
    played = play(
        project,
        """
        class Main(TestFlow):
            common = {"start": 3}
            blocks = [
                Takes.params(value=Pipe("start", lambda start: start + 1)),
                Gives.params(value=Pipe("renamed", str.upper)),
                Takes.params(value=Pipe("renamed")),
                create_flow([Takes, Takes], common={"value": Pipe("renamed", str.lower)}),
                Takes.params(value=Pipe("start", lambda start: start / 0), name="raises"),
            ]
        """,
    )
    assert played.story == ["takes 4", "takes 'GIVEN'", "takes 'given'", "takes 'given'"]
    assert played.summaries("raises") == ["ZeroDivisionError: division by zero"]


def test_4_12_a_flow_is_made_on_the_spot(project: Project) -> None:
    played = play(
        project,
        """
        Made = create_flow([Fail, Takes], name="Made", mode=MODE_OPTIONAL, common={"value": 1})

        class Main(TestFlow):
            blocks = [Made, Pass]
        """,
    )
    assert played.outcomes["Made"] == "failure"
    assert played.story[-1] == "pass"


def test_4_13_what_is_not_to_be_discovered_says_so(project: Project) -> None:
    played = play(
        project,
        """
        class Hidden(TestFlow):
            __test__ = False
            blocks = [Pass]

        class Shown(Hidden): ...

        class HiddenAgain(Shown):
            __test__ = False
        """,
    )
    assert [event.name for event in played.lived.of(TestStarted) if event.kind == "flow"] == ["Shown"]


def test_4_14_state_is_the_main_flows_affair_and_flags_pass_down(project: Project) -> None:
    played = play(
        project,
        """
        class Stateful(Tool):
            def initialize(self): tell("never")
            def store_state(self, directory): tell(f"state {self.size}")

        class Own(TestBlock):
            tool = Stateful.request(size=2)
            def test(self): self.fail(str(self.config))

        class Main(TestFlow):
            main = Stateful.request(size=1)
            blocks = [Own]
        """,
        skip_init=True,
        save_state=True,
    )
    assert [line for line in played.story if not line.startswith(("connect", "finalize"))] == ["state 1"]
    assert played.summaries("Own") == ["AssertionError: {}"]


def test_4_15_a_person_may_go_on_elsewhere(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    played = play(
        project,
        """
        class Jumps(TestBlock):
            def test(self):
                self.jump_to(2)
                self.list_blocks()
                self.fail()

        class Main(TestFlow):
            blocks = [Jumps, Pass, Pass.params(name="there")]
        """,
    )
    assert played.skipped == {"Pass": "Jumped over"}
    assert (played.outcomes["there"], played.outcomes["Main"]) == ("success", "failure")
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == [
        "Main",
        "> 0 Jumps",
        "  1 Pass",
        "  2 there",
    ]
