"""What a session keeps account of."""

from __future__ import annotations

import time

from rotest_core.leasing import FOR_EVER, Affairs
from rotest_core.model.record import RecordKey
from rotest_core.plugin.protocols.locks import (
    Candidate,
    Claim,
    ClaimExpired,
    Grant,
    Lease,
    LeaseLost,
    LeaseWanted,
    Want,
)


def claim(identifier: str, *, wait: float | None = None) -> Claim:
    return Claim(id=identifier, wants=(Want("w", (Candidate(RecordKey("T", "a")),)),), wait=wait)


def grant(identifier: str, *tokens: int) -> Grant:
    leases = (
        Lease(claim=identifier, want="w", key=RecordKey("T", "a"), token=token) for token in tokens or (1,)
    )
    return Grant(identifier, tuple(leases))


def test_a_grant_that_was_waited_for_is_told_once() -> None:
    affairs = Affairs()
    affairs.wait_for(claim("x"))
    affairs.hear(grant("x"))
    affairs.hear(grant("x"))
    assert affairs.take_notices() == [grant("x")]
    assert not affairs.news
    assert list(affairs.held) == [1]
    assert affairs.waiting == {}


def test_a_grant_that_nobody_waits_for_any_more_changes_nothing() -> None:
    affairs = Affairs()
    affairs.hear(grant("x"))
    assert (affairs.take_notices(), affairs.held) == ([], {})


def test_a_grant_taken_before_it_is_told_is_not_told() -> None:
    affairs = Affairs()
    affairs.wait_for(claim("x"))
    affairs.wait_for(claim("y"))
    affairs.hear(grant("x", 1))
    affairs.hear(grant("y", 2))
    assert affairs.take_grant("x") == grant("x", 1)
    assert affairs.take_grant("x") is None
    assert affairs.take_notices() == [grant("y", 2)]


def test_a_claim_waits_as_long_as_it_may() -> None:
    affairs = Affairs()
    affairs.wait_for(claim("ever"))
    assert affairs.deadline() == FOR_EVER
    before = time.monotonic()
    affairs.wait_for(claim("long", wait=60))
    assert before + 60 <= affairs.deadline() <= time.monotonic() + 60
    assert affairs.overdue(affairs.deadline()) == ["long"]
    affairs.settle("long", None)
    assert affairs.take_notices() == [ClaimExpired("long")]
    assert affairs.deadline() == FOR_EVER


def test_a_claim_that_replaces_another_keeps_its_deadline() -> None:
    affairs = Affairs()
    affairs.wait_for(claim("x", wait=60))
    deadline = affairs.deadline()
    affairs.wait_for(claim("x", wait=90))
    assert affairs.deadline() == deadline


def test_only_what_is_held_can_be_lost_or_wanted() -> None:
    affairs = Affairs()
    affairs.keep(grant("x", 1, 2))
    first, second = grant("x", 1, 2).leases
    (other,) = grant("y", 3).leases
    for lease in (first, first, other):
        affairs.hear(LeaseWanted(lease))
    assert affairs.take_notices() == [LeaseWanted(first)]
    told_of_all = [not affairs.may_be_wanted]
    affairs.hear(LeaseWanted(second))
    told_of_all.append(not affairs.may_be_wanted)
    assert told_of_all == [False, True]
    affairs.drop([first])
    for lease in (first, second, other):
        affairs.hear(LeaseLost(lease, "gone"))
    assert affairs.take_notices() == [LeaseWanted(second), LeaseLost(second, "gone")]
    assert affairs.held == {}


def test_what_was_granted_after_it_was_asked_is_not_missing() -> None:
    affairs = Affairs()
    affairs.keep(grant("x", 1))
    asked = time.monotonic()
    affairs.keep(grant("y", 2))
    assert [lease.token for lease in affairs.missing({3}, asked)] == [1]
    assert [lease.token for lease in affairs.missing({2})] == [1]


def test_all_is_lost_with_the_session() -> None:
    affairs = Affairs()
    affairs.keep(grant("x", 1, 2))
    affairs.wait_for(claim("y"))
    affairs.lose_all("silent")
    assert affairs.take_notices() == [LeaseLost(lease, "silent") for lease in grant("x", 1, 2).leases]
    assert list(affairs.waiting) == ["y"]
    affairs.clear()
    assert affairs.waiting == {}
