"""Sessions for the tests of lock strategies."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol, TypeAlias

from rotest_core.allocation.owner import current_owner
from rotest_core.plugin.protocols.locks import (
    Claim,
    ClaimExpired,
    Grant,
    Lease,
    LeaseLost,
    LeaseWanted,
    LockSession,
    LockStrategy,
    Notice,
)

OpenStrategy: TypeAlias = Callable[[], LockStrategy]


class Listener(Protocol):
    """Hear what happens: a session, here or in another process."""

    def wait(self, timeout: float) -> Sequence[Notice]:
        """Wait for news; see `LockSession.wait`."""
        ...


_patience = ContextVar("patience", default=10.0)

TTL = 60.0
"""Time to live of sessions that are not to expire during a test."""


class Opened:
    """Open strategies and sessions, and close them all in the end.

    Args:
        open_strategy: opens a strategy on the same leases each time.
    """

    def __init__(self, open_strategy: OpenStrategy) -> None:
        self._open_strategy = open_strategy
        self._strategies: list[LockStrategy] = []

    def strategy(self) -> LockStrategy:
        """Open a strategy."""
        strategy = self._open_strategy()
        self._strategies.append(strategy)
        return strategy

    def session(self, run: str, *, ttl: float = TTL) -> LockSession:
        """Open a session on a strategy of its own."""
        return self.strategy().open(current_owner(run), ttl=ttl)

    def close(self) -> None:
        """Close everything."""
        for strategy in self._strategies:
            strategy.close()


def patience() -> float:
    """Return the seconds after which a test takes it that something will not happen any more."""
    return _patience.get()


@contextmanager
def with_patience(seconds: float) -> Generator[None]:
    """Wait less, or longer, for what is to happen."""
    token = _patience.set(seconds)
    try:
        yield
    finally:
        _patience.reset(token)


def expect_grant(session: LockSession, claim: Claim) -> Grant:
    """Wait until a claim is granted; anything else that happens fails the test."""
    for notice in _notices(session):
        assert isinstance(notice, Grant), f"{notice} came instead of the grant of {claim.id}"
        assert notice.claim == claim.id, f"{notice.claim} was granted, and not {claim.id}"
        return notice
    raise AssertionError(f"{claim.id} was not granted within {patience():g} s")


def expect_expiry(session: LockSession, claim: Claim) -> None:
    """Wait until a claim has waited as long as it may."""
    for notice in _notices(session):
        assert notice == ClaimExpired(claim.id)
        return
    raise AssertionError(f"{claim.id} did not expire within {patience():g} s")


def expect_loss(session: LockSession) -> LeaseLost:
    """Wait until a session is told that it lost a lease."""
    for notice in _notices(session):
        assert isinstance(notice, LeaseLost), f"{notice} came instead of the loss"
        return notice
    raise AssertionError(f"no loss was told within {patience():g} s")


def expect_nothing(session: LockSession) -> None:
    """See that nothing has happened to a session."""
    assert list(listen(session, 0)) == []


def expect_wanted(session: LockSession, *leases: Lease) -> None:
    """Wait until a session is told that others wait for these leases."""
    told: set[int] = set()
    deadline = time.monotonic() + patience()
    while told != (expected := {lease.token for lease in leases}):
        assert time.monotonic() < deadline, f"of {len(expected)} leases {len(told)} were told of as wanted"
        for notice in session.wait(max(0.0, deadline - time.monotonic())):
            assert isinstance(notice, LeaseWanted), f"{notice} came instead"
            told.add(notice.lease.token)
            assert told <= expected, f"nobody waits for {notice.lease.key}"


def listen(listener: Listener, seconds: float) -> Sequence[Notice]:
    """Return what happened, waiting for something, but for hints that others wait for what the session holds."""
    deadline = time.monotonic() + seconds
    while True:
        left = max(0.0, deadline - time.monotonic())
        notices = [notice for notice in listener.wait(left) if not isinstance(notice, LeaseWanted)]
        if notices or not left:
            return notices


def take(session: LockSession, claim: Claim) -> Grant:
    """Submit a claim that is to be granted at once."""
    grant = session.submit(claim)
    assert grant is not None, f"{claim.id} was not granted at once"
    return grant


def _notices(session: LockSession) -> Sequence[Notice]:
    deadline = time.monotonic() + patience()
    while time.monotonic() < deadline:
        notices = listen(session, deadline - time.monotonic())
        if notices:
            assert len(notices) == 1, f"more happened than was to happen: {notices}"
            return notices
    return ()
