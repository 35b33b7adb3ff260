"""Tests that stand for a module whose own tests cannot be had."""

from __future__ import annotations

import unittest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

__unittest = True  # unittest leaves frames of such modules out of tracebacks


class LoadFailure(unittest.TestCase):
    """Raise, when run, what loading a module raised.

    Args:
        error: what was raised; its traceback is cut down to the module's own part.
    """

    def __init__(self, error: BaseException) -> None:
        super().__init__("runTest")
        self.error: BaseException = error.with_traceback(_users_part(error.__traceback__))

    def runTest(self) -> None:
        """Fail as the import did."""
        # As an error of one test: leaving the program, which a script without a main guard does, would end the run.
        if isinstance(self.error, Exception):
            raise self.error
        raise ImportError(f"the module raised {self.error!r} when imported") from self.error


class ModuleSkipped(unittest.TestCase):
    """Skip, when run, with the reason that a module gave when it was imported.

    Args:
        reason: what the `SkipTest` said.
    """

    def __init__(self, reason: str) -> None:
        super().__init__("runTest")
        self.reason = reason

    def runTest(self) -> None:
        """Skip as the module did."""
        self.skipTest(self.reason)


def _users_part(traceback: TracebackType | None) -> TracebackType | None:
    """Drop what leads to the module: frames of ours and of the import system."""
    inner = traceback
    while inner is not None:
        names = inner.tb_frame.f_globals
        if "__unittest" not in names and not str(names.get("__name__", "")).startswith("importlib"):
            return inner
        inner = inner.tb_next
    return None
