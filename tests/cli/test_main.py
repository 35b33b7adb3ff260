"""A test file that is started itself: ``python test_file.py``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import clean_environment

PROGRAM = """
import unittest
from rotest_core import TestCase, TestSuite, main

print("imported")

class Second(TestCase):
    TAGS = ["SMOKE"]
    def test_it(self) -> None: ...

class First(unittest.TestCase):
    def test_it(self) -> None: ...

class Base(TestCase):
    __test__ = False
    def test_base(self) -> None: ...

class All(TestSuite):
    components = [Second]

if __name__ == "__main__":
    main({classes})
"""


def start(
    directory: Path, *words: str, classes: str = "", module: bool = False
) -> subprocess.CompletedProcess[str]:
    program = directory / "test_program.py"
    program.write_text(PROGRAM.format(classes=classes), encoding="utf-8")
    return subprocess.run(
        [sys.executable, *(["-m", "test_program"] if module else [str(program)]), *words],
        cwd=directory,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("module", [False, True])
def test_a_program_runs_its_own_tests_without_being_imported_again(tmp_path: Path, module: bool) -> None:
    done = start(tmp_path, "-o", "dots", module=module)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("imported") == 1
    assert "2 passed" in done.stdout


def test_a_program_lists_its_own_tests(tmp_path: Path) -> None:
    text = "imported\ntest_program.py\n |  First\n |   |  test_it\n |  Second [SMOKE]\n |   |  test_it\n"

    assert start(tmp_path, "-l").stdout == text
    assert start(tmp_path, "-l").stdout == text


def test_given_classes_run_instead(tmp_path: Path) -> None:
    assert (
        start(tmp_path, "-l", classes="All").stdout == "imported\nAll\n |  Second [SMOKE]\n |   |  test_it\n"
    )
    assert (
        start(tmp_path, "-l", classes="Base").stdout
        == "imported\ntest_program.py\n |  Base\n |   |  test_base\n"
    )


def test_other_paths_are_refused(tmp_path: Path) -> None:
    done = start(tmp_path, "elsewhere")

    assert done.returncode == 2
    assert "this runs the tests of the file itself" in done.stderr
