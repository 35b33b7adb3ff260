"""One process's claims and leases among those of the host."""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from rotest_backends.locks.casualties import Casualties, find_casualties
from rotest_backends.locks.household import Household
from rotest_backends.locks.letters import Watch, read_letter, wake_letter
from rotest_backends.locks.liveness import Watcher
from rotest_backends.locks.mailbox import Mailbox
from rotest_core.allocation.ledger import Ledger
from rotest_core.errors import LeaseError, LeaseLostError
from rotest_core.plugin.protocols.locks import (
    Claim,
    ClaimExpired,
    Grant,
    Lease,
    LeaseLost,
    LeaseWanted,
    Notice,
    Owner,
)

ResultT = TypeVar("ResultT")

_LOOK_AGAIN = 1.0
"""Seconds after which a session that waits reads the books though nobody told it to: what a lost message costs."""

_FOR_EVER = float("inf")

_SILENT = "the process did not beat for longer than its leases' time to live"


class _TakenForDeadError(Exception):
    """Tell, inside a transaction, that the session is no longer in the books."""


class _Waiting(NamedTuple):
    """A claim that waits, and the moment at which it has waited as long as it may."""

    claim: Claim
    deadline: float


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
        self._mailbox = Mailbox()
        self._watcher = Watcher()
        self._lock = threading.RLock()
        self._mine: dict[int, Lease] = {}
        # Tokens of those of mine that others wait for, as far as the holder was told.
        self._wanted: set[int] = set()
        self._waiting: dict[str, _Waiting] = {}
        self._notices: list[Notice] = []
        self._sleepers = 0
        self._look_at = 0.0
        self._closed = False
        self.number = self._open()

    def submit(self, claim: Claim) -> Grant | None:
        """Ask for a claim; see `LockSession.submit`."""
        with self._lock:
            grant = self._submit(claim)
            if grant is not None:
                self._keep(grant)
            elif claim.wait != 0:
                self._await(claim)
            return grant

    def wait(self, timeout: float) -> Sequence[Notice]:
        """Return what happened; see `LockSession.wait`."""
        deadline = time.monotonic() + timeout
        while True:
            with self._lock:
                self._read_letters()
                now = time.monotonic()
                if self._waiting and not self._notices:
                    self._expire(now)
                    if now >= self._look_at:
                        self._look_again(now)
                if self._notices or self._closed or now >= deadline:
                    notices, self._notices = self._notices, []
                    return notices
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
            if self._waiting.pop(claim, None) is not None:
                grant = self._withdraw(claim)
                if grant is not None:
                    self._keep(grant)
                return grant
            told = [notice for notice in self._notices if isinstance(notice, Grant) and notice.claim == claim]
            self._notices = [notice for notice in self._notices if notice not in told]
            return told[0] if told else None

    def release(self, leases: Sequence[Lease], *, dirty: bool = False) -> None:
        """Give leases back; see `LockSession.release`."""

        def step(ledger: Ledger) -> list[Lease]:
            if ledger.sessions.get(self.number) is None:
                return list(leases)
            return ledger.release(self.number, leases, time.monotonic(), dirty=dirty)

        self._give(leases, step)

    def hold(self, leases: Sequence[Lease], *, name: str, duration: float, reason: str = "") -> None:
        """Turn leases into a reservation; see `LockSession.hold`."""

        def step(ledger: Ledger) -> list[Lease]:
            if ledger.sessions.get(self.number) is None:
                return list(leases)
            now = time.monotonic()
            return ledger.hold(self.number, leases, now, name=name, duration=duration, reason=reason)

        self._give(leases, step)

    def adopt(self, name: str) -> Grant | None:
        """Take over a reservation; see `LockSession.adopt`."""

        def step(ledger: Ledger) -> Grant | None:
            self._check(ledger)
            return ledger.adopt(self.number, name, time.monotonic())

        with self._lock:
            grant = self._here(step)
            if grant is not None:
                self._keep(grant)
            return grant

    def close(self) -> None:
        """Cancel all claims and release all leases; see `LockSession.close`."""
        with self._lock:
            if self._closed or not self._locks.at_home:
                return
            self._closed = True
            self._locks.leave(self.number)
            self._locks.transact(lambda ledger: ledger.close(self.number, time.monotonic()))
            self._mine.clear()
            self._waiting.clear()
            self._watcher.close()
            self._stir()
            if not self._sleepers:
                self._mailbox.close()

    @property
    def unaware(self) -> bool:
        """Tell whether somebody may wait for something of which the holder was not told."""
        return len(self._wanted) < len(self._mine)

    def hear_wanted(self, leases: Sequence[Lease]) -> None:
        """Know for what others wait, from the thread that beats."""
        with self._lock:
            for lease in leases:
                self._want(lease)
            if self._notices:
                self._stir()

    def revive(self) -> None:
        """Begin anew after the session was taken for dead: its leases are lost, its claims wait again."""
        with self._lock:
            if self._closed:
                return
            self._notices += [LeaseLost(lease, _SILENT) for lease in self._mine.values()]
            self._mine.clear()
            self._wanted.clear()
            old, self.number = self.number, self._open()
            self._locks.renumber(old, self.number)
            waiting, self._waiting = self._waiting, {}
            for claim, _ in waiting.values():
                grant = self._submit(claim)
                if grant is None:
                    self._await(claim)
                else:
                    self._keep(grant)
                    self._notices.append(grant)
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

    def _submit(self, claim: Claim) -> Grant | None:
        known = claim.id in self._waiting
        in_the_way: list[tuple[int, Owner]] = []
        overdue = False

        def step(ledger: Ledger) -> Grant | None:
            nonlocal overdue
            self._check(ledger)
            now = time.monotonic()
            # Whoever is first to wait for something watches its holder; who comes later is told when it is his turn.
            wanted = 0 if claim.wait == 0 else ledger.queue.reach()
            grant = ledger.submit(self.number, claim, now, again=known)
            if grant is None and not wanted & (reach := _reach(ledger, claim)):
                in_the_way[:] = _rivals(ledger, reach)
                overdue = bool(ledger.sessions.overdue(now))
            return grant

        grant = self._here(step)
        # Who stands in the way may have died unseen, for nobody watched while nobody waited.
        dead = [number for number, owner in in_the_way if not self._watcher.add(number, owner)]
        if (dead or overdue) and self._locks.reap(dead) and claim.wait == 0:
            grant = self._here(step)
        return grant

    def _give(self, leases: Sequence[Lease], step: Callable[[Ledger], list[Lease]]) -> None:
        with self._lock:
            if self._closed:
                raise LeaseError("the session was closed")
            lost = self._locks.transact(step)
            for lease in leases:
                self._mine.pop(lease.token, None)
                self._wanted.discard(lease.token)
        if lost:
            raise LeaseLostError(str(lease.key) for lease in lost)

    def _keep(self, grant: Grant) -> None:
        for lease in grant.leases:
            self._mine[lease.token] = lease

    def _await(self, claim: Claim) -> None:
        now = time.monotonic()
        if claim.id not in self._waiting:
            self._waiting[claim.id] = _Waiting(claim, _FOR_EVER if claim.wait is None else now + claim.wait)
        if len(self._waiting) == 1:
            self._look_at = now + _LOOK_AGAIN
        self._stir()

    def _stir(self) -> None:
        """Wake the threads that wait: there is something new to wait for."""
        if self._sleepers:
            self._locks.send(self._mailbox.address, wake_letter())

    def _withdraw(self, claim: str) -> Grant | None:
        """Take a claim out of the queue; return its grant if that came first."""

        def step(ledger: Ledger) -> Grant | None:
            now = time.monotonic()
            ledger.expire(now)
            ledger.cancel(self.number, claim, now)
            return ledger.granted(self.number, claim)

        return self._locks.transact(step)

    def _poll(self) -> select.poll:
        poll = select.poll()
        poll.register(self._mailbox.fileno(), select.POLLIN)
        if self._waiting:
            for descriptor in self._watcher.descriptors():
                poll.register(descriptor, select.POLLIN)
        return poll

    def _next_moment(self) -> float:
        if not self._waiting:
            return _FOR_EVER
        return min(self._look_at, *(waiting.deadline for waiting in self._waiting.values()))

    def _read_letters(self) -> None:
        letters = self._mailbox.receive()
        if letters:
            # Who is kept informed need not look.
            self._look_at = time.monotonic() + _LOOK_AGAIN
        for content in letters:
            letter = read_letter(content)
            if isinstance(letter, Grant):
                self._win(letter)
            elif isinstance(letter, ClaimExpired):
                self._give_up(letter.claim)
            elif isinstance(letter, LeaseLost):
                self._lose(letter)
            elif isinstance(letter, LeaseWanted):
                self._want(letter.lease)
            elif isinstance(letter, Watch) and self._waiting:
                self._watch(letter)

    def _win(self, grant: Grant) -> None:
        if self._waiting.pop(grant.claim, None) is not None:
            self._keep(grant)
            self._notices.append(grant)

    def _give_up(self, claim: str) -> None:
        if self._waiting.pop(claim, None) is not None:
            self._notices.append(ClaimExpired(claim))

    def _lose(self, lost: LeaseLost) -> None:
        if self._mine.pop(lost.lease.token, None) is not None:
            self._wanted.discard(lost.lease.token)
            self._notices.append(lost)

    def _want(self, lease: Lease) -> None:
        if lease.token in self._mine and lease.token not in self._wanted:
            self._wanted.add(lease.token)
            self._notices.append(LeaseWanted(lease))

    def _expire(self, now: float) -> None:
        for claim, deadline in list(self._waiting.values()):
            if deadline <= now:
                grant = self._withdraw(claim.id)
                if grant is not None:
                    self._win(grant)
                else:
                    self._give_up(claim.id)

    def _watch(self, letter: Watch) -> None:
        if not self._watcher.add(letter.session, letter.owner):
            self._locks.reap([letter.session])

    def _look_again(self, now: float) -> None:
        """Find out from the books what no letter told."""
        self._look_at = now + _LOOK_AGAIN
        here, grants, held, casualties = self._locks.look(self._read_books)
        if not here:
            self.revive()
            return
        for grant in grants:
            self._win(grant)
        for lease in [lease for token, lease in self._mine.items() if token not in held]:
            self._lose(LeaseLost(lease, "somebody ended it"))
        self._locks.bury(casualties)

    def _read_books(self, ledger: Ledger) -> tuple[bool, list[Grant], set[int], Casualties]:
        grants = [grant for claim in self._waiting if (grant := ledger.granted(self.number, claim))]
        held = {row.lease.token for row in ledger.book.holdings.of_session(self.number)}
        reach = 0
        for waiting in self._waiting.values():
            reach |= _reach(ledger, waiting.claim)
        suspects = [number for number, _ in _rivals(ledger, reach)]
        return ledger.sessions.get(self.number) is not None, grants, held, find_casualties(ledger, suspects)


def _reach(ledger: Ledger, claim: Claim) -> int:
    reach = 0
    for want in claim.wants:
        reach |= ledger.records.pool(want.candidates).reach
    return reach


def _rivals(ledger: Ledger, reach: int) -> list[tuple[int, Owner]]:
    """Return the sessions that hold something of what could serve a claim."""
    numbers = {row.session for row in ledger.book.holdings if reach >> row.record & 1}
    rivals = [ledger.sessions.get(number) for number in sorted(numbers)]
    return [(rival.number, rival.owner) for rival in rivals if rival is not None and not rival.reservation]
