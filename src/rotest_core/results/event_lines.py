"""The event log as a store keeps it: the lines of ``events.jsonl``, in pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_core.execution.journal import encode
from rotest_core.execution.rendering import EventReader, LogProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rotest_core.events import Event

__all__ = ["encode", "read_lines"]


def read_lines(
    pieces: Iterable[bytes], *, name: str, on_problem: Callable[[LogProblem], None] | None = None
) -> Iterator[Event]:
    """Yield the events of a log that comes in pieces, each of whole lines.

    Args:
        pieces: as `ResultsStore.events` gives them.
        name: what problems call the log.
        on_problem: is told what cannot be read; see `read_events`.
    """
    reader = EventReader(name, on_problem or (lambda problem: None))
    number = 0
    for piece in pieces:
        for line in piece.decode("utf-8", "surrogateescape").split("\n")[:-1]:
            number += 1
            event = reader.read(number, line + "\n")
            if event is not None:
                yield event
