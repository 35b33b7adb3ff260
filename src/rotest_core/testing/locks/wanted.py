"""What every lock strategy must tell of leases for which others wait."""

from __future__ import annotations

import time

import pytest

from rotest_core.errors import LeaseLostError
from rotest_core.plugin.protocols.locks import Grant, LeaseWanted, Notice
from rotest_core.testing.locks.claims import claim
from rotest_core.testing.locks.sessions import Opened, expect_grant, expect_wanted, patience, take


class WantedContract:
    """Prove that a holder learns that others wait for what it holds; part of `LockStrategyContract`."""

    def test_tells_a_holder_that_somebody_waits(self, opened: Opened) -> None:
        """Of the leases that could be of use, parts included, and of no others."""
        holder, other, waiter = opened.session("a"), opened.session("b"), opened.session("c")
        grant = take(holder, claim("A", "B", "R[P]"))
        shared = take(other, claim("~C"))
        assert waiter.submit(claim("A|C", "P")) is None
        expect_wanted(holder, *(lease for lease in grant.leases if lease.key.name in {"A", "P"}))
        expect_wanted(other, *shared.leases)

    def test_tells_a_new_holder_that_others_wait_still(self, opened: Opened) -> None:
        """Who gets what several wait for knows it from the start."""
        holder, first, second = opened.session("a"), opened.session("b"), opened.session("c")
        grant = take(holder, claim("A"))
        asked = claim("A")
        assert first.submit(asked) is None
        assert second.submit(claim("A")) is None
        holder.release(grant.leases)
        told: list[Notice] = []
        deadline = time.monotonic() + patience()
        while len(told) < 2 and time.monotonic() < deadline:
            told += first.wait(deadline - time.monotonic())
        granted = [notice for notice in told if isinstance(notice, Grant)]
        assert [grant.claim for grant in granted] == [asked.id]
        assert told == [*granted, LeaseWanted(granted[0].leases[0])]

    def test_tells_nobody_that_he_waits_himself(self, opened: Opened) -> None:
        """A session knows what it waits for; neither is one told of who only tries."""
        holder, other = opened.session("a"), opened.session("b")
        take(holder, claim("A"))
        assert holder.submit(claim("A", wait=5)) is None
        assert other.submit(claim("A", wait=0)) is None
        assert list(holder.wait(0)) == []

    def test_tells_a_holder_with_its_next_heartbeat(self, opened: Opened) -> None:
        """What the message of others did not tell: here they come after the holder's own claim for the same."""
        holder, waiter = opened.session("a", ttl=1.5), opened.session("b")
        grant = take(holder, claim("A"))
        assert holder.submit(claim("A")) is None
        assert waiter.submit(claim("A")) is None
        expect_wanted(holder, *grant.leases)

    def test_a_wanted_lease_is_still_its_holders(self, opened: Opened) -> None:
        """It ends when it is given back, and not before."""
        holder, waiter = opened.session("a"), opened.session("b")
        grant = take(holder, claim("A"))
        asked = claim("A")
        assert waiter.submit(asked) is None
        expect_wanted(holder, *grant.leases)
        with pytest.raises(LeaseLostError):
            waiter.release(grant.leases)
        holder.release(grant.leases)
        expect_grant(waiter, asked)
