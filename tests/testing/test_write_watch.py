"""Every way to create a file is noticed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rotest_core.testing.write_watch import watch_writes

if TYPE_CHECKING:
    from collections.abc import Callable


def append(path: Path) -> None:
    with path.open("a") as file:
        file.write("more")


def create(path: Path) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY))


def rename(path: Path) -> None:
    (path.parent / "there").rename(path)


@pytest.mark.parametrize(
    "write",
    [
        append,
        create,
        rename,
        Path.mkdir,
        Path.touch,
        lambda path: path.write_text("text"),
        lambda path: path.write_bytes(b"bytes"),
        lambda path: path.symlink_to("there"),
    ],
)
def test_a_write_is_noticed(tmp_path: Path, write: Callable[[Path], object]) -> None:
    (tmp_path / "there").touch()
    with watch_writes() as paths:
        write(tmp_path / "new")
    assert paths == {str(tmp_path / "new")}


def test_reading_devices_and_bytecode_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "there").touch()
    (tmp_path / "__pycache__").mkdir()
    with watch_writes() as paths:
        (tmp_path / "there").read_text()
        Path(os.devnull).write_text("gone")
        (tmp_path / "__pycache__" / "x.pyc").touch()
    assert paths == set()


def test_nothing_is_noticed_afterwards(tmp_path: Path) -> None:
    with watch_writes() as paths:
        pass
    (tmp_path / "new").touch()
    assert paths == set()
