"""The configuration file is found by walking up, and what is wrong with it is said with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from rotest_core.config.files import find_file, read_file
from rotest_core.errors import ConfigError


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        read_file(str(path))
    return str(caught.value).replace(caught.value.origin, path.name)


def test_nearest_file_upwards_is_read(tmp_path: Path) -> None:
    write(tmp_path / "rotest.toml", "[run]\nname = 'far'")
    near = write(tmp_path / "a" / "rotest.toml", "[run]\nname = 'near'")
    start = tmp_path / "a" / "b" / "c"
    start.mkdir(parents=True)

    found = find_file(str(start))

    assert found is not None
    assert (found.path, found.tables) == (str(near), {"run": {"name": "near"}})


def test_pyproject_with_the_table_is_an_alternative(tmp_path: Path) -> None:
    path = write(tmp_path / "pyproject.toml", "[tool.rotest.run]\nname = 'here'\n[tool.other]\nx = 1")

    found = find_file(str(tmp_path))

    assert found is not None
    assert (found.path, found.tables) == (str(path), {"run": {"name": "here"}})


def test_rotest_toml_wins_over_pyproject_beside_it(tmp_path: Path) -> None:
    path = write(tmp_path / "rotest.toml", "")
    write(tmp_path / "pyproject.toml", "[tool.rotest]")

    found = find_file(str(tmp_path))

    assert found is not None
    assert found.path == str(path)


@pytest.mark.parametrize("text", ["[project]\nname = 'rotest-user'", "[tool]\nx = 1", "not TOML ="])
def test_pyproject_without_the_table_is_passed_over(tmp_path: Path, text: str) -> None:
    path = write(tmp_path / "rotest.toml", "")
    write(tmp_path / "a" / "pyproject.toml", text)

    found = find_file(str(tmp_path / "a"))

    assert found is not None
    assert found.path == str(path)


def test_named_pyproject_without_the_table_is_refused(tmp_path: Path) -> None:
    assert refusal(write(tmp_path / "pyproject.toml", "")) == "pyproject.toml: it has no table [tool.rotest]"


def test_broken_file_is_refused_with_line_and_column(tmp_path: Path) -> None:
    message = refusal(write(tmp_path / "rotest.toml", "[run]\nname = \n"))

    assert message == "rotest.toml: not TOML: Invalid value (at line 2, column 8)"


def test_file_that_is_not_text_is_refused_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "rotest.toml"
    path.write_bytes(b"[run]\n# caf\xe9\n")

    assert refusal(path) == "rotest.toml: not UTF-8 text: byte 0xe9 in line 2"


def test_missing_file_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "lab.toml") == "lab.toml: cannot be read: No such file or directory"


def test_directory_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path) == f"{tmp_path.name}: cannot be read: Is a directory"
