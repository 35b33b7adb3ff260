"""Compare makespans with their lower bounds: tests that share devices, tests that only take time, and trivial ones.

Beside them the same tests under pytest-xdist, with a file lock for each device, as it is usually done. All take turns,
and the best of several rounds counts: what disturbs a run only ever makes it longer.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.projects import trivial_project
from benchmarks.workloads import projects
from rotest_core.events import TestFinished, TestStarted
from rotest_core.execution.rendering import read_events

WORKLOADS = Path(__file__).with_name("workloads")


class Makespan(NamedTuple):
    """What one run took, in seconds, and how often devices were initialized.

    Args:
        tests: from the start of the first test to the end of the last.
        whole: the process, start-up included.
        initializations: of all devices.
    """

    tests: float
    whole: float
    initializations: int


def main(rounds: int = 3) -> None:
    """Measure and print tables.

    Args:
        rounds: how often each is run, after one run from which durations are learned.
    """
    print("| workload | runner | makespan / bound | start-up included | initializations / devices |")
    print("|:--|:--|--:|--:|--:|")
    for file in sorted(WORKLOADS.glob("*.json")):
        workload = json.loads(file.read_text())
        with tempfile.TemporaryDirectory() as name:
            _compare_devices(workload, Path(name), rounds)
    print()
    print("| 64 tests of 50 ms | runner | whole process / bound |")
    print("|:--|:--|--:|")
    with tempfile.TemporaryDirectory() as name:
        for workers in 2, 4:
            _compare_sleeps(Path(name), workers, 2 * rounds)
    print()
    print("| 10,000 trivial tests | whole process / unittest |")
    print("|:--|--:|")
    with tempfile.TemporaryDirectory() as name:
        _compare_trivial(Path(name), 2 * rounds)


def _compare_devices(workload: Mapping[str, Any], directory: Path, rounds: int) -> None:
    workers, bound, devices = workload["workers"], workload["bounds"]["target"], len(workload["devices"])
    ours, theirs = directory / "rotest", directory / "xdist"
    projects.rotest_project(workload, ours)
    projects.xdist_project(workload, theirs)
    runners: dict[str, tuple[Path, Sequence[str]]] = {
        f"rotest, {policy}": (ours, (*_ROTEST, "-p", str(workers), "--policy", policy))
        for policy in ("affinity", "fifo")
    }
    for distribution in "load", "worksteal", "loadfile":
        runners[f"xdist, {distribution}"] = (
            theirs,
            (*_PYTEST, "-n", str(workers), "--dist", distribution),
        )
    for runner, taken in _take_turns(runners, rounds).items():
        tests = min(makespan.tests for makespan in taken)
        whole = min(makespan.whole for makespan in taken)
        initializations = max(makespan.initializations for makespan in taken)
        print(
            f"| {workload['name']} | {runner} | {tests / bound:.3f} | {whole / bound:.3f} "
            f"| {initializations} / {devices} |",
            flush=True,
        )


def _compare_sleeps(directory: Path, workers: int, rounds: int) -> None:
    projects.sleeping_project(directory, tests=64, seconds=0.05)
    bound = 64 * 0.05 / workers
    runners = {
        "rotest": (directory, (*_ROTEST, "-p", str(workers))),
        "xdist": (directory, (*_PYTEST, "-n", str(workers))),
    }
    for runner, taken in _take_turns(runners, rounds).items():
        best = min(makespan.whole for makespan in taken)
        print(f"| {workers} workers | {runner} | {best / bound:.3f} |", flush=True)


def _compare_trivial(directory: Path, rounds: int) -> None:
    trivial_project(directory)
    unittest = (sys.executable, "-m", "unittest")
    rotest = (*_ROTEST, "-o", "dots")
    best: dict[str, float] = {}
    for _ in range(rounds):
        for runner, command in {
            "unittest": unittest,
            "rotest": rotest,
            "rotest -p 2": (*rotest, "-p", "2"),
            "rotest -p 2, for the first time": (*rotest, "-p", "2"),
        }.items():
            if "first" in runner:
                (directory / ".rotest" / "durations.json").unlink()
            best[runner] = min(best.get(runner, float("inf")), _time(directory, command))
    for runner, seconds in best.items():
        print(f"| {runner} | {seconds / best['unittest']:.2f} |", flush=True)


def _take_turns(
    runners: Mapping[str, tuple[Path, Sequence[str]]], rounds: int
) -> Mapping[str, Sequence[Makespan]]:
    taken: dict[str, list[Makespan]] = {runner: [] for runner in runners}
    for number in range(rounds + 1):
        for runner, (project, command) in runners.items():
            makespan = _measure(project, command)
            if number:
                taken[runner].append(makespan)
    return taken


_ROTEST = (sys.executable, "-m", "rotest_core")
_PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider")


def _measure(project: Path, command: Sequence[str]) -> Makespan:
    log = project / projects.INITIALIZATIONS
    log.write_text("")
    for state in project.glob("*.ready"):
        state.unlink()
    whole = _time(project, command)
    return Makespan(_tests(project), whole, len(log.read_text().splitlines()))


def _time(project: Path, command: Sequence[str]) -> float:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    whole = time.perf_counter() - started
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n")
        done.check_returncode()
    return whole


def _tests(project: Path) -> float:
    """Give the time from the first start to the last end."""
    journal = project / ".rotest" / "runs" / "latest" / "events.jsonl"
    if journal.exists():
        events = list(read_events(journal))
        started = min(event.time for event in events if isinstance(event, TestStarted))
        return max(event.time for event in events if isinstance(event, TestFinished)) - started
    moments = [float(line) for line in (project / projects.MOMENTS).read_text().splitlines()]
    (project / projects.MOMENTS).unlink()
    return max(moments) - min(moments)


if __name__ == "__main__":
    main()
