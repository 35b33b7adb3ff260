"""Measure what passes between processes: hand-offs, deaths, crowds."""

from __future__ import annotations

import fcntl
import gc
import os
import signal
import struct
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeAlias

from benchmarks.cycles import Distribution
from rotest_core.allocation.owner import current_owner
from rotest_core.model.record import RecordKey
from rotest_core.plugin.protocols.locks import Candidate, Claim, Grant, LockSession, LockStrategy, Want

TTL = 3600.0

_RUN_UP_EACH = 0.04
"""Seconds for each process to begin in, before grants count."""

_SPAN = struct.Struct("dd")
"""The moments between which grants count."""

OpenStrategy: TypeAlias = Callable[[], LockStrategy]


class Crowd(NamedTuple):
    """How many grants many processes got: per second, and the most and fewest of one."""

    rate: float
    most: int
    fewest: int


def flock_hand_off(path: Path, rounds: int) -> Distribution:
    """Measure from the unlock in one process to the return of a blocked flock in another."""

    def wait(round_number: int, ready: Callable[[], None]) -> None:
        file = os.open(f"{path}-{round_number}", os.O_RDWR | os.O_CREAT)
        ready()
        fcntl.flock(file, fcntl.LOCK_EX)
        os.close(file)

    def hold(round_number: int) -> Callable[[], None]:
        file = os.open(f"{path}-{round_number}", os.O_RDWR | os.O_CREAT)
        fcntl.flock(file, fcntl.LOCK_EX)
        return lambda: os.close(file)

    return measure_hand_offs(hold, wait, rounds)


def hand_off(open_strategy: OpenStrategy, rounds: int) -> Distribution:
    """Measure from the call of release in one process to the grant in another."""
    sessions: dict[int, LockSession] = {}

    def session() -> LockSession:
        # Each process opens its own, after the fork.
        if os.getpid() not in sessions:
            sessions[os.getpid()] = open_strategy().open(current_owner("benchmark"), ttl=TTL)
        return sessions[os.getpid()]

    def wait(round_number: int, ready: Callable[[], None]) -> None:
        assert session().submit(_claim(f"waiter-{round_number}")) is None
        ready()
        grant = _granted(session())
        after_measuring.append(lambda: session().release(grant.leases))

    def hold(round_number: int) -> Callable[[], None]:
        grant = session().submit(_claim(f"holder-{round_number}")) or _granted(session())
        return lambda: session().release(grant.leases)

    return measure_hand_offs(hold, wait, rounds)


after_measuring: list[Callable[[], None]] = []
"""What a waiter does when its moment has been measured."""


def measure_hand_offs(
    hold: Callable[[int], Callable[[], None]], wait: Callable[[int, Callable[[], None]], None], rounds: int
) -> Distribution:
    """Let a child wait for what this process holds, again and again."""
    to_child, to_parent = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        try:
            for number in range(rounds):
                os.read(to_child[0], 1)
                wait(number, lambda: _tell(to_parent[1], 0.0))
                _tell(to_parent[1], time.perf_counter())
                while after_measuring:
                    after_measuring.pop()()
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    samples: list[float] = []
    for number in range(rounds):
        let_go = hold(number)
        os.write(to_child[1], b".")
        _hear(to_parent[0])
        # Long enough for the child to be asleep.
        time.sleep(0.002)
        start = time.perf_counter()
        let_go()
        samples.append(_hear(to_parent[0]) - start)
    os.waitpid(child, 0)
    return Distribution.of(samples)


def kill_to_grant(open_strategy: OpenStrategy, rounds: int) -> Distribution:
    """Measure from the kill of a holder to the grant of who waits."""
    # Children are forked before any session is open here, for the threads of one do not survive a fork.
    holders = [_holder(open_strategy) for _ in range(rounds)]
    strategy = open_strategy()
    session = strategy.open(current_owner("waiter"), ttl=TTL)
    samples: list[float] = []
    for number, (pid, start_holding, holds) in enumerate(holders):
        os.write(start_holding, b".")
        os.read(holds, 1)
        assert session.submit(_claim(f"waiter-{number}")) is None
        time.sleep(0.002)
        start = time.perf_counter()
        os.kill(pid, signal.SIGKILL)
        grant = _granted(session)
        samples.append(time.perf_counter() - start)
        session.release(grant.leases)
        os.waitpid(pid, 0)
    strategy.close()
    return Distribution.of(samples)


def _holder(open_strategy: OpenStrategy) -> tuple[int, int, int]:
    go, there = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        os.read(go[0], 1)
        session = open_strategy().open(current_owner("holder"), ttl=TTL)
        assert session.submit(_claim(f"holder-{os.getpid()}")) is not None
        os.write(there[1], b".")
        while True:
            signal.pause()
    return pid, go[1], there[0]


def many_waiters(open_strategy: OpenStrategy, *, processes: int, records: int, seconds: float) -> Crowd:
    """Let many processes contend for a few records, each holding for no time at all."""
    open_strategy().close()
    go, counts = os.pipe(), os.pipe()
    children = [_contender(open_strategy, records, go[0], counts[1]) for _ in range(processes)]
    for _ in children:
        os.read(counts[0], 8)
    # Until then all of them have begun.
    begin = time.monotonic() + _RUN_UP_EACH * processes
    os.write(go[1], _SPAN.pack(begin, begin + seconds) * processes)
    results = [struct.unpack("q", os.read(counts[0], 8))[0] for _ in children]
    for child in children:
        os.waitpid(child, 0)
    return Crowd(sum(results) / seconds, max(results), min(results))


def _contender(open_strategy: OpenStrategy, records: int, go: int, counts: int) -> int:
    child = os.fork()
    if child:
        return child
    try:
        os.write(counts, struct.pack("q", _contend(open_strategy, records, go, counts)))
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


def _contend(open_strategy: OpenStrategy, records: int, go: int, counts: int) -> int:
    gc.freeze()
    session = open_strategy().open(current_owner("contender"), ttl=TTL)
    candidates = tuple(Candidate(RecordKey("Bench", f"r{number}")) for number in range(records))
    os.write(counts, struct.pack("q", 0))
    begin, end = _SPAN.unpack(os.read(go, _SPAN.size))
    count = number = 0
    while time.monotonic() < end:
        number += 1
        grant = session.submit(Claim(id=f"{os.getpid()}-{number}", wants=(Want("w", candidates),)))
        while grant is None and time.monotonic() < end:
            grant = next((notice for notice in session.wait(1) if isinstance(notice, Grant)), None)
        if grant is not None:
            count += time.monotonic() >= begin
            session.release(grant.leases)
    session.close()
    return count


def _granted(session: LockSession) -> Grant:
    while True:
        for notice in session.wait(30):
            if isinstance(notice, Grant):
                return notice


def _claim(identifier: str) -> Claim:
    return Claim(id=identifier, wants=(Want("w", (Candidate(RecordKey("Bench", "only")),)),))


def _tell(pipe: int, moment: float) -> None:
    os.write(pipe, struct.pack("d", moment))


def _hear(pipe: int) -> float:
    (moment,) = struct.unpack("d", os.read(pipe, 8))
    return float(moment)
