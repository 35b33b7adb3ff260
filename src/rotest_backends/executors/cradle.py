"""The coordinator's side of the nursery."""

from __future__ import annotations

import contextlib
import os
import sys

from rotest_backends.executors.link import Link
from rotest_backends.executors.nursery import Nursery
from rotest_backends.executors.packing import pack, unpack
from rotest_backends.executors.ring import Ring
from rotest_backends.executors.wire import (
    Assembler,
    Line,
    packets,
    receive_descriptors,
    socket_of,
    socket_pair,
)
from rotest_core import RotestError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from rotest_backends.executors.nursery import Serve


class Cradle:
    """Fork the nursery, and have it fork workers.

    Args:
        serve: what a worker does.

    Attributes:
        gone: whether the nursery is no more.
    """

    def __init__(self, serve: Serve) -> None:
        self.gone = False
        # What is buffered now would be written once by every process.
        sys.stdout.flush()
        sys.stderr.flush()
        self._control, theirs = socket_pair()
        self._pid = os.fork()
        if not self._pid:
            try:
                self._control.close()
                Nursery(theirs, serve).run()
            finally:
                os._exit(1)
        theirs.close()
        self._assembler = Assembler()
        self._ended: list[tuple[str, int]] = []

    def fileno(self) -> int:
        """Give the descriptor, for select."""
        return self._control.fileno()

    def fork(self, names: Sequence[str]) -> list[Link]:
        """Fork workers.

        Raises:
            RotestError: the nursery is gone.
        """
        for name in names:
            self.command("fork", name)
        links: list[Link] = []
        while len(links) < len(names):
            link = self._receive(wait=True)
            if link is not None:
                links.append(link)
            elif self.gone:
                for made in links:
                    made.close()
                raise RotestError("the process that workers are forked from is gone")
        return links

    def command(self, word: str, name: str, *details: Any) -> None:
        """Have something done to a worker; see `nursery`."""
        [packet] = packets(pack((word, name, *details)))
        with contextlib.suppress(OSError):
            self._control.send(packet)

    @property
    def has_news(self) -> bool:
        """Tell whether a worker ended while others were being forked."""
        return bool(self._ended)

    def ended(self) -> list[tuple[str, int]]:
        """Return the workers that ended, with their status."""
        while not self.gone and self._receive(wait=False):
            continue
        ended, self._ended = self._ended, []
        return ended

    def close(self) -> None:
        """End the nursery, and with it all workers that are left; may be called twice."""
        if self._pid:
            self._control.close()
            os.waitpid(self._pid, 0)
            self._pid = 0

    def _receive(self, *, wait: bool) -> Link | None:
        """Take the next message; return the worker that it brings."""
        try:
            packet, descriptors = receive_descriptors(self._control, wait=wait)
        except BlockingIOError:
            return None
        except OSError:
            packet, descriptors = b"", []
        body = self._assembler.add(packet) if packet else None
        if body is None:
            self.gone = True
            return None
        word, name, number = unpack(body)
        if word == "ended":
            self._ended.append((name, number))
            return None
        end, crashes, told = descriptors
        ring = Ring(told)
        os.close(told)
        return Link(name, number, Line(socket_of(end), ring), crashes)
