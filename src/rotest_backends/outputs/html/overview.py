"""What the page is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_backends.outputs.html.series import Collection

if TYPE_CHECKING:
    from rotest_backends.outputs.html.allowance import Allowance
    from rotest_backends.outputs.html.failures import Failures
    from rotest_backends.outputs.html.history import History
    from rotest_backends.outputs.html.lanes import Lanes
    from rotest_backends.outputs.html.tree import Tree
    from rotest_core.events import HandlerFailed, RunFinished, RunInterrupted, RunStarted


SERIES = 48
"""How many series of the run are kept, those of each worker counted."""


class Overview:
    """Hold what is known of the run as a whole, and where the rest is.

    Attributes:
        started: how the run began, None if nothing tells.
        finished: how it ended, None if it was cut short.
        interruptions: who asked it to stop.
        switched_off: the outputs that raised.
        flaky: how many tests passed after an attempt that had not.
        samples: the series of the whole run.
        history: knows earlier runs; None where nobody asked for them.
    """

    def __init__(self, tree: Tree, failures: Failures, lanes: Lanes, passed_room: Allowance) -> None:
        self.started: RunStarted | None = None
        self.finished: RunFinished | None = None
        self.interruptions: list[RunInterrupted] = []
        self.switched_off: list[HandlerFailed] = []
        self.flaky = 0
        self.samples = Collection(SERIES)
        self.history: History | None = None
        self.tree = tree
        self.failures = failures
        self.lanes = lanes
        self.passed_room = passed_room
