"""What has arrived for a session, and whoever waits for it."""

from __future__ import annotations

import threading
from typing import NamedTuple

from rotest_core.leasing import Content


class Beat(NamedTuple):
    """Tell what the database answered to a heartbeat.

    Args:
        session: the number under which the session was known when it was sent.
        sent: the moment when it was sent, by this process's clock.
        standing: tokens of the session's leases, as the database knows them; None if it knows the session no more.
        others_wait: whether others wait for something, whatever it is.
    """

    session: int
    sent: float
    standing: frozenset[int] | None
    others_wait: bool = False


class Inbox:
    """Take what arrives, from any thread, without ever waiting for the session."""

    def __init__(self) -> None:
        self._arrival = threading.Condition(threading.Lock())
        self._contents: list[Content] = []
        self._beat: Beat | None = None
        self._stamp = 0

    def put(self, content: Content) -> None:
        """Take a letter in."""
        with self._arrival:
            self._contents.append(content)
            self._stir()

    def put_beat(self, beat: Beat) -> None:
        """Take in the answer to a heartbeat; only the last one counts."""
        with self._arrival:
            self._beat = beat
            self._stir()

    def stir(self) -> None:
        """Wake whoever waits: there is something new to wait for."""
        with self._arrival:
            self._stir()

    def take(self) -> tuple[int, list[Content], Beat | None]:
        """Return what has arrived, and a stamp to `wait` with."""
        with self._arrival:
            contents, self._contents = self._contents, []
            beat, self._beat = self._beat, None
            return self._stamp, contents, beat

    def wait(self, stamp: int, timeout: float) -> None:
        """Wait until something arrives after the stamp, or the time is up."""
        with self._arrival:
            self._arrival.wait_for(lambda: self._stamp != stamp, max(0.0, timeout))

    def _stir(self) -> None:
        self._stamp += 1
        self._arrival.notify_all()
