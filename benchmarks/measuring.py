"""Measure commands side by side: what is compared runs alternately, so that both meet the same machine."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class Command(NamedTuple):
    """A command to measure.

    Args:
        words: program and arguments.
        directory: where it runs.
        before: called before every round, outside of the measurement.
    """

    words: Sequence[str]
    directory: Path
    before: Callable[[], object] = lambda: None


class Measurement(NamedTuple):
    """What one command took, in seconds: of its rounds the median, or what else was asked for."""

    wall: float
    cpu: float


def side_by_side(
    commands: Mapping[str, Command],
    *,
    rounds: int,
    of: Callable[[Sequence[float]], float] = statistics.median,
) -> dict[str, Measurement]:
    """Run every command once to warm up, then all of them in turn, `rounds` times.

    Args:
        commands: by the names that the table shows.
        rounds: how often each is run.
        of: makes one figure of those of all rounds.

    Raises:
        subprocess.CalledProcessError: a command fails; its output is shown.
    """
    taken: dict[str, list[Measurement]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            command.before()
            measured = _run(command)
            if number:
                taken[name].append(measured)
    return {
        name: Measurement(*(of(values) for values in zip(*rows, strict=True))) for name, rows in taken.items()
    }


def table(measurements: Mapping[str, Measurement], reference: str) -> str:
    """Write measurements with their ratios to one of them, as a table in Markdown."""
    base = measurements[reference]
    width = max(map(len, measurements))
    lines = [f"| {'':{width}} | wall ms | CPU ms | ratio |", f"|:{'-' * width}-|--------:|-------:|------:|"]
    lines += [
        f"| {name:{width}} | {measured.wall * 1000:7.0f} | {measured.cpu * 1000:6.0f} "
        f"| {measured.cpu / base.cpu:5.2f} |"
        for name, measured in measurements.items()
    ]
    return "\n".join(lines)


def _run(command: Command) -> Measurement:
    # Byte code is part of any ordinary installation; without it compiling would be all that is measured.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    cpu, wall = _cpu_of_children(), time.perf_counter()
    done = subprocess.run(
        command.words, cwd=command.directory, env=environment, capture_output=True, text=True, check=False
    )
    measured = Measurement(time.perf_counter() - wall, _cpu_of_children() - cpu)
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n")
        done.check_returncode()
    return measured


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
