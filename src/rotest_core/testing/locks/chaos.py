"""Many processes claim and release at random, and are killed at random.

Each grant takes a lock on a file of its own for every record: a witness that no lock strategy can talk over, and that
the system takes away from a process that dies. In the end everybody is killed; then everything must be free at once,
and the history that the strategy kept must be without fault.
"""

from __future__ import annotations

import fcntl
import os
import pickle
import random
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from rotest_core.allocation.owner import current_owner
from rotest_core.errors import DeadlockError
from rotest_core.plugin.protocols.locks import Claim, Grant, LockEvent, LockSession, LockStrategy
from rotest_core.testing.locks.claims import claim, grants, key
from rotest_core.testing.locks.history import check_history, held_at_end
from rotest_core.testing.locks.sessions import OpenStrategy, listen

WANTS = (("A",), ("A|B|C",), ("B", "C"), ("~A",), ("~A|B",), ("R[P,Q]",), ("P",), ("N*2",), ("N*2", "A|B"))
"""What is claimed; a claim's label is its place here, so that equal claims can be told."""

CAPACITY = {key("N"): 2}


_STRANDED = 10.0
"""Seconds after which a waiter has been forgotten."""


_VIOLATIONS = "violations"


class Chaos(NamedTuple):
    """Say how wild it is to be.

    Args:
        open_strategy: opens the strategy in each process.
        directory: where the witnesses are.
        seconds: how long it goes on, unless a violation is found before.
        workers: how many processes at once.
        seed: of the random choices of who is killed when.
    """

    open_strategy: OpenStrategy
    directory: str
    seconds: float = 3.0
    workers: int = 5
    seed: int = 0


class Outcome(NamedTuple):
    """Tell what happened; `violations` is empty if the strategy kept its promises."""

    violations: list[str]
    grants: int
    kills: int


def run_chaos(chaos: Chaos) -> Outcome:
    """Run it in a process of its own, in which forking is safe."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    finished = subprocess.run(
        [sys.executable, "-c", f"import {__name__}; {__name__}.main()"],
        input=pickle.dumps(chaos),
        stdout=subprocess.PIPE,
        env=environment,
        check=True,
    )
    outcome: Outcome = pickle.loads(finished.stdout)
    return outcome


def main() -> None:
    """Read what to do from the standard input, and write the outcome to the standard output."""
    chaos: Chaos = pickle.load(sys.stdin.buffer)
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    Path(chaos.directory).mkdir(parents=True, exist_ok=True)
    # The first to open makes the files; the workers meet it made.
    chaos.open_strategy().close()
    kills = _rage(chaos)
    outcome = _inspect(chaos, kills)
    pickle.dump(outcome, output)
    output.flush()


def _rage(chaos: Chaos) -> int:
    """Keep workers running and kill one of them now and then; return how many were killed."""
    choice = random.Random(chaos.seed)
    end = time.monotonic() + chaos.seconds
    workers: list[int] = []
    kills = 0
    accused = Path(chaos.directory, _VIOLATIONS)
    while time.monotonic() < end and not accused.exists():
        while len(workers) < chaos.workers:
            workers.append(_fork(chaos, choice.getrandbits(32)))
        time.sleep(choice.expovariate(40.0))
        victim = workers.pop(choice.randrange(len(workers)))
        os.kill(victim, signal.SIGKILL)
        os.waitpid(victim, 0)
        kills += 1
    for worker in workers:
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)
    return kills


def _fork(chaos: Chaos, seed: int) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        _work(chaos, random.Random(seed))
    except BaseException as error:
        _accuse(chaos.directory, f"a worker ended with {type(error).__name__}: {error}")
    finally:
        os._exit(1)


def _work(chaos: Chaos, choice: random.Random) -> None:
    session = chaos.open_strategy().open(current_owner(f"worker {os.getpid()}"), ttl=60.0)
    while True:
        grant = _obtain(session, _claim(choice))
        if grant is None:
            continue
        with _witness(chaos.directory, grant):
            if choice.random() < 0.2:
                _nest(chaos.directory, session, choice, grant)
            time.sleep(choice.expovariate(1000.0))
        session.release(grant.leases, dirty=choice.random() < 0.1)


def _nest(directory: str, session: LockSession, choice: random.Random, outer: Grant) -> None:
    """Claim more while something is held."""
    try:
        inner = _obtain(session, _claim(choice, within=(outer,)))
    except DeadlockError:
        return
    if inner is not None:
        with _witness(directory, inner):
            time.sleep(choice.expovariate(1000.0))
        session.release(inner.leases)


def _claim(choice: random.Random, within: tuple[Grant, ...] = ()) -> Claim:
    place = choice.randrange(len(WANTS))
    wait = choice.choice((None, None, 0.0, 0.005))
    return claim(*WANTS[place], wait=wait, label=f"{place} {'inner' if within else 'outer'}", within=within)


def _obtain(session: LockSession, asked: Claim) -> Grant | None:
    """Return the grant of a claim, or None if it was not to be had in time or was given up."""
    grant = session.submit(asked)
    if grant is not None or asked.wait == 0:
        return grant
    end = time.monotonic() + _STRANDED
    while time.monotonic() < end:
        notices = listen(session, 0.05)
        if notices:
            won = grants(list(notices))
            return won[0] if won else None
    raise TimeoutError(f"stranded: {asked.label} was not granted within {_STRANDED:g} s")


@contextmanager
def _witness(directory: str, grant: Grant) -> Generator[None]:
    """Lock a file for each record of a grant; who cannot has found a violation."""
    files: list[int] = []
    for lease in grant.leases:
        kind = fcntl.LOCK_EX if lease.exclusive else fcntl.LOCK_SH
        for unit in range(CAPACITY.get(lease.key, 1)):
            file = os.open(f"{directory}/{lease.key.name}-{unit}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
            files.append(file)
            try:
                fcntl.flock(file, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            break
        else:
            _accuse(directory, f"{lease.key} was leased with token {lease.token} while somebody else had it")
    yield
    for file in files:
        os.close(file)


def _accuse(directory: str, violation: str) -> None:
    with Path(directory, _VIOLATIONS).open("a", encoding="utf-8") as file:
        file.write(f"{violation}\n")


def _inspect(chaos: Chaos, kills: int) -> Outcome:
    """Look at what is left after everybody died."""
    accused = Path(chaos.directory, _VIOLATIONS)
    violations = accused.read_text(encoding="utf-8").splitlines() if accused.exists() else []
    strategy = chaos.open_strategy()
    violations += _take_everything(strategy)
    events = strategy.history()
    violations += check_history(events, capacity=CAPACITY, alike=_alike)
    violations += [f"{lease.key} is still leased" for lease in held_at_end(events)]
    status = strategy.status()
    violations += [f"{held.lease.key} is still held by {held.owner.run}" for held in status.held]
    violations += [f"{waiting.claim.label} still waits" for waiting in status.waiting]
    strategy.close()
    return Outcome(violations, sum(event.step.value == "granted" for event in events), kills)


def _take_everything(strategy: LockStrategy) -> list[str]:
    """Claim all that the dead had: it must be free now."""
    session = strategy.open(current_owner("heir"), ttl=60.0)
    everything = claim("A", "B", "C", "R[P,Q]", "N*2", wait=0)
    grant = session.submit(everything)
    if grant is None:
        return ["not everything was free after everybody had died"]
    session.release(grant.leases)
    return []


def _alike(event: LockEvent) -> str:
    return event.label
