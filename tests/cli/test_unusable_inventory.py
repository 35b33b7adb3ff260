"""Where the inventory or the leases cannot be used, no test is run: one message, and nothing left behind."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import rotest

TEST = """
import attrs
from rotest_core import BaseResource, ResourceData, TestCase

@attrs.frozen(kw_only=True)
class BoardData(ResourceData):
    port: int

class Board(BaseResource[BoardData]):
    pass

class BoardTest(TestCase):
    board = Board.request()

    def test_board(self):
        print("the test was run")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Write a project with one test that needs a board, and leave its inventory behind as it is after a good run."""
    directory = tmp_path / "project"
    directory.mkdir()
    (directory / "test_board.py").write_text(TEST, encoding="utf-8")
    (directory / "inventory.toml").write_text('[[Board]]\nname = "b1"\nport = 1\n', encoding="utf-8")
    (directory / "rotest.toml").write_text('[inventory]\nfile = "inventory.toml"\n', encoding="utf-8")
    assert rotest(cwd=directory).status == 0
    return directory


def check_nothing_was_run(project: Path, status: int, message: str) -> None:
    answer = rotest(cwd=project)
    assert answer.status == status
    assert answer.err == f"rotest: error: nothing was run: {message}\n"
    assert "the test was run" not in answer.out
    assert "Traceback" not in answer.out + answer.err


def test_bad_rows_are_all_told_with_their_lines(project: Path) -> None:
    rows = '[[Board]]\nname = "b1"\nport = "one"\n\n[[Bord]]\nname = "b2"\n'
    (project / "inventory.toml").write_text(rows, encoding="utf-8")
    check_nothing_was_run(
        project,
        2,
        f"{project}/inventory.toml: some rows do not fit\n"
        "  line 1: Board/b1: port: expected an integer, got 'one'\n"
        "  line 5: Bord/b2: unknown resource type 'Bord' (did you mean 'Board'?); known: Board; "
        "types come from the modules in [resources] modules",
    )


def test_a_damaged_file(project: Path) -> None:
    database = project / ".rotest" / "rotest.db"
    for path in database.parent.glob("rotest.db*"):
        path.unlink()
    database.write_bytes(b"this is no database " * 100)
    check_nothing_was_run(
        project,
        3,
        f"{database} is not an SQLite database, or is damaged; move it away or restore a copy "
        "(file is not a database)",
    )


def test_a_file_of_a_newer_version(project: Path) -> None:
    database = project / ".rotest" / "rotest.db"
    connection = sqlite3.connect(database)
    connection.execute("UPDATE meta SET value = 99 WHERE component = 'store' AND key = 'schema'")
    connection.commit()
    connection.close()
    answer = rotest(cwd=project)
    assert answer.status == 3
    assert "its store has schema version 99, but this Rotest knows versions up to" in answer.err
    assert "update rotest-core, or choose another file" in answer.err


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/proc/rotest.db", "cannot be opened: it, or its directory, is missing or may not be written"),
        ("/dev/null/rotest.db", "cannot be made: /dev/null: File exists"),
    ],
)
def test_a_directory_that_cannot_be_written(project: Path, path: str, reason: str) -> None:
    # Not even root can make a file in these.
    (project / "rotest.toml").write_text(f'[store]\npath = "{path}"\n', encoding="utf-8")
    answer = rotest(cwd=project)
    assert answer.status == 3
    assert answer.err.startswith(f"rotest: error: nothing was run: {path} {reason}")
    assert "Traceback" not in answer.out + answer.err


def test_a_full_disk(project: Path) -> None:
    # A limit on the size of files is what a full disk is to SQLite: a write that is cut short.
    for path in (project / ".rotest").glob("rotest.db*"):
        path.unlink()

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))

    done = subprocess.run(
        [sys.executable, "-m", "rotest_core"],
        cwd=project,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=limit,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert done.stderr.startswith(f"rotest: error: nothing was run: {project}/.rotest/rotest.db")
    assert "Traceback" not in done.stdout + done.stderr


def test_plain_tests_need_no_inventory(project: Path) -> None:
    (project / "inventory.toml").write_text("[[", encoding="utf-8")
    (project / "test_board.py").write_text(
        "import unittest\nclass Plain(unittest.TestCase):\n    def test_plain(self): pass\n", encoding="utf-8"
    )
    assert rotest(cwd=project).status == 0
