"""IPython's debugger, for ``rotest --debug``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import TracebackType


class IPythonDebugger:
    """Open IPython's debugger: completion, colours, and source around the line."""

    def post_mortem(self, traceback: TracebackType) -> None:
        """Talk to the person at the terminal until they are done."""
        debugger = _make()
        debugger.reset()
        debugger.interaction(None, traceback)


def _make() -> Any:
    from IPython.core.debugger import Pdb
    from IPython.terminal.debugger import TerminalPdb

    kind: Any = TerminalPdb if sys.stdin.isatty() else Pdb
    return kind()
