"""Compare the listing and planning of 10,000 tests with unittest's loader, as whole processes."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from shutil import rmtree

from benchmarks.measuring import Command, side_by_side, table
from benchmarks.projects import TESTS, trivial_project

UNITTEST = f"""
import unittest
assert unittest.TestLoader().discover(".").countTestCases() == {TESTS}
"""
PLAN = f"""
from rotest_core.planning.plan import make_plan
assert len(make_plan(["."], root=".").tests) == {TESTS}
"""


def main(rounds: int = 15) -> None:
    """Measure and print a table.

    Args:
        rounds: how often each is run.
    """
    with tempfile.TemporaryDirectory() as name:
        project = trivial_project(Path(name) / "project")

        def forget() -> None:
            rmtree(project / "anew", ignore_errors=True)

        rotest = (sys.executable, "-m", "rotest_core")
        commands = {
            "unittest's loader": Command((sys.executable, "-c", UNITTEST), project),
            "plan": Command((sys.executable, "-c", PLAN), project),
            "rotest -l, anew": Command((*rotest, "-l", "--set", "run.work_dir=anew"), project, forget),
            "rotest -l, indexed": Command((*rotest, "-l"), project),
            "rotest -l -f, indexed": Command((*rotest, "-l", "-f", "*module0?5 and test_*1"), project),
            "rotest --version": Command((*rotest, "--version"), project),
        }
        print(table(side_by_side(commands, rounds=rounds), "unittest's loader"))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
