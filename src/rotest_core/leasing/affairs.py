"""What a session has, what it waits for, and what it is yet to be told."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from rotest_core.plugin.protocols.locks import (
    Claim,
    ClaimExpired,
    Grant,
    Lease,
    LeaseLost,
    LeaseWanted,
    Notice,
)

FOR_EVER = float("inf")

_LOOK_AGAIN = 1.0
_LOOKS = 50.0


def pause_among(waiting: int) -> float:
    """Return the seconds after which a session that waits looks for itself, though nobody told it to.

    It is what a lost letter costs: a second, or as much more as keeps all who wait from looking more than 50 times a
    second.

    Args:
        waiting: how many claims wait.
    """
    return max(_LOOK_AGAIN, waiting / _LOOKS)


class Waiting(NamedTuple):
    """A claim that waits, and the moment at which it has waited as long as it may, by `time.monotonic`."""

    claim: Claim
    deadline: float


class Held(NamedTuple):
    """A lease, and the moment since when the session knows of it, by `time.monotonic`."""

    lease: Lease
    since: float


class Affairs:
    """Keep account of one session, as it knows things; whatever arrives twice or too late changes nothing.

    Attributes:
        held: the leases, by token.
        waiting: the claims that wait, by id.
    """

    def __init__(self) -> None:
        self.held: dict[int, Held] = {}
        self.waiting: dict[str, Waiting] = {}
        self._notices: list[Notice] = []
        # Tokens of those held for which others wait, as far as the holder was told.
        self._wanted: set[int] = set()

    @property
    def news(self) -> bool:
        """Tell whether there is something to tell."""
        return bool(self._notices)

    @property
    def may_be_wanted(self) -> bool:
        """Tell whether there are leases of which the holder was not told that others wait for them."""
        return len(self._wanted) < len(self.held)

    def take_notices(self) -> list[Notice]:
        """Return what is to be told, once."""
        notices, self._notices = self._notices, []
        return notices

    def take_grant(self, claim: str) -> Grant | None:
        """Return the grant of a claim that is yet to be told of, so that it is told of no more."""
        for notice in self._notices:
            if isinstance(notice, Grant) and notice.claim == claim:
                self._notices.remove(notice)
                return notice
        return None

    def keep(self, grant: Grant) -> None:
        """Hold what the caller was granted."""
        self.waiting.pop(grant.claim, None)
        now = time.monotonic()
        for lease in grant.leases:
            self.held[lease.token] = Held(lease, now)

    def wait_for(self, claim: Claim, deadline: float | None = None) -> None:
        """Wait for a claim; one that takes the place of another keeps its deadline."""
        known = self.waiting.get(claim.id)
        if known is not None:
            deadline = known.deadline
        elif deadline is None:
            deadline = FOR_EVER if claim.wait is None else time.monotonic() + claim.wait
        self.waiting[claim.id] = Waiting(claim, deadline)

    def overdue(self, now: float) -> Sequence[str]:
        """Return the ids of the claims that have waited as long as they may."""
        return [waiting.claim.id for waiting in self.waiting.values() if waiting.deadline <= now]

    def deadline(self) -> float:
        """Return the moment at which the first claim will have waited as long as it may."""
        return min([waiting.deadline for waiting in self.waiting.values()], default=FOR_EVER)

    def hear(self, notice: Notice) -> None:
        """Take in what happened to claims and leases, if it happened to those that there are."""
        if isinstance(notice, LeaseLost | LeaseWanted):
            self._hear_of_lease(notice)
        elif self.waiting.pop(notice.claim, None) is not None:
            if isinstance(notice, Grant):
                self.keep(notice)
            self._notices.append(notice)

    def settle(self, claim: str, grant: Grant | None) -> None:
        """Know that a claim is out of the queue: granted, or because it has waited as long as it may."""
        self.hear(ClaimExpired(claim) if grant is None else grant)

    def drop(self, leases: Iterable[Lease]) -> None:
        """Hold these no longer: they were given back."""
        for lease in leases:
            self.held.pop(lease.token, None)
            self._wanted.discard(lease.token)

    def lose_all(self, reason: str) -> None:
        """Know that all leases ended."""
        for held in list(self.held.values()):
            self.hear(LeaseLost(held.lease, reason))

    def missing(self, standing: Collection[int], asked: float = FOR_EVER) -> Sequence[Lease]:
        """Return the leases that do not stand, of those known before it was asked which do.

        Args:
            standing: the tokens of those that do.
            asked: the moment.
        """
        return [
            held.lease for token, held in self.held.items() if token not in standing and held.since < asked
        ]

    def clear(self) -> None:
        """Hold nothing and wait for nothing."""
        self.held.clear()
        self.waiting.clear()
        self._wanted.clear()

    def _hear_of_lease(self, notice: LeaseLost | LeaseWanted) -> None:
        token = notice.lease.token
        if token not in self.held:
            return
        if isinstance(notice, LeaseLost):
            self.drop([notice.lease])
        elif token in self._wanted:
            return
        else:
            self._wanted.add(token)
        self._notices.append(notice)
