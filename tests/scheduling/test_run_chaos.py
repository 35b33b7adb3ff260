"""Processes of runs that share devices are killed: no device is held twice or stays held, and no test is lost."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from rotest_backends.locks.sqlite import open_sqlite
from rotest_core.events import Event, OutcomeReported, RunStarted, TestFinished
from rotest_core.execution.rendering import read_events
from rotest_core.testing import check_history
from tests.scheduling.parallel_project import LampProject

ROUNDS = int(os.environ.get("ROTEST_CHAOS_ROUNDS", "2"))
"""How many pairs of runs; hundreds prove more, and take a second each."""

LAMPS, TESTS = 3, 30

MANY = """
import fcntl, time, unittest
from lab import Lamp
from rotest_core import TestCase

class Lit(TestCase):
    lamp = Lamp.request()
    def use(self):
        with open(self.lamp.name + ".witness", "w") as witness:
            # The kernel lets go of it when the process dies, whatever it dies of.
            try:
                fcntl.flock(witness, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                self.fail("HELD TWICE")
            time.sleep(0.02)

for number in range({tests}):
    setattr(Lit, f"test_{{number}}", Lit.use)
"""

ALL = """
from lab import Lamp
from rotest_core import TestCase
class All(TestCase):
    a, b, c = Lamp.request(), Lamp.request(), Lamp.request()
    def test_all(self): pass
"""


def test_devices_survive_the_death_of_any_process(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    project = LampProject(root, lamps=LAMPS)
    project.write("rotest.toml", '[resources]\nmodules = ["lab"]\n[inventory]\nfile = "inventory.toml"\n')
    project.write("test_many.py", MANY.format(tests=TESTS))
    project.write("all_lamps.py", ALL)
    seed = random.randrange(1 << 30) if ROUNDS > 2 else 8
    chance = random.Random(seed)

    for number in range(ROUNDS):
        runs = [project.start("-p", "3", "-n", f"{name}{number}", "test_many.py") for name in "ab"]
        killed = _kill_some(runs, chance)
        outs = [run.communicate(timeout=90)[0] for run in runs]

        said = f"seed {seed}, round {number}, killed {killed}: {outs}"
        for name, run in zip("ab", runs, strict=True):
            # What a run leaves behind whose coordinator dies is ended by its nursery some milliseconds later.
            orderly = not any("coordinator" in kinds for kinds in killed.values())
            _check_run(root, f"{name}{number}", killed[run.pid], orderly=orderly, said=said)
    after = project.run("all_lamps.py")

    assert after.status == 0, after.out
    strategy = open_sqlite(root / ".rotest" / "rotest.db")
    history, status = strategy.history(), strategy.status()
    strategy.close()
    assert check_history(history) == []
    assert status.held == ()


def _kill_some(runs: list[subprocess.Popen[str]], chance: random.Random) -> dict[int, list[str]]:
    """Kill processes of runs until one of these is over; tell whose, and of which kind."""
    killed: dict[int, list[str]] = {run.pid: [] for run in runs}
    for _ in range(chance.randrange(1, 5)):
        run = chance.choice(runs)
        family = _whole_family(run)
        if not family:
            break
        time.sleep(chance.uniform(0.0, 0.15))
        kind, victim = family[0] if chance.random() < 0.1 else chance.choice(family[1:])
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
            killed[run.pid].append(kind)
    return killed


def _whole_family(run: subprocess.Popen[str]) -> list[tuple[str, int]]:
    """Return the processes of a run once it has workers; none when it is over."""
    family: list[tuple[str, int]] = []
    while run.poll() is None and not any(kind == "worker" for kind, _ in family):
        time.sleep(0.002)
        family = list(_family(run.pid))
    return family if run.poll() is None else []


def _family(pid: int) -> Iterator[tuple[str, int]]:
    """Yield the processes of a run: the coordinator, the nursery, the workers."""
    kinds = ["coordinator", "nursery", "worker"]
    generation = [pid]
    while generation and kinds:
        kind = kinds.pop(0)
        yield from ((kind, process) for process in generation)
        generation = [child for process in generation for child in _children(process)]


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _check_run(root: Path, name: str, killed: list[str], *, orderly: bool, said: str) -> None:
    """Look for tests that are missing, and for devices that were held twice."""
    journals = list((root / ".rotest" / "runs").glob(f"*-{name}/events.jsonl"))
    events: list[Event] = [event for journal in journals for event in read_events(journal)]
    texts = [event.text for event in events if isinstance(event, OutcomeReported)]
    assert not (orderly and any("HELD TWICE" in text for text in texts)), said
    if set(killed) <= {"worker"}:
        [total] = [event.total for event in events if isinstance(event, RunStarted)]
        ended = {event.test for event in events if isinstance(event, TestFinished)}
        assert set(range(total)) <= ended, said
