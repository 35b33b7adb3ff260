"""A flow among the tests of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_core.planning.tree import PlannedTest

if TYPE_CHECKING:
    import unittest

    from rotest_core.planning.flow_parts import Part
    from rotest_core.planning.tree import Group


class PlannedFlow(PlannedTest):
    """One flow of a plan: a single test, whatever it is made of.

    Args:
        number: position in the plan.
        group: the flow's own group.
        flow_type: its class.

    Attributes:
        flow: what it is made of, once it is planned.
    """

    __slots__ = ("flow",)

    def __init__(self, number: int, group: Group, flow_type: type[unittest.TestCase] | None) -> None:
        super().__init__(number, group, group.name, flow_type, kind="flow")
        self.flow: Part | None = None

    @property
    def parts(self) -> Part:
        """Give what it is made of.

        Raises:
            ValueError: it was not planned.
        """
        if self.flow is None:
            raise ValueError(f"{self.id} was not planned")
        return self.flow
