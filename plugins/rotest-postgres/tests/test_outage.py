"""What holds when the database, or the way to it, fails."""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import attrs
import pytest

from rotest_core import LeaseLostError, Query, Record, RecordKey
from rotest_core.leasing import current_owner
from rotest_core.plugin import (
    Candidate,
    Claim,
    Grant,
    Lease,
    LeaseLost,
    LeaseWanted,
    LockSession,
    Notice,
    Owner,
    Want,
)
from rotest_core.testing import Chaos, check_history, run_chaos
from rotest_postgres.locks.strategy import PostgresLocks
from rotest_postgres.store.store import PostgresStore
from rotest_postgres.testing import Proxy, Server

A = RecordKey("Device", "a")
B = RecordKey("Device", "b")
PATIENCE = 10.0

numbers = count(1)


def claim(*keys: RecordKey, wait: float | None = None) -> Claim:
    wants = tuple(Want(f"w{place}", (Candidate(key),)) for place, key in enumerate(keys))
    return Claim(id=f"claim-{next(numbers)}", wants=wants, wait=wait)


def opened(locks: PostgresLocks, run: str = "run", ttl: float = 60.0) -> LockSession:
    return locks.open(current_owner(run), ttl=ttl)


def take(session: LockSession, *keys: RecordKey) -> Sequence[Lease]:
    grant = session.submit(claim(*keys, wait=0))
    assert grant is not None
    return grant.leases


def notice(session: LockSession) -> Notice:
    """Return what happens next, but for hints that somebody waits."""
    while True:
        told = [told for told in session.wait(PATIENCE) if not isinstance(told, LeaseWanted)]
        if told:
            (only,) = told
            return only


def through(proxy: Proxy, url: str) -> str:
    """Return a URL that leads through the proxy."""
    head, _, rest = url.rpartition("@127.0.0.1:")
    return f"{head}@127.0.0.1:{proxy.port}/{rest.partition('/')[2]}"


def test_leases_outlast_a_crash_of_the_server(crashing_server: Server) -> None:
    """No grant that was told is lost, no token is given again, and everybody goes on by himself."""
    url = crashing_server.url()
    first, second = PostgresLocks(url), PostgresLocks(url)
    holder, waiter = opened(first, "holder"), opened(second, "waiter")
    leases = take(holder, A)
    waiting = claim(A)
    assert waiter.submit(waiting) is None
    crashing_server.kill()
    crashing_server.start()
    assert [held.lease for held in second.status().held] == list(leases)
    holder.release(leases)
    grant = notice(waiter)
    assert isinstance(grant, Grant)
    assert grant.leases[0].token > leases[0].token
    assert grant.leases[0].token >> 40 > leases[0].token >> 40
    assert check_history(second.history()) == []
    first.close()
    second.close()


def test_work_goes_on_within_two_seconds_after_the_server_is_back(crashing_server: Server) -> None:
    """Whoever is in the middle of something when the server dies waits for it, and is not told."""
    locks = PostgresLocks(crashing_server.url())
    session = opened(locks)
    rounds: list[float] = []
    failures: list[BaseException] = []
    enough = threading.Event()

    def work() -> None:
        try:
            while not enough.is_set():
                session.release(take(session, A, B))
                rounds.append(time.monotonic())
        except BaseException as error:
            failures.append(error)

    worker = threading.Thread(target=work)
    worker.start()
    for _ in range(3):
        _await_growth(rounds, failures, len(rounds) + 5)
        crashing_server.kill()
        crashing_server.start()
        back = time.monotonic()
        _await_growth(rounds, failures, len(rounds))
        assert time.monotonic() - back < 2
    enough.set()
    worker.join()
    assert check_history(locks.history()) == []
    assert locks.status().held == ()
    locks.close()


def test_survives_that_server_and_processes_are_killed_at_random(
    crashing_server: Server, tmp_path: Path
) -> None:
    """No double lease, no stranded waiter, nothing left behind; the witnesses are files, and no database."""
    chaos = Chaos(
        functools.partial(PostgresLocks, crashing_server.url(), patience=PATIENCE),
        str(tmp_path / "witness"),
        seconds=3,
        workers=4,
    )
    over = threading.Event()
    crashes: list[float] = []

    def crash() -> None:
        while not over.wait(0.8):
            crashing_server.kill()
            crashing_server.start()
            crashes.append(time.monotonic())

    killer = threading.Thread(target=crash)
    killer.start()
    try:
        outcome = run_chaos(chaos)
    finally:
        over.set()
        killer.join()
    assert outcome.violations == []
    assert outcome.grants > 0
    assert len(crashes) > 1


def test_the_store_finds_back_to_a_server_that_was_restarted(crashing_server: Server) -> None:
    store = PostgresStore(crashing_server.url())
    store.apply(put=[Record(type="T", name="a")])
    crashing_server.kill()
    crashing_server.start()
    assert [record.name for record in store.find(Query())] == ["a"]
    store.close()


@pytest.mark.parametrize("answer", range(1, 13))
def test_each_step_comes_about_once_however_the_connection_breaks(tcp_database: str, answer: int) -> None:
    """Also when it breaks after the server has committed and before anybody was told so."""
    port = int(tcp_database.rpartition(":")[2].partition("/")[0])
    with Proxy(port) as proxy:
        locks = PostgresLocks(through(proxy, tcp_database))
        session = opened(locks)
        session.release(take(session, B))
        proxy.cut_at_answer(answer)
        leases = take(session, A)
        session.release(leases)
        assert locks.status().held == ()
        history = [event.step.value for event in locks.history() if event.claim == leases[0].claim]
        assert history == ["granted", "released"]
        locks.close()


@pytest.mark.parametrize("answer", range(1, 7))
def test_each_change_of_the_inventory_comes_about_once(tcp_database: str, answer: int) -> None:
    port = int(tcp_database.rpartition(":")[2].partition("/")[0])
    with Proxy(port) as proxy:
        store = PostgresStore(through(proxy, tcp_database))
        before = store.apply(put=[Record(type="T", name="a")])
        proxy.cut_at_answer(answer)
        assert store.apply(put=[Record(type="T", name="b")]) == before + 1
        assert store.revision() == before + 1
        store.close()


def test_a_partitioned_holder_is_told_in_time_and_replaced_not_before(tcp_database: str) -> None:
    """It learns by itself, before anybody else can have what it held; what it does afterwards does no harm."""
    ttl = 1.2
    port = int(tcp_database.rpartition(":")[2].partition("/")[0])
    near = PostgresLocks(tcp_database)
    with Proxy(port) as proxy:
        far = PostgresLocks(through(proxy, tcp_database))
        # From another host, so that nobody here can see that its process lives.
        holder = far.open(_elsewhere(), ttl=ttl)
        waiter = opened(near, "waiter")
        stale = take(holder, A)
        waiting = claim(A)
        assert waiter.submit(waiting) is None
        told: list[tuple[float, Notice]] = []
        listener = threading.Thread(target=lambda: told.append((time.time(), notice(holder))))
        proxy.stop()
        stopped = time.time()
        listener.start()
        grant = notice(waiter)
        replaced = time.time()
        listener.join()
        ((lost_at, lost),) = told
        assert isinstance(lost, LeaseLost)
        assert lost.lease == stale[0]
        assert isinstance(grant, Grant)
        assert grant.leases[0].token > stale[0].token
        assert grant.leases[0].dirty
        assert lost_at < replaced
        assert replaced - stopped < ttl + 1
        with pytest.raises(LeaseLostError):
            holder.release(stale)
        proxy.resume()
        assert [held.lease for held in near.status().held] == list(grant.leases)
        waiter.release(grant.leases)
        holder.release(take(holder, A))
        assert check_history(near.history()) == []
        far.close()
    near.close()


def test_a_short_partition_costs_nothing(tcp_database: str) -> None:
    """A holder that comes back before its time is up holds what it held."""
    port = int(tcp_database.rpartition(":")[2].partition("/")[0])
    with Proxy(port) as proxy:
        locks = PostgresLocks(through(proxy, tcp_database))
        session = opened(locks)
        leases = take(session, A)
        proxy.stop()
        proxy.cut()
        proxy.resume()
        session.release(leases)
        assert list(session.wait(0)) == []
        locks.close()


def _elsewhere() -> Owner:
    return attrs.evolve(current_owner("far"), boot="another boot", host="elsewhere")


def _await_growth(rounds: Sequence[float], failures: Sequence[BaseException], goal: int) -> None:
    """Wait until another thread has done more than so many rounds."""
    deadline = time.monotonic() + PATIENCE
    while len(rounds) <= goal:
        assert list(failures) == []
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.001)
