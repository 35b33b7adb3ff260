"""Memory that a worker writes and the coordinator reads.

What a worker tells costs it no system call and wakes nobody; and what it has told is there when it is killed in the
next instant. A record counts from the moment at which the number of bytes written says so: whatever a signal
interrupts, it is there or it is not.
"""

from __future__ import annotations

import os
from mmap import mmap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

ROOM = 1 << 20
"""Bytes of records that nobody has read yet."""

_HEAD = 64
_LENGTH = 4
_WRITTEN, _READ = 0, 1


def make_memory(name: str) -> int:
    """Make memory for a ring, and return its descriptor."""
    descriptor = os.memfd_create(name)
    os.ftruncate(descriptor, _HEAD + ROOM)
    return descriptor


class Ring:
    """Hold records, the oldest first: one process puts, another takes.

    Args:
        descriptor: the memory, the same for both.
    """

    def __init__(self, descriptor: int) -> None:
        self._memory = mmap(descriptor, _HEAD + ROOM)
        # Each is written by one of the two only, and whole: eight bytes at an address that eight divides.
        self._counts = memoryview(self._memory)[:16].cast("Q")

    @property
    def written(self) -> int:
        """Give the number of bytes that were ever put."""
        return self._counts[_WRITTEN]

    @property
    def filled(self) -> int:
        """Give the number of bytes that were put and not taken yet."""
        return self._counts[_WRITTEN] - self._counts[_READ]

    def put(self, body: bytes) -> bool:
        """Add a record; return False if there is no room for it."""
        written, size = self._counts[_WRITTEN], len(body)
        if size + _LENGTH > ROOM - (written - self._counts[_READ]):
            return False
        record = size.to_bytes(_LENGTH, "little") + body
        start = written % ROOM
        before_end = min(len(record), ROOM - start)
        self._memory[_HEAD + start : _HEAD + start + before_end] = record[:before_end]
        if before_end < len(record):
            self._memory[_HEAD : _HEAD + len(record) - before_end] = record[before_end:]
        self._counts[_WRITTEN] = written + len(record)
        return True

    def take(self, end: int) -> Iterator[bytes]:
        """Take the records up to a number of bytes written."""
        position = self._counts[_READ]
        while position < end:
            size = int.from_bytes(self._read(position, _LENGTH), "little")
            body = self._read(position + _LENGTH, size)
            position += _LENGTH + size
            self._counts[_READ] = position
            yield body

    def close(self) -> None:
        """Give the memory back; may be called twice."""
        self._counts.release()
        self._memory.close()

    def _read(self, position: int, size: int) -> bytes:
        start = position % ROOM
        piece = self._memory[_HEAD + start : _HEAD + min(start + size, ROOM)]
        return piece if len(piece) == size else piece + self._memory[_HEAD : _HEAD + size - len(piece)]
