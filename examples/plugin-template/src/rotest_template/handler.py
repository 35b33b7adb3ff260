"""An output handler: turns the events of a run into something to look at."""

from __future__ import annotations

from collections import Counter

from rotest_core.events import Event, TestFinished
from rotest_core.plugin import HandlerContext


class Counts:
    """Print how many tests had which outcome."""

    def __init__(self, context: HandlerContext) -> None:
        self._stream = context.stream
        self._counts = Counter[str]()

    def handle(self, event: Event) -> None:
        """Take one event."""
        if isinstance(event, TestFinished):
            self._counts[event.outcome.value] += 1

    def close(self) -> None:
        """Print the line."""
        print(
            ", ".join(f"{number} {name}" for name, number in sorted(self._counts.items())), file=self._stream
        )
