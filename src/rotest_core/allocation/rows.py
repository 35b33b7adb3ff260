"""The rows that a ledger holds, in the shape in which lock strategies keep them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

from rotest_core.allocation.board import Demand
from rotest_core.allocation.records import Records
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

    @staticmethod
    def of_values(values: Sequence[Any]) -> SessionRow:
        """Make the session of a row of a table."""
        number, run, user, host, boot, pid, started, address, ttl, beat, reservation = values
        owner = Owner(run=run, user=user, host=host, boot=boot, pid=pid, started=started)
        return SessionRow(number, owner, address, ttl, beat, bool(reservation))

    @property
    def values(self) -> tuple[int | str | float | bool, ...]:
        """Give the row of a table, with the columns of the owner after the number."""
        owner = self.owner
        whose = (owner.run, owner.user, owner.host, owner.boot, owner.pid, owner.started)
        return (self.number, *whose, self.address, self.ttl, self.beat, self.reservation)

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

    @property
    def seat(self) -> int:
        """Give what tells leases of a unit apart in a table: 0 for an exclusive one, the token for those that share."""
        return 0 if self.lease.exclusive else self.lease.token


class ClaimRow(NamedTuple):
    """A claim that waits.

    Args:
        session: number of the session that made it.
        claim: as it was made.
        place: in the queue; identifies the claim there.
        demands: what it wants, as the schedule sees it.
        shape: equal for claims with the same demands that pin or do not pin alike.
        reach: bits of all records and parts that could serve it.
        since: the moment of asking.
        deadline: the moment at which it has waited as long as it may, None for never.
    """

    session: int
    claim: Claim
    place: int
    demands: tuple[Demand, ...]
    shape: Hashable
    reach: int
    since: float
    deadline: float | None

    @staticmethod
    def of(
        records: Records, session: int, claim: Claim, place: int, since: float, deadline: float | None
    ) -> ClaimRow:
        """Put a claim and its place into the shape in which the schedule asks for it."""
        demands = tuple([Demand(records.pool(want.candidates), want.exclusive) for want in claim.wants])
        # Pools are the same objects for the same candidates, and live as long as the row.
        shape = (not claim.within, *[(id(demand.pool), demand.exclusive) for demand in demands])
        reach = 0
        for demand in demands:
            reach |= demand.pool.reach
        return ClaimRow(session, claim, place, demands, shape, reach, since, deadline)

    @property
    def pins(self) -> bool:
        """Tell whether what it needs of free records is kept from those that come after it."""
        return not self.claim.within


class EventRow(NamedTuple):
    """A step of the history; fields as those of `LockEvent`, but that there is the session and there are rows."""

    number: int
    time: float
    step: LockStep
    session: int
    run: str
    claim: str = ""
    label: str = ""
    wants: tuple[str, ...] = ()
    leases: tuple[LeaseRow, ...] = ()
    dirty: bool = False
    reason: str = ""

    def public(self) -> LockEvent:
        """Return the event as strategies show it."""
        return LockEvent(
            number=self.number,
            time=self.time,
            step=self.step,
            claim=self.claim,
            run=self.run,
            label=self.label,
            wants=self.wants,
            leases=tuple([row.lease for row in self.leases]),
            dirty=self.dirty,
            reason=self.reason,
        )


class Changes:
    """Collect what a step changed in the leases, net: what came and went within the step does not appear.

    Attributes:
        made: leases that began, by token.
        ended: leases that ended.
        dirty: for each record whose state changed the token above which a lease can clean it, 0 when it is clean.
        events: what to append to the history.
    """

    __slots__ = ("dirty", "ended", "events", "made")

    def __init__(self) -> None:
        self.made: dict[int, LeaseRow] = {}
        self.ended: list[LeaseRow] = []
        self.dirty: dict[int, int] = {}
        self.events: list[EventRow] = []
