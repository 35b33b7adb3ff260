"""The debugger that every Python has."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType


class PdbDebugger:
    """Open pdb."""

    def post_mortem(self, traceback: TracebackType) -> None:
        import pdb

        pdb.post_mortem(traceback)


def pdb() -> PdbDebugger:
    """Make the debugger ``pdb``."""
    return PdbDebugger()
