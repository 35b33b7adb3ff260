"""Sessions for the tests of lock strategies."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

from rotest_core.allocation.owner import current_owner
from rotest_core.plugin.protocols.locks import (
    Claim,
    ClaimExpired,
    Grant,
    LeaseLost,
    LockSession,
    LockStrategy,
    Notice,
)

OpenStrategy: TypeAlias = Callable[[], LockStrategy]

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
    assert list(session.wait(0)) == []


def take(session: LockSession, claim: Claim) -> Grant:
    """Submit a claim that is to be granted at once."""
    grant = session.submit(claim)
    assert grant is not None, f"{claim.id} was not granted at once"
    return grant


def _notices(session: LockSession) -> Sequence[Notice]:
    deadline = time.monotonic() + patience()
    while time.monotonic() < deadline:
        notices = session.wait(deadline - time.monotonic())
        if notices:
            assert len(notices) == 1, f"more happened than was to happen: {notices}"
            return notices
    return ()
