"""A context to build output handlers with, in tests."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from rotest_core.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

    from rotest_core.events import Event
    from rotest_core.plugin.protocols.results import ResultsStore

OptionsT = TypeVar("OptionsT")


class FakeHandlerContext:
    """Be a `HandlerContext` without a run.

    Args:
        directory: the run's work directory; must exist.
        name: the output's registered name.
        values: its section of the configuration.
        stream: where text for a person goes; a `io.StringIO` if None.
        color: whether the stream may be coloured.
        verbosity: as from ``-v`` and ``-q``.
        chosen: the names of all outputs of the run; just `name` if empty.
        results: the results store; if None, there is none that could be opened.

    Attributes:
        written: the paths that the handler told of, in order.
        told: the events that it told, in order.
    """

    def __init__(
        self,
        directory: Path,
        *,
        name: str = "output",
        values: Mapping[str, object] | None = None,
        stream: TextIO | None = None,
        color: bool = False,
        verbosity: int = 0,
        chosen: tuple[str, ...] = (),
        results: ResultsStore | None = None,
    ) -> None:
        self.directory = directory
        self.root = directory
        self.name = name
        self.section: str = f"outputs.{name}"
        self.values: Mapping[str, object] = dict(values or {})
        self.stream: TextIO = io.StringIO() if stream is None else stream
        self.color = color
        self.verbosity = verbosity
        self.chosen: tuple[str, ...] = chosen or (name,)
        self.written: list[Path] = []
        self.told: list[Event] = []
        self._results = results

    @property
    def text(self) -> str:
        """Return what was written to the stream, if it is the one that this context made."""
        if not isinstance(self.stream, io.StringIO):
            raise TypeError("the text of a stream that the test supplied is with that stream")
        return self.stream.getvalue()

    def options(self, options_type: type[OptionsT]) -> OptionsT:
        """Build the options from the values, without converting them."""
        return options_type(**self.values)

    def sibling(self, section: str) -> Mapping[str, object]:
        """Return an empty section."""
        del section
        return {}

    def tell(self, event: Event) -> None:
        """Remember what the handler told."""
        self.told.append(event)

    def results(self) -> ResultsStore:
        """Return the results store that the test supplied.

        Raises:
            StoreError: it supplied none.
        """
        if self._results is None:
            raise StoreError("this test has no results store")
        return self._results

    def wrote(self, path: Path) -> None:
        """Remember that the handler wrote a file."""
        self.written.append(path)
