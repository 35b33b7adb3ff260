"""Plan the flows among the tests: what they are made of, whether they wire, and the numbers of their parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rotest_core.planning.flow_parts import Part
from rotest_core.planning.planned_flow import PlannedFlow
from rotest_core.planning.tree import Group
from rotest_core.planning.wiring import wiring_problems

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rotest_core.authoring.flow import FlowPart
    from rotest_core.planning.tree import PlannedTest


def describe_flow(test: PlannedFlow) -> Part:
    """Find out what a flow is made of, as it is planned."""
    part = test.flow = Part(cast("type[FlowPart]", test.case_type))
    return part


def check_flow(test: PlannedFlow) -> list[str]:
    """Name what is wrong with a flow whose requests are known, one line for each mistake."""
    module = test.group.selector.partition("::")[0]
    return [f"{module}: {problem}" for problem in wiring_problems(test.parts)]


def number_parts(tests: Iterable[PlannedTest], first: int, groups: list[Group]) -> int:
    """Give every part of every flow a number, as tests have them, and every flow in a flow a group.

    Args:
        tests: the tests of a plan.
        first: the first number that is free.
        groups: all groups; takes those of the flows in flows.

    Returns:
        The first number that is free afterwards.
    """
    for test in tests:
        if not isinstance(test, PlannedFlow) or test.flow is None:
            continue
        test.flow.group = test.group
        test.flow.number = test.number
        for part in test.flow.inside():
            part.number = first
            first += 1
            around = None if part.around is None else part.around.group
            part.group = around
            if part.kind == "flow":
                part.group = Group(
                    len(groups),
                    "flow",
                    part.name,
                    selector=test.group.selector,
                    tags=part.tags,
                    parent=around,
                )
                groups.append(part.group)
    return first
