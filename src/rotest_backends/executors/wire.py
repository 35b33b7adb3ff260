"""Carry messages between processes of one run, each whole or not at all.

A message is a tuple whose first item says what it is. It travels over a socket of packets (SOCK_SEQPACKET, unix(7)):
whatever a signal interrupts, a packet is there or it is not, so no exception can leave half a message behind. What is
longer than a packet goes in several; a message that was begun and not ended is dropped when the next begins.

What a worker only tells, it writes into memory that the coordinator shares (`ring`), and the coordinator looks there
with each message that comes by the socket, and from time to time. A message by the socket says how much had been told
before it, so the coordinator gets all in the order in which the worker sent it.
"""

from __future__ import annotations

import _socket
import sys
from _thread import allocate_lock
from collections import deque
from os import register_at_fork

from rotest_backends.executors.packing import pack, pack_events, unpack
from rotest_backends.executors.ring import ROOM, Ring

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from rotest_backends.executors.packing import Message
    from rotest_core.events import Event

PACKET = 60_000
"""Bytes in a packet; the system refuses packets longer than a socket's buffer."""

_BUFFER = 1 << 20
_WHOLE, _FIRST, _MIDDLE, _LAST = (bytes([kind]) for kind in range(4))
_HALF = ROOM // 2
_INT, _MOST_DESCRIPTORS = 4, 4
_POSITION = 8
"""Bytes that say, at the start of what a worker sends, how much it had put into the ring."""


def socket_pair() -> tuple[_socket.socket, _socket.socket]:
    """Make two connected sockets for messages."""
    pair = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
    for end in pair:
        end.setsockopt(_socket.SOL_SOCKET, _socket.SO_SNDBUF, _BUFFER)
    return pair


def socket_of(descriptor: int) -> _socket.socket:
    """Make a socket of a descriptor that came from another process."""
    return _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET, 0, descriptor)


def send_descriptors(end: _socket.socket, packet: bytes, *descriptors: int) -> None:
    """Send a packet along with descriptors of files and sockets; see unix(7), SCM_RIGHTS."""
    numbers = b"".join(descriptor.to_bytes(_INT, sys.byteorder) for descriptor in descriptors)
    end.sendmsg([packet], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, numbers)])


def receive_descriptors(end: _socket.socket, *, wait: bool) -> tuple[bytes, list[int]]:
    """Receive a short packet, and the descriptors that came with it.

    Raises:
        BlockingIOError: there is none, and it was not to be waited for.
    """
    flags = 0 if wait else _socket.MSG_DONTWAIT
    packet, others, _, _ = end.recvmsg(4096, _socket.CMSG_SPACE(_MOST_DESCRIPTORS * _INT), flags)
    numbers = b"".join(content for _, _, content in others)
    return packet, [
        int.from_bytes(numbers[start : start + _INT], sys.byteorder) for start in range(0, len(numbers), _INT)
    ]


class Assembler:
    """Put packets together to messages."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def add(self, packet: bytes) -> bytes | None:
        """Take the next packet; return the body of the message that it completes, if it does."""
        kind, body = packet[:1], packet[1:]
        if kind == _WHOLE:
            return body
        if kind == _FIRST:
            self._parts.clear()
        self._parts.append(body)
        if kind != _LAST:
            return None
        whole = b"".join(self._parts)
        self._parts.clear()
        return whole


def packets(body: bytes) -> list[bytes]:
    """Cut the body of a message into packets."""
    if len(body) < PACKET:
        return [_WHOLE + body]
    pieces = [body[start : start + PACKET] for start in range(0, len(body), PACKET)]
    kinds = [_FIRST, *[_MIDDLE] * (len(pieces) - 2), _LAST]
    return [kind + piece for kind, piece in zip(kinds, pieces, strict=True)]


class Channel:
    """Exchange messages, waiting where the other side is slow: a worker's end.

    Args:
        end: the socket.
        ring: the memory that the coordinator reads, too.
    """

    def __init__(self, end: _socket.socket, ring: Ring) -> None:
        self._end = end
        self._ring = ring
        self._assembler = Assembler()
        self._turn = allocate_lock()
        self._shared = False
        register_at_fork(after_in_child=self._leave_ring)

    def tell(self, events: Sequence[Event]) -> None:
        """Tell of events: the coordinator hears of them soon, and before all that is sent later.

        Raises:
            OSError: the other side is gone.
        """
        self._put(pack_events(events))

    def note(self, *message: Any) -> None:
        """Send a message in the same way as events are told."""
        self._put(pack(message))

    def send(self, *message: Any) -> None:
        """Send a message at once; safe to use from any thread.

        Raises:
            OSError: the other side is gone.
        """
        self._send(pack(message))

    def receive(self) -> Message | None:
        """Wait for a message; None when the other side is gone."""
        body = None
        while body is None:
            try:
                packet = self._end.recv(PACKET + 1)
            except ConnectionError:
                return None
            if not packet:
                return None
            body = self._assembler.add(packet)
        return unpack(body)

    def _put(self, body: bytes) -> None:
        if not self._shared:
            with self._turn:
                filled = self._ring.put(body)
                if filled:
                    if filled - len(body) < _HALF <= filled:
                        self._push(b"")  # the coordinator should look before there is no room left
                    return
        self._send(body)

    def _leave_ring(self) -> None:
        """Use the socket alone, in a child that a test forked: two may not write one ring."""
        self._shared = True
        self._turn = allocate_lock()

    def _send(self, body: bytes) -> None:
        with self._turn:
            self._push(body)

    def _push(self, body: bytes) -> None:
        position = 0 if self._shared else self._ring.written
        for packet in packets(position.to_bytes(_POSITION, "little") + body):
            self._end.send(packet)


class Line:
    """Exchange messages without ever waiting: the coordinator's end.

    Args:
        end: the socket.
        ring: the memory that the worker writes.

    Attributes:
        open: whether the other side may still send something.
    """

    def __init__(self, end: _socket.socket, ring: Ring) -> None:
        end.setblocking(False)
        self.open: bool = True
        self._end = end
        self._ring = ring
        self._seen = 0
        self._assembler = Assembler()
        self._unsent: deque[bytes] = deque()
        self._turn = allocate_lock()

    def fileno(self) -> int:
        """Give the descriptor, for select."""
        return self._end.fileno()

    @property
    def full(self) -> bool:
        """Tell whether something waits to be sent."""
        return bool(self._unsent)

    def send(self, *message: Any) -> None:
        """Send a message as far as there is room, the rest by `flush`; safe to use from any thread.

        Raises:
            RotestError: it cannot be pickled.
        """
        parts = packets(pack(message))
        with self._turn:
            self._unsent.extend(parts)
            self._push()

    def flush(self) -> None:
        """Send what waits, as far as there is room."""
        with self._turn:
            self._push()

    def receive(self) -> list[Message]:
        """Return what has come by the socket, along with what was told before it."""
        messages: list[Message] = []
        while self.open:
            try:
                packet = self._end.recv(PACKET + 1)
            except BlockingIOError:
                break
            except OSError:
                packet = b""
            if not packet:
                self.open = False
                break
            whole = self._assembler.add(packet)
            if whole is not None:
                told = int.from_bytes(whole[:_POSITION], "little")
                messages += _read((*self._ring.take(told), *filter(None, [whole[_POSITION:]])))
        return messages

    def look(self) -> list[Message]:
        """Return what had been told when this was called the last time.

        Between two calls whatever processors keep in buffers of their own has reached the memory.
        """
        seen, self._seen = self._seen, self._ring.written
        return _read(self._ring.take(seen))

    def remains(self) -> list[Message]:
        """Return all that was told, by a worker that is no more."""
        return _read(self._ring.take(self._ring.written))

    def close(self) -> None:
        """Close socket and memory; may be called twice."""
        if self.open or self._end.fileno() != -1:
            self.open = False
            self._end.close()
            self._ring.close()

    def _push(self) -> None:
        while self._unsent:
            try:
                self._end.send(self._unsent[0])
            except BlockingIOError:
                return
            except OSError:  # nobody will read it; that the other side is gone is seen when receiving
                self._unsent.clear()
                return
            self._unsent.popleft()


def _read(bodies: Iterable[bytes]) -> list[Message]:
    messages: list[Message] = []
    for body in bodies:
        try:
            messages.append(unpack(body))
        except Exception as error:  # unpickling raises whatever the objects raise
            messages.append(("broken", f"what it sent cannot be read: {type(error).__name__}: {error}"))
    return messages
