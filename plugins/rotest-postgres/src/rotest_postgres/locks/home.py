"""The one connection of a process that listens, and the one thread that takes letters, beats and hears who died."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Protocol

import psycopg
from psycopg import sql

from rotest_core import StoreError
from rotest_core.leasing import Watcher
from rotest_core.plugin import Owner
from rotest_postgres.database import Database, Link
from rotest_postgres.locks.post import LabMailbox

_AGAIN = 0.05
"""Seconds after which a server that is out of reach is tried again."""


class Residents(Protocol):
    """Be told what happens; called from the thread of the home, so that nothing here may wait for long."""

    def receive(self, text: str) -> None:
        """Take a letter."""
        ...

    def beat(self, link: Link) -> None:
        """Give a sign of life for all sessions, over this connection."""
        ...

    def interval(self) -> float:
        """Return the seconds from one beat to the next."""
        ...

    def arrived(self) -> None:
        """Know that letters may have been lost, for nobody listened until now."""
        ...

    def died(self, sessions: Sequence[int]) -> None:
        """Know that the processes of some sessions ended."""
        ...


class Home:
    """Listen, beat and watch, from a thread of its own.

    Args:
        database: where to listen.
        residents: who lives here.
        direct: whether processes of this host may send letters without the database.

    Attributes:
        address: where letters are taken.
    """

    def __init__(self, database: Database, residents: Residents, *, direct: bool) -> None:
        self._mailbox = LabMailbox(direct=direct)
        self.address = str(self._mailbox.address)
        self._database = database
        self._residents = residents
        self._lock = threading.Lock()
        self._watcher = Watcher()
        self._bell, self._bell_rope = os.pipe()
        os.set_blocking(self._bell, False)
        os.set_blocking(self._bell_rope, False)
        self._closed = False
        self._beat_at = 0.0
        try:
            link = self._connect()
        except BaseException:
            self._release()
            raise
        self._thread = threading.Thread(target=self._live, args=(link,), name="rotest-postgres", daemon=True)
        self._thread.start()

    def ring(self) -> None:
        """Wake the thread: something has changed, such as how often to beat."""
        with suppress(BlockingIOError):
            os.write(self._bell_rope, b"!")

    def watch(self, session: int, owner: Owner) -> bool:
        """Watch one more process; return False if it has ended."""
        with self._lock:
            lives = self._watcher.add(session, owner)
        self.ring()
        return lives

    def watch_only(self, owners: Mapping[int, Owner]) -> None:
        """Watch these processes and no others."""
        with self._lock:
            self._watcher.only(owners)
        self.ring()

    def close(self) -> None:
        """Stop listening."""
        self._closed = True
        self.ring()
        self._thread.join()
        self._release()

    def _release(self) -> None:
        self._watcher.close()
        self._mailbox.close()
        os.close(self._bell)
        os.close(self._bell_rope)

    def _connect(self) -> Link:
        link = self._database.connect()
        try:
            link.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self._mailbox.address.channel)))
        except psycopg.Error:
            link.close()
            raise
        # Letters that come along with the answer to a beat.
        link.add_notify_handler(lambda notify: self._residents.receive(notify.payload))
        return link

    def _live(self, first: Link) -> None:
        link: Link | None = first
        while not self._closed:
            try:
                link = link or self._connect()
                self._residents.arrived()
                while not self._closed:
                    self._attend(link)
            except (psycopg.Error, StoreError):
                if link is not None:
                    link.close()
                    link = None
                self._pause()
        if link is not None:
            link.close()

    def _attend(self, link: Link) -> None:
        """Wait for something to happen, and see to it."""
        poll = select.poll()
        with self._lock:
            mail = (link.fileno(), self._mailbox.fileno())
            for descriptor in (*mail, self._bell, *self._watcher.descriptors()):
                poll.register(descriptor, select.POLLIN)
        wait = max(0.0, self._beat_at - time.monotonic())
        ready = [descriptor for descriptor, _ in poll.poll(wait * 1000)]
        if link.fileno() in ready:
            self._receive(link)
        if self._mailbox.fileno() in ready:
            for text in self._mailbox.receive():
                self._residents.receive(text.decode())
        if self._bell in ready:
            self._hear_bell()
        with self._lock:
            died = self._watcher.ended(ready)
        if died:
            self._residents.died(died)
        now = time.monotonic()
        if now >= self._beat_at:
            self._residents.beat(link)
            self._beat_at = now + self._residents.interval()

    def _receive(self, link: Link) -> None:
        link.pgconn.consume_input()
        while (notify := link.pgconn.notifies()) is not None:
            self._residents.receive(notify.extra.decode())

    def _hear_bell(self) -> None:
        with suppress(BlockingIOError):
            os.read(self._bell, 4096)
        self._beat_at = min(self._beat_at, time.monotonic() + self._residents.interval())

    def _pause(self) -> None:
        poll = select.poll()
        poll.register(self._bell, select.POLLIN)
        poll.poll(_AGAIN * 1000)
        self._hear_bell()
