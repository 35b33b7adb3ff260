"""Carry messages between processes of one run, each whole or not at all.

A message is a pickled tuple whose first item says what it is. It travels over a socket of packets (SOCK_SEQPACKET,
unix(7)): whatever a signal interrupts, a packet is there or it is not, so no exception can leave half a message behind.
What is longer than a packet goes in several; a message that was begun and not ended is dropped when the next begins.
"""

from __future__ import annotations

import pickle
import socket
from _thread import allocate_lock
from collections import deque
from typing import Any, Final, TypeAlias

from rotest_core import RotestError

Message: TypeAlias = tuple[Any, ...]
"""Its first item is a word; what the others are is said where it is sent."""

PACKET: Final = 60_000
"""Bytes in a packet; the system refuses packets longer than a socket's buffer."""

_ROOM: Final = 1 << 20
_WHOLE, _FIRST, _MIDDLE, _LAST = (bytes([kind]) for kind in range(4))


def socket_pair() -> tuple[socket.socket, socket.socket]:
    """Make two connected sockets for messages."""
    pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for end in pair:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _ROOM)
    return pair


class Assembler:
    """Put packets together to messages."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def add(self, packet: bytes) -> Message | None:
        """Take the next packet; return the message that it completes, if it does."""
        kind, body = packet[:1], packet[1:]
        if kind == _WHOLE:
            return _unpack(body)
        if kind == _FIRST:
            self._parts.clear()
        self._parts.append(body)
        if kind != _LAST:
            return None
        whole = b"".join(self._parts)
        self._parts.clear()
        return _unpack(whole)


def packets(message: Message) -> list[bytes]:
    """Cut a message into packets.

    Raises:
        RotestError: it holds something that cannot be sent to another process.
    """
    try:
        body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # pickle raises whatever the objects raise
        raise RotestError(
            f"this cannot be sent to another process: {type(error).__name__}: {error}; what a worker is handed, and "
            "what it asks for, must be importable by name (no classes or functions made inside of a function)"
        ) from error
    if len(body) < PACKET:
        return [_WHOLE + body]
    pieces = [body[start : start + PACKET] for start in range(0, len(body), PACKET)]
    kinds = [_FIRST, *[_MIDDLE] * (len(pieces) - 2), _LAST]
    return [kind + piece for kind, piece in zip(kinds, pieces, strict=True)]


class Channel:
    """Exchange messages, waiting where the other side is slow: a worker's end.

    Args:
        end: the socket.
    """

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._assembler = Assembler()
        self._turn = allocate_lock()

    def send(self, *message: Any) -> None:
        """Send a message; safe to use from any thread.

        Raises:
            OSError: the other side is gone.
        """
        parts = packets(message)
        if len(parts) == 1:
            self._end.send(parts[0])
            return
        with self._turn:
            for part in parts:
                self._end.send(part)

    def receive(self) -> Message | None:
        """Wait for a message; None when the other side is gone."""
        message = None
        while message is None:
            try:
                packet = self._end.recv(PACKET + 1)
            except ConnectionError:
                return None
            if not packet:
                return None
            message = self._assembler.add(packet)
        return message


class Line:
    """Exchange messages without ever waiting: the coordinator's end.

    Args:
        end: the socket.

    Attributes:
        open: whether the other side may still send something.
    """

    def __init__(self, end: socket.socket) -> None:
        end.setblocking(False)
        self.open = True
        self._end = end
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
        parts = packets(message)
        with self._turn:
            self._unsent.extend(parts)
            self._push()

    def flush(self) -> None:
        """Send what waits, as far as there is room."""
        with self._turn:
            self._push()

    def receive(self) -> list[Message]:
        """Return what has come."""
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
            try:
                message = self._assembler.add(packet)
            except Exception as error:  # unpickling raises whatever the objects raise
                message = ("broken", f"what it sent cannot be read: {type(error).__name__}: {error}")
            if message is not None:
                messages.append(message)
        return messages

    def close(self) -> None:
        """Close the socket; may be called twice."""
        self.open = False
        self._end.close()

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


def _unpack(body: bytes) -> Message:
    message: Message = pickle.loads(body)
    return message
