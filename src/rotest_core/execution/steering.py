"""Let a person at a debugger see where a flow is, and go on elsewhere in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rotest_core.events import Outcome
    from rotest_core.planning.flow_parts import Part

JUMPED_OVER = "Jumped over"


class Steering:
    """Know how far a flow has come, and where it is to go on.

    Args:
        flow: the flow.

    Attributes:
        position: which of its parts runs now, -1 before the first.
        outcomes: what became of those that ended, by their place.
        target: where the flow is to go on; None for where it would.
    """

    def __init__(self, flow: Part) -> None:
        self._flow = flow
        self.position: int = -1
        self.outcomes: list[Outcome] = []
        self.target: int | None = None
        self.inner: Steering | None = None

    def jump(self, index: int) -> None:
        """Let the flow go on at one of its parts, once the part that runs now has ended.

        Args:
            index: the part's place, as `lines` shows it.

        Raises:
            UsageError: there is no such part, or it ran already.
        """
        count = len(self._flow.parts)
        if not self.position < index < count:
            ahead = f"from {self.position + 1} to {count - 1}" if self.position + 1 < count else "none"
            raise UsageError(
                f"{self._flow.path} can only go on at a part that is still to come: {ahead}, and not {index}"
            )
        self.target = index

    def lines(self, indent: str = "") -> Iterator[str]:
        """Show the parts, one a line: where the flow is, and what became of those before."""
        for index, part in enumerate(self._flow.parts):
            here = index == self.position and index >= len(self.outcomes)
            state = self.outcomes[index].replace("_", " ") if index < len(self.outcomes) else ""
            shown = f"{indent}{'>' if here else ' '} {index} {part.name}"
            yield f"{shown}: {'it runs now' if here else state}" if here or state else shown
            if here and self.inner is not None:
                yield from self.inner.lines(f"{indent}    ")
            else:
                yield from _inside(part, f"{indent}    ")


def _inside(flow: Part, indent: str) -> Iterator[str]:
    for index, part in enumerate(flow.parts):
        yield f"{indent}  {index} {part.name}"
        yield from _inside(part, f"{indent}    ")
