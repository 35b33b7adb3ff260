"""Measure leases in PostgreSQL beside its own floors: SKIP LOCKED transactions, and an advisory lock."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

import psycopg

from benchmarks.cycles import Distribution, side_by_side
from benchmarks.lease_processes import (
    after_measuring,
    hand_off,
    kill_to_grant,
    many_waiters,
    measure_hand_offs,
)
from benchmarks.leases import BLOCKED, Cycles, block, candidates, session_of
from rotest_postgres.locks.strategy import PostgresLocks
from rotest_postgres.testing import Server, temporary_server

_LOCK = 77


class SkipLocked:
    """Take one of twenty rows and give it back, in two transactions."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True)
        self.connection.execute("CREATE TABLE unit (number integer PRIMARY KEY, held boolean NOT NULL)")
        self.connection.execute("INSERT INTO unit SELECT number, false FROM generate_series(1, 20) AS number")

    def __call__(self) -> None:
        with self.connection.transaction():
            row = self.connection.execute(
                "SELECT number FROM unit WHERE NOT held ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED"
            ).fetchone()
            self.connection.execute("UPDATE unit SET held = true WHERE number = %s", row)
        with self.connection.transaction():
            self.connection.execute("UPDATE unit SET held = false WHERE number = %s", row)


def advisory_hand_off(url: str, rounds: int) -> Distribution:
    """Measure from the unlock in one process to the return of a blocked lock in another."""
    connections: dict[int, psycopg.Connection[tuple[object, ...]]] = {}

    def execute(statement: bytes) -> None:
        # Each process opens its own, after the fork.
        if os.getpid() not in connections:
            connections[os.getpid()] = psycopg.connect(url, autocommit=True)
        connections[os.getpid()].execute(statement, (_LOCK,))

    def unlock() -> None:
        execute(b"SELECT pg_advisory_unlock(%s)")

    def hold(_: int) -> Callable[[], None]:
        execute(b"SELECT pg_advisory_lock(%s)")
        return unlock

    def wait(_: int, ready: Callable[[], None]) -> None:
        ready()
        execute(b"SELECT pg_advisory_lock(%s)")
        after_measuring.append(unlock)

    return measure_hand_offs(hold, wait, rounds)


def cycles(server: Server, rounds: int) -> None:
    """Compare cycles of claim and release in one process."""
    with ExitStack() as stack:

        def cycle(wants: int, records: int, blocked: int = 0) -> Cycles:
            session = stack.enter_context(session_of(PostgresLocks(_database(server))))
            if blocked:
                block(session, blocked)
            return Cycles(session, wants, candidates(records))

        raw = SkipLocked(_database(server))
        stack.enter_context(raw.connection)
        results = side_by_side(
            {
                "SKIP LOCKED, two transactions": raw,
                "one record": cycle(1, 20),
                "three records": cycle(3, 20),
                f"one record, {BLOCKED} blocked claims in the queue": cycle(1, 20, BLOCKED),
                "one of 1,000 records": cycle(1, 1_000),
            },
            rounds,
        )
    floor = next(iter(results.values()))
    for name, measured in results.items():
        print(f"{name}: {measured}, ratio {measured.p50 / floor.p50:.2f}")


def processes(server: Server, rounds: int, seconds: float) -> None:
    """Compare what happens between processes."""
    floor = advisory_hand_off(_database(server), rounds)
    print(f"advisory lock hand-off: {floor}")
    for name, direct in (("on one host", True), ("between hosts", False)):
        measured = hand_off(partial(PostgresLocks, _database(server), direct=direct), rounds)
        print(f"hand-off, release to waiter, {name}: {measured}, ratio {measured.p50 / floor.p50:.2f}")
    killed = kill_to_grant(partial(PostgresLocks, _database(server)), rounds=20)
    print(f"kill -9 of a holder to waiter: {killed}")
    for waiters in (50, 200):
        crowd = many_waiters(
            partial(PostgresLocks, _database(server), patience=60.0),
            processes=waiters,
            records=10,
            seconds=seconds,
        )
        print(
            f"{waiters} waiting processes on 10 records: {crowd.rate:.0f} grants/s, "
            f"most/fewest grants {crowd.most}/{crowd.fewest}"
        )


def main(rounds: int = 40, seconds: float = 10.0) -> None:
    """Measure and print.

    Args:
        rounds: how often each cycle's batch is run.
        seconds: how long a crowd of processes contends.
    """
    with temporary_server(durable=True, settings=["max_connections=1100"]) as server:
        cycles(server, rounds)
        processes(server, 10 * rounds, seconds)


def _database(server: Server) -> str:
    return server.url(server.create_database())


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
