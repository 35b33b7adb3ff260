"""Output handlers turn events into something to look at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TextIO

from rotest_core.events import Event
from rotest_core.plugin.options import PluginContext


class HandlerContext(PluginContext, Protocol):
    """Give a handler's factory its options and where to write.

    Attributes:
        stream: where text for the person at the terminal goes.
        color: whether that stream may be coloured.
        verbosity: 0 as usual, 1 and more for ``-v``, below 0 for ``-q``.
        directory: the run's work directory: files go there unless an option says otherwise.
    """

    @property
    def stream(self) -> TextIO: ...
    @property
    def color(self) -> bool: ...
    @property
    def verbosity(self) -> int: ...
    @property
    def directory(self) -> Path: ...

    def wrote(self, path: Path) -> None:
        """Tell the run that a file worth opening was written."""
        ...


class OutputHandler(Protocol):
    """Consume the events of one run, in order, in the coordinator's process.

    A handler sees events and nothing else, so that it gives the same result live, and later from ``events.jsonl``. If
    it raises it is reported and switched off; the run goes on.
    """

    def handle(self, event: Event) -> None:
        """Take one event."""
        ...

    def close(self) -> None:
        """Finish and let go of files; called once, also when the run was cut short."""
        ...


OutputHandlerFactory = Callable[[HandlerContext], OutputHandler]
