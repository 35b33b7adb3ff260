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

    def put(self, body: bytes) -> int:
        """Add a record.

        Returns:
            The number of bytes that were put and not taken yet, 0 if there was no room for the record.
        """
        counts = self._counts
        written, read = counts[_WRITTEN], counts[_READ]
        record = len(body).to_bytes(_LENGTH, "little") + body
        after = written + len(record)
        if after - read > ROOM:
            return 0
        start = _HEAD + written % ROOM
        end = start + len(record)
        if end <= _HEAD + ROOM:
            self._memory[start:end] = record
        else:
            before_end = _HEAD + ROOM - start
            self._memory[start:] = record[:before_end]
            self._memory[_HEAD : end - ROOM] = record[before_end:]
        counts[_WRITTEN] = after
        return after - read

    def take(self, end: int) -> Iterator[bytes]:
        """Take the records up to a number of bytes written."""
        begin = self._counts[_READ]
        if end <= begin:
            return
        content = self._read(begin, end - begin)
        self._counts[_READ] = end
        position = 0
        while position < len(content):
            body = position + _LENGTH
            position = body + int.from_bytes(content[position:body], "little")
            yield content[body:position]

    def close(self) -> None:
        """Give the memory back; may be called twice."""
        self._counts.release()
        self._memory.close()

    def _read(self, position: int, size: int) -> bytes:
        start = position % ROOM
        piece = self._memory[_HEAD + start : _HEAD + min(start + size, ROOM)]
        return piece if len(piece) == size else piece + self._memory[_HEAD : _HEAD + size - len(piece)]
