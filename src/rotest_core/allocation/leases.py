"""Lease records for the requests of a test, and give them back."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from rotest_core.allocation.assignment import assign
from rotest_core.allocation.board import Board, Demand
from rotest_core.allocation.records import Records
from rotest_core.allocation.waiting import why
from rotest_core.errors import ClaimTimeoutError, LeaseLostError, NoSuchResourceError
from rotest_core.plugin.protocols.locks import (
    Candidate,
    Claim,
    ClaimExpired,
    Grant,
    Lease,
    LeaseLost,
    LeaseWanted,
    LockSession,
    LockStrategy,
    Notice,
    Owner,
    Want,
)

if TYPE_CHECKING:
    from rotest_core.allocation.inventory import Inventory
    from rotest_core.model.record import Record, RecordKey
    from rotest_core.model.request import Request
    from rotest_core.model.resource_data import ResourceData

_LOOK_AGAIN = 1.0
"""Seconds after which a claim that waits asks the inventory again, and explains itself again for the first time."""

_LONGEST_PAUSE = 8.0
"""Seconds between explanations in the end: to tell who holds what, everything that is held must be read."""


class AllocatedResource(NamedTuple):
    """Serve one request.

    Args:
        request: what was asked for.
        record: the record that was leased; None for a service, which has none.
        data: the record as its typed data; None for a service.
        lease: the lease of the record; None for a service.
        parts: the leases of what was leased along with it.
    """

    request: Request[Any]
    record: Record | None = None
    data: ResourceData | None = None
    lease: Lease | None = None
    parts: tuple[Lease, ...] = ()

    @property
    def token(self) -> int:
        """Give the fencing token, 0 for a service."""
        return 0 if self.lease is None else self.lease.token

    @property
    def dirty(self) -> bool:
        """Tell whether the last holder left the record or a part of it in doubt."""
        return self.lease is not None and (self.lease.dirty or any(part.dirty for part in self.parts))


class Allocation(NamedTuple):
    """Hold what was leased for one claim.

    Args:
        claim: identifier of the claim; empty when there was nothing to lease.
        entries: one for each request, in order.
        waited: seconds from the claim to its grant.
    """

    claim: str
    entries: tuple[AllocatedResource, ...]
    waited: float = 0.0


class ClaimWithdrawn(Exception):  # noqa: N818 - nothing went wrong
    """Tell that a claim was not wanted any more before it was granted."""


def _always() -> bool:
    """Want what is claimed until it is had."""
    return True


def _silence(reason: str) -> None:
    """Take a waiting line nobody wants to read."""
    del reason


class Leases:
    """Lease for one run or script; safe to use from several threads.

    Args:
        inventory: says which records match a request.
        strategy: keeps exclusion; its session is opened with the first claim.
        owner: who this is.
        ttl: seconds that leases outlive the process's last heartbeat.
    """

    def __init__(self, inventory: Inventory, strategy: LockStrategy, owner: Owner, *, ttl: float) -> None:
        self._inventory = inventory
        self._strategy = strategy
        self._owner = owner
        self._ttl = ttl
        self._session: LockSession | None = None
        self._prefix = f"{owner.run}-{os.urandom(6).hex()}"
        self._count = 0
        self._held: dict[str, tuple[int, list[Lease]]] = {}
        self._wants: dict[Request[Any], Want] = {}
        self._lost: dict[int, LeaseLost] = {}
        self._wanted: set[int] = set()
        self._answers: dict[str, Grant | ClaimExpired] = {}
        self._turn = threading.Condition(threading.RLock())
        self._somebody_listens = False

    def acquire(
        self,
        requests: Sequence[Request[Any]],
        *,
        label: str,
        wait: float | None = None,
        on_waiting: Callable[[str], None] = _silence,
        priority: int = 0,
        within: Sequence[Allocation] | None = None,
        wanted: Callable[[], bool] = _always,
    ) -> Allocation:
        """Lease a different record for each request, all together, waiting until they can be had.

        Args:
            requests: services among them need no lease.
            label: what the records are for, as others see it.
            wait: seconds to wait at most; 0 to try now only, None for as long as it takes.
            on_waiting: told in one line why the claim waits, when it starts to and whenever that changes.
            priority: higher goes first.
            within: allocations that will not be released before this one is had; None for all that this thread has.
            wanted: asked from time to time while the claim waits, and when it is granted: whether to go on.

        Raises:
            ClaimWithdrawn: it was not wanted any more; nothing is leased.
            NoSuchResourceError: no record could ever serve some request; says what excludes every one.
            ClaimTimeoutError: the time is up; says who holds what matches.
            DeadlockError: the claim would wait for somebody who waits for what `within` holds.
        """
        asking = [request for request in requests if not request.is_service]
        if not asking:
            return Allocation("", tuple(AllocatedResource(request) for request in requests))
        claim = self._claim(asking, label, wait, priority, within)
        asked = time.monotonic()
        session = self._open_session()
        grant = session.submit(claim)
        if grant is None:
            grant = self._wait_for(session, claim, asking, on_waiting, wanted)
        with self._turn:
            self._held[claim.id] = (threading.get_ident(), list(grant.leases))
        try:
            return Allocation(claim.id, self._entries(requests, grant), time.monotonic() - asked)
        except BaseException:
            self._give_back(claim.id, grant.leases, dirty=False)
            raise

    def release(
        self, allocation: Allocation, *, dirty: bool = False, names: Collection[str] | None = None
    ) -> None:
        """Give records back; what was lost meanwhile, or given back before, is left alone.

        Args:
            allocation: what `acquire` returned.
            dirty: whether the records are in doubt: their next user will validate them.
            names: the requests to give back; None for all.
        """
        with self._turn:
            _, held = self._held.get(allocation.claim, (0, []))
        leases = [lease for lease in held if names is None or lease.want in names]
        if leases:
            self._give_back(allocation.claim, leases, dirty=dirty)

    def hold(self, allocation: Allocation, *, name: str, duration: float, reason: str) -> None:
        """Turn what is still held of an allocation into a reservation that outlives this process.

        Args:
            allocation: what `acquire` returned.
            name: what the reservation is called; see `LockSession.hold`.
            duration: seconds after which it ends by itself.
            reason: shown to those who wait.

        Raises:
            LeaseLostError: some of it was lost before.
        """
        session = self._session
        with self._turn:
            _, held = self._held.get(allocation.claim, (0, []))
        if session is None or not held:
            return
        self._forget(allocation.claim, held)
        session.hold(held, name=name, duration=duration, reason=reason)

    def candidates(self, request: Request[Any]) -> tuple[Candidate, ...]:
        """Return the records that could serve a request, whoever holds them; the very same until they change."""
        return self._inventory.candidates(request)

    def load(self, request: Request[Any], key: RecordKey) -> ResourceData:
        """Return a record that can serve a request as its typed data, as it is now (see `Inventory.load`)."""
        return self._inventory.load(request, key)

    @property
    def lost(self) -> tuple[LeaseLost, ...]:
        """Give the leases that ended before they were given back, up to now."""
        self._hear()
        return tuple(self._lost.values())

    @property
    def lost_so_far(self) -> tuple[LeaseLost, ...]:
        """Give those of `lost` that were heard of when somebody last listened."""
        return tuple(self._lost.values())

    @property
    def wanted_so_far(self) -> frozenset[int]:
        """Give those of `wanted` that were heard of when somebody last listened."""
        return frozenset(self._wanted)

    @property
    def wanted(self) -> frozenset[int]:
        """Give the tokens of the leases for which somebody else was heard to wait, up to now.

        Whoever keeps such a lease only for a later test had better give it back.
        """
        self._hear()
        return frozenset(self._wanted)

    def close(self) -> None:
        """Release all that is still held, as dirty, and leave; may be called twice."""
        with self._turn:
            session, self._session = self._session, None
            self._held.clear()
        if session is not None:
            session.close()

    def _hear(self) -> None:
        """Take in what happened, unless another thread listens and does so."""
        with self._turn:
            session, listening = self._session, self._somebody_listens
        if session is not None and not listening:
            self._take(session.wait(0))

    def _open_session(self) -> LockSession:
        with self._turn:
            if self._session is None:
                self._session = self._strategy.open(self._owner, ttl=self._ttl)
            return self._session

    def _claim(
        self,
        wanted: Sequence[Request[Any]],
        label: str,
        wait: float | None,
        priority: int,
        within: Sequence[Allocation] | None,
    ) -> Claim:
        wants = tuple(self._want(request) for request in wanted)
        with self._turn:
            self._count += 1
            if within is None:
                thread = threading.get_ident()
                around = tuple(claim for claim, (holder, _) in self._held.items() if holder == thread)
            else:
                around = tuple(allocation.claim for allocation in within if allocation.claim)
            return Claim(
                id=f"{self._prefix}-{self._count}",
                wants=wants,
                label=label,
                priority=priority,
                wait=wait,
                within=around,
            )

    def _want(self, request: Request[Any]) -> Want:
        candidates = self._inventory.candidates(request)
        want = self._wants.get(request)
        if want is None or want.candidates is not candidates:
            if not candidates:
                raise NoSuchResourceError(self._inventory.explain(request))
            want = self._wants[request] = Want(request.name, candidates, request.exclusive)
        return want

    def _wait_for(
        self,
        session: LockSession,
        claim: Claim,
        wanted: Sequence[Request[Any]],
        on_waiting: Callable[[str], None],
        still_wanted: Callable[[], bool],
    ) -> Grant:
        try:
            self._check_possible(claim)
            if claim.wait == 0:
                raise ClaimTimeoutError(
                    f"{_names(claim)} cannot be had now: {why(claim, self._strategy.status())}"
                )
            reason, told_at, pause = "", 0.0, _LOOK_AGAIN
            while True:
                if time.monotonic() >= told_at:
                    told = why(claim, self._strategy.status())
                    told_at, pause = time.monotonic() + pause, min(2 * pause, _LONGEST_PAUSE)
                    if told != reason:
                        reason = told
                        on_waiting(reason)
                answer = self._listen(session, claim.id)
                if not still_wanted():
                    _refuse(session, answer)
                if isinstance(answer, Grant):
                    return answer
                if answer is not None:
                    raise ClaimTimeoutError(
                        f"{_names(claim)} not to be had within {claim.wait:g} s: {reason}"
                    )
                claim = self._look_again(session, claim, wanted)
        except BaseException:
            # Whatever ended the wait, nothing may be granted to nobody afterwards.
            late = session.cancel(claim.id) or self._answers.pop(claim.id, None)
            if isinstance(late, Grant):
                session.release(late.leases)
            raise

    def _listen(self, session: LockSession, claim: str) -> Grant | ClaimExpired | None:
        """Wait a while for the answer to a claim; one thread listens for all, the others wait for it."""
        until = time.monotonic() + _LOOK_AGAIN
        with self._turn:
            while self._somebody_listens and claim not in self._answers:
                if not self._turn.wait(until - time.monotonic()):
                    return None
            if claim in self._answers:
                return self._answers.pop(claim)
            self._somebody_listens = True
        notices: Sequence[Notice] = ()
        try:
            notices = session.wait(_LOOK_AGAIN)
        finally:
            with self._turn:
                self._somebody_listens = False
                self._take(notices)
                self._turn.notify_all()
        return self._answers.pop(claim, None)

    def _take(self, notices: Sequence[Notice]) -> None:
        for notice in notices:
            if isinstance(notice, LeaseLost):
                self._lose(notice)
            elif isinstance(notice, LeaseWanted):
                self._wanted.add(notice.lease.token)
            else:
                self._answers[notice.claim] = notice

    def _lose(self, notice: LeaseLost) -> None:
        self._lost.setdefault(notice.lease.token, notice)
        self._forget(notice.lease.claim, [notice.lease])

    def _forget(self, claim: str, leases: Collection[Lease]) -> None:
        with self._turn:
            if self._wanted:
                self._wanted.difference_update([lease.token for lease in leases])
            thread, held = self._held.get(claim, (0, []))
            given = {lease.token for lease in leases}
            left = [lease for lease in held if lease.token not in given]
            if left:
                self._held[claim] = (thread, left)
            else:
                self._held.pop(claim, None)

    def _look_again(self, session: LockSession, claim: Claim, wanted: Sequence[Request[Any]]) -> Claim:
        """Let a claim that waits follow the inventory: records come, go, and become unusable."""
        wants = tuple(self._want(request) for request in wanted)
        if wants == claim.wants:
            return claim
        changed = Claim(
            id=claim.id,
            wants=wants,
            label=claim.label,
            priority=claim.priority,
            wait=claim.wait,
            within=claim.within,
        )
        self._check_possible(changed)
        grant = session.submit(changed)
        if grant is not None:
            self._take([grant])
        return changed

    def _check_possible(self, claim: Claim) -> None:
        """Refuse a claim that could not be granted if nobody else were there."""
        records = Records()
        demands = [Demand(records.pool(want.candidates), want.exclusive) for want in claim.wants]
        if assign(demands, Board(records.capacity)) is None:
            matching = "; ".join(
                f"{want.name}: {', '.join(str(candidate.key) for candidate in want.candidates)}"
                for want in claim.wants
            )
            raise NoSuchResourceError(
                f"{_names(claim)} need different records, but not enough match all together: {matching}"
            )

    def _entries(self, requests: Sequence[Request[Any]], grant: Grant) -> tuple[AllocatedResource, ...]:
        by_name: dict[str, list[Lease]] = {}
        for lease in grant.leases:
            by_name.setdefault(lease.want, []).append(lease)
        return tuple(
            AllocatedResource(request) if request.is_service else self._entry(request, by_name[request.name])
            for request in requests
        )

    def _entry(self, request: Request[Any], leases: list[Lease]) -> AllocatedResource:
        lease, *parts = leases
        record = self._inventory.record(lease.key)
        return AllocatedResource(
            request, record, self._inventory.load(request, lease.key), lease, tuple(parts)
        )

    def _give_back(self, claim: str, leases: Sequence[Lease], *, dirty: bool) -> None:
        session = self._session
        self._forget(claim, leases)
        if session is None:
            return
        try:
            session.release(leases, dirty=dirty)
        except LeaseLostError as error:
            self._take(session.wait(0))
            for lease in leases:
                if str(lease.key) in error.records:
                    self._lost.setdefault(
                        lease.token, LeaseLost(lease, error.reason or "it had ended before")
                    )


def _refuse(session: LockSession, answer: Grant | ClaimExpired | None) -> NoReturn:
    """Withdraw a claim that was answered, or not yet; what was granted is given back."""
    if isinstance(answer, Grant):
        session.release(answer.leases)
    raise ClaimWithdrawn


def _names(claim: Claim) -> str:
    return " and ".join(want.name for want in claim.wants)
