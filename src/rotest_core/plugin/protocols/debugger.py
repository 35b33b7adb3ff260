"""Debuggers open where a test failed, with ``--debug``."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Protocol


class Debugger(Protocol):
    """Let a person look around where something went wrong."""

    def post_mortem(self, traceback: TracebackType) -> None:
        """Talk to the person at the terminal until they are done; the test then goes on to its clean-up.

        Args:
            traceback: leads to the failing frame, which is its last; without the frames of unittest and Rotest.
        """
        ...


DebuggerFactory = Callable[[], Debugger]
