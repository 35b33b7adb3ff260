"""One process's claims and leases among those of the host."""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from rotest_backends.locks.casualties import Casualties, find_casualties
from rotest_backends.locks.household import Household
from rotest_backends.locks.post import HostMailbox, read
from rotest_core.allocation.ledger import Ledger
from rotest_core.allocation.rows import SessionRow
from rotest_core.errors import LeaseError, LeaseLostError
from rotest_core.leasing.affairs import FOR_EVER, Affairs, pause_among
from rotest_core.leasing.letters import Hint, Rival
from rotest_core.leasing.liveness import Watcher
from rotest_core.plugin.protocols.locks import Claim, Grant, Lease, LeaseLost, LeaseWanted, Notice, Owner

ResultT = TypeVar("ResultT")

_MOMENT = 0.001

_ENDED = "somebody ended it"
_SILENT = "the process did not beat for longer than its leases' time to live"


class _TakenForDeadError(Exception):
    """Tell, inside a transaction, that the session is no longer in the books."""


class HostSession:
    """Claim, hold and release; see `LockSession`.

    Args:
        locks: the strategy that opened the session.
        owner: who it is.
        ttl: seconds that it outlives its last heartbeat.
    """

    def __init__(self, locks: Household, owner: Owner, ttl: float) -> None:
        self.ttl = ttl
        self._locks = locks
        self._owner = owner
        self._mailbox = HostMailbox()
        self._watcher = Watcher()
        self._lock = threading.RLock()
        self._affairs = Affairs()
        self._sleepers = 0
        self._look_at = 0.0
        self._pause = pause_among(0)
        self._closed = False
        self.number = self._open()

    def submit(self, claim: Claim) -> Grant | None:
        """Ask for a claim; see `LockSession.submit`."""
        with self._lock:
            grant = self._submit(claim)
            if grant is not None:
                self._affairs.keep(grant)
            elif claim.wait != 0:
                self._await(claim)
            return grant

    def wait(self, timeout: float) -> Sequence[Notice]:
        """Return what happened; see `LockSession.wait`."""
        deadline = time.monotonic() + timeout
        affairs = self._affairs
        while True:
            with self._lock:
                self._read_letters()
                now = time.monotonic()
                if affairs.waiting and not affairs.news:
                    self._expire(now)
                    if now >= self._look_at:
                        self._look_again(now)
                if affairs.news or self._closed or now >= deadline:
                    return affairs.take_notices()
                poll = self._poll()
                until = min(deadline, self._next_moment())
                self._sleepers += 1
            ready = poll.poll(max(0.0, until - time.monotonic()) * 1000)
            with self._lock:
                self._sleepers -= 1
                died = self._watcher.ended(descriptor for descriptor, _ in ready)
            if died:
                self._locks.reap(died)

    def cancel(self, claim: str) -> Grant | None:
        """Take a waiting claim back; see `LockSession.cancel`."""
        with self._lock:
            if self._affairs.waiting.pop(claim, None) is None:
                return self._affairs.take_grant(claim)
            grant = self._withdraw(claim)
            if grant is not None:
                self._affairs.keep(grant)
            return grant

    def release(self, leases: Sequence[Lease], *, dirty: bool = False) -> None:
        """Give leases back; see `LockSession.release`."""
        self._give(leases, lambda ledger: ledger.release(self.number, leases, time.monotonic(), dirty=dirty))

    def hold(self, leases: Sequence[Lease], *, name: str, duration: float, reason: str = "") -> None:
        """Turn leases into a reservation; see `LockSession.hold`."""
        self._give(
            leases,
            lambda ledger: ledger.hold(
                self.number, leases, time.monotonic(), name=name, duration=duration, reason=reason
            ),
        )

    def adopt(self, name: str) -> Grant | None:
        """Take over a reservation; see `LockSession.adopt`."""

        def step(ledger: Ledger) -> Grant | None:
            self._check(ledger)
            return ledger.adopt(self.number, name, time.monotonic())

        with self._lock:
            grant = self._here(step)
            if grant is not None:
                self._affairs.keep(grant)
            return grant

    def close(self) -> None:
        """Cancel all claims and release all leases; see `LockSession.close`."""
        with self._lock:
            if self._closed or not self._locks.at_home:
                return
            self._closed = True
            self._locks.leave(self.number)
            self._locks.transact(lambda ledger: ledger.close(self.number, time.monotonic()))
            self._affairs.clear()
            self._watcher.close()
            self._stir()
            if not self._sleepers:
                self._mailbox.close()

    # For the strategy, from the thread that beats

    @property
    def may_be_wanted(self) -> bool:
        """Tell whether somebody may wait for something of which the holder was not told."""
        return self._affairs.may_be_wanted

    def hear_wanted(self, leases: Sequence[Lease]) -> None:
        """Know for what others wait."""
        with self._lock:
            for lease in leases:
                self._affairs.hear(LeaseWanted(lease))
            if self._affairs.news:
                self._stir()

    def revive(self) -> None:
        """Begin anew after the session was taken for dead: its leases are lost, its claims wait again."""
        with self._lock:
            if self._closed:
                return
            self._affairs.lose_all(_SILENT)
            old, self.number = self.number, self._open()
            self._locks.renumber(old, self.number)
            for claim, _ in list(self._affairs.waiting.values()):
                grant = self._submit(claim, known=False)
                if grant is not None:
                    self._affairs.hear(grant)
            self._stir()

    # All below is called with the lock held.

    def _open(self) -> int:
        session = self._locks.transact(
            lambda ledger: ledger.open(
                self._owner, time.monotonic(), ttl=self.ttl, address=self._mailbox.address
            )
        )
        return session.number

    def _here(self, step: Callable[[Ledger], ResultT]) -> ResultT:
        """Take a step of this session, which begins anew if it had been taken for dead."""
        if self._closed:
            raise LeaseError("the session was closed")

        while True:
            try:
                return self._locks.transact(step)
            except _TakenForDeadError:
                self.revive()

    def _check(self, ledger: Ledger) -> None:
        if ledger.sessions.get(self.number) is None:
            raise _TakenForDeadError

    def _submit(self, claim: Claim, *, known: bool = True) -> Grant | None:
        again = known and claim.id in self._affairs.waiting
        in_the_way: list[SessionRow] = []
        overdue = False
        if not self._affairs.waiting:
            self._look_at = time.monotonic() + self._pause

        def step(ledger: Ledger) -> Grant | None:
            nonlocal overdue
            self._check(ledger)
            now = time.monotonic()
            # Whoever is first to wait for something watches its holder; who comes later is told when it is his turn.
            wanted = 0 if claim.wait == 0 else ledger.queue.reach()
            grant = ledger.submit(self.number, claim, now, again=again)
            if grant is None and not wanted & (reach := ledger.reach(claim)):
                in_the_way[:] = ledger.in_the_way(reach)
                overdue = bool(ledger.sessions.overdue(now))
            return grant

        grant = self._here(step)
        # Who stands in the way may have died unseen, for nobody watched while nobody waited.
        dead = [
            row.number
            for row in in_the_way
            if not row.reservation and not self._watcher.add(row.number, row.owner)
        ]
        self._look_at = min(self._look_at, _first_end(in_the_way))
        if (dead or overdue) and self._locks.reap(dead) and claim.wait == 0:
            grant = self._here(step)
        return grant

    def _give(self, leases: Sequence[Lease], step: Callable[[Ledger], list[Lease]]) -> None:
        with self._lock:
            if self._closed:
                raise LeaseError("the session was closed")
            lost = self._locks.transact(step)
            if lost:
                self._read_letters()
                for lease in lost:
                    self._affairs.hear(LeaseLost(lease, _ENDED))
            self._affairs.drop(leases)
        if lost:
            raise LeaseLostError(str(lease.key) for lease in lost)

    def _await(self, claim: Claim) -> None:
        self._affairs.wait_for(claim)
        self._stir()

    def _stir(self) -> None:
        """Wake the threads that wait: there is something new to wait for."""
        if self._sleepers:
            self._locks.send(self._mailbox.address, Hint())

    def _withdraw(self, claim: str) -> Grant | None:
        return self._locks.transact(lambda ledger: ledger.withdraw(self.number, claim, time.monotonic()))

    def _poll(self) -> select.poll:
        poll = select.poll()
        poll.register(self._mailbox.fileno(), select.POLLIN)
        if self._affairs.waiting:
            for descriptor in self._watcher.descriptors():
                poll.register(descriptor, select.POLLIN)
        return poll

    def _next_moment(self) -> float:
        return min(self._look_at, self._affairs.deadline()) if self._affairs.waiting else FOR_EVER

    def _read_letters(self) -> None:
        letters = self._mailbox.receive()
        if letters:
            # Who is kept informed need not look.
            self._look_at = time.monotonic() + self._pause
        for letter in letters:
            content = read(letter)
            if isinstance(content, Rival):
                self._watch(content)
            elif not isinstance(content, Hint):
                self._affairs.hear(content)

    def _watch(self, rival: Rival) -> None:
        if self._affairs.waiting and not self._watcher.add(rival.session, rival.owner):
            self._locks.reap([rival.session])

    def _expire(self, now: float) -> None:
        for claim in self._affairs.overdue(now):
            self._affairs.settle(claim, self._withdraw(claim))

    def _look_again(self, now: float) -> None:
        """Find out from the books what no letter told."""
        here, grants, held, ends, casualties = self._locks.look(self._read_books)
        self._look_at = min(now + self._pause, ends)
        if not here:
            self.revive()
            return
        for grant in grants:
            self._affairs.hear(grant)
        for lease in self._affairs.missing(held, now):
            self._affairs.hear(LeaseLost(lease, _ENDED))
        self._locks.bury(casualties)

    def _read_books(self, ledger: Ledger) -> tuple[bool, list[Grant], set[int], float, Casualties]:
        waiting = self._affairs.waiting
        self._pause = pause_among(len(ledger.queue))
        grants = [grant for claim in waiting if (grant := ledger.granted(self.number, claim))]
        held = {row.lease.token for row in ledger.book.holdings.of_session(self.number)}
        reach = 0
        for claim, _ in waiting.values():
            reach |= ledger.reach(claim)
        rivals = ledger.in_the_way(reach)
        casualties = find_casualties(ledger, [row.number for row in rivals])
        here = ledger.sessions.get(self.number) is not None
        return here, grants, held, _first_end(rivals), casualties


def _first_end(rivals: Sequence[SessionRow]) -> float:
    """Return the moment after which the first of some reservations has ended."""
    return min((row.until for row in rivals if row.reservation), default=FOR_EVER) + _MOMENT
