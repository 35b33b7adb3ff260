"""A project whose tests meet a fault, each at another step of the life cycle."""

from __future__ import annotations

import subprocess
import sys

from rotest_core.events import Event
from rotest_core.execution.rendering import read_events
from tests.commands import clean_environment
from tests.project import Project

WAY_IN = [
    *["outlet-connect", "shelf-connect"],
    *["outlet-validate", "outlet-initialize", "shelf-validate", "shelf-initialize"],
]
TEST = ["setUp", "test", "tearDown", "cleanup"]
FINALIZE = ["shelf-finalize", "outlet-finalize"]
STEPS = [*WAY_IN, *TEST, "store_state", *FINALIZE]
"""Every step of a test that is not good, in order; a test meets a fault at that of which its shelf has the name."""

MODULE = """
import os
import signal
from pathlib import Path

import attrs

from rotest_core import BaseResource, ResourceData, TestCase

ROOT = Path(__file__).parent
STEPS = {steps!r}


def take(name, step):
    with (ROOT / f"story-{{name}}.txt").open("a") as story:
        story.write(f"{{step}}\\n")
    met = ROOT / f"met-{{name}}"
    if name != step or met.exists():
        return
    met.touch()
    if (ROOT / "kill").exists():
        os.kill(os.getpid(), signal.SIGKILL)
    raise OSError(f"{{step}} broke")


@attrs.frozen(kw_only=True)
class OutletData(ResourceData):
    of: str


@attrs.frozen(kw_only=True)
class ShelfData(ResourceData):
    outlet: OutletData


class Outlet(BaseResource[OutletData]):
    def connect(self): take(self.of, "outlet-connect")
    def validate(self): take(self.of, "outlet-validate")
    def initialize(self): take(self.of, "outlet-initialize")
    def finalize(self): take(self.of, "outlet-finalize")


class Shelf(BaseResource[ShelfData]):
    outlet = Outlet.request()
    def connect(self): take(self.name, "shelf-connect")
    def validate(self): take(self.name, "shelf-validate")
    def initialize(self): take(self.name, "shelf-initialize")
    def store_state(self, directory): take(self.name, "store_state")
    def finalize(self): take(self.name, "shelf-finalize")


def case(step):
    class Case(TestCase):
        shelf = Shelf.request(name=step)

        def setUp(self):
            self.addCleanup(take, step, "cleanup")
            take(step, "setUp")

        def test(self):
            take(step, "test")
            if step == "store_state":
                self.fail()

        def tearDown(self):
            take(step, "tearDown")

    Case.__name__ = Case.__qualname__ = step.replace("-", "_")
    return Case


for step in (*STEPS, "nothing"):
    globals()[step.replace("-", "_")] = case(step)
"""

SETTINGS = """
[resources]
modules = ["test_faults"]
[inventory]
file = "inventory.toml"
[run]
save_state = true
outputs = []
"""

DRIVER = """
import importlib, os, sys
from rotest_core.cli.app import main

sys.path.insert(0, os.getcwd())
for words in {runs!r}:
    if os.path.exists("loaded.txt"):
        # What the first child had to load, the others find.
        for name in open("loaded.txt").read().split():
            importlib.import_module(name)
        os.remove("loaded.txt")
    child = os.fork()
    if child == 0:
        try:
            main(words)
        finally:
            own = ("test_faults", "__main__")
            with open("loaded.txt", "w") as loaded:
                loaded.write(" ".join(name for name in sys.modules if name not in own))
            os._exit(0)
    os.waitpid(child, 0)
"""


def write_faults(project: Project, *, kill: bool) -> None:
    """Write the module, its inventory and its settings.

    Args:
        project: where to.
        kill: whether the process is killed at the fault, else an exception is raised there.
    """
    project.write("test_faults.py", MODULE.format(steps=STEPS))
    project.write("rotest.toml", SETTINGS)
    rows = (
        f'[[Outlet]]\nname = "of-{step}"\nof = "{step}"\n[[Shelf]]\nname = "{step}"\noutlet = "of-{step}"\n'
        for step in (*STEPS, "nothing")
    )
    project.write("inventory.toml", "".join(rows))
    if kill:
        project.write("kill", "")


def run_all(project: Project, *runs: list[str]) -> str:
    """Run the command several times, each time in a process of its own that was forked from one that has loaded it.

    Returns:
        What all of them printed.
    """
    driver = project.write("driver.py", DRIVER.format(runs=runs))
    done = subprocess.run(
        [sys.executable, str(driver)],
        cwd=project.root,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return done.stdout


def story(project: Project, step: str) -> list[str]:
    """Give what was done with the shelf of a step, in order."""
    return (project.root / f"story-{step}.txt").read_text().splitlines()


def runs(project: Project) -> list[list[Event]]:
    """Read the events of all runs, in the order in which they began."""
    logs = (project.root / ".rotest" / "runs").glob("2*/events.jsonl")
    return sorted(
        (list(read_events(str(log))) for log in logs), key=lambda events: getattr(events[0], "time", 0.0)
    )
