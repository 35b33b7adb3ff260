"""A project of flows, whose blocks tell what they do."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest

from rotest_core.errors import PlanError
from rotest_core.events import OutcomeReported, TestFinished, TestStarted
from tests.execution import live
from tests.project import Project

PRELUDE = """
from __future__ import annotations

import unittest
from pathlib import Path

import attrs

from rotest_core import (
    MODE_CRITICAL, MODE_FINALLY, MODE_OPTIONAL,
    BaseResource, BlockInput, BlockOutput, Pipe, ResourceData, TestBlock, TestCase, TestFlow, TestSuite, create_flow,
)

STORY = Path(__file__).parent / "story.txt"


def tell(line):
    with STORY.open("a") as story:
        story.write(f"{line}\\n")


@attrs.frozen(kw_only=True)
class FlareData(ResourceData):
    watts: int = 60


class Flare(BaseResource[FlareData]):
    def connect(self):
        tell(f"connect {self.name}")
        if self.watts == 0:
            raise OSError("no lamp")
        self.glow = self.watts / 10

    def finalize(self):
        tell(f"finalize {self.name}")


class Tool(BaseResource):
    size: int = 1
    def connect(self): tell(f"connect tool {self.size}")
    def finalize(self): tell(f"finalize tool {self.size}")


class Pass(TestBlock):
    def test(self): tell("pass")


class Fail(TestBlock):
    def test(self): self.fail("failed")


class Err(TestBlock):
    def test(self): raise ValueError("wrong")


class Skip(TestBlock):
    def test(self): self.skipTest("not today")


class Expected(TestBlock):
    @unittest.expectedFailure
    def test(self): self.fail()


class Unexpected(TestBlock):
    @unittest.expectedFailure
    def test(self): pass


class Takes(TestBlock):
    value = BlockInput()
    def test(self): tell(f"takes {self.value!r}")


class Gives(TestBlock):
    value = BlockOutput()
    def test(self): self.value = "given"
"""

CONFIGURATION = """
[inventory]
file = "inventory.toml"
[resources]
modules = ["test_flows"]
[store]
backend = "memory"
[locks]
backend = "memory"
"""

LAMPS = """
[[Flare]]
name = "one"
[[Flare]]
name = "two"
watts = 40
[[Flare]]
name = "broken"
watts = 0
"""


class Played:
    """What became of a run of flows."""

    def __init__(self, lived: live.Lived, story: list[str]) -> None:
        self.lived = lived
        self.story = story
        self.outcomes = {name: str(outcome) for name, outcome in lived.outcomes.items()}

    @property
    def order(self) -> list[str]:
        """Give the names of everything that began, in order."""
        return [event.name for event in self.lived.of(TestStarted)]

    def texts(self, name: str) -> list[str]:
        """Give what was reported of a test or part."""
        return [report.text for report in self.lived.reports(name)]

    def summaries(self, name: str) -> list[str]:
        """Give the last line of each report of a test or part."""
        return [report.summary for report in self.lived.reports(name)]

    def cause(self, name: str) -> str | None:
        """Give whom a test's failure is laid to."""
        [number] = [event.test for event in self.lived.of(TestStarted) if event.name == name]
        [finished] = [event for event in self.lived.of(TestFinished) if event.test == number]
        return finished.cause

    @property
    def skipped(self) -> dict[str, str]:
        """Give the reasons of all that was skipped."""
        names = {event.test: event.name for event in self.lived.of(TestStarted)}
        reports = self.lived.of(OutcomeReported)
        return {names[report.test]: report.text for report in reports if report.outcome == "skipped"}


def write_flows(project: Project, body: str) -> None:
    """Write a module of flows; the names of `PRELUDE` are there."""
    project.write("test_flows.py", PRELUDE + dedent(body))
    project.write("rotest.toml", CONFIGURATION)
    project.write("inventory.toml", LAMPS)


def play(project: Project, body: str, **options: Any) -> Played:
    """Run the flows of a module; options are keys of ``[run]``."""
    write_flows(project, body)
    lived = live.run(project, ".", **options)
    story = project.root / "story.txt"
    return Played(lived, story.read_text().splitlines() if story.exists() else [])


def mistakes(project: Project, body: str) -> list[str]:
    """Give what planning the flows of a module complains of."""
    write_flows(project, body)
    with pytest.raises(PlanError) as caught:
        project.plan(".")
    assert not (project.root / "story.txt").exists()
    return [line.removeprefix("test_flows.py: ") for line in str(caught.value).splitlines()]
