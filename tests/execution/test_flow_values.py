"""How values reach the parts of a flow when it runs: precedence, outputs, pipes."""

from __future__ import annotations

import pytest

from rotest_core.events import LogWritten, TestStarted
from tests.execution.flow_project import play
from tests.project import Project


def taken(project: Project, body: str) -> list[str]:
    """Give what the blocks tell that they take, of a run that is good."""
    played = play(project, body)
    assert played.lived.status == 0, [text for name in played.outcomes for text in played.texts(name)]
    return [line.removeprefix("takes ") for line in played.story if line.startswith("takes")]


# Strongest first: own params, own common, nearer containers' params and common, farther ones, the default.

LEVELS = {
    "own params": 'blocks = [Inner.params(value="near params")]',
    "own common": 'blocks = [Inner.params(value="near params")]',
}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Main.blocks = [flow([Common.params(value='own params')], 'near', 'near params')]", "own params"),
        ("Main.blocks = [flow([Common], 'near', 'near params')]", "own common"),
        ("Main.blocks = [flow([Optional], 'near', 'near params')]", "near params"),
        ("Main.blocks = [flow([Optional], 'near')]", "near"),
        ("Main.blocks = [flow([flow([Optional], None, 'nearest params')], 'near')]", "nearest params"),
        ("Main.blocks = [flow([Optional])]", "far"),
        ("Main.blocks = [flow([Optional])]; Main.common = {}", "default"),
    ],
)
def test_the_nearest_value_is_the_strongest(project: Project, body: str, expected: str) -> None:
    assert taken(
        project,
        f"""
        class Optional(TestBlock):
            value = BlockInput(default="default")
            def test(self): tell(f"takes {{self.value}}")

        class Common(Optional):
            common = {{"value": "own common"}}

        def flow(blocks, common=None, params=None):
            made = create_flow(blocks, common={{}} if common is None else {{"value": common}})
            return made if params is None else made.params(value=params)

        class Main(TestFlow):
            common = {{"value": "far"}}

        {body}
        """,
    ) == [expected]


def test_outputs_of_earlier_parts_override_defaults_and_what_containers_pass(project: Project) -> None:
    assert taken(
        project,
        """
        class Optional(TestBlock):
            value = BlockInput(default="default")
            def test(self): tell(f"takes {self.value}")

        class Main(TestFlow):
            common = {"value": "common"}
            blocks = [
                Optional,
                Gives,
                Optional,
                create_flow([Optional], common={"value": "nearer"}),
                Optional.params(value="own"),
            ]

        class Bare(TestFlow):
            blocks = [Optional, Gives, Optional]
        """,
    ) == ["default", "given", "common", "given", "given", "own"]


def test_outputs_are_visible_in_the_flow_and_not_around_it(project: Project) -> None:
    played = play(
        project,
        """
        class Inner(TestFlow):
            __test__ = False
            blocks = [Gives]
            def tearDown(self): tell(self.value)

        class Main(TestFlow):
            blocks = [Inner]
            def tearDown(self): tell(hasattr(self, "value"))
        """,
    )
    assert played.story == ["given", "False"]


def test_the_values_of_a_flow_are_its_attributes(project: Project) -> None:
    played = play(
        project,
        """
        class Inner(TestFlow):
            __test__ = False
            common = {"inner": 1}
            blocks = [Takes]
            def setUp(self): tell((self.inner, self.outer, self.value))

        class Main(TestFlow):
            common = {"outer": 2}
            blocks = [Inner.params(value=3)]
        """,
    )
    assert played.story == ["(1, 2, 3)", "takes 3"]


def test_params_return_a_new_class_and_other_uses_keep_their_values(project: Project) -> None:
    assert taken(
        project,
        """
        First = Takes.params(value=1)
        class Main(TestFlow):
            blocks = [First, First.params(value=2), Takes.params(value=3), First]
        """,
    ) == ["1", "2", "3", "1"]


def test_a_name_is_reported_and_a_mode_is_that_of_the_component_alone(project: Project) -> None:
    played = play(
        project,
        """
        class Inner(TestFlow):
            __test__ = False
            blocks = [Fail, Pass]

        class Main(TestFlow):
            blocks = [Inner.params(mode=MODE_OPTIONAL, name="renamed"), Pass.params(name="next")]
        """,
    )
    assert played.order == ["Main", "renamed", "Fail", "Pass", "next"]
    assert (played.outcomes["Pass"], played.outcomes["next"]) == ("skipped", "success")


# Outputs


def test_an_output_is_shared_after_tear_down_and_clean_ups_also_of_a_block_that_failed(
    project: Project,
) -> None:
    assert play(
        project,
        """
            class Late(TestBlock):
                value = BlockOutput()
                mode = MODE_OPTIONAL
                def test(self):
                    self.value = "test"
                    self.addCleanup(self.change, "cleanup")
                    self.fail()
                def change(self, what): self.value += " " + what
                def tearDown(self): self.change("tearDown")

            class Main(TestFlow):
                blocks = [Late, Takes]
            """,
    ).story == ["takes 'test tearDown cleanup'"]


def test_row_13_an_output_that_is_never_set_is_a_warning_and_an_error_of_who_needs_it(
    project: Project,
) -> None:
    played = play(
        project,
        """
        class Forgets(TestBlock):
            value = BlockOutput()
            def test(self): pass

        class Main(TestFlow):
            blocks = [Forgets, Takes, Pass]
        """,
    )
    names = {event.test: event.name for event in played.lived.of(TestStarted)}
    [warning] = played.lived.of(LogWritten)
    assert (names[warning.test or 0], warning.text) == (
        "Forgets",
        "Main > Forgets did not set its output 'value'",
    )
    assert played.outcomes == {"Main": "error", "Forgets": "success", "Takes": "error", "Pass": "skipped"}
    [summary] = played.summaries("Takes")
    assert "the input 'value' has no value: Main > Forgets did not set the output 'value'" in summary


def test_an_output_may_be_none(project: Project) -> None:
    body = """
        class GivesNone(TestBlock):
            value = BlockOutput()
            def test(self): self.value = None

        class Main(TestFlow):
            blocks = [GivesNone, Takes]
    """
    assert taken(project, body) == ["None"]


# Pipes


def test_a_pipe_on_an_input_takes_another_name_through_its_formula(project: Project) -> None:
    assert taken(
        project,
        """
        class Main(TestFlow):
            common = {"other": 20}
            blocks = [
                Takes.params(value=Pipe("other")),
                Takes.params(value=Pipe("other", formula=lambda other: other + 1)),
                Gives,
                Takes.params(value=Pipe("value", str.upper)),
            ]
        """,
    ) == ["20", "21", "'GIVEN'"]


def test_pipes_lead_through_pipes(project: Project) -> None:
    assert taken(
        project,
        """
        class Main(TestFlow):
            common = {"value": Pipe("middle", lambda middle: middle + ["near"])}
            blocks = [create_flow([Takes], common={"middle": Pipe("far", lambda far: [far])})]

        Main.common["far"] = "far"
        """,
    ) == ["['far', 'near']"]


def test_a_pipe_on_an_output_shares_it_under_the_other_name_instead(project: Project) -> None:
    assert taken(
        project,
        """
        class Both(TestBlock):
            value = BlockInput(default="not shared")
            renamed = BlockInput()
            def test(self): tell(f"takes {self.value} {self.renamed}")

        class Main(TestFlow):
            blocks = [Gives.params(value=Pipe("renamed", str.upper)), Both]
        """,
    ) == ["not shared GIVEN"]


def test_a_pipe_in_common_is_for_every_part_that_has_the_port(project: Project) -> None:
    assert taken(
        project,
        """
        class Main(TestFlow):
            common = {"value": Pipe("shared", lambda value: f"<{value}>")}
            blocks = [Gives, create_flow([Takes]), Pass]
        """,
    ) == ["'<<given>>'"]


@pytest.mark.parametrize(
    "blocks", ["[Takes.params(value=Pipe('one', wrong))]", "[Gives.params(value=Pipe('two', wrong))]"]
)
def test_row_13_a_formula_that_raises_is_an_error_of_its_block(project: Project, blocks: str) -> None:
    played = play(
        project,
        f"""
        def wrong(value): raise ZeroDivisionError("formula")

        class Main(TestFlow):
            common = {{"one": 1}}
            blocks = {blocks}
        """,
    )
    assert [*played.outcomes.values()] == ["error", "error"]
    assert played.story == []
    name = played.order[1]
    assert played.summaries(name) == ["ZeroDivisionError: formula"]


def test_a_reference_to_an_attribute_of_a_resource_is_bound_late(project: Project) -> None:
    assert taken(
        project,
        """
        class Main(TestFlow):
            setup = Flare.request(name="two")
            blocks = [Takes.params(value=setup.glow), create_flow([Takes], common={"value": setup.data.watts})]
        """,
    ) == ["4.0", "40"]


def test_a_reference_that_leads_nowhere_is_an_error_of_its_block(project: Project) -> None:
    played = play(
        project,
        """
        class Main(TestFlow):
            setup = Flare.request(name="two")
            blocks = [Takes.params(value=setup.brightness)]
        """,
    )
    assert "no attribute 'brightness'" in played.summaries("Takes")[0]


def test_a_resource_under_another_name_is_an_input(project: Project) -> None:
    assert taken(
        project,
        """
        class TakesLamp(TestBlock):
            value = BlockInput()
            def test(self): tell(f"takes {self.value.name}")

        class Main(TestFlow):
            lamp = Flare.request(name="one")
            blocks = [
                TakesLamp.params(value=Pipe("lamp")),
                TakesLamp.params(value=Flare.request(name="two")),
                create_flow([TakesLamp], common={"value": Flare.request(watts=40)}),
            ]
        """,
    ) == ["one", "two", "two"]
