"""Classes of flows and blocks, apart from any run."""

from __future__ import annotations

import unittest
from typing import Any

import pytest

from rotest_core import (
    MODE_CRITICAL,
    MODE_FINALLY,
    MODE_OPTIONAL,
    BlockInput,
    BlockOutput,
    Pipe,
    RotestError,
    TestBlock,
    TestFlow,
    create_flow,
)
from rotest_core.authoring.ports import port_type, ports_of
from rotest_core.planning.flow_parts import Part


class Step(TestBlock):
    """Take a step."""

    length = BlockInput[int]()
    pace = BlockInput(default="slow")
    way: BlockOutput[float] = BlockOutput()
    anything = BlockOutput()

    def test_step(self) -> None:
        self.way = float(self.length)


class Walk(TestFlow):
    """Walk on.

    And on.
    """

    blocks = [Step]


# Ports


def test_a_port_is_found_on_the_class_and_is_a_value_on_the_block() -> None:
    block = Step("test_step")
    assert isinstance(Step.length, BlockInput)
    assert block.pace == "slow"
    block.length = 3
    block.test_step()
    assert (block.length, block.way) == (3, 3.0)


def test_a_port_without_a_value_says_what_is_missing() -> None:
    block = Step("test_step")
    with pytest.raises(
        AttributeError, match=r"Step\.length has no value: a block gets its inputs from the flow"
    ):
        _ = block.length
    with pytest.raises(AttributeError, match="Step has not set its output 'way'"):
        _ = block.way
    assert not hasattr(block, "way")


def test_ports_are_inherited_and_replaced() -> None:
    class Other(Step):
        pace = "quick"
        height = BlockInput[int]()

    assert list(ports_of(Step)) == ["length", "pace", "way", "anything"]
    assert list(ports_of(Other)) == ["length", "way", "anything", "height"]


def test_the_type_of_a_port_stands_in_brackets_or_in_its_annotation() -> None:
    types = {name: port_type(Step, port) for name, port in ports_of(Step).items()}
    assert types == {"length": int, "pace": Any, "way": float, "anything": Any}


# params


def test_params_make_a_new_class_and_change_nothing_that_is_shared() -> None:
    quick = Step.params(pace="quick", mode=MODE_OPTIONAL)
    again = quick.params(length=2, name="again")
    assert issubclass(again, quick)
    assert issubclass(quick, Step)
    assert [part.mode for part in (Part(Step), Part(quick), Part(again))] == [
        MODE_CRITICAL,
        MODE_OPTIONAL,
        MODE_OPTIONAL,
    ]
    assert [part.parameters for part in (Part(Step), Part(quick), Part(again))] == [
        {},
        {"pace": "quick"},
        {"pace": "quick", "length": 2},
    ]
    assert [Part(Step).name, Part(quick).name, Part(again).name] == ["Step", "Step", "again"]
    assert Part(again.params(pace="slow")).name == "again"
    assert (quick.__module__, quick.__doc__) == (Step.__module__, Step.__doc__)


def test_a_subclass_of_a_class_with_params_keeps_the_values_and_has_its_own_name() -> None:
    class Quick(Step.params(pace="quick", name="other")):  # type: ignore[misc]
        pass

    part = Part(Quick)
    assert (part.name, part.parameters) == ("Quick", {"pace": "quick"})


def test_parametrize_is_params() -> None:
    part = Part(Step.parametrize(length=1, mode=MODE_FINALLY, name="one"))
    assert (part.name, part.mode, part.parameters) == ("one", MODE_FINALLY, {"length": 1})


def test_create_flow_makes_a_flow_of_the_module_that_calls_it() -> None:
    flow = create_flow([Step], "Made", MODE_OPTIONAL, {"length": 1})
    part = Part(flow)
    assert (part.path, part.mode, part.common) == ("Made", MODE_OPTIONAL, {"length": 1})
    assert [inner.path for inner in part.parts] == ["Made > Step"]
    assert flow.__module__ == __name__
    assert create_flow([Step]).common == {}


# Outside of a run


def test_a_flow_is_skipped_by_unittest() -> None:
    result = unittest.TestResult()
    Walk("runTest").run(result)
    [(_, reason)] = result.skipped
    assert reason == "flows are run by Rotest: run the file with `rotest`"


def test_a_block_in_no_flow_has_no_parent() -> None:
    with pytest.raises(RotestError, match="Step is in no flow"):
        _ = Step("test_step").parent
    assert Walk("runTest").parent is None


def test_parts_describe_themselves() -> None:
    assert Step("test_step").shortDescription() == "Take a step."
    assert Walk("runTest").shortDescription() == "Walk on."
    assert create_flow([Step])("runTest").shortDescription() is None


def test_pipes_show_what_they_are() -> None:
    assert repr(Pipe("x")) == "Pipe('x')"
    assert repr(Pipe("x", len)) == "Pipe('x', len)"
    assert Pipe("x", len).apply("abc") == 3
