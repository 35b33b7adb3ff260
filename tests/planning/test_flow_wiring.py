"""What is wrong with a flow is told when it is planned, all at once, before anything is leased."""

from __future__ import annotations

import pytest

from rotest_core.model.fitting_types import may_be
from tests.execution.flow_project import mistakes, write_flows
from tests.project import Project


@pytest.mark.parametrize(
    ("blocks", "problem"),
    [
        ("[]", "Main: the flow is empty: it needs at least one block"),
        ("[create_flow([], 'Inner')]", "Main > Inner: the flow is empty: it needs at least one block"),
        ("[Case]", "Main: Case is neither a block nor a flow"),
        ("[5]", "Main: 5 is neither a block nor a flow"),
        ("5", "Main: 5 is neither a block nor a flow"),
        ("[None_]", "Main > None_: the block has no test method; a block needs exactly one"),
        (
            "[Two]",
            "Main > Two: the block has 2 test methods: test_one, test_two; a block needs exactly one",
        ),
        ("[Takes]", "Main > Takes: nothing gives the input 'value'"),
        (
            "[create_flow([Takes], 'Inner', common={'valeu': 1, 'x': 2})]",
            "Main > Inner > Takes: nothing gives the input 'value' (did you mean 'valeu'?); there is valeu, x",
        ),
        (
            "[Takes.params(value=Pipe('nowhere'))]",
            "Main > Takes: the input 'value' is piped from 'nowhere', which nothing gives",
        ),
        (
            "[Gives.params(value=Pipe('total')), Takes.params(value=Pipe('totl'))]",
            (
                "Main > Takes: the input 'value' is piped from 'totl', which nothing gives (did you mean 'total'?)"
                "; there is total"
            ),
        ),
        (
            "[Takes.params(value=1), Takes.params(name='late'), Gives]",
            "Main > late: nothing gives the input 'value'; Main > Gives gives it, but runs later",
        ),
        (
            "[create_flow([Gives], 'Inner'), Takes]",
            (
                "Main > Takes: nothing gives the input 'value'; Main > Inner > Gives gives it, "
                "but only to what follows in Inner"
            ),
        ),
        (
            "[Takes.params(value=1, valu=2)]",
            "Main > Takes: the block has no input or request 'valu' (did you mean 'value'?); there is value",
        ),
        (
            "[Takes.params(value=1, result=Pipe('x'))]",
            "Main > Takes: the block has no input, output or request 'result'; there is value",
        ),
        (
            "[Pass.params(tool=Tool.request())]",
            "Main > Pass: the block has no input or request 'tool'; there is none",
        ),
        (
            "[Gives.params(value=1)]",
            "Main > Gives: 'value' is an output: it can be piped, but not be given a value",
        ),
        (
            "[create_flow([Takes], 'Inner').params(value=1, x=2)]",
            "Main > Inner: no part has an input or request 'x'; there is value",
        ),
        (
            "[create_flow([Pass], 'Inner', common={'total': Pipe('sum')})]",
            (
                "Main > Inner: common pipes 'total' from or to 'sum', but no part declares an input or output 'total'"
                "; there is none"
            ),
        ),
        (
            "[GivesText, TakesNumber]",
            "Main > TakesNumber: the input 'value' takes int, but Main > GivesText gives str",
        ),
        (
            "[GivesText, TakesNumber.params(value=Pipe('value'))]",
            "Main > TakesNumber: the input 'value' takes int, but Main > GivesText gives str",
        ),
        (
            "[GivesText.params(value=Pipe('text')), TakesNumber.params(value=Pipe('text'))]",
            "Main > TakesNumber: the input 'value' takes int, but Main > GivesText gives str",
        ),
        (
            "[Pass.params(mode='optional')]",
            "Main > Pass: its mode is 'optional'; there is MODE_CRITICAL, MODE_OPTIONAL, MODE_FINALLY",
        ),
    ],
)
def test_each_mistake_is_one_line_with_the_path(project: Project, blocks: str, problem: str) -> None:
    assert mistakes(
        project,
        f"""
        class Case(TestCase):
            __test__ = False

        class None_(TestBlock): pass

        class Two(TestBlock):
            def test_two(self): tell("never")
            def test_one(self): tell("never")

        class GivesText(TestBlock):
            value = BlockOutput[str]()
            def test(self): pass

        class TakesNumber(TestBlock):
            value: BlockInput[int] = BlockInput()
            def test(self): pass

        class Main(TestFlow):
            blocks = {blocks}
        """,
    ) == [problem]


@pytest.mark.parametrize(
    "blocks",
    [
        "[Takes.params(value=1)]",
        "[create_flow([Takes]).params(value=1)]",
        "[create_flow([Takes], common={'value': 1})]",
        "[Gives, Takes]",
        "[Gives, create_flow([Takes])]",
        "[Gives.params(value=Pipe('x')), Takes.params(value=Pipe('x'))]",
        "[create_flow([Takes.params(value=Pipe('x'))]).params(x=1)]",
        "[Takes.params(value=Pipe('tool'))]",
        "[TakesTool]",
        "[OwnTool.params(tool=Tool.request(size=2))]",
        "[GivesText, TakesNumber.params(value=Pipe('value', len))]",
        "[GivesText, TakesNumber.params(value=3)]",
        "[Gives, TakesNumber]",
    ],
)
def test_what_wires_is_planned(project: Project, blocks: str) -> None:
    write_flows(
        project,
        f"""
        class GivesText(TestBlock):
            value = BlockOutput[str]()
            def test(self): pass

        class TakesNumber(TestBlock):
            value = BlockInput[int]()
            def test(self): pass

        class TakesTool(TestBlock):
            tool = BlockInput()
            def test(self): pass

        class OwnTool(TestBlock):
            tool = Tool.request()
            def test(self): pass

        class Main(TestFlow):
            tool = Tool.request()
            blocks = {blocks}
        """,
    )
    assert [test.id for test in project.plan(".").tests] == ["test_flows.py::Main"]


def test_all_mistakes_are_told_together_with_those_of_requests(project: Project) -> None:
    assert mistakes(
        project,
        """
        class Bad(TestBlock):
            lamp = Flare.request(colour="red")
            value = BlockInput()
            def test(self): pass

        class Main(TestFlow):
            blocks = [Bad, Takes]

        class Case(TestCase):
            lamp = Flare.request(shape="round")
            def test(self): pass

        class Other(TestFlow):
            blocks = []
        """,
    ) == [
        "test_flows.py::Case: lamp = Flare.request(shape='round')",
        "  shape: Flare has no field 'shape'; known: watts, name, group, comment, usable, reserved_for, capacity",
        "Main > Bad: nothing gives the input 'value'; there is lamp",
        "Main > Takes: nothing gives the input 'value'",
        "Main > Bad: lamp = Flare.request(colour='red')",
        "  colour: Flare has no field 'colour'; known: watts, name, group, comment, usable, reserved_for, capacity",
        "Other: the flow is empty: it needs at least one block",
    ]


def test_flows_that_are_left_out_need_not_wire(project: Project) -> None:
    write_flows(project, "class Main(TestFlow): blocks = [Pass]\nclass Bad(TestFlow): blocks = []")
    assert [test.id for test in project.plan(".", chosen="Main").tests] == ["test_flows.py::Main"]


def test_a_flow_that_would_contain_itself_is_a_mistake(project: Project) -> None:
    assert mistakes(
        project, "class Main(TestFlow): blocks = [Pass]\nMain.blocks = [Pass, create_flow([Main], 'Inner')]"
    ) == ["Main > Inner: Main would contain itself"]


@pytest.mark.parametrize(
    ("given", "wanted", "fits"),
    [
        (int, int, True),
        (bool, int, True),
        (int, float, True),
        (float, int, False),
        (str, int, False),
        (int, str | int, True),
        (str | None, str, True),
        (None, str, False),
        (list[int], list[int], True),
        (list[int], list[str], False),
        (list[int], list, True),
        (object, int, True),
        (int, object, True),
        ("unknown", int, True),
    ],
)
def test_types_fit_where_some_value_is_of_both(given: object, wanted: object, fits: bool) -> None:
    assert may_be(given, wanted) is fits
