"""What the handlers of a run are given."""

from __future__ import annotations

import os
import time

from rotest_core.events import ArtifactWritten
from rotest_core.quick_typing import TypeVar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import TextIO

    from rotest_core.events import Event
    from rotest_core.plugin.options import PluginContext
    from rotest_core.plugin.protocols.results import ResultsStore

OptionsT = TypeVar("OptionsT")


class RunHandlerContext:
    """Give a handler its options and where to write; see `plugin.protocols.handler.HandlerContext`.

    Args:
        section: the handler's own section of the configuration.
        stream: where text for a person goes.
        color: whether the stream may be coloured.
        verbosity: as from ``-v`` and ``-q``.
        directory: the run's directory.
        chosen: the names of all outputs of the run.
        emit: takes the event that a file was written.
        open_results: opens the results store, or gives the one that is open.
    """

    def __init__(
        self,
        section: PluginContext,
        *,
        stream: TextIO,
        color: bool,
        verbosity: int,
        directory: str,
        chosen: tuple[str, ...],
        emit: Callable[[Event], None],
        open_results: Callable[[], ResultsStore],
    ) -> None:
        self.stream = stream
        self.color = color
        self.verbosity = verbosity
        self.chosen = chosen
        self._section = section
        self._directory = directory
        self._emit = emit
        self._open_results = open_results

    @property
    def name(self) -> str:
        return self._section.name

    @property
    def root(self) -> Path:
        return self._section.root

    @property
    def section(self) -> str:
        return self._section.section

    @property
    def values(self) -> Mapping[str, object]:
        return self._section.values

    @property
    def directory(self) -> Path:
        from pathlib import Path

        return Path(self._directory)

    def options(self, options_type: type[OptionsT]) -> OptionsT:
        """Convert the output's section; see `PluginContext.options`."""
        return self._section.options(options_type)

    def sibling(self, section: str) -> Mapping[str, object]:
        """Give what was set in another section; see `PluginContext.sibling`."""
        return self._section.sibling(section)

    def tell(self, event: Event) -> None:
        """Emit an event of the run; see `HandlerContext.tell`."""
        self._emit(event)

    def results(self) -> ResultsStore:
        """Give the results store; see `HandlerContext.results`."""
        return self._open_results()

    def wrote(self, path: Path) -> None:
        """Tell of a file as an event of the run; see `HandlerContext.wrote`."""
        self._emit(ArtifactWritten(time.time(), self.name, os.fspath(path)))
