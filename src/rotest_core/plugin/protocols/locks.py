"""Lock strategies decide who holds which record.

A strategy deals in claims, candidates, capacities, owners and tokens, never in filters: which records could serve a
request is the inventory's affair. All times are seconds; moments are seconds since the epoch by the strategy's own
clock (that of the database, where there is one).

A process opens one *session*; its claims and leases belong to it and end with it: by `close`, when the process is
seen to be dead, or when its heartbeats stop for longer than its time to live.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

import attrs

from rotest_core.model.record import RecordKey
from rotest_core.plugin.options import PluginContext


@attrs.frozen(kw_only=True)
class Owner:
    """Say who opens a session.

    Args:
        run: identifier of the run, or what a script calls itself.
        user: account name.
        host: host name.
        boot: identifier of the host's boot: a pid means nothing after the next one.
        pid: process id.
        started: start time of that process in clock ticks since boot (field 22 of /proc/<pid>/stat, proc(5)); 0 where
            the system does not tell. A pid alone may have been given to another process.
    """

    run: str
    user: str
    host: str
    boot: str
    pid: int
    started: int = 0


@attrs.frozen
class Part:
    """Name a record that is leased along with another."""

    key: RecordKey
    capacity: int = 1


@attrs.frozen
class Candidate:
    """Name a record that could serve a request, with the parts that must be had with it."""

    key: RecordKey
    capacity: int = 1
    parts: tuple[Part, ...] = ()


@attrs.frozen
class Want:
    """Ask for one record out of several.

    Args:
        name: what the claimer calls it: the request's attribute name.
        candidates: any of these will do, in order of preference.
        exclusive: True takes one unit of a record's capacity for itself; False joins others that share. A record of
            capacity n has n units; each exclusive lease takes one, and all that share take one between them.
    """

    name: str
    candidates: tuple[Candidate, ...]
    exclusive: bool = True


@attrs.frozen(kw_only=True)
class Claim:
    """Ask for several records at once: all are granted, each a different record, or none.

    Args:
        id: unique among all claims ever.
        wants: what is wanted.
        label: what it is for, as shown to others: the test's name.
        priority: higher goes first; waiting claims age, so that none waits for ever.
        wait: seconds it may wait; 0 to try now only, None for as long as it takes.
        within: granted claims that will not be given back before this one is had (a test that asks for more while it
            runs). Such a claim goes before all that hold nothing, and is refused where it would close a cycle.
    """

    id: str
    wants: tuple[Want, ...]
    label: str = ""
    priority: int = 0
    wait: float | None = None
    within: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Lease:
    """Hold one record (or part) for one claim.

    Args:
        claim: the claim it was granted to.
        want: the name of the want it serves.
        key: the record.
        token: fencing token, higher than every earlier one of this record; no other lease ever has the same.
        dirty: its last holder left it in doubt: validate it whatever the flags say.
        part_of: the whole it was leased with, None for a record that was asked for.
        exclusive: False where others may share the unit.
    """

    claim: str
    want: str
    key: RecordKey
    token: int
    dirty: bool = False
    part_of: RecordKey | None = None
    exclusive: bool = True


@attrs.frozen
class Grant:
    """Tell that a claim was granted: one lease per want, in order, each followed by its parts'."""

    claim: str
    leases: tuple[Lease, ...]


@attrs.frozen
class ClaimExpired:
    """Tell that a claim waited as long as it may and is out of the queue."""

    claim: str


@attrs.frozen
class LeaseLost:
    """Tell that a lease ended before it was released: broken by somebody, or expired while this process stood still."""

    lease: Lease
    reason: str


@attrs.frozen
class LeaseWanted:
    """Tell that somebody else waits who could use what a lease keeps from him.

    It asks for nothing: whoever still needs the lease goes on; whoever only keeps it for later had better give it back.
    It is told when somebody begins to wait, or when a lease begins for which others wait still; where that message is
    lost, with the next heartbeat. He who waits may have given up meanwhile, and it may be told again.
    """

    lease: Lease


Notice: TypeAlias = Grant | ClaimExpired | LeaseLost | LeaseWanted


@attrs.frozen(kw_only=True)
class HeldLease:
    """Show a lease to others.

    Args:
        since: when it was granted.
        until: when it ends unless it is renewed.
    """

    lease: Lease
    owner: Owner
    label: str
    since: float
    until: float


@attrs.frozen(kw_only=True)
class WaitingClaim:
    """Show a waiting claim to others.

    Args:
        position: place in the queue, from 1.
        since: when it was submitted.
    """

    claim: Claim
    owner: Owner
    position: int
    since: float


@attrs.frozen
class LockStatus:
    """Show who holds what and who waits, at one moment by the strategy's clock."""

    time: float
    held: tuple[HeldLease, ...]
    waiting: tuple[WaitingClaim, ...]


class LockStep(enum.StrEnum):
    """What may happen to a session, a claim and its leases."""

    OPENED = "opened"
    CLOSED = "closed"
    WAITING = "waiting"
    GRANTED = "granted"
    RELEASED = "released"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    HELD = "held"
    ADOPTED = "adopted"
    ENDED = "ended"
    LOST = "lost"


@attrs.frozen(kw_only=True)
class LockEvent:
    """Tell one step of the history that a strategy keeps; it was written in the same transaction as the step itself.

    Args:
        number: rises from event to event.
        time: when, in seconds since the epoch.
        step: OPENED and CLOSED for a session; WAITING when a claim entered the queue; GRANTED; RELEASED by its holder;
            CANCELLED while it waited; EXPIRED when it had waited as long as it may; HELD when the leases became a
            reservation, and ADOPTED when a session took them over; ENDED by force; LOST with a session that died or
            fell silent.
        claim: the claim, empty for the steps of a session.
        run: the owner's run.
        label: what the claim is for.
        wants: for WAITING and GRANTED the names of all that the claim asks for.
        leases: what was granted or given back; empty for steps of a claim that waits.
        dirty: whether the leases were given back in doubt.
        reason: why, for steps that somebody else took.
    """

    number: int
    time: float
    step: LockStep
    claim: str
    run: str
    label: str = ""
    wants: tuple[str, ...] = ()
    leases: tuple[Lease, ...] = ()
    dirty: bool = False
    reason: str = ""


class LockSession(Protocol):
    """Claim, hold and release, on behalf of one process; safe to use from several threads.

    A session keeps its own leases alive: it beats from a thread of its own (or of the strategy's).
    """

    def submit(self, claim: Claim) -> Grant | None:
        """Ask for a claim.

        Returns:
            The grant if it could be had at once, else None: the claim waits, and `wait` tells what becomes of it.
            A claim with ``wait=0`` is dropped instead of waiting. A claim with the id of one that waits replaces its
            wants and keeps its place.

        Raises:
            DeadlockError: the claim is made `within` others and would close a cycle of waiting; it is dropped.
        """
        ...

    def wait(self, timeout: float) -> Sequence[Notice]:
        """Return what happened to this session's claims and leases, waiting up to `timeout` seconds for something."""
        ...

    def cancel(self, claim: str) -> Grant | None:
        """Take a waiting claim back; return its grant if it came first (release it), and None else."""
        ...

    def release(self, leases: Sequence[Lease], *, dirty: bool = False) -> None:
        """Give leases back, and their records directly to who waits.

        Raises:
            LeaseLostError: some lease was no longer this session's; the others are released all the same.
        """
        ...

    def hold(self, leases: Sequence[Lease], *, name: str, duration: float, reason: str = "") -> None:
        """Turn leases of this session into a reservation that outlives it.

        Args:
            leases: what to keep; they end for this session, its tokens with them.
            name: what the reservation is called; several holds may share it.
            duration: seconds after which it ends by itself; `LockStrategy.end` ends it earlier.
            reason: shown to those who wait.

        Raises:
            LeaseLostError: some lease was no longer this session's; the others are held all the same.
        """
        ...

    def adopt(self, name: str) -> Grant | None:
        """Take over the leases of a reservation, with new tokens, under a claim of its name; None if there is none."""
        ...

    def close(self) -> None:
        """Cancel all claims and release all leases (as dirty); may be called twice."""
        ...


class LockStrategy(Protocol):
    """Keep exclusion among sessions; a session that dies takes no lease with it.

    Methods raise `StoreError` when the storage behind them fails.
    """

    def open(self, owner: Owner, *, ttl: float) -> LockSession:
        """Open a session.

        Args:
            owner: who will hold the leases.
            ttl: seconds that leases outlive the last heartbeat.
        """
        ...

    def status(self) -> LockStatus:
        """Return who holds what and who waits."""
        ...

    def history(self, *, after: int = 0) -> Sequence[LockEvent]:
        """Return the events with numbers above `after`, oldest first, as far back as the strategy keeps them."""
        ...

    def end(self, key: RecordKey, *, reason: str) -> Sequence[HeldLease]:
        """End the leases of a record by force; their holders are told `reason`, the record is dirty.

        Returns:
            The leases that were ended.
        """
        ...

    def close(self) -> None:
        """Close the strategy and the sessions it opened; may be called twice."""
        ...


LockStrategyFactory = Callable[[PluginContext], LockStrategy]
