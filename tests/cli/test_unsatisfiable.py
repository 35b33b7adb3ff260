"""Requests that nothing can satisfy, and modules that cannot be imported: told by the real command, at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import Answer, rotest

TEST = """
import attrs
from rotest_core import BaseResource, ResourceData, TestCase

@attrs.frozen(kw_only=True)
class BoardData(ResourceData):
    port: int

class Board(BaseResource[BoardData]):
    pass

class BoardTest(TestCase):
    board = Board.request({lookups})

    def test_board(self):
        print("the test was run")
"""


def run(directory: Path, *, lookups: str = "", row: str = "") -> Answer:
    (directory / "test_board.py").write_text(TEST.format(lookups=lookups), encoding="utf-8")
    record = f'[[Board]]\nname = "b1"\nport = 1\n{row}\n'
    (directory / "inventory.toml").write_text(record, encoding="utf-8")
    (directory / "rotest.toml").write_text('[inventory]\nfile = "inventory.toml"\n', encoding="utf-8")
    answer = rotest(cwd=directory)
    assert "the test was run" not in answer.out
    return answer


@pytest.fixture
def project(tmp_path: Path) -> Path:
    directory = tmp_path / "project"
    directory.mkdir()
    return directory


@pytest.mark.parametrize(
    ("lookups", "row", "reason"),
    [
        ("port=2", "", "port=2 excludes 1 of 1 record"),
        ("name='b2'", "", "name='b2' excludes 1 of 1 record"),
        ("", 'reserved_for = "ann"', "Board/b1 is reserved for ann without end"),
        ("", "usable = false", "Board/b1 is marked unusable"),
    ],
)
def test_what_no_record_can_serve_is_an_infrastructure_error_that_says_why(
    project: Path, lookups: str, row: str, reason: str
) -> None:
    answer = run(project, lookups=lookups, row=row)
    assert answer.status == 3
    assert "no record can serve board = Board.request(" in answer.out
    assert reason in answer.out
    assert "Traceback" not in answer.out + answer.err


@pytest.mark.parametrize(
    ("lookups", "message"),
    [
        ("prot=1", "prot: Board has no field 'prot' (did you mean 'port'?)"),
        ("port='many'", "port: expected an integer, got 'many'"),
        ("port__about=1", "port__about"),
    ],
)
def test_a_request_that_does_not_fit_its_type_is_refused_before_anything_runs(
    project: Path, lookups: str, message: str
) -> None:
    answer = run(project, lookups=lookups)
    assert answer.status == 2
    assert answer.out == ""
    assert message in answer.err
    assert "Traceback" not in answer.err


def test_a_type_that_nothing_declares_is_named_with_the_nearest(project: Path) -> None:
    run(project, row='[[Bord]]\nname = "x"')
    answer = rotest(cwd=project)
    assert answer.status == 2
    assert "unknown resource type 'Bord' (did you mean 'Board'?)" in answer.err


def test_a_module_that_cannot_be_imported_is_an_error_and_the_others_run(project: Path) -> None:
    (project / "test_broken.py").write_text("import no_such_module\n", encoding="utf-8")
    (project / "test_fine.py").write_text(
        "import unittest\nclass Fine(unittest.TestCase):\n    def test_fine(self): pass\n", encoding="utf-8"
    )
    answer = rotest(cwd=project)
    assert answer.status == 1
    assert "No module named 'no_such_module'" in answer.out
    assert "1 passed" in answer.out
    assert "1 error" in answer.out
