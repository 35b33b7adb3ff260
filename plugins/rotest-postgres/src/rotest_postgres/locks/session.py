"""One process's claims and leases among those of all."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from rotest_core import LeaseError, LeaseLostError, StoreError
from rotest_core.leasing import FOR_EVER, Affairs, Content, Hint, Rival, pause_among
from rotest_core.plugin import Claim, Grant, Lease, LeaseLost, LeaseWanted, Notice, Owner
from rotest_postgres.database import PATIENCE
from rotest_postgres.failures import ConnectionLostError
from rotest_postgres.locks.exchange import Exchange
from rotest_postgres.locks.inbox import Beat, Inbox

if TYPE_CHECKING:
    from rotest_postgres.locks.books import Desk

ResultT = TypeVar("ResultT")

_LOOK_SOON = 0.1
"""Seconds after which it asks again when it got no answer."""

_MOMENT = 0.001

_SILENT = "no sign of life reached the database for longer than the time to live"


class _InTheWay(NamedTuple):
    """What holds what a claim could have.

    Args:
        holders: the sessions.
        overdue: whether the time of some session is up.
        ends: seconds until the first of the reservations ends.
    """

    holders: Mapping[int, Owner]
    overdue: bool
    ends: float


class PostgresSession:
    """Claim, hold and release; see `LockSession`.

    Args:
        locks: the strategy that opens the session.
        owner: who it is.
        ttl: seconds that it outlives its last heartbeat.
        address: the channel on which its letters arrive.

    Attributes:
        number: of the session in the database; another one after it was lost and begins anew.
        inbox: takes what arrives.
    """

    def __init__(self, locks: Exchange[PostgresSession], owner: Owner, ttl: float, address: str) -> None:
        self.ttl = ttl
        self.inbox = Inbox()
        self._locks = locks
        self._owner = owner
        self._address = address
        self._lock = threading.RLock()
        self._affairs = Affairs()
        self._look_at = 0.0
        self._pause = pause_among(0)
        self._unanswered = FOR_EVER
        self._closed = False
        self._lapsed = False
        self._alive_until = 0.0
        self.number = 0
        self._open()

    def submit(self, claim: Claim) -> Grant | None:
        """Ask for a claim; see `LockSession.submit`."""
        with self._lock:
            self._read_inbox()
            grant, in_the_way = self._submit(claim)
            # Who stands in the way may have died or fallen silent unseen, for nobody watched while nobody waited.
            if (
                in_the_way
                and self._locks.reap(in_the_way.holders, overdue=in_the_way.overdue)
                and claim.wait == 0
            ):
                grant, _ = self._submit(claim)
            if grant is not None:
                self._affairs.keep(grant)
            elif claim.wait != 0:
                self._await(claim)
                if in_the_way:
                    self._look_at = min(self._look_at, time.monotonic() + in_the_way.ends)
                for number, owner in in_the_way.holders.items() if in_the_way else ():
                    self._locks.watch(number, owner)
            return grant

    def wait(self, timeout: float) -> Sequence[Notice]:
        """Return what happened; see `LockSession.wait`."""
        deadline = time.monotonic() + timeout
        affairs = self._affairs
        while True:
            with self._lock:
                stamp = self._read_inbox()
                now = time.monotonic()
                self._expire(now)
                # Who does not wait wants to know how things stand, and not only what letters told.
                impatient = timeout <= 0 and bool(affairs.waiting or affairs.held) and not self._closed
                if impatient or (affairs.waiting and not affairs.news and now >= self._look_at):
                    self._look_again()
                if affairs.news or self._closed or now >= deadline:
                    return affairs.take_notices()
                until = min(deadline, self._next_moment())
            self.inbox.wait(stamp, until - time.monotonic())

    def cancel(self, claim: str) -> Grant | None:
        """Take a waiting claim back; see `LockSession.cancel`."""
        with self._lock:
            self._read_inbox()
            if self._affairs.waiting.pop(claim, None) is None:
                return self._affairs.take_grant(claim)
            grant = self._withdraw(claim)
            if grant is not None:
                self._affairs.keep(grant)
            return grant

    def release(self, leases: Sequence[Lease], *, dirty: bool = False) -> None:
        """Give leases back; see `LockSession.release`."""
        self._give(leases, lambda desk, mine: desk.ledger.release(self.number, mine, desk.now, dirty=dirty))

    def hold(self, leases: Sequence[Lease], *, name: str, duration: float, reason: str = "") -> None:
        """Turn leases into a reservation; see `LockSession.hold`."""
        self._give(
            leases,
            lambda desk, mine: desk.ledger.hold(
                self.number, mine, desk.now, name=name, duration=duration, reason=reason
            ),
        )

    def adopt(self, name: str) -> Grant | None:
        """Take over a reservation; see `LockSession.adopt`."""
        with self._lock:
            self._read_inbox()
            grant = self._here(lambda desk: desk.ledger.adopt(self.number, name, desk.now))
            if grant is not None:
                self._affairs.keep(grant)
            return grant

    def close(self) -> None:
        """Cancel all claims and release all leases; see `LockSession.close`."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._locks.leave(self)
            self._affairs.clear()
            self.inbox.stir()
            self._locks.transact(lambda desk: desk.ledger.close(self.number, desk.now))

    # For the strategy, from the thread that beats

    def confirm(self, beat: Beat) -> None:
        """Know what the database answered to a heartbeat."""
        # The session may have begun anew since this was sent.
        if beat.session == self.number:
            if beat.standing is not None:
                self._alive_until = beat.sent + self.ttl
            self.inbox.put_beat(beat)

    def look_soon(self) -> None:
        """Ask the database how things stand: letters may have been lost."""
        self._look_at = 0.0
        self.inbox.stir()

    # All below is called with the lock held.

    def _open(self, old: int | None = None) -> None:
        """Begin, or begin anew under another number; nothing is left of the old one."""
        sent = time.monotonic()

        def step(desk: Desk) -> int:
            if old is not None:
                desk.ledger.bury({old: _SILENT}, desk.now)
            return desk.ledger.open(self._owner, desk.now, ttl=self.ttl, address=self._address).number

        self.number = self._locks.transact(step)
        self._alive_until = sent + self.ttl
        self._lapsed = False
        self._locks.settle(self, old)

    def _here(self, step: Callable[[Desk], ResultT]) -> ResultT:
        """Take a step of this session, which begins anew if it had been taken for dead."""
        if self._closed:
            raise LeaseError("the session was closed")
        if self._lapsed:
            self._revive()

        def step_if_known(desk: Desk) -> tuple[ResultT] | None:
            return (step(desk),) if desk.ledger.sessions.get(self.number) is not None else None

        while (result := self._locks.transact(step_if_known)) is None:
            self._revive()
        return result[0]

    def _revive(self) -> None:
        """Begin anew after the session was taken for dead: its leases are lost, its claims wait again."""
        self._affairs.lose_all(_SILENT)
        self._open(self.number)
        for claim, _ in list(self._affairs.waiting.values()):
            self._submit_again(claim, known=False)

    def _submit_again(self, claim: Claim, *, known: bool) -> None:
        grant, _ = self._submit(claim, known=known)
        if grant is not None:
            self._affairs.hear(grant)

    def _submit(self, claim: Claim, *, known: bool = True) -> tuple[Grant | None, _InTheWay | None]:
        again = known and claim.id in self._affairs.waiting

        def step(desk: Desk) -> tuple[Grant | None, _InTheWay | None]:
            ledger = desk.ledger
            # Whoever is first to wait for something watches its holder; who comes later is told when it is his turn.
            wanted = 0 if claim.wait == 0 else ledger.queue.reach()
            grant = ledger.submit(self.number, claim, desk.now, again=again)
            reach = ledger.reach(claim)
            if grant or wanted & reach:
                return grant, None
            rivals = ledger.in_the_way(reach)
            holders = {row.number: row.owner for row in rivals if not row.reservation}
            ends = min((row.until - desk.now for row in rivals if row.reservation), default=FOR_EVER)
            return None, _InTheWay(holders, bool(ledger.sessions.overdue(desk.now)), ends + _MOMENT)

        return self._here(step)

    def _give(self, leases: Sequence[Lease], step: Callable[[Desk, Sequence[Lease]], list[Lease]]) -> None:
        """Let leases end for this session; those that it lost are told of, the others end all the same."""
        with self._lock:
            if self._closed:
                raise LeaseError("the session was closed")
            self._read_inbox()
            mine = [lease for lease in leases if lease.token in self._affairs.held]
            lost = [lease for lease in leases if lease not in mine]
            if mine:
                ended = self._locks.transact(lambda desk: step(desk, mine))
                for lease in ended:
                    self._affairs.hear(LeaseLost(lease, self._locks.why_lost(lease)))
                lost += ended
            self._affairs.drop(mine)
        if lost:
            raise LeaseLostError(str(lease.key) for lease in lost)

    def _await(self, claim: Claim) -> None:
        self._affairs.wait_for(claim)
        if len(self._affairs.waiting) == 1:
            self._look_at = time.monotonic() + self._pause
        self.inbox.stir()

    def _withdraw(self, claim: str) -> Grant | None:
        return self._locks.transact(lambda desk: desk.ledger.withdraw(self.number, claim, desk.now))

    def _expire(self, now: float) -> None:
        for claim in self._affairs.overdue(now):
            self._affairs.settle(claim, self._withdraw(claim))

    def _next_moment(self) -> float:
        moment = min(self._look_at, self._affairs.deadline()) if self._affairs.waiting else FOR_EVER
        return min(moment, self._alive_until) if self._affairs.held else moment

    def _read_inbox(self) -> int:
        """Take in what has arrived; return the stamp to wait with."""
        stamp, contents, beat = self.inbox.take()
        for content in contents:
            self._read_letter(content)
        if self._closed:
            return stamp
        if self._affairs.held and time.monotonic() >= self._alive_until:
            # Whatever the database says when it can be reached again: the run is told so now.
            self._affairs.lose_all(_SILENT)
            self._lapsed = True
        if beat is not None and beat.session == self.number:
            self._read_beat(beat)
        return stamp

    def _read_letter(self, content: Content) -> None:
        if isinstance(content, Rival):
            self._locks.watch(content.session, content.owner)
        elif isinstance(content, Hint):
            self._look_at = 0.0
        else:
            self._affairs.hear(content)

    def _read_beat(self, beat: Beat) -> None:
        if beat.standing is None or self._lapsed:
            self._revive()
            return
        self._compare(beat.standing, beat.sent)
        if beat.others_wait and self._affairs.may_be_wanted:
            # What a letter may not have told; it is a hint, and can wait for the next beat.
            with suppress(StoreError):
                for lease in self._here(lambda desk: desk.ledger.wanted(self.number)):
                    self._affairs.hear(LeaseWanted(lease))

    def _compare(self, standing: frozenset[int], asked: float) -> None:
        """Compare the leases that this session knows with those that stood when the database was asked."""
        for lease in self._affairs.missing(standing, asked):
            self._affairs.hear(LeaseLost(lease, self._locks.why_lost(lease)))

    def _look_again(self) -> None:
        """Find out from the database what no letter told."""
        now = time.monotonic()
        try:
            found = self._locks.look(self.number)
        except ConnectionLostError:
            self._unanswered = min(self._unanswered, now)
            if now - self._unanswered > PATIENCE:
                raise
            self._look_at = now + _LOOK_SOON
            return
        self._unanswered = FOR_EVER
        self._pause = pause_among(found.queue)
        self._look_at = now + min(self._pause, found.ends + _MOMENT)
        if not found.here:
            self._revive()
            return
        self._compare(frozenset(lease.token for lease in found.leases), now)
        for claim, _ in list(self._affairs.waiting.values()):
            granted = tuple(lease for lease in found.leases if lease.claim == claim.id)
            if granted:
                self._affairs.hear(Grant(claim.id, granted))
            elif claim.id not in found.waiting:
                # The database lost it, with what it had not yet written down when it crashed.
                self._submit_again(claim, known=True)
        self._locks.reap(found.rivals, overdue=found.overdue)
