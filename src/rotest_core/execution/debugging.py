"""Open a debugger where a test failed, before anything is torn down."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING

from rotest_core.execution.tracebacks import relevant_entries

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType
    from typing import TextIO

    from rotest_core.plugin.protocols.debugger import Debugger, DebuggerFactory
    from rotest_core.plugin.registry import Catalogue

USUAL = "pdb"


def choose_debugger(debuggers: Catalogue[DebuggerFactory]) -> Debugger:
    """Return the debugger to use: one that somebody installed beside the usual one, else that."""
    others = [entry.factory for entry in debuggers if entry.name != USUAL]
    return (others or [debuggers.get(USUAL)])[0]()


class PostMortem:
    """Open the debugger for what fails; meanwhile resources stay connected and leased.

    Args:
        debugger: the debugger.
        stream: where to say what happened.
    """

    def __init__(self, debugger: Debugger, stream: TextIO) -> None:
        self._debugger = debugger
        self._stream = stream

    def on_failure(self, error: BaseException) -> None:
        """Open the debugger at the frame that raised; where only Rotest had a part, at that of the cause."""
        reason: BaseException | None = error
        while reason is not None:
            entries = relevant_entries(reason)
            if entries and not isinstance(reason, KeyboardInterrupt):
                self._open(f"{type(reason).__name__}: {reason}", entries)
                return
            reason = reason.__cause__

    def on_failed_expectation(self, frame: FrameType) -> None:
        """Open the debugger at the frame that expected something in vain."""
        self._open("an expectation failed", [TracebackType(None, frame, frame.f_lasti, frame.f_lineno)])

    def _open(self, what: str, entries: Sequence[TracebackType]) -> None:
        chain: TracebackType | None = None
        for entry in reversed(entries):
            chain = TracebackType(chain, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
        if chain is None:
            return
        self._stream.flush()
        print(
            f"\n{what}\n(resources stay leased; `continue` or `quit` goes on with the run)", file=sys.stderr
        )
        self._debugger.post_mortem(chain)
