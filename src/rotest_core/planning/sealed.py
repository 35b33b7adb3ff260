"""Keep plain values in files that are read back whole or not at all.

What is written is a cache: whoever cannot read it, or does not trust it, makes it anew.
"""

from __future__ import annotations

import marshal
import os
from binascii import crc32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

_MAGIC: Final = b"rotest-1\n"
_HEAD: Final = len(_MAGIC) + 8
_KEPT: Final = 40


def name_of(key: object) -> str:
    """Give the file name for a key; it is no proof that the file is the key's."""
    return f"{crc32(repr(key).encode('utf-8', 'surrogatepass')):08x}"


def seal(values: tuple[object, ...]) -> bytes:
    """Pack numbers, texts, None, and tuples, lists and dictionaries of them, with a checksum."""
    # The stub of marshal names the types that it takes without what they may hold.
    packed = marshal.dumps(values)  # type: ignore[arg-type]
    return _MAGIC + _checksum(packed) + packed


def unseal(path: str) -> tuple[Any, ...] | None:
    """Give what a file holds, or None where it is missing, damaged or not one of ours."""
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError:
        return None
    packed = content[_HEAD:]
    if content[:_HEAD] != _MAGIC + _checksum(packed):
        return None
    try:
        values: tuple[Any, ...] | None = marshal.loads(packed)
    except (EOFError, TypeError, ValueError):
        return None
    return values if isinstance(values, tuple) else None


class Draft:
    """Write a file beside its place, and put it there when it is whole.

    Args:
        path: where the file is to be; its directory is made.

    Attributes:
        started: when the draft was begun, in nanoseconds by the clock of the file system.

    Raises:
        OSError: nothing can be written there.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._draft = f"{path}.{os.getpid()}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        self._file = os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        self.started: int = os.fstat(self._file).st_ctime_ns

    def save(self, values: tuple[object, ...]) -> None:
        """Put the values in their place; a full disk does not matter."""
        try:
            os.write(self._file, seal(values))
            os.replace(self._draft, self._path)
            _prune(os.path.dirname(self._path))
        except OSError:
            return

    def close(self) -> None:
        """Leave nothing unfinished behind."""
        os.close(self._file)
        try:
            os.unlink(self._draft)
        except OSError:
            return


def _checksum(packed: bytes) -> bytes:
    return b"%08x" % crc32(packed)


def _prune(directory: str) -> None:
    """Remove what was written longest ago."""
    with os.scandir(directory) as entries:
        newest_first = sorted(entries, key=lambda entry: -entry.stat().st_mtime_ns)
    for entry in newest_first[_KEPT:]:
        os.unlink(entry.path)
