"""Output handlers turn events into something to look at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TextIO

from rotest_core.events import Event
from rotest_core.plugin.options import PluginContext

if TYPE_CHECKING:
    from rotest_core.plugin.protocols.results import ResultsStore


class HandlerContext(PluginContext, Protocol):
    """Give a handler's factory its options and where to write.

    Attributes:
        stream: where text for the person at the terminal goes.
        color: whether that stream may be coloured.
        verbosity: 0 as usual, 1 and more for ``-v``, below 0 for ``-q``.
        directory: the run's work directory: files go there unless an option says otherwise.
        chosen: the names of all outputs of this run, in the order they were asked for. A handler that shares the
            terminal with others finds out here which of them says what need be said only once.
    """

    @property
    def stream(self) -> TextIO: ...
    @property
    def color(self) -> bool: ...
    @property
    def verbosity(self) -> int: ...
    @property
    def directory(self) -> Path: ...
    @property
    def chosen(self) -> tuple[str, ...]: ...

    def tell(self, event: Event) -> None:
        """Tell the run, and with it all other handlers, what was found out."""
        ...

    def results(self) -> ResultsStore:
        """Give the results store that the configuration names: opened when it is first asked for, closed with the run.

        Not to be asked for before `RunStarted`: new processes may be made until then.

        Raises:
            UnknownPluginError: nothing registered it.
            ConfigError: its options are wrong.
            StoreError: it cannot be opened.
        """
        ...

    def wrote(self, path: Path) -> None:
        """Tell the run that a file worth opening was written."""
        ...


class OutputHandler(Protocol):
    """Consume the events of one run, in order, in the coordinator's process.

    A handler sees events and nothing else, so that it gives the same result live, and later from ``events.jsonl``. If
    it raises it is reported (`HandlerFailed`) and switched off; the run goes on.

    Files are finished when `RunFinished` comes, so that the run can still tell the other handlers of them; `close`
    finishes what a run that was cut short left open, and is where the handlers of the terminal say their last words.
    """

    def handle(self, event: Event) -> None:
        """Take one event."""
        ...

    def close(self) -> None:
        """Finish and let go of files; called once, also when the run was cut short."""
        ...


OutputHandlerFactory = Callable[[HandlerContext], OutputHandler]
