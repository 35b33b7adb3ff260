"""What type checkers know of flows, blocks and their ports; checked, never run."""

from __future__ import annotations

from typing import Any, assert_type

from rotest_core import (
    MODE_CRITICAL,
    MODE_FINALLY,
    MODE_OPTIONAL,
    BlockInput,
    BlockOutput,
    Mode,
    Pipe,
    TestBlock,
    TestFlow,
    TestSuite,
    create_flow,
    main,
)
from tests.typing.resources import Calculator


class AddBlock(TestBlock):
    calculator = Calculator.request()
    first = BlockInput[int]()
    second = BlockInput(default=5)
    third: BlockInput[int | None] = BlockInput(default=None)
    untyped = BlockInput()
    total = BlockOutput[int]()
    text: BlockOutput[str] = BlockOutput()
    anything = BlockOutput()
    mode = MODE_OPTIONAL
    common = {"first": 1, "second": Pipe("other")}

    def test_add(self) -> None:
        assert_type(self.calculator, Calculator)
        assert_type(self.first, int)
        assert_type(self.second, int)
        assert_type(self.third, int | None)
        assert_type(self.untyped, Any)
        assert_type(self.parent, TestFlow)
        self.total = self.first + self.second
        self.text = str(self.total)
        self.anything = object()
        assert_type(self.total, int)
        assert_type(self.text, str)
        self.parent.request_resources([Calculator.request().bound("more")])


assert_type(AddBlock.first, BlockInput[int])
assert_type(AddBlock.text, BlockOutput[str])
assert_type(AddBlock.params(first=1, mode=MODE_FINALLY, name="again"), type[AddBlock])
assert_type(AddBlock.parametrize(first=Pipe("x", formula=lambda x: x + 1)), type[AddBlock])
assert_type(create_flow([AddBlock], "Inner", MODE_CRITICAL, {"first": 1}), type[TestFlow])
assert_type(AddBlock.mode, Mode)


class InnerFlow(TestFlow):
    __test__ = False
    blocks = (AddBlock, AddBlock.params(first=2))


class AddFlow(TestFlow):
    calculator = Calculator.request()
    TAGS = ["SMOKE"]
    TIMEOUT = 60.5
    common = {"first": 1}
    blocks = [
        AddBlock,
        InnerFlow.params(mode=MODE_OPTIONAL),
        AddBlock.params(first=calculator.answers, second=calculator.supply.volts),
        create_flow([AddBlock]),
    ]

    def setUp(self) -> None:
        assert_type(self.calculator, Calculator)
        assert_type(self.parent, TestFlow | None)


class Suite(TestSuite):
    components = [AddFlow, AddFlow.params(first=2)]


if __name__ == "__main__":
    main(AddFlow, Suite)
