"""The rows that a ledger holds, in the shape in which lock strategies keep them."""

from __future__ import annotations

from typing import NamedTuple

from rotest_core.allocation.schedule import Waiting
from rotest_core.plugin.protocols.locks import Claim, Lease, LockEvent, LockStep, Owner


class SessionRow(NamedTuple):
    """A process that may hold leases, or a reservation.

    Args:
        number: identifies the session; never used again.
        owner: who it is.
        address: where to send word to it; empty where the strategy needs none.
        ttl: seconds that it outlives its last heartbeat.
        beat: the moment of that heartbeat.
        reservation: whether there is no process behind it: it ends when its time is up, or by force.
    """

    number: int
    owner: Owner
    address: str
    ttl: float
    beat: float
    reservation: bool = False

    @property
    def until(self) -> float:
        """Give the moment at which the session ends unless it beats."""
        return self.beat + self.ttl


class LeaseRow(NamedTuple):
    """A lease that stands.

    Args:
        lease: as its holder knows it.
        record: number of the record.
        slot: which unit of the record it takes.
        session: number of the session that holds it.
        label: what the claim is for.
        since: the moment of the grant.
    """

    lease: Lease
    record: int
    slot: int
    session: int
    label: str
    since: float

    @property
    def exclusive(self) -> bool:
        """Tell whether the unit is the holder's alone."""
        return self.lease.exclusive


class ClaimRow(NamedTuple):
    """A claim that waits.

    Args:
        session: number of the session that made it.
        claim: as it was made.
        waiting: as the schedule sees it.
        reach: bits of all records and parts that could serve it.
        since: the moment of asking.
        deadline: the moment at which it has waited as long as it may, None for never.
    """

    session: int
    claim: Claim
    waiting: Waiting
    reach: int
    since: float
    deadline: float | None

    @property
    def order(self) -> tuple[bool, float, int]:
        """Give the place in the queue: those that hold others first, then by rank, then by ticket."""
        return (self.waiting.pins, self.waiting.rank, self.waiting.ticket)


class EventRow(NamedTuple):
    """A step of the history; fields as those of `LockEvent`."""

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

    def public(self) -> LockEvent:
        """Return the event as strategies show it."""
        return LockEvent(**self._asdict())


class Changes:
    """Collect what a step changed, net: what came and went within the step does not appear.

    Attributes:
        sessions: the new state of each session that changed, None where it is gone.
        claims: each claim that entered the queue, by ticket, None where one left it.
        made: leases that began, by token.
        ended: leases that ended.
        dirty: for each record whose state changed the moment (a number of the counter) since when it is dirty, or 0.
        events: what to append to the history.
    """

    __slots__ = ("claims", "dirty", "ended", "events", "made", "sessions")

    def __init__(self) -> None:
        self.sessions: dict[int, SessionRow | None] = {}
        self.claims: dict[int, ClaimRow | None] = {}
        self.made: dict[int, LeaseRow] = {}
        self.ended: list[LeaseRow] = []
        self.dirty: dict[int, int] = {}
        self.events: list[EventRow] = []
