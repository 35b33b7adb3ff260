"""What counts as a test, held against unittest's own loader."""

from __future__ import annotations

import unittest

import pytest
from hypothesis import given, strategies as st

from rotest_core.planning.components import names_of_tests


class Mixin:
    def test_mixed_in(self) -> None: ...


class Shown(type):
    """Make attributes up."""

    def __dir__(cls) -> list[str]:
        return [*super().__dir__(), "test_made_up"]

    def __getattr__(cls, name: str) -> object:
        if name == "test_made_up":
            return lambda self: None
        raise AttributeError(name)


class First(Mixin, unittest.TestCase):
    __test__ = False

    def test_b(self) -> None: ...
    def test_a(self) -> None: ...


class Last(unittest.TestCase, Mixin):
    __test__ = False

    test_number = 3
    testCamel = staticmethod(print)  # noqa: N815

    def test_c(self) -> None: ...


class Removed(First):
    __test__ = False

    test_a = None  # type: ignore[assignment]


class MadeUp(unittest.TestCase, metaclass=Shown):
    __test__ = False


class Waiting(unittest.IsolatedAsyncioTestCase):
    __test__ = False

    async def test_it(self) -> None: ...


class Single(unittest.TestCase):
    __test__ = False

    def runTest(self) -> None: ...


@pytest.mark.parametrize("case", [First, Last, Removed, MadeUp, Waiting])
def test_names_are_those_of_unittest(case: type[unittest.TestCase]) -> None:
    assert names_of_tests(case) == list(unittest.TestLoader().getTestCaseNames(case))


@given(st.lists(st.sampled_from(["test", "test_b", "testA", "tes", "Test", "test_é", "_test"]), unique=True))
def test_any_names_are_those_of_unittest(names: list[str]) -> None:
    case = type("Case", (unittest.TestCase,), {name: lambda self: None for name in names})

    assert names_of_tests(case) == list(unittest.TestLoader().getTestCaseNames(case))


def test_run_test_counts_alone() -> None:
    assert names_of_tests(Single) == ["runTest"]
