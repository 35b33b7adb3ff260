"""A lock between the processes of a host, in which the first to ask is the first to be let in."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType


class Gate:
    """Let one process through at a time; its threads must take turns by themselves.

    SQLite's own waiting is a loop of sleeps, in which some processes starve while others go through again and again.

    Args:
        path: a file that is only locked, never read; made when it is missing.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)

    def __enter__(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)
