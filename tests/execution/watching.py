"""A project of tests with monitors."""

from __future__ import annotations

import importlib
from textwrap import dedent
from typing import Any, NamedTuple

from rotest_core.events import LogWritten, SampleTaken
from tests.execution import live
from tests.project import Project

HEAD = """
import os
import threading
import unittest

import attrs
import parts
from parts import story
from rotest_core import (
    MODE_OPTIONAL, BaseResource, BlockInput, Monitor, ResourceMonitor, StartMonitor, StopMonitor, TestBlock,
    TestCase, TestFlow, require_attr, skip_if_block, skip_if_case, skip_if_flow, skip_if_not_main,
)
"""

PARTS = """
import threading

story = []

def threads():
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("monitor ")]

class Turns:
    '''Let a test wait until something was done so many times.'''

    def __init__(self):
        self.taken = 0
        self.changed = threading.Condition()

    def take(self):
        with self.changed:
            self.taken += 1
            self.changed.notify_all()

    def wait(self, count):
        with self.changed:
            assert self.changed.wait_for(lambda: self.taken >= count, 60)
"""


class Watched(NamedTuple):
    lived: live.Lived
    story: list[str]

    def logs(self) -> list[str]:
        return [event.text for event in self.lived.of(LogWritten)]

    def samples(self) -> list[tuple[str, float, str, str]]:
        return [
            (event.series, event.value, event.unit, event.monitor) for event in self.lived.of(SampleTaken)
        ]


def play(
    project: Project,
    monitors: str,
    tests: str,
    *,
    chosen: str = "watcher",
    settings: str = "",
    **options: Any,
) -> Watched:
    """Run tests with monitors; by default there is one, of the class Watcher."""
    project.write("parts.py", PARTS)
    project.write("watching.py", HEAD + "\n" + dedent(monitors))
    project.write("test_watched.py", HEAD + "import watching\n" + dedent(tests))
    tables = f'[monitors.watcher]\nuse = "watching:Watcher"\n{settings}'
    project.write("rotest.toml", f'[store]\nbackend = "memory"\n[locks]\nbackend = "memory"\n{tables}')
    lived = live.run(project, "test_watched.py", monitors=tuple(chosen.split(",")), **options)
    return Watched(lived, importlib.import_module("parts").story)
