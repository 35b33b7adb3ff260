from __future__ import annotations

from pathlib import Path

import pytest

from rotest_core.planning.scan import Scanner
from tests.project import Project


def names(project: Project, directory: str = "", exclude: tuple[str, ...] = ()) -> tuple[str, ...]:
    return Scanner(str(project.root), exclude).list(str(project.root / directory))[1]


def test_modules_and_directories_are_listed_in_order(project: Project) -> None:
    for name in ("b.py", "a/x.py", "c/x.py", "a.txt", "__init__.py"):
        project.write(name, "")

    package, found = Scanner(str(project.root)).list(str(project.root))

    assert found == ("a/", "b.py", "c/")
    assert package


def test_what_is_no_project_code_is_not_searched(project: Project) -> None:
    for name in (".hidden/a.py", "__pycache__/a.py", "env/pyvenv.cfg", "env/a.py", "__main__.py"):
        project.write(name, "")

    assert names(project) == ("env/",)
    assert names(project, "env") == ()


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("build", ("a/", "b.py")),
        ("b.py", ("a/", "build/")),
        ("*.py", ("a/", "build/")),
        ("b*", ("a/",)),
        ("[ab]*", ()),
        ("c.py", ("a/", "b.py", "build/")),
    ],
)
def test_patterns_match_names(project: Project, pattern: str, left: tuple[str, ...]) -> None:
    for name in ("a/c.py", "b.py", "build/x.py"):
        project.write(name, "")

    assert names(project, exclude=(pattern,)) == left


@pytest.mark.parametrize("pattern", ["a/c.py", "a/*", "*/a/c.py", "?/c.*"])
def test_patterns_match_paths(project: Project, pattern: str) -> None:
    project.write("a/c.py", "")

    assert names(project, "a", exclude=(pattern,)) == ()
    assert names(project, exclude=(pattern,)) == ("a/",)


def test_a_whole_path_excludes_too(project: Project) -> None:
    project.write("a/c.py", "")

    assert names(project, exclude=(str(project.root / "a"),)) == ()


def test_links_are_followed_once_and_never_in_circles(project: Project, tmp_path: Path) -> None:
    project.write("a/x.py", "")
    (tmp_path / "outside").mkdir()
    (project.root / "a" / "again").symlink_to(project.root)
    (project.root / "one").symlink_to(tmp_path / "outside")
    (project.root / "two").symlink_to(tmp_path / "outside")
    scanner = Scanner(str(project.root))

    assert len(scanner.list(str(project.root))[1]) == 2
    assert scanner.list(str(project.root / "a"))[1] == ("x.py",)


@pytest.mark.parametrize("name", ["test_x.py", "testing.py", "x_test.py", "x_tests.py", "TestX.py"])
def test_a_name_makes_a_test_module(project: Project, name: str) -> None:
    assert Scanner(str(project.root)).is_test_module(str(project.write(name, "")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from unittest import TestCase\n", True),
        ("import lab\n\nclass Power(lab.Case):\n    def test_on(self): ...\n", True),
        ("class Power(Case):\n\tasync def test_on(self): ...\n", True),
        ("def load_tests(loader, tests, pattern): ...\n", True),
        ("class Radio(TestFlow): ...\n", True),
        ("def test_function(): ...\n", False),
        ("class Board(BaseResource):\n    def connect(self): ...\n", False),
        ("MyTestCases = 1\n", False),
        ("", False),
    ],
)
def test_the_text_of_any_other_file_decides(project: Project, text: str, expected: bool) -> None:
    assert Scanner(str(project.root)).is_test_module(str(project.write("power.py", text))) == expected


def test_a_file_that_cannot_be_read_holds_no_tests(project: Project) -> None:
    assert not Scanner(str(project.root)).holds_tests(str(project.root / "missing.py"))
