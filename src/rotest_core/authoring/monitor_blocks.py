"""Blocks that start and stop monitors in the middle of a flow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_core.authoring.block import TestBlock
from rotest_core.authoring.monitor import WATCH
from rotest_core.authoring.ports import BlockInput

if TYPE_CHECKING:
    from rotest_core.authoring.flow import TestFlow
    from rotest_core.authoring.monitor import Watch


class StartMonitor(TestBlock):
    """Let a cyclic monitor run from here on: ``StartMonitor.params(monitor="temperature")``.

    It runs until `StopMonitor`, or until the main flow's tearDown. A run without that monitor goes on without it.
    """

    # Where users find it; also what tells blocks from the bases of blocks.
    __module__ = "rotest_core"

    monitor: BlockInput[str] = BlockInput[str]()

    def test_start_monitor(self) -> None:
        """Start the monitor."""
        watch = _watch_around(self.parent)
        if watch is None or not watch.start_cycle(self.monitor):
            self.success(f"this run has no cyclic monitor {self.monitor!r} to start")


class StopMonitor(TestBlock):
    """Let a cyclic monitor not run any longer: ``StopMonitor.params(monitor="temperature")``."""

    # Where users find it; also what tells blocks from the bases of blocks.
    __module__ = "rotest_core"

    monitor: BlockInput[str] = BlockInput[str]()

    def test_stop_monitor(self) -> None:
        """Stop the monitor."""
        watch = _watch_around(self.parent)
        if watch is None or not watch.stop_cycle(self.monitor):
            self.success(f"this run has no cyclic monitor {self.monitor!r} to stop")


def _watch_around(flow: TestFlow) -> Watch | None:
    """Give the watch of the main flow."""
    while flow.parent is not None:
        flow = flow.parent
    watch: Watch | None = vars(flow).get(WATCH)
    return watch
