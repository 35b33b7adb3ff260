"""Notice every file that is opened for writing, wherever it is."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_watches: list[set[str]] = []
_hooked: list[bool] = []


@contextmanager
def watch_writes() -> Generator[set[str]]:
    """Collect the paths that this process creates or opens for writing inside the ``with``.

    An audit hook sees what any Python code does through `open`, `os` and what stands on them (sys.addaudithook; PEP
    578). Compiled bytecode that an import leaves, and devices, do not count.
    """
    if not _hooked:
        # A hook cannot be taken away again, so that there is one for good, idle most of the time.
        sys.addaudithook(_notice)
        _hooked.append(True)
    paths: set[str] = set()
    _watches.append(paths)
    try:
        yield paths
    finally:
        _watches.remove(paths)


def _notice(event: str, arguments: tuple[object, ...]) -> None:
    if not _watches:
        return
    if event == "open":
        path, _, flags = arguments
        if not isinstance(flags, int) or not flags & WRITING:
            return
    elif event in {"os.mkdir", "os.symlink", "os.rename", "os.link"}:
        path = arguments[0] if event == "os.mkdir" else arguments[1]
    else:
        return
    # The hook is called with what `open` was called with, but for path-like objects, which are text by then.
    if isinstance(path, str | bytes):
        _remember(os.fsdecode(path))


def _remember(name: str) -> None:
    path = Path(name).absolute()
    if "__pycache__" not in path.parts and path.parts[1:2] not in {("dev",), ("proc",)}:
        for paths in _watches:
            paths.add(str(path))
