"""Write files so that nobody ever sees half of one."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path
    from typing import IO


@contextmanager
def whole_file(path: Path) -> Generator[IO[bytes]]:
    """Open a file beside its place, and move it there when all went well; its directory is made.

    Args:
        path: the file; one that is there is replaced.

    Raises:
        OSError: it could not be written; what was at `path` is as before, and nothing is left beside it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # The process id keeps two runs apart that write one path at one time.
    beside = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with beside.open("wb") as file:
            yield file
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def write_whole(path: Path, content: bytes) -> None:
    """Write all of a file, or nothing; as `whole_file` does.

    Args:
        path: the file; one that is there is replaced.
        content: all of it.

    Raises:
        OSError: it could not be written; what was at `path` is as before, and nothing is left beside it.
    """
    with whole_file(path) as file:
        file.write(content)
