"""``rotest init`` writes a project that works at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import clean_environment, rotest

FILES = [
    "README.md",
    "calculator.py",
    "inventory.toml",
    "resources.py",
    "rotest.toml",
    "test_calculator.py",
]


def files(directory: Path) -> list[str]:
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file())


def test_new_project_is_green(tmp_path: Path) -> None:
    made = rotest("init", "demo", cwd=tmp_path)
    ran = rotest(cwd=tmp_path / "demo")

    assert (made.status, made.err) == (0, "")
    assert made.out.endswith("Run the tests:\n  cd demo\n  rotest\n")
    assert (ran.status, ran.err) == (0, "")
    assert "test_addition" in ran.out
    assert "test_multiplication" in ran.out


def test_its_test_file_runs_by_itself(tmp_path: Path) -> None:
    rotest("init", "demo", cwd=tmp_path)
    done = subprocess.run(
        [sys.executable, "test_calculator.py", "-o", "dots"],
        cwd=tmp_path / "demo",
        env=clean_environment(XDG_CACHE_HOME=str(tmp_path / "cache")),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_everything_is_written_and_nothing_else(tmp_path: Path) -> None:
    rotest("init", "a/b/demo", cwd=tmp_path)

    assert files(tmp_path / "a" / "b" / "demo") == FILES


def test_existing_file_is_not_overwritten_and_nothing_is_added(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "resources.py").write_text("mine", encoding="utf-8")

    answer = rotest("init", "demo", cwd=tmp_path)

    assert (answer.status, answer.out) == (2, "")
    assert answer.err == (
        "rotest: error: nothing was written, because it would overwrite demo/resources.py; name another directory\n"
    )
    assert files(tmp_path) == ["demo/resources.py"]
    assert (tmp_path / "demo" / "resources.py").read_text(encoding="utf-8") == "mine"


def test_directory_with_other_files_is_added_to(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()

    assert rotest("init", ".", cwd=tmp_path).status == 0
    assert files(tmp_path) == sorted([*FILES, "notes.txt"])


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file system that takes no files")
def test_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    answer = rotest("init", f"/proc/{os.getpid()}/demo", cwd=tmp_path)

    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith(f"rotest: error: cannot write /proc/{os.getpid()}/demo: ")


def test_file_in_place_of_the_directory_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("in the way", encoding="utf-8")

    answer = rotest("init", "demo/below", cwd=tmp_path)

    assert (answer.status, answer.out) == (2, "")
    assert answer.err == "rotest: error: cannot write demo/below: Not a directory\n"
    assert files(tmp_path) == ["demo"]
