"""Blocks: the steps of flows."""

from __future__ import annotations

from typing import ClassVar

from rotest_core.authoring.flow import FlowPart, TestFlow
from rotest_core.errors import RotestError


class TestBlock(FlowPart):
    """Be the base of the steps of flows: a test with one method, and with ports.

    ::

        class Add(TestBlock):
            first = BlockInput[int]()
            second = BlockInput(default=1)
            total = BlockOutput[int]()

            def test_add(self) -> None:
                self.total = self.first + self.second

    A block runs as a part of a flow only. Its requests are its own; the resources of the flows around it are its
    attributes as well.
    """

    __test__ = False

    _rotest_kind: ClassVar[str] = "block"

    @property
    def parent(self) -> TestFlow:
        """Return the flow that the block is in.

        Raises:
            RotestError: it does not run as a part of a flow.
        """
        if self._rotest_parent is None:
            raise RotestError(f"{type(self).__name__} is in no flow: blocks run as parts of flows only")
        return self._rotest_parent
