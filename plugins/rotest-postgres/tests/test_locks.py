"""The lock strategy postgres keeps the contract of strategies that several processes share."""

from __future__ import annotations

import functools
import time

import psycopg
import pytest

from rotest_core import RecordKey
from rotest_core.leasing import current_owner
from rotest_core.plugin import Candidate, Claim, Grant, LeaseLost, Want
from rotest_core.testing import OpenStrategy, SharedLockStrategyContract
from rotest_postgres.locks.strategy import PostgresLocks


class TestContract(SharedLockStrategyContract):
    @pytest.fixture
    def open_strategy(self, database: str) -> OpenStrategy:
        return functools.partial(PostgresLocks, database)


class TestHostsApart:
    """What is between hosts goes through the database alone."""

    def test_a_winner_is_woken_through_the_database(self, database: str) -> None:
        """Long before it would look by itself, which is after a second."""
        first, second = (PostgresLocks(database, direct=False) for _ in range(2))
        holder, waiter = (locks.open(current_owner("run"), ttl=60) for locks in (first, second))
        claims = [Claim(id=name, wants=(Want("w", (Candidate(RecordKey("T", "a")),)),)) for name in "xy"]
        grant = holder.submit(claims[0])
        assert grant is not None
        assert waiter.submit(claims[1]) is None
        asleep = time.monotonic()
        holder.release(grant.leases)
        (notice,) = waiter.wait(10)
        assert isinstance(notice, Grant)
        assert time.monotonic() - asleep < 0.9
        first.close()
        second.close()

    def test_a_loss_is_told_through_the_database(self, database: str) -> None:
        first, second = (PostgresLocks(database, direct=False) for _ in range(2))
        holder = first.open(current_owner("run"), ttl=60)
        key = RecordKey("T", "a")
        grant = holder.submit(Claim(id="x", wants=(Want("w", (Candidate(key),)),)))
        assert grant is not None
        second.end(key, reason="the rack moves")
        assert list(holder.wait(10)) == [LeaseLost(grant.leases[0], "the rack moves")]
        first.close()
        second.close()

    def test_a_grant_too_large_for_a_letter_arrives_all_the_same(self, database: str) -> None:
        first, second = (PostgresLocks(database, direct=False) for _ in range(2))
        holder, waiter = (locks.open(current_owner("run"), ttl=60) for locks in (first, second))
        keys = [RecordKey("T", f"{number}{'x' * 200}") for number in range(60)]
        wants = tuple(Want(f"w{place}", (Candidate(key),)) for place, key in enumerate(keys))
        grant = holder.submit(Claim(id="x", wants=wants))
        assert grant is not None
        assert waiter.submit(Claim(id="y", wants=wants)) is None
        holder.release(grant.leases)
        (notice,) = waiter.wait(10)
        assert isinstance(notice, Grant)
        assert [lease.key for lease in notice.leases] == keys
        first.close()
        second.close()


def test_sets_of_candidates_that_nobody_waits_for_are_let_go(database: str) -> None:
    """And whoever knew them writes them down again."""
    locks = PostgresLocks(database)
    session = locks.open(current_owner("run"), ttl=60)
    candidates = (Candidate(RecordKey("T", "a")),)
    grant = session.submit(Claim(id="x", wants=(Want("w", candidates),)))
    assert grant is not None
    assert session.submit(Claim(id="y", wants=(Want("w", candidates),))) is None
    session.cancel("y")
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("SELECT rotest.lock_tidy(0, 0)")
        assert connection.execute("SELECT count(*) FROM rotest.lock_pool").fetchone() == (0,)
    other = PostgresLocks(database)
    assert session.submit(Claim(id="z", wants=(Want("w", candidates),))) is None
    assert [waiting.claim.wants[0].candidates for waiting in other.status().waiting] == [candidates]
    other.close()
    locks.close()
