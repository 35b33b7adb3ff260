"""The gate before the books: who writes passes it, one process at a time, about in the order in which they came.

The system's file locks keep no order of their own: whoever comes just when one is let go gets it before the one who was
woken for it, who then goes to the end of the line. So who finds the gate shut goes through a second lock first: who has
that is alone in waiting for the gate. He may be overtaken by one who just comes, but never loses his place; and he lets
the next one come up behind him as soon as he is through. Both locks open by themselves when a process ends.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, flock
from pathlib import Path


class Gate:
    """Let one process at a time through; its threads must not come together.

    Args:
        path: of the file to lock; made, with one beside it, when it is missing.
    """

    def __init__(self, path: Path) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        self._line = os.open(f"{path}-line", flags, 0o666)
        self._gate = os.open(path, flags, 0o666)

    def enter(self) -> None:
        """Wait until nobody else is inside."""
        try:
            flock(self._gate, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            line = self._line
            flock(line, LOCK_EX)
            try:
                flock(self._gate, LOCK_EX)
            finally:
                flock(line, LOCK_UN)

    def leave(self) -> None:
        """Let the next one in."""
        flock(self._gate, LOCK_UN)

    @contextmanager
    def inside(self) -> Generator[None]:
        """Be inside for the time of a ``with``."""
        self.enter()
        try:
            yield
        finally:
            self.leave()

    def close(self) -> None:
        """Let go of the files."""
        os.close(self._line)
        os.close(self._gate)
