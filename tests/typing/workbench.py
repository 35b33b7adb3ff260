"""What resources locked and tests run by hand are to type checkers."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any, assert_type

from rotest_core import BaseResource, Outcome, TestBlock, TestCase, TestFlow, Workbench


def by_hand(case: type[TestCase], block: type[TestBlock], flow: type[TestFlow]) -> None:
    with Workbench(outputs=["dots"]) as bench:
        assert_type(bench, Workbench)
        assert_type(bench.resources, dict[str, type[BaseResource[Any]]])
        assert_type(bench.shared_data, MutableMapping[str, object])
        assert_type(bench.run(case, "test_it", debug=True), Outcome)
        assert_type(bench.run(block, total=3), Outcome)
        assert_type(bench.run(flow).good, bool)


def steer(block: TestBlock, flow: TestFlow) -> None:
    assert_type(block.list_blocks(), None)
    assert_type(flow.jump_to(3), None)
