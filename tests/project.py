"""A project of test modules to discover, plan, list and run."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent

from rotest_core.planning.listing import list_tests
from rotest_core.planning.plan import Plan, make_plan
from rotest_core.planning.scan import DEFAULT_EXCLUDE

CASE = """
import unittest

class {name}(unittest.TestCase):
    def test_one(self) -> None: ...
    def test_two(self) -> None: ...
"""


class Project:
    """Hold a directory of test modules.

    Args:
        root: the project's directory.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, name: str, text: str) -> Path:
        """Write a file, and the directories that lead to it."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
        return path

    def write_case(self, name: str, case: str) -> Path:
        """Write a module with one case of two tests."""
        return self.write(name, CASE.format(name=case))

    def plan(
        self,
        *paths: str,
        cwd: Path | None = None,
        exclude: Sequence[str] = DEFAULT_EXCLUDE,
        chosen: str = "",
        order: Sequence[str] = (),
        overrides: str = "",
        classes: Sequence[type] = (),
    ) -> Plan:
        """Plan what paths select."""
        return make_plan(
            paths,
            root=str(self.root),
            cwd=str(cwd or self.root),
            exclude=exclude,
            filter=chosen,
            order=order,
            overrides=overrides,
            classes=classes,
        )

    def ids(self, *paths: str, chosen: str = "", order: Sequence[str] = ()) -> list[str]:
        """Give the ids of the tests that paths select."""
        return [test.id for test in self.plan(*paths, chosen=chosen, order=order).tests]

    def listing(
        self, *paths: str, chosen: str = "", color: bool = False, exclude: Sequence[str] = DEFAULT_EXCLUDE
    ) -> tuple[int, str]:
        """List what paths select, and give the exit status and the text."""
        stream = io.StringIO()
        status = list_tests(
            paths,
            root=str(self.root),
            cwd=str(self.root),
            work_dir=str(self.root / ".rotest"),
            stream=stream,
            exclude=exclude,
            filter=chosen,
            color=color,
        )
        return status, stream.getvalue()

    def settle(self) -> None:
        """Wait until the file system's clock tells what is written from now on from what is there."""
        newest = max((path.stat().st_ctime_ns for path in self.root.rglob("*")), default=0)
        probe = self.root / ".rotest" / "probe"
        probe.parent.mkdir(exist_ok=True)
        probe.touch()
        while probe.stat().st_ctime_ns <= newest + 60_000_000:
            probe.touch()
        probe.unlink()
