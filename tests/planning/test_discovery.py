"""Which tests paths lead to, and in which order."""

from __future__ import annotations

import subprocess
import sys
import unittest
from pathlib import Path

import pytest

from rotest_core.errors import DiscoveryError, PlanError
from rotest_core.planning.plan import make_plan
from tests.project import Project


def run(project: Project, *paths: str) -> unittest.TestResult:
    result = unittest.TestResult()
    for test in project.plan(*paths).tests:
        test.case(result)
    return result


# Paths


def test_a_directory_is_searched_in_unittests_order(project: Project) -> None:
    project.write_case("test_b.py", "B")
    project.write_case("test_c/test_inner.py", "Inner")
    project.write_case("test_a.py", "A")

    assert project.ids(".") == [
        "test_a.py::A::test_one",
        "test_a.py::A::test_two",
        "test_b.py::B::test_one",
        "test_b.py::B::test_two",
        "test_c/test_inner.py::Inner::test_one",
        "test_c/test_inner.py::Inner::test_two",
    ]


def test_files_without_tests_are_not_imported(project: Project) -> None:
    project.write_case("tests/test_a.py", "A")
    project.write("tests/deploy.py", "raise SystemExit('deployed!')")

    assert len(project.ids(".")) == 2


def test_what_stands_beside_a_test_module_can_be_imported(project: Project) -> None:
    project.write("tests/resources_beside.py", "LIMIT = 3")
    project.write("in_root.py", "LIMIT = 4")
    project.write(
        "tests/test_a.py",
        """
        import unittest
        from in_root import LIMIT as root_limit
        from resources_beside import LIMIT

        class A(unittest.TestCase):
            def test_limit(self) -> None:
                self.assertEqual((3, 4), (LIMIT, root_limit))
        """,
    )

    assert run(project, ".").wasSuccessful()


def test_modules_of_a_package_import_each_other(project: Project) -> None:
    project.write("lab/__init__.py", "")
    project.write("lab/tests/__init__.py", "")
    project.write("lab/limits.py", "LIMIT = 3")
    project.write(
        "lab/tests/test_a.py",
        """
        import unittest
        from ..limits import LIMIT
        from lab.limits import LIMIT as same

        class A(unittest.TestCase):
            def test_limit(self) -> None:
                self.assertIs(LIMIT, same)
                self.assertEqual("lab.tests.test_a", __name__)
        """,
    )

    assert project.ids("lab/tests") == ["lab/tests/test_a.py::A::test_limit"]
    assert run(project, ".").wasSuccessful()


def test_two_modules_may_have_one_name(project: Project) -> None:
    project.write_case("a/test_same.py", "A")
    project.write_case("b/test_same.py", "B")
    project.write_case("c/test_same.py", "C")

    assert project.ids("a", "b", "c/test_same.py::C::test_one") == [
        "a/test_same.py::A::test_one",
        "a/test_same.py::A::test_two",
        "b/test_same.py::B::test_one",
        "b/test_same.py::B::test_two",
        "c/test_same.py::C::test_one",
    ]


def test_two_packages_may_have_one_name(project: Project) -> None:
    for place in ("a", "b"):
        project.write(f"{place}/tests/__init__.py", f"PLACE = {place!r}")
        project.write(
            f"{place}/tests/test_same.py",
            f"""
            import unittest
            from . import PLACE

            class Same(unittest.TestCase):
                def test_place(self) -> None:
                    self.assertEqual({place!r}, PLACE)
            """,
        )

    assert project.ids(".") == [
        "a/tests/test_same.py::Same::test_place",
        "b/tests/test_same.py::Same::test_place",
    ]
    assert run(project, ".").wasSuccessful()


def test_a_package_that_is_named_like_a_loaded_one_is_told_apart(project: Project) -> None:
    project.write("json/__init__.py", "")
    project.write_case("json/test_a.py", "A")

    assert len(project.ids(".")) == 2
    assert "project" not in str(sys.modules["json"].__file__)


def test_a_module_that_is_named_like_a_built_in_one_is_imported(project: Project) -> None:
    project.write_case("time.py", "A")
    project.write_case("test-with.dots-and-dashes.py", "B")

    assert len(project.ids(".")) == 4


def test_a_script_that_runs_itself_is_not_imported_again(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = project.write_case("test_main.py", "A")
    main = type(sys)("__main__")
    main.__file__ = str(path)
    monkeypatch.setitem(sys.modules, "__main__", main)
    exec(path.read_text(), vars(main))  # as the interpreter does

    (first, _) = project.plan("test_main.py").tests

    assert first.case_type is main.A
    assert first.id == "test_main.py::A::test_one"


def test_paths_start_in_the_working_directory_or_in_the_root(project: Project) -> None:
    project.write_case("tests/test_a.py", "A")
    inside = project.root / "tests"

    for text in ("test_a.py", "tests/test_a.py", "../tests/test_a.py", str(inside / "test_a.py")):
        assert [test.id for test in project.plan(text, cwd=inside).tests] == [
            "tests/test_a.py::A::test_one",
            "tests/test_a.py::A::test_two",
        ]


def test_a_file_that_is_named_is_always_taken(project: Project) -> None:
    project.write_case("build/checks.py", "A")
    project.write_case("setup.py", "B")

    assert project.ids(".") == []
    assert len(project.ids("build")) == 2
    assert len(project.ids("build/checks.py", "setup.py")) == 4


def test_a_file_outside_of_the_root_is_known_by_its_whole_path(project: Project, tmp_path: Path) -> None:
    outside = tmp_path.resolve() / "test_outside.py"
    outside.write_text("import unittest\nclass A(unittest.TestCase):\n    def test_one(self): ...\n")
    (test_id,) = project.ids("../test_outside.py")

    assert test_id == f"{outside}::A::test_one"
    assert project.ids(test_id) == [test_id]


def test_links_that_lead_nowhere_do_not_matter(project: Project) -> None:
    project.write_case("test_a.py", "A")
    (project.root / "circle").symlink_to("circle")
    (project.root / "missing").symlink_to("nothing")
    (project.root / "test_gone.py").symlink_to("nothing.py")

    assert project.ids(".")[:2] == ["test_a.py::A::test_one", "test_a.py::A::test_two"]
    assert project.ids(".")[2:] == ["test_gone.py"]


def test_a_directory_that_cannot_be_read_is_an_error_with_advice(project: Project) -> None:
    project.write("gone/test_b.py", "")
    project.write("deep/test_a.py", f"import shutil\nshutil.rmtree({str(project.root / 'gone')!r})")

    with pytest.raises(
        DiscoveryError, match=r"gone: cannot be searched: No such file or directory; exclude it"
    ):
        project.plan(".")


# Classes and methods


def test_a_class_or_a_method_is_selected(project: Project) -> None:
    project.write_case("test_a.py", "A")

    assert len(project.ids("test_a.py::A")) == 2
    assert project.ids("test_a.py::A::test_two") == ["test_a.py::A::test_two"]


def test_every_test_is_there_once(project: Project) -> None:
    project.write_case("tests/test_a.py", "A")

    assert project.ids(
        "tests/test_a.py::A::test_two", "tests/test_a.py::A", "tests/test_a.py", ".", "tests"
    ) == [
        "tests/test_a.py::A::test_two",
        "tests/test_a.py::A::test_one",
    ]


def test_every_id_selects_its_test(project: Project) -> None:
    project.write_case("test_a.py", "A")
    project.write("lab/__init__.py", "")
    project.write_case("lab/test_b.py", "B")
    project.write("test_broken.py", "import missing_module")

    for test_id in project.ids("."):
        assert project.ids(test_id) == [test_id]


def test_classes_count_where_they_are_defined(project: Project) -> None:
    project.write_case("test_base.py", "Base")
    project.write(
        "test_derived.py",
        """
        from test_base import Base

        class Derived(Base):
            def test_three(self) -> None: ...

        Alias = Derived
        """,
    )

    assert project.ids("test_derived.py") == [
        f"test_derived.py::Alias::test_{name}" for name in ("one", "three", "two")
    ]
    assert len(project.ids(".")) == 5
    assert project.ids("test_derived.py::Base::test_one") == ["test_derived.py::Base::test_one"]


def test_classes_that_another_module_makes_count_where_they_are_put(project: Project) -> None:
    project.write(
        "factory.py",
        "import unittest\ndef make(): return type('Made', (unittest.TestCase,), {'test_it': lambda self: None})",
    )
    project.write("test_made.py", "from factory import make\nFirst = make()\nSecond = make()")

    assert project.ids(".") == ["test_made.py::First::test_it", "test_made.py::Second::test_it"]
    assert project.ids("test_made.py::Second") == ["test_made.py::Second::test_it"]


def test_a_class_can_keep_out(project: Project) -> None:
    project.write(
        "test_a.py",
        """
        import unittest

        class Base(unittest.TestCase):
            __test__ = False
            def test_it(self) -> None: ...

        class Derived(Base): ...
        """,
    )

    assert project.ids(".") == ["test_a.py::Derived::test_it"]
    assert project.ids("test_a.py::Base") == ["test_a.py::Base::test_it"]


def test_run_test_is_a_test_where_there_is_no_other(project: Project) -> None:
    project.write(
        "test_a.py",
        """
        import unittest

        class A(unittest.TestCase):
            test_data = "not callable"
            def runTest(self) -> None: ...

        class B(unittest.TestCase):
            def test_it(self) -> None: ...
            def runTest(self) -> None: ...

        class Empty(unittest.TestCase): ...
        """,
    )

    assert project.ids(".") == ["test_a.py::A::runTest", "test_a.py::B::test_it"]


def test_inner_classes_are_selected_by_their_path(project: Project) -> None:
    project.write(
        "test_a.py",
        """
        import unittest

        class Outer:
            class Inner(unittest.TestCase):
                def test_it(self) -> None: ...
        """,
    )

    assert project.ids("test_a.py::Outer.Inner::test_it") == ["test_a.py::Outer.Inner::test_it"]


# Mistakes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "test_b.py",
            "no such file or directory: test_b.py; there is no 'test_b.py' (did you mean 'test_a.py'?)",
        ),
        (
            "lib/test_x.py",
            "no such file or directory: lib/test_x.py; there is no 'lib' (did you mean 'lab'?)",
        ),
        (
            "lab/x.py::A",
            "no such file or directory: lab/x.py; there is no 'x.py' in lab (did you mean 'y.py'?)",
        ),
        ("lab::A", "lab::A: lab is a directory; ::Class needs a file"),
        ("test_a.py::A::b::c", "test_a.py::A::b::c: after the path comes ::Class or ::Class::method"),
        ("test_a.py::", "test_a.py::: after the path comes ::Class or ::Class::method"),
        ("test_a.py::B", "test_a.py::B: no test class or suite is called 'B'; there is A"),
        (
            "test_a.py::unittest",
            "test_a.py::unittest: no test class or suite is called 'unittest'; there is A",
        ),
        (
            "test_a.py::A::test_onne",
            (
                "test_a.py::A::test_onne: no test of A is called 'test_onne' "
                "(did you mean 'test_one' or 'test_two'?); there is test_one, test_two"
            ),
        ),
        ("notes.txt", "notes.txt: not a Python file; tests are in files named *.py"),
        ("no.such.module", "no such file or directory: no.such.module; there is no 'no.such.module'"),
    ],
)
def test_what_does_not_exist_is_an_error_with_the_nearest_names(
    project: Project, text: str, message: str
) -> None:
    project.write_case("test_a.py", "A")
    project.write("lab/y.py", "")
    project.write("notes.txt", "")

    with pytest.raises(DiscoveryError) as caught:
        project.plan(text)
    assert message == str(caught.value)


# Modules that do not load


def test_a_module_that_cannot_be_imported_is_one_error_and_the_others_run(project: Project) -> None:
    project.write_case("test_a.py", "A")
    project.write(
        "test_broken.py", "import unittest\n\ndef fail():\n    raise ValueError('no luck')\n\nfail()\n"
    )
    project.write("test_syntax.py", "def (:")
    project.write("test_exit.py", "raise SystemExit(3)")
    result = run(project, ".")

    assert result.testsRun == 5
    broken, leaving, syntax = (text for _, text in result.errors)
    assert 'test_broken.py", line 6, in <module>\n    fail()' in broken
    assert broken.endswith("ValueError: no luck\n")
    assert "rotest_core" not in broken
    assert "importlib" not in broken
    assert "the module raised SystemExit(3) when imported" in leaving
    assert syntax.endswith("SyntaxError: invalid syntax\n")


def test_selecting_from_a_module_that_cannot_be_imported_gives_its_error(project: Project) -> None:
    project.write("test_broken.py", "import missing_module")

    assert project.ids("test_broken.py::A", "test_broken.py::B::test_it", ".") == ["test_broken.py"]


def test_a_broken_package_is_one_error(project: Project) -> None:
    project.write("lab/__init__.py", "class TestCase: ...\nraise ValueError")
    project.write_case("lab/test_a.py", "A")

    assert project.ids(".") == ["lab/__init__.py"]


def test_a_module_can_skip_itself(project: Project) -> None:
    project.write("test_a.py", "import unittest\nraise unittest.SkipTest('only on the moon')")
    result = run(project, ".")

    assert [reason for _, reason in result.skipped] == ["only on the moon"]
    assert project.ids(".") == ["test_a.py"]


def test_interrupting_an_import_interrupts_discovery(project: Project) -> None:
    project.write("test_a.py", "raise KeyboardInterrupt")

    with pytest.raises(KeyboardInterrupt):
        project.plan(".")


# load_tests


def test_load_tests_decides(project: Project) -> None:
    project.write(
        "test_a.py",
        """
        import unittest

        class A(unittest.TestCase):
            def __init__(self, name: str, number: int = 0) -> None:
                super().__init__(name)
                self.number = number

            def test_it(self) -> None:
                self.assertLess(self.number, 2)

        def load_tests(loader, standard, pattern):
            assert standard.countTestCases() == 1
            suite = unittest.TestSuite()
            suite.addTest(unittest.TestSuite([A("test_it", number) for number in range(3)]))
            suite.addTest(unittest.FunctionTestCase(lambda: None, description="a function"))
            return suite
        """,
    )
    result = run(project, ".")

    assert (result.testsRun, len(result.failures)) == (4, 1)
    assert project.ids("test_a.py::A::test_it") == ["test_a.py::A::test_it"]


def test_what_only_load_tests_makes_can_be_selected(project: Project) -> None:
    project.write("lib.py", '"""\n>>> 1 + 1\n2\n"""')
    project.write(
        "test_a.py",
        """
        import doctest
        import lib

        def load_tests(loader, standard, pattern):
            standard.addTests(doctest.DocTestSuite(lib))
            return standard
        """,
    )

    (test_id,) = project.ids(".")

    assert test_id == "test_a.py::DocTestCase::lib"
    assert project.ids(test_id) == [test_id]
    with pytest.raises(DiscoveryError, match="no test class or suite is called 'Other'"):
        project.plan("test_a.py::Other")


@pytest.mark.parametrize("body", ["raise ValueError('no luck')", "return None", "return [1]"])
@pytest.mark.parametrize("path", [".", "test_a", "test_a.py::A"])
def test_load_tests_that_fails_is_an_error(project: Project, body: str, path: str) -> None:
    project.write("test_a.py", f"def load_tests(loader, standard, pattern):\n    {body}")
    result = run(project, path)

    assert (result.testsRun, len(result.errors)) == (1, 1)


def test_a_package_can_load_its_own_tests(project: Project) -> None:
    project.write(
        "lab/__init__.py",
        """
        from pathlib import Path

        def load_tests(loader, standard, pattern):
            standard.addTests(loader.discover(str(Path(__file__).parent), pattern=pattern or "test*.py"))
            return standard
        """,
    )
    project.write_case("lab/test_a.py", "A")
    project.write("lab/test_b.py", "import missing_module")
    project.write_case("lab/unseen.py", "C")
    expected = ["lab/test_a.py::A::test_one", "lab/test_a.py::A::test_two", "lab/__init__.py"]

    assert project.ids(".") == expected
    assert project.ids("lab", "lab/test_a.py") == expected


# Dotted names


def test_dotted_names_are_taken_as_unittest_takes_them(project: Project) -> None:
    project.write("lab/__init__.py", "")
    project.write_case("lab/test_a.py", "A")
    project.write_case("lab/test_b.py", "B")
    project.write("lab/test_both.py", "from lab.test_a import A\nfrom lab.test_b import B")

    assert project.ids("lab.test_a") == ["lab/test_a.py::A::test_one", "lab/test_a.py::A::test_two"]
    assert project.ids("lab.test_a.A.test_one", "lab.test_a::A") == project.ids("lab.test_a")
    assert len(project.ids("lab.test_both")) == 4
    assert project.ids("lab") == project.ids("lab.test_a", "lab.test_b")


def test_a_dotted_module_that_cannot_be_imported_is_an_error_of_the_run(project: Project) -> None:
    project.write("lab/__init__.py", "")
    project.write("lab/test_a.py", "import missing_module")

    assert project.ids("lab.test_a.A") == ["lab.test_a"]


@pytest.mark.parametrize(
    "name", ["test.test_json", "test.test_textwrap", "test.test_unittest", "test.test_wait3"]
)
def test_the_standard_librarys_tests_are_those_of_unittest(project: Project, name: str) -> None:
    pytest.importorskip(name)
    expected = unittest.TestLoader().loadTestsFromName(name).countTestCases()

    assert len(project.ids(name)) == expected


# Classes and suites


def test_classes_are_collected_as_main_is_given_them(project: Project) -> None:
    case = type("Given", (unittest.TestCase,), {"test_it": lambda self: None, "TAGS": ["SMOKE"]})
    (test,) = project.plan(classes=[case]).tests

    assert test.tags == ("SMOKE",)
    assert test.id.endswith("::Given::test_it")


def test_a_suite_holds_cases_and_suites_in_order(project: Project) -> None:
    project.write_case("test_a.py", "A")
    project.write(
        "suites.py",
        """
        from rotest_core import TestSuite
        from test_a import A
        import unittest

        class B(unittest.TestCase):
            TAGS = ["SLOW"]
            def test_it(self) -> None: ...

        class Inner(TestSuite):
            TAGS = ["INNER"]
            components = [A]

        class Outer(TestSuite):
            TAGS = ["OUTER"]
            components = [B, Inner]
        """,
    )
    tests = project.plan("suites.py::Outer").tests

    assert [test.id for test in tests] == [
        "suites.py::B::test_it",
        "test_a.py::A::test_one",
        "test_a.py::A::test_two",
    ]
    assert [test.tags for test in tests] == [("OUTER", "SLOW"), ("OUTER", "INNER"), ("OUTER", "INNER")]
    assert project.ids("suites.py") == ["suites.py::B::test_it"]
    assert project.ids("suites.py::Outer", chosen="inner and test_two") == ["test_a.py::A::test_two"]
    assert project.ids("suites.Inner") == ["test_a.py::A::test_one", "test_a.py::A::test_two"]


@pytest.mark.parametrize(
    ("components", "message"),
    [
        ("[]", "suites.py::Broken: the suite has no components"),
        ("[3]", "suites.py::Broken: 3 is neither a test case nor a test suite"),
        ("[dict]", "suites.py::Broken: <class 'dict'> is neither a test case nor a test suite"),
    ],
)
def test_a_suite_that_holds_no_tests_is_an_error(project: Project, components: str, message: str) -> None:
    project.write(
        "suites.py",
        f"from rotest_core import TestSuite\nclass Broken(TestSuite):\n    components = {components}",
    )

    with pytest.raises(PlanError) as caught:
        project.plan("suites.py::Broken")
    assert message == str(caught.value)


def test_a_suite_cannot_contain_itself(project: Project) -> None:
    project.write(
        "suites.py",
        """
        from rotest_core import TestSuite

        class Inner(TestSuite): ...

        class Outer(TestSuite):
            components = [Inner]

        Inner.components = [Outer]
        """,
    )

    with pytest.raises(PlanError, match=r"suites\.py::Outer: the suite contains itself"):
        project.plan("suites.py::Outer")


def test_a_plain_run_loads_nothing_that_resources_need(project: Project) -> None:
    code = (
        "import sys; from rotest_core.planning.plan import make_plan; make_plan(['.'], root='.');"
        "print(sorted({'attrs', 'attr', 'cattrs', 'rich', 'sqlite3', 'asyncio', 'multiprocessing', 'tempfile',"
        " 'importlib.metadata', 'typing_extensions', 'rotest_core.model'} & set(sys.modules)))"
    )
    project.write_case("test_a.py", "A")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project.root, capture_output=True, text=True, check=True
    )

    assert done.stdout == "[]\n"


def test_the_root_may_be_relative(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write_case("test_a.py", "A")
    monkeypatch.chdir(project.root)

    assert len(make_plan(["."], root=".").tests) == 2
