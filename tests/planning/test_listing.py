"""What ``--list`` writes, collected anew or from the index."""

from __future__ import annotations

import importlib
import io
import os
import random
import subprocess
import sys
from collections.abc import Callable
from shutil import rmtree

import pytest

from rotest_core.errors import EXIT_FAILED, EXIT_NOTHING_MATCHED, EXIT_PASSED, DiscoveryError
from rotest_core.planning.index import Index
from rotest_core.planning.listing import list_tests
from rotest_core.planning.scan import DEFAULT_EXCLUDE, Scanner
from tests.project import CASE, Project

SUITES = """
from rotest_core import TestCase, TestSuite

class Adding(TestCase):
    TAGS = ["MATH", "FAST"]
    def test_large(self) -> None: ...
    def test_small(self) -> None: ...

class Waiting(TestCase):
    TAGS = ["SLOW"]
    def test_it(self) -> None: ...

class Nightly(TestSuite):
    TAGS = ["NIGHTLY"]
    components = [Adding, Waiting]
"""


def forget_modules(project: Project) -> None:
    """Make the next listing import anew, as a new process does."""
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", "")).startswith(str(project.root)):
            del sys.modules[name]
    importlib.invalidate_caches()


def is_indexed(project: Project, *paths: str) -> bool:
    """Tell whether the index answers for paths."""
    root = str(project.root)
    index = Index(str(project.root / ".rotest"), paths=paths, root=root, exclude=DEFAULT_EXCLUDE, cwd=root)
    return index.read(Scanner(root, DEFAULT_EXCLUDE)) is not None


def list_anew(project: Project, *paths: str) -> str:
    """List with all that was imported before forgotten."""
    path = list(sys.path)
    text = project.listing(*paths)[1]
    forget_modules(project)
    sys.path[:] = path
    return text


# The text


def test_a_listing_is_the_tree_with_tags(project: Project) -> None:
    project.write("suites.py", SUITES)
    project.write_case("test_a.py", "A")

    status, text = project.listing("suites.py::Nightly", "test_a.py")

    assert status == EXIT_PASSED
    assert text == (
        "Nightly [NIGHTLY]\n"
        " |  Adding [MATH, FAST]\n"
        " |   |  test_large\n"
        " |   |  test_small\n"
        " |  Waiting [SLOW]\n"
        " |   |  test_it\n"
        "test_a.py\n"
        " |  A\n"
        " |   |  test_one\n"
        " |   |  test_two\n"
    )


def test_what_the_filter_leaves_out_is_marked(project: Project) -> None:
    project.write("suites.py", SUITES)

    status, text = project.listing("suites.py::Nightly", chosen="nightly and test_s*")

    assert status == EXIT_PASSED
    assert text == (
        "Nightly [NIGHTLY]\n"
        " |  Adding [MATH, FAST]\n"
        " |   |  test_large  (left out)\n"
        " |   |  test_small\n"
        " |  Waiting [SLOW]  (left out)\n"
        " |   |  test_it  (left out)\n"
    )


def test_what_the_filter_leaves_out_is_dimmed_where_there_is_colour(project: Project) -> None:
    project.write_case("test_a.py", "A")

    assert project.listing("test_a.py", chosen="test_two", color=True)[1] == (
        "test_a.py\n |  A\n\x1b[2m |   |  test_one\x1b[0m\n |   |  test_two\n"
    )


def test_the_status_tells_that_nothing_matched(project: Project) -> None:
    project.write_case("test_a.py", "A")

    assert project.listing(".", chosen="nothing")[0] == EXIT_NOTHING_MATCHED
    assert project.listing(".", exclude=["test_a.py"]) == (EXIT_NOTHING_MATCHED, "")


def test_what_could_not_be_loaded_is_listed_with_its_reason(project: Project) -> None:
    project.write("test_a.py", "import missing_module")
    project.write("test_b.py", "import unittest\nraise unittest.SkipTest('only on the moon')")
    project.write(
        "lab/__init__.py", "def load_tests(loader, standard, pattern):\n    return loader.discover('lab')"
    )
    project.write("lab/test_c.py", "import missing_module")
    status, text = project.listing("test_a.py", "test_b.py")

    assert status == EXIT_FAILED
    assert text == (
        "test_a.py  (cannot be loaded: ModuleNotFoundError: No module named 'missing_module')\n"
        "test_b.py  (skipped: only on the moon)\n"
    )
    assert project.listing("test_b.py")[0] == EXIT_PASSED


def test_a_failure_within_a_module_is_a_line_of_its_own(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.root)
    project.write(
        "test_a.py",
        """
        import unittest

        class A(unittest.TestCase):
            def test_it(self) -> None: ...

        def load_tests(loader, standard, pattern):
            standard.addTests(loader.loadTestsFromName("missing_module"))
            return standard
        """,
    )

    status, text = project.listing(".", chosen="nothing")

    assert status == EXIT_FAILED
    assert text == (
        "test_a.py\n"
        " |  missing_module  (cannot be loaded: ImportError: "
        "ModuleNotFoundError: No module named 'missing_module')\n"
        " |  A  (left out)\n"
        " |   |  test_it  (left out)\n"
    )


def test_mistakes_in_paths_are_errors(project: Project) -> None:
    with pytest.raises(DiscoveryError):
        project.listing("missing.py")


def test_names_that_the_output_cannot_show_are_escaped(project: Project) -> None:
    project.write(
        "test_a.py", "import unittest\nclass Größe(unittest.TestCase):\n    def test_it(self): ...\n"
    )
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    list_tests(
        ["test_a.py"],
        root=str(project.root),
        cwd=str(project.root),
        work_dir=str(project.root),
        stream=stream,
    )
    stream.flush()

    assert raw.getvalue() == b"test_a.py\n |  Gr\\xf6\\xdfe\n |   |  test_it\n"


# The index


@pytest.fixture
def indexed(project: Project) -> Project:
    """Give a project with a listing in the index that is still true."""
    project.write_case("tests/test_a.py", "A")
    project.write("tests/beside.py", "LIMIT = 3")
    project.write("tests/lab/__init__.py", "")
    project.write("tests/lab/test_b.py", "import beside\n" + SUITES)
    project.settle()
    list_anew(project, "tests")
    assert is_indexed(project, "tests")
    return project


def test_the_index_gives_the_same_listing_without_an_import(indexed: Project) -> None:
    status, text = indexed.listing("tests", chosen="MATH")

    assert not any(
        str(getattr(module, "__file__", "")).startswith(str(indexed.root)) for module in sys.modules.values()
    )
    for path in (indexed.root / ".rotest" / "index").iterdir():
        path.unlink()
    assert indexed.listing("tests", chosen="MATH") == (status, text)


def change(name: str, text: str) -> Callable[[Project], object]:
    return lambda project: project.write(name, text)


@pytest.mark.parametrize(
    "happens",
    [
        pytest.param(change("tests/test_a.py", ""), id="a test module changes"),
        pytest.param(change("tests/beside.py", "LIMIT = 4"), id="an imported module changes, not in size"),
        pytest.param(change("tests/lab/__init__.py", "LIMIT = 4"), id="a package changes"),
        pytest.param(change("tests/test_c.py", ""), id="a test module is added"),
        pytest.param(change("tests/lab/deep/test_c.py", ""), id="a directory is added"),
        pytest.param(change("beside.py", ""), id="a module is added that may be imported instead"),
        pytest.param(
            lambda project: (project.root / "tests/test_a.py").unlink(), id="a test module is removed"
        ),
        pytest.param(
            lambda project: (project.root / "tests/lab").rename(project.root / "tests/other"),
            id="a package is renamed",
        ),
    ],
)
def test_a_change_is_noticed(indexed: Project, happens: Callable[[Project], object]) -> None:
    happens(indexed)

    assert not is_indexed(indexed, "tests")


def test_a_change_that_keeps_size_and_time_is_noticed(indexed: Project) -> None:
    path = indexed.root / "tests" / "test_a.py"
    before = path.stat()
    path.write_text(path.read_text().replace("test_one", "test_ten"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert "test_ten" in list_anew(indexed, "tests")


@pytest.mark.parametrize(
    "happens",
    [
        pytest.param(change("notes.txt", ""), id="some file"),
        pytest.param(change("tests/__pycache__/x.pyc", ""), id="byte code"),
        pytest.param(change(".rotest/runs/latest/events.jsonl", ""), id="a run"),
        pytest.param(change("other/test_x.py", ""), id="what is neither searched nor imported"),
    ],
)
def test_the_index_holds_whatever_else_changes(
    project: Project, happens: Callable[[Project], object]
) -> None:
    (project.root / "other").mkdir()
    project.write_case("tests/test_a.py", "A")
    project.settle()
    list_anew(project, "tests")
    happens(project)

    assert is_indexed(project, "tests")


def test_every_set_of_paths_has_an_index(indexed: Project) -> None:
    assert not is_indexed(indexed, "tests/lab")
    list_anew(indexed, "tests/lab")
    assert is_indexed(indexed, "tests/lab")
    assert is_indexed(indexed, "tests")


def test_the_search_path_belongs_to_the_index(indexed: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(indexed.root / "elsewhere"))

    assert not is_indexed(indexed, "tests")


def test_what_was_written_just_now_is_not_indexed(project: Project) -> None:
    project.settle()
    project.write_case("test_a.py", "A")
    list_anew(project, ".")

    # It may be written again within the same tick of the clock, and nobody could tell.
    assert not is_indexed(project, ".")
    project.settle()
    list_anew(project, ".")
    assert is_indexed(project, ".")


def test_a_change_during_the_collection_is_noticed(project: Project) -> None:
    project.write_case("test_a.py", "A")
    project.write(
        "test_b.py", "from pathlib import Path\nPath(__file__).with_name('test_a.py').write_text('')\n"
    )
    project.settle()
    list_anew(project, ".")

    assert not is_indexed(project, ".")


def test_what_cannot_be_loaded_is_not_indexed(project: Project) -> None:
    project.write("test_a.py", "import missing_module")
    project.settle()
    list_anew(project, ".")

    assert not is_indexed(project, ".")


def test_files_that_a_module_reads_belong_to_the_index(project: Project) -> None:
    project.write("cases.txt", "one")
    project.write("cases.d/one", "")
    project.write(
        "test_a.py",
        """
        import os
        import unittest
        from pathlib import Path

        HERE = Path(__file__).parent
        NAMES = [*(HERE / "cases.txt").read_text().split(), *os.listdir(HERE / "cases.d")]
        A = type("A", (unittest.TestCase,), {f"test_{name}": lambda self: None for name in NAMES})
        """,
    )
    project.settle()
    list_anew(project, ".")
    assert is_indexed(project, ".")

    project.write("cases.d/two", "")
    assert not is_indexed(project, ".")
    project.settle()
    assert "test_two" in list_anew(project, ".")
    assert is_indexed(project, ".")

    project.write("cases.txt", "one three")
    assert not is_indexed(project, ".")


def test_the_environment_belongs_to_the_index_where_a_module_reads_it(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write_case("test_a.py", "A")
    project.write("reading/test_b.py", "import os\nLAB = os.environ.get('LAB')\n")
    project.settle()
    list_anew(project, "test_a.py")
    list_anew(project, "reading")
    monkeypatch.setenv("LAB", "7")

    assert is_indexed(project, "test_a.py")
    assert not is_indexed(project, "reading")


@pytest.mark.parametrize("damage", [b"", b"rotest", b"rotest-1\n00000000", b"\xff" * 1000])
def test_a_damaged_index_is_as_good_as_none(indexed: Project, damage: bytes) -> None:
    expected = indexed.listing("tests")
    (path,) = (indexed.root / ".rotest" / "index").iterdir()
    whole = path.read_bytes()

    for content in (damage, whole[:-1], whole[:-1] + bytes([whole[-1] ^ 1])):
        path.write_bytes(content)
        assert not is_indexed(indexed, "tests")
    assert indexed.listing("tests") == expected


def test_a_directory_that_cannot_be_written_does_not_matter(project: Project) -> None:
    project.write_case("test_a.py", "A")
    project.write(".rotest", "not a directory")

    assert project.listing(".")[0] == EXIT_PASSED


def test_an_error_leaves_no_draft_behind(project: Project) -> None:
    project.write_case("test_a.py", "A")
    with pytest.raises(DiscoveryError):
        project.listing("test_a.py::B")

    assert list((project.root / ".rotest" / "index").iterdir()) == []


def test_old_indexes_are_removed(project: Project) -> None:
    for number in range(45):
        project.write_case(f"test_{number}.py", "A")
    project.settle()
    for number in range(45):
        list_anew(project, f"test_{number}.py")

    assert len(list((project.root / ".rotest" / "index").iterdir())) == 40
    assert is_indexed(project, "test_44.py")


def test_listing_from_the_index_loads_next_to_nothing(indexed: Project) -> None:
    code = (
        "import sys; from rotest_core.planning.listing import list_tests\n"
        "list_tests(['tests'], root='.', work_dir='.rotest', stream=sys.stdout)\n"
        "print('loaded:', *sorted({'unittest', 're', 'attr', 'json', 'pathlib', 'inspect'} & set(sys.modules)))"
    )

    def loaded() -> str:
        done = subprocess.run(
            [sys.executable, "-I", "-c", code], cwd=indexed.root, capture_output=True, text=True, check=True
        )
        return done.stdout.rpartition("loaded:")[2].strip()

    assert "unittest" in loaded()
    assert "unittest" not in loaded()
    assert "inspect" not in loaded()


# Whatever happens


class Changes:
    """Change a small project at random.

    Args:
        project: what to change.
        seed: of the random numbers.
    """

    def __init__(self, project: Project, seed: int) -> None:
        self._project = project
        self._random = random.Random(seed)

    def make(self) -> None:
        """Make one change."""
        self._random.choice((self._write, self._write, self._remove, self._rename, self._beside))()

    def _write(self) -> None:
        directory = self._random.choice(("", "a/", "a/b/"))
        name = self._random.choice(("test_x.py", "test_y.py", "plain.py", "__init__.py"))
        case = self._random.choice(("One", "Two"))
        imported = self._random.choice(("", "import beside\n", "import os; os.environ.get('HOME')\n"))
        text = self._random.choice(("", f"{imported}{CASE.format(name=case)}"))
        self._project.write(f"tests/{directory}{name}", text)

    def _beside(self) -> None:
        self._project.write("beside.py", self._random.choice(("LIMIT = 1", "LIMIT = 2", "raise ValueError")))

    def _remove(self) -> None:
        files = sorted((self._project.root / "tests").rglob("*.py"))
        if files:
            self._random.choice(files).unlink()

    def _rename(self) -> None:
        for source, target in (("a", "c"), ("c", "a")):
            place = self._project.root / "tests" / source
            if place.exists() and not (self._project.root / "tests" / target).exists():
                place.rename(self._project.root / "tests" / target)
                return


@pytest.mark.parametrize("seed", range(3))
def test_the_index_is_never_stale(project: Project, seed: int) -> None:
    (project.root / "tests").mkdir()
    changes = Changes(project, seed)
    answered = 0
    for _ in range(12):
        changes.make()
        project.settle()
        for _ in range(2):
            answered += is_indexed(project, "tests")
            seen = list_anew(project, "tests")
            index = project.root / ".rotest" / "index"
            index.rename(index.with_name("aside"))
            expected = list_anew(project, "tests")
            rmtree(index)
            index.with_name("aside").rename(index)
            assert expected == seen

    assert answered > 0
