"""Call something again and again, in a thread of its own."""

from __future__ import annotations

import threading
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Cycle:
    """Call a function every so many seconds, at least once, until told to stop.

    Args:
        name: what the thread is called.
        seconds: from the start of one call to the start of the next; a call that takes longer is followed at once.
        call: what to call; false when that was the last time.
    """

    def __init__(self, name: str, seconds: float, call: Callable[[], bool]) -> None:
        self._seconds = seconds
        self._call = call
        self._stopping = threading.Event()
        # A daemon: one that never comes back must not keep the process.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def end(self, limit: float) -> bool:
        """Stop it, and wait until it has stopped; false if it does not within `limit` seconds, 0 for any time."""
        self._stopping.set()
        if threading.current_thread() is not self._thread:
            self._thread.join(limit or None)
        return not self._thread.is_alive()

    def _run(self) -> None:
        due = monotonic()
        while self._call():
            due = max(due + self._seconds, monotonic())
            if self._stopping.wait(due - monotonic()):
                return
