"""Measure leases beside the floors that the system sets: raw SQLite transactions, and a bare flock."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TypeAlias

from benchmarks.cycles import Distribution, side_by_side
from benchmarks.lease_processes import flock_hand_off, hand_off, kill_to_grant, many_waiters
from benchmarks.raw_sqlite import RawCycle
from rotest_backends.locks.memory import MemoryLocks
from rotest_backends.locks.sqlite import open_sqlite
from rotest_core.allocation.owner import current_owner
from rotest_core.model.record import RecordKey
from rotest_core.plugin.protocols.locks import Candidate, Claim, LockSession, LockStrategy, Want

TTL = 3600.0
BLOCKED = 200

Cycle: TypeAlias = Callable[[], object]


def candidates(count: int, prefix: str = "r") -> tuple[Candidate, ...]:
    """Name some records."""
    return tuple(Candidate(RecordKey("Bench", f"{prefix}{number:06}")) for number in range(count))


class Cycles:
    """Claim and release, again and again, with a new claim each time."""

    def __init__(self, session: LockSession, wants: int, of: tuple[Candidate, ...]) -> None:
        self._session = session
        self._wants = tuple(Want(f"w{number}", of) for number in range(wants))
        self._count = 0

    def __call__(self) -> None:
        self._count += 1
        claim = Claim(id=f"{id(self)}-{self._count}", wants=self._wants, label="benchmark")
        grant = self._session.submit(claim)
        assert grant is not None
        self._session.release(grant.leases)


@contextmanager
def session_of(strategy: LockStrategy) -> Generator[LockSession]:
    """Open a session and close its strategy after it."""
    try:
        yield strategy.open(current_owner("benchmark"), ttl=TTL)
    finally:
        strategy.close()


def block(session: LockSession, count: int) -> None:
    """Fill the queue with claims for a record that is held."""
    busy = candidates(1, "busy")
    assert session.submit(Claim(id="holder", wants=(Want("w", busy),))) is not None
    for number in range(count):
        assert (
            session.submit(Claim(id=f"blocked-{number}", wants=(Want("w", busy),), label=f"test {number}"))
            is None
        )


def cycles(directory: Path, rounds: int) -> None:
    """Compare cycles of claim and release in one process."""
    with ExitStack() as stack:

        def sqlite(name: str) -> LockSession:
            return stack.enter_context(session_of(open_sqlite(directory / f"{name}.db")))

        raw = stack.enter_context(RawCycle(directory / "raw.db"))
        queued = sqlite("queued")
        block(queued, BLOCKED)
        measured: dict[str, Cycle] = {
            "raw": raw,
            "one": Cycles(sqlite("one"), 1, candidates(20)),
            "three": Cycles(sqlite("three"), 3, candidates(20)),
            "queued": Cycles(queued, 1, candidates(20)),
            "thousand": Cycles(sqlite("thousand"), 1, candidates(1_000)),
            "hundred thousand": Cycles(sqlite("many"), 1, candidates(100_000)),
            "memory": Cycles(stack.enter_context(session_of(MemoryLocks())), 1, candidates(20)),
        }
        results = side_by_side(measured, rounds)
    floor = results["raw"]
    print(f"raw SQLite cycle of two transactions: {floor}")
    show("one record", results["one"], floor, 2.5)
    show("three records", results["three"], floor, 4)
    show(f"one record, {BLOCKED} blocked claims in the queue", results["queued"], floor, 6)
    show("one of 1,000 records, over one of 20", results["thousand"], results["one"], 1.1)
    show("one of 100,000 records, over one of 20", results["hundred thousand"], results["one"], 2)
    print(f"one record, in memory: {results['memory']}")


def show(what: str, measured: Distribution, floor: Distribution, goal: float) -> None:
    """Print a ratio beside its goal."""
    print(f"{what}: {measured}, ratio {measured.p50 / floor.p50:.2f} (goal <= {goal:g})")


def processes(directory: Path, seconds: float) -> None:
    """Compare what happens between processes."""
    floor = flock_hand_off(directory / "flock", rounds=400)
    print(f"flock hand-off: {floor}")
    measured = hand_off(partial(open_sqlite, directory / "hand-off.db"), rounds=400)
    show("hand-off, release to waiter", measured, floor, 9)
    print(f"  p99 {measured.p99 * 1e3:.2f} ms (goal <= 4 ms)")
    killed = kill_to_grant(partial(open_sqlite, directory / "kill.db"), rounds=30)
    print(f"kill -9 of a holder to waiter: {killed}; p99 {killed.p99 * 1e3:.1f} ms (goal <= 10 ms)")
    with RawCycle(directory / "raw.db") as raw:
        rate = 1 / side_by_side({"raw": raw}, 20)["raw"].p50
    crowd = many_waiters(
        partial(open_sqlite, directory / "crowd.db"), processes=200, records=10, seconds=seconds
    )
    print(
        f"200 waiting processes on 10 records: {crowd.rate:.0f} grants/s, {crowd.rate / rate:.3f} of raw cycles "
        f"(goal >= 0.25); most/fewest grants {crowd.most}/{crowd.fewest} = {crowd.most / max(1, crowd.fewest):.2f} "
        "(goal <= 1.15)"
    )


def main(rounds: int = 60, seconds: float = 10.0) -> None:
    """Measure and print.

    Args:
        rounds: how often each cycle's batch is run.
        seconds: how long the crowd of processes contends.
    """
    with tempfile.TemporaryDirectory() as name:
        cycles(Path(name), rounds)
        processes(Path(name), seconds)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
