"""A project of tests with lamps, for runs of the real command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

from rotest_core.events import Event, LogWritten, OutcomeReported, RunStarted, TestFinished, TestStarted
from rotest_core.execution.rendering import read_events
from tests.commands import Answer, clean_environment, rotest

LAB = """
import os
from pathlib import Path

import attrs
from rotest_core import BaseResource, ResourceData

STEPS = Path(__file__).with_name("steps.log")

def note(*words):
    with STEPS.open("a") as file:
        print(os.getpid(), *words, file=file)

@attrs.frozen(kw_only=True)
class LampData(ResourceData):
    watts: int = 5

class Lamp(BaseResource[LampData]):
    def connect(self): note(self.name, "connect")
    def initialize(self): note(self.name, "initialize")
    def finalize(self): note(self.name, "finalize")
"""

SETTINGS = """
[resources]
modules = ["lab"]
[inventory]
file = "inventory.toml"
[locks]
backend = "memory"
"""


class LampProject:
    """Hold a project on disk.

    Args:
        root: its directory, which exists.
        lamps: how many lamps there are: l1, l2, ...
    """

    def __init__(self, root: Path, *, lamps: int = 2) -> None:
        self.root = root
        self.write("lab.py", LAB)
        self.write("rotest.toml", SETTINGS)
        self.write("inventory.toml", "".join(f'[[Lamp]]\nname = "l{n}"\n' for n in range(1, lamps + 1)))

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        (self.root / name).write_text(dedent(text), encoding="utf-8")

    def run(self, *words: str) -> Answer:
        """Run the command to its end."""
        return rotest(*words, cwd=self.root)

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start the command in a session of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "rotest_core", *words],
            cwd=self.root,
            env=clean_environment(XDG_CACHE_HOME=str(self.root.parent / "cache")),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def events(self) -> list[Event]:
        """Read what happened in the last run."""
        return list(read_events(self.root / ".rotest" / "runs" / "latest" / "events.jsonl"))

    def outcomes(self) -> dict[str, str]:
        """Give the outcome of each test of the last run, by its name."""
        events = self.events()
        names = {event.test: event.name for event in events if isinstance(event, TestStarted)}
        return {names[event.test]: event.outcome for event in events if isinstance(event, TestFinished)}

    def texts(self, name: str) -> str:
        """Give all that was reported for a test of the last run."""
        events = self.events()
        numbers = {event.test for event in events if isinstance(event, TestStarted) and event.name == name}
        reports = [event for event in events if isinstance(event, OutcomeReported) and event.test in numbers]
        return "\n".join(report.text for report in reports)

    def kinds(self) -> Counter[tuple[object, ...]]:
        """Count what happened in the last run, whatever the order, the times and the worker."""
        events = self.events()
        [total] = [event.total for event in events if isinstance(event, RunStarted)]
        return Counter(_essence(event, total) for event in events)

    def steps(self) -> list[list[str]]:
        """Give what was done to lamps: process, lamp, step."""
        file = self.root / "steps.log"
        return [line.split() for line in file.read_text().splitlines()] if file.exists() else []

    def until(self, name: str) -> None:
        """Wait until a file is there.

        Raises:
            TimeoutError: it does not come.
        """
        for _ in self._patiently(name):
            if (self.root / name).exists():
                return

    def _patiently(self, what: str) -> Iterator[None]:
        last = time.monotonic() + 30
        while time.monotonic() < last:
            yield
            time.sleep(0.01)
        raise TimeoutError(what)


def interrupt(process: subprocess.Popen[str]) -> None:
    """Press Ctrl-C: the signal goes to the process group of the terminal."""
    os.killpg(process.pid, signal.SIGINT)


def _essence(event: Event, total: int) -> tuple[object, ...]:
    kind = type(event).__name__
    if kind in ("RunStarted", "RunFinished"):
        return (kind,)
    ignored = {"time", "duration", "worker", "waited", "token", "name", "text", "file", "line", "resource"}
    if isinstance(event, (TestStarted, LogWritten)):
        ignored -= {"name", "text"}
    values: dict[str, object] = dict(zip(event._fields, event, strict=True))
    test = values.get("test")
    if isinstance(test, int) and test >= total:
        values["test"] = "fixture"  # numbered by each worker
    return (kind, *(value for field, value in values.items() if field not in ignored))
