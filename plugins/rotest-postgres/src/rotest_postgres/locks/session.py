"""One process's claims and leases among those of all."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from rotest_core import LeaseError, LeaseLostError
from rotest_core.plugin import Claim, ClaimExpired, Grant, Lease, LeaseLost, LeaseWanted, Notice, Owner
from rotest_postgres.database import PATIENCE
from rotest_postgres.failures import ConnectionLostError
from rotest_postgres.locks.inbox import Beat, Inbox
from rotest_postgres.locks.letters import Content, Rival

if TYPE_CHECKING:
    from rotest_postgres.locks.books import Desk
    from rotest_postgres.locks.looks import Look

ResultT = TypeVar("ResultT")

_LOOK_AGAIN = 1.0
"""Seconds after which a session that waits asks the database though nobody told it to: what a lost letter costs."""

_LOOK_SOON = 0.1
"""Seconds after which it asks again when it got no answer."""

_FOR_EVER = float("inf")

_SILENT = "no sign of life reached the database for longer than the time to live"


class _Waiting(NamedTuple):
    """A claim that waits, and the moment at which it has waited as long as it may."""

    claim: Claim
    deadline: float


class _InTheWay(NamedTuple):
    """The sessions that hold what a claim could have, and whether the time of some session is up."""

    holders: Mapping[int, Owner]
    overdue: bool


class _Held(NamedTuple):
    """A lease, and the moment since when this session knows of it."""

    lease: Lease
    since: float


class Exchange(Protocol):
    """What a session needs of the strategy that opened it."""

    def transact(self, step: Callable[[Desk], ResultT]) -> ResultT:
        """Change the books, and tell those who were granted something by it."""
        ...

    def look(self, session: int) -> Look:
        """Find out how a session stands, and watch who on this host holds something."""
        ...

    def why_lost(self, lease: Lease) -> str:
        """Find out why a lease ended."""
        ...

    def watch(self, session: int, owner: Owner) -> None:
        """End a session when its process ends, or at once if it has ended."""
        ...

    def reap(self, suspicious: Mapping[int, Owner], *, overdue: bool) -> bool:
        """End the sessions of processes that died, and those whose time is up; return whether there were any."""
        ...

    def settle(self, session: PostgresSession, old: int | None = None) -> None:
        """Know a session by its number, and no longer by its old one."""
        ...

    def leave(self, session: PostgresSession) -> None:
        """Forget a session that closed."""
        ...


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

    def __init__(self, locks: Exchange, owner: Owner, ttl: float, address: str) -> None:
        self.ttl = ttl
        self.inbox = Inbox()
        self._locks = locks
        self._owner = owner
        self._address = address
        self._lock = threading.RLock()
        self._mine: dict[int, _Held] = {}
        # Tokens of those of mine that others wait for, as far as the holder was told.
        self._wanted: set[int] = set()
        self._waiting: dict[str, _Waiting] = {}
        self._notices: list[Notice] = []
        self._look_at = 0.0
        self._unanswered = _FOR_EVER
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
                self._waiting.pop(claim.id, None)
                self._keep(grant)
            elif claim.wait != 0:
                self._await(claim)
                for number, owner in in_the_way.holders.items() if in_the_way else ():
                    self._locks.watch(number, owner)
            return grant

    def wait(self, timeout: float) -> Sequence[Notice]:
        """Return what happened; see `LockSession.wait`."""
        deadline = time.monotonic() + timeout
        while True:
            with self._lock:
                stamp = self._read_inbox()
                now = time.monotonic()
                self._expire(now)
                # Who does not wait wants to know how things stand, and not only what letters told.
                impatient = timeout <= 0 and self._concerned
                if impatient or (self._waiting and not self._notices and now >= self._look_at):
                    self._look_again()
                if self._notices or self._closed or now >= deadline:
                    notices, self._notices = self._notices, []
                    return notices
                until = min(deadline, self._next_moment())
            self.inbox.wait(stamp, until - time.monotonic())

    def cancel(self, claim: str) -> Grant | None:
        """Take a waiting claim back; see `LockSession.cancel`."""
        with self._lock:
            self._read_inbox()
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
                self._keep(grant)
            return grant

    def close(self) -> None:
        """Cancel all claims and release all leases; see `LockSession.close`."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._locks.leave(self)
            self._mine.clear()
            self._waiting.clear()
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
        self._lose_all(_SILENT)
        self._open(self.number)
        waiting, self._waiting = self._waiting, {}
        for claim, deadline in waiting.values():
            grant, _ = self._submit(claim)
            if grant is None:
                self._await(claim, deadline)
            else:
                self._keep(grant)
                self._notices.append(grant)

    def _submit(self, claim: Claim) -> tuple[Grant | None, _InTheWay | None]:
        again = claim.id in self._waiting

        def step(desk: Desk) -> tuple[Grant | None, _InTheWay | None]:
            # Whoever is first to wait for something watches its holder; who comes later is told when it is his turn.
            wanted = 0 if claim.wait == 0 else desk.ledger.queue.reach()
            grant = desk.ledger.submit(self.number, claim, desk.now, again=again)
            reach = _reach(desk, claim)
            return grant, None if grant or wanted & reach else _in_the_way(desk, reach)

        return self._here(step)

    def _give(self, leases: Sequence[Lease], step: Callable[[Desk, Sequence[Lease]], list[Lease]]) -> None:
        """Let leases end for this session; those that it lost are told of, the others end all the same."""
        with self._lock:
            if self._closed:
                raise LeaseError("the session was closed")
            self._read_inbox()
            mine = [lease for lease in leases if lease.token in self._mine]
            lost = [lease for lease in leases if lease not in mine]
            if mine:
                lost += self._locks.transact(
                    lambda desk: (
                        step(desk, mine) if desk.ledger.sessions.get(self.number) is not None else list(mine)
                    )
                )
            for lease in mine:
                self._mine.pop(lease.token, None)
                self._wanted.discard(lease.token)
        if lost:
            raise LeaseLostError(str(lease.key) for lease in lost)

    def _keep(self, grant: Grant) -> None:
        now = time.monotonic()
        for lease in grant.leases:
            self._mine[lease.token] = _Held(lease, now)

    def _await(self, claim: Claim, deadline: float | None = None) -> None:
        now = time.monotonic()
        if claim.id in self._waiting:
            deadline = self._waiting[claim.id].deadline
        elif deadline is None:
            deadline = _FOR_EVER if claim.wait is None else now + claim.wait
        self._waiting[claim.id] = _Waiting(claim, deadline)
        if len(self._waiting) == 1:
            self._look_at = now + _LOOK_AGAIN
        self.inbox.stir()

    def _withdraw(self, claim: str) -> Grant | None:
        """Take a claim out of the queue; return its grant if that came first."""

        def step(desk: Desk) -> Grant | None:
            desk.ledger.expire(desk.now)
            desk.ledger.cancel(self.number, claim, desk.now)
            return desk.ledger.granted(self.number, claim)

        return self._locks.transact(step)

    @property
    def _concerned(self) -> bool:
        return bool(self._waiting or self._mine) and not self._closed

    def _next_moment(self) -> float:
        moments = [waiting.deadline for waiting in self._waiting.values()]
        if self._waiting:
            moments.append(self._look_at)
        if self._mine:
            moments.append(self._alive_until)
        return min(moments, default=_FOR_EVER)

    def _read_inbox(self) -> int:
        """Take in what has arrived; return the stamp to wait with."""
        stamp, contents, beat = self.inbox.take()
        for content in contents:
            self._read_letter(content)
        if self._closed:
            return stamp
        if self._mine and time.monotonic() >= self._alive_until:
            # Whatever the database says when it can be reached again: the run is told so now.
            self._lose_all(_SILENT)
            self._lapsed = True
        if beat is None or beat.session != self.number:
            return stamp
        if beat.standing is None or self._lapsed:
            self._revive()
        else:
            self._compare(beat.standing, beat.sent)
            if beat.others_wait and len(self._wanted) < len(self._mine):
                # What a letter may not have told.
                for lease in self._here(lambda desk: desk.ledger.wanted(self.number)):
                    self._want(lease)
        return stamp

    def _read_letter(self, content: Content) -> None:
        if isinstance(content, Grant):
            self._win(content)
        elif isinstance(content, ClaimExpired):
            self._give_up(content.claim)
        elif isinstance(content, LeaseLost):
            self._lose(content)
        elif isinstance(content, LeaseWanted):
            self._want(content.lease)
        elif isinstance(content, Rival):
            self._locks.watch(content.session, content.owner)
        else:
            self._look_at = 0.0

    def _compare(self, standing: frozenset[int], asked: float) -> None:
        """Compare the leases that this session knows with those that stood when the database was asked."""
        for held in list(self._mine.values()):
            if held.since < asked and held.lease.token not in standing:
                self._lose(LeaseLost(held.lease, self._locks.why_lost(held.lease)))

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

    def _lose_all(self, reason: str) -> None:
        for held in list(self._mine.values()):
            self._lose(LeaseLost(held.lease, reason))

    def _expire(self, now: float) -> None:
        for claim, deadline in list(self._waiting.values()):
            if deadline <= now:
                grant = self._withdraw(claim.id)
                if grant is not None:
                    self._win(grant)
                else:
                    self._give_up(claim.id)

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
        self._unanswered = _FOR_EVER
        self._look_at = now + _LOOK_AGAIN
        if not found.here:
            self._revive()
            return
        self._compare(frozenset(lease.token for lease in found.leases), now)
        for claim, _ in list(self._waiting.values()):
            self._find(claim, found.leases, waits=claim.id in found.waiting)
        self._locks.reap(found.rivals, overdue=found.overdue)

    def _find(self, claim: Claim, leases: Sequence[Lease], *, waits: bool) -> None:
        """Find out what became of a claim of which no letter told."""
        granted = tuple(lease for lease in leases if lease.claim == claim.id)
        if granted:
            self._win(Grant(claim.id, granted))
        elif not waits:
            # The database lost it, with what it had not yet written down when it crashed.
            grant, _ = self._submit(claim)
            if grant is not None:
                self._win(grant)


def _reach(desk: Desk, claim: Claim) -> int:
    """Return the bits of all that could serve a claim."""
    reach = 0
    for want in claim.wants:
        reach |= desk.ledger.records.pool(want.candidates).reach
    return reach


def _in_the_way(desk: Desk, reach: int) -> _InTheWay:
    """Return who holds something of this, and whether somebody's time is up."""
    holders = {row.session for row in desk.ledger.book.holdings if reach >> row.record & 1}
    sessions = [session for number in sorted(holders) if (session := desk.ledger.sessions.get(number))]
    return _InTheWay(
        {session.number: session.owner for session in sessions if not session.reservation},
        bool(desk.ledger.sessions.overdue(desk.now)),
    )
