"""unittest is imported without what it does not need yet, and works as ever."""

from __future__ import annotations

import subprocess
import sys

import pytest

IMPORT = "from rotest_core.planning.lean_unittest import import_unittest\nimport_unittest()\n"
LATER = ("argparse", "difflib", "pprint", "traceback")


def answer(code: str) -> str:
    """Return what a fresh interpreter prints, which has loaded nothing for a test runner's sake."""
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_what_few_tests_use_is_not_loaded() -> None:
    loaded = answer(f"{IMPORT}import sys; print(*sys.modules)").split()
    assert "unittest.case" in loaded
    assert {*LATER, "dataclasses", "inspect", "tokenize"} & set(loaded) == set()


@pytest.mark.parametrize("before", [IMPORT, f"import {', '.join(LATER)}\n{IMPORT}"])
def test_who_imports_such_a_module_gets_the_module(before: str) -> None:
    code = f"{before}import {', '.join(LATER)}; print(*(type(m).__name__ for m in ({', '.join(LATER)})))"
    assert answer(code) == "module module module module"


def test_assertions_say_what_they_always_said() -> None:
    code = """import unittest
case = unittest.TestCase()
for left, right in (([1, 2], [1, 3]), ({"a": 1}, {"a": 2}), ("one\\ntwo", "one\\nthree"), ({1}, {2})):
    try:
        case.assertEqual(left, right)
    except AssertionError as error:
        print(error)
with case.assertRaises(ValueError):
    int("x")
try:
    with case.assertRaises(ValueError):
        pass
except AssertionError as error:
    print(error)
"""
    assert answer(IMPORT + code) == answer(code)


def test_the_command_line_of_unittest_works() -> None:
    code = "import unittest, sys\ntry: unittest.main(argv=['x', '--help'])\nexcept SystemExit: pass"
    assert answer(IMPORT + code) == answer(code)
    assert "--failfast" in answer(code)


def test_what_a_stand_in_lacks_is_an_attribute_error() -> None:
    code = "import unittest.case\ntry: unittest.case.pprint.nonesuch\nexcept AttributeError as error: print(error)"
    assert answer(IMPORT + code) == "module 'pprint' has no attribute 'nonesuch'"
    assert (
        answer(f"{IMPORT}import unittest.case\nprint(hasattr(unittest.case.pprint, '__path__'))") == "False"
    )


def test_a_version_of_unittest_that_needs_one_at_once_gets_it() -> None:
    code = """import sys
from rotest_core.planning import lean_unittest
class Finder:
    def find_spec(self, name, path, target=None):
        if name == "unittest.suite":
            from pprint import pformat
            print(pformat([1]), type(sys.modules["pprint"]).__name__)
sys.meta_path.insert(0, Finder())
lean_unittest.import_unittest()
"""
    assert answer(code) == "[1] module"
