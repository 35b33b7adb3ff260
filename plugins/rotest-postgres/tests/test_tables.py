"""What the leases do when their tables are not as they were left: after a fail-over, a wrong clock, a wrong program."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from rotest_core import LeaseLostError, RecordKey
from rotest_core.leasing import current_owner
from rotest_core.plugin import Candidate, Claim, Grant, LeaseLost, LockSession, Want
from rotest_core.testing import check_history
from rotest_postgres.locks.strategy import PostgresLocks

WANTS = (Want("w", (Candidate(RecordKey("T", "a")),)),)


@pytest.fixture
def locks(database: str) -> Iterator[PostgresLocks]:
    locks = PostgresLocks(database)
    yield locks
    locks.close()


def opened(locks: PostgresLocks, *, ttl: float = 60.0) -> LockSession:
    return locks.open(current_owner("run"), ttl=ttl)


def take(session: LockSession, name: str) -> Grant:
    grant = session.submit(Claim(id=name, wants=WANTS, wait=0))
    assert grant is not None
    return grant


def change(database: str, *statements: bytes) -> None:
    """Change the tables behind the back of everybody, as a standby does that takes over without the last turns."""
    with psycopg.connect(database) as connection:
        for statement in (*statements, b"UPDATE rotest.lock_state SET turn = turn + 1"):
            connection.execute(statement)


def test_a_holder_whose_lease_the_database_lost_is_told(database: str, locks: PostgresLocks) -> None:
    session = opened(locks)
    grant = take(session, "x")
    change(database, b"DELETE FROM rotest.lock_lease")
    assert list(session.wait(0)) == [LeaseLost(grant.leases[0], "the database no longer knows of it")]
    with pytest.raises(LeaseLostError):
        session.release(grant.leases)


def test_a_holder_is_told_of_a_lost_lease_at_the_next_heartbeat(database: str, locks: PostgresLocks) -> None:
    session = opened(locks, ttl=0.9)
    grant = take(session, "x")
    change(database, b"DELETE FROM rotest.lock_lease")
    (lost,) = session.wait(10)
    assert isinstance(lost, LeaseLost)
    assert lost.lease == grant.leases[0]


def test_a_claim_that_the_database_lost_is_made_again(database: str, locks: PostgresLocks) -> None:
    holder, waiter = opened(locks), opened(locks)
    grant = take(holder, "x")
    assert waiter.submit(Claim(id="y", wants=WANTS)) is None
    change(database, b"DELETE FROM rotest.lock_claim")
    assert list(waiter.wait(0)) == []
    holder.release(grant.leases)
    (notice,) = waiter.wait(10)
    assert isinstance(notice, Grant)
    assert notice.claim == "y"


def test_a_session_that_the_database_lost_begins_anew(database: str, locks: PostgresLocks) -> None:
    session = opened(locks)
    stale = take(session, "x")
    change(database, b"DELETE FROM rotest.lock_lease", b"DELETE FROM rotest.lock_session")
    (lost,) = session.wait(0)
    assert isinstance(lost, LeaseLost)
    grant = take(session, "y")
    assert grant.leases[0].token > stale.leases[0].token
    session.release(grant.leases)


def test_a_clock_that_is_set_back_ends_nothing(database: str, locks: PostgresLocks) -> None:
    """The leases' clock stands still until the other has caught up."""
    session = opened(locks, ttl=0.6)
    grant = take(session, "x")
    change(database, b"UPDATE rotest.lock_state SET moment = moment + 3600")
    change(database, b"UPDATE rotest.lock_session SET beat = beat + 3600")
    assert list(session.wait(1)) == []
    session.release(grant.leases)
    events = locks.history()
    assert [event.time for event in events] == sorted(event.time for event in events)
    assert check_history(events) == []


@pytest.mark.parametrize("seat", [0, 99])
def test_no_program_can_lease_a_unit_twice(database: str, locks: PostgresLocks, seat: int) -> None:
    """The key of the table keeps two holders apart, a trigger those who share from one who is alone."""
    take(opened(locks), "x")
    with pytest.raises(psycopg.Error, match=r"leased already|duplicate key"):
        change(
            database,
            f"INSERT INTO rotest.lock_lease VALUES (0, 0, {seat}, 99, 1, 'z', 'w', '', false, NULL, 0)".encode(),
        )
