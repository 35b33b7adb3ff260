"""Keep pieces of a report on disk until it is written."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path
    from typing import IO


class Piece(NamedTuple):
    """Say where a piece lies in the spool, in bytes."""

    start: int
    length: int


class Spool:
    """Hold bytes in a file without a name: whatever ends the process, nothing is left of it.

    Args:
        directory: where the file takes its room; must exist.
    """

    def __init__(self, directory: Path) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=directory)  # noqa: SIM115 - closed in close()
        self._end = 0

    def add(self, content: str) -> Piece:
        """Append a piece."""
        data = content.encode()
        self._file.write(data)
        piece = Piece(self._end, len(data))
        self._end += len(data)
        return piece

    def read(self, piece: Piece) -> bytes:
        """Return a piece."""
        self._file.seek(piece.start)
        return self._file.read(piece.length)

    def close(self) -> None:
        """Let the file go."""
        self._file.close()
