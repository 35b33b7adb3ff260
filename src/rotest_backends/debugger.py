"""The debugger that every Python has."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
