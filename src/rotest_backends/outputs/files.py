"""Write files so that nobody ever sees half of one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place, then move it there; its directory is made.

    Args:
        path: the file; one that is there is replaced.
        content: all of it.

    Raises:
        OSError: it could not be written; what was at `path` is as before, and nothing is left beside it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # The process id keeps two runs apart that write one path at one time.
    beside = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
