"""A listing that is asked for in the same words again is answered without reading the configuration again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands import clean_environment, rotest
from tests.project import Project

CODE = """
import sys
from rotest_core.cli.app import main
status = main({words!r})
print("status", status, "loaded", *sorted({{"argparse", "tomli", "typing", "re", "unittest"}} & set(sys.modules)))
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Give a project with a configuration and two modules, old enough to be trusted."""
    (tmp_path / "project").mkdir()
    project = Project(tmp_path / "project")
    project.write("rotest.toml", "[run]\nfilter = 'A'\n")
    project.write_case("tests/test_a.py", "A")
    project.write_case("tests/test_b.py", "B")
    project.settle()
    return project


def listed(project: Project, *words: str, directory: str = ".", **variables: str) -> tuple[str, list[str]]:
    """List in a new process, and give the output with the names of the heavy modules that it took."""
    done = subprocess.run(
        [sys.executable, "-S", "-c", CODE.format(words=list(words))],
        cwd=project.root / directory,
        env=clean_environment(PYTHONPATH=os.pathsep.join(sys.path), **variables),
        capture_output=True,
        text=True,
        check=True,
    )
    text, _, report = done.stdout.rpartition("status ")
    return text, report.split("loaded")[1].split()


def recalled(project: Project, *words: str, directory: str = ".", **variables: str) -> bool:
    """Tell whether a listing did without argparse."""
    return "argparse" not in listed(project, *words, directory=directory, **variables)[1]


@pytest.mark.parametrize(
    "words", [("-l",), ("run", "--list"), ("tests", "-l", "-f", "B", "--color", "always")]
)
def test_the_second_time_nothing_is_loaded(project: Project, words: tuple[str, ...]) -> None:
    first, loaded_first = listed(project, *words)
    second, loaded_second = listed(project, *words)

    assert "argparse" in loaded_first
    assert "unittest" in loaded_first
    assert set(loaded_second) <= {"re"}
    assert first == second
    assert " |  B" in first


def test_nothing_at_all_without_a_filter(project: Project) -> None:
    project.write("rotest.toml", "")
    project.settle()
    listed(project, "-l")

    assert listed(project, "-l")[1] == []


def test_tests_that_changed_are_listed_anew_without_reading_the_configuration(project: Project) -> None:
    listed(project, "-l")
    project.write_case("tests/test_b.py", "Changed")
    text, loaded = listed(project, "-l")

    assert "Changed" in text
    assert "tomli" not in loaded


@pytest.mark.parametrize(
    "happens",
    [
        lambda project: project.write("rotest.toml", "[run]\nfilter = 'B'\n"),
        lambda project: (project.root / "rotest.toml").unlink(),
        lambda project: project.write("../rotest.toml", ""),
        lambda project: project.write("pyproject.toml", ""),
    ],
)
def test_a_change_of_the_configuration_is_noticed(
    project: Project, happens: Callable[[Project], object]
) -> None:
    listed(project, "-l")
    assert recalled(project, "-l")
    happens(project)

    assert not recalled(project, "-l")


def test_a_nearer_configuration_is_noticed(project: Project) -> None:
    listed(project, "-l", directory="tests")
    assert recalled(project, "-l", directory="tests")
    project.write("tests/rotest.toml", "")

    assert not recalled(project, "-l", directory="tests")


def test_words_directory_and_variables_make_a_difference(project: Project) -> None:
    listed(project, "-l")

    assert not recalled(project, "-l", "tests")
    assert not recalled(project, "-l", directory="tests")
    assert not recalled(project, "-l", ROTEST_RUN_FILTER="B")
    assert recalled(project, "-l", LAB="7")


def test_a_configuration_that_was_named_belongs_to_it(project: Project) -> None:
    project.write("other.toml", "[run]\nfilter = 'B'\n")
    project.settle()
    listed(project, "-l", "-c", "other.toml")
    assert recalled(project, "-l", "-c", "other.toml")
    project.write("other.toml", "")

    assert not recalled(project, "-l", "-c", "other.toml")


def test_another_work_directory_is_not_searched(project: Project) -> None:
    listed(project, "-l", "--set", "run.work_dir=elsewhere")

    assert not recalled(project, "-l", "--set", "run.work_dir=elsewhere")


def test_the_real_command_lists(project: Project) -> None:
    answers = {rotest("-l", "tests", cwd=project.root) for _ in range(2)}

    assert [(answer.status, answer.err) for answer in answers] == [(0, "")]
    (text,) = {answer.out for answer in answers}
    assert text == (
        "tests/test_a.py\n"
        " |  A\n"
        " |   |  test_one\n"
        " |   |  test_two\n"
        "tests/test_b.py  (left out)\n"
        " |  B  (left out)\n"
        " |   |  test_one  (left out)\n"
        " |   |  test_two  (left out)\n"
    )


def test_mistakes_are_errors_each_time(project: Project) -> None:
    answers = {rotest("-l", "-f", "and", cwd=project.root) for _ in range(2)}

    assert {answer.status for answer in answers} == {2}
    assert {answer.err for answer in answers} == {
        "rotest: error: filter: expected a word, 'not' or '(', found 'and'\n  and\n  ^^^\n"
    }
