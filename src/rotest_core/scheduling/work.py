"""Divide a plan into what may run apart from each other."""

from __future__ import annotations

import sys
import unittest
from collections import deque

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rotest_core.planning.tree import PlannedTest

FIXTURES = ("setUpClass", "tearDownClass")
MODULE_FIXTURES = ("setUpModule", "tearDownModule")


class Work:
    """Hold tests that are handed out from the first to the last.

    Attributes:
        tests: those that are not handed out yet.
        together: whether they share a fixture, and so have to run on one worker.
        rank: when it goes, the lowest first.
        known: how long its tests took in the past, in seconds, by number, as far as is known.
    """

    __slots__ = ("known", "rank", "tests", "together")

    def __init__(self, tests: Iterable[PlannedTest], *, together: bool) -> None:
        self.tests: deque[PlannedTest] = deque(tests)
        self.together: bool = together
        self.rank: tuple[float, ...] = ()
        self.known: Mapping[int, float] = {}


def divide(tests: Sequence[PlannedTest]) -> list[Work]:
    """Divide tests into work: what shares a fixture, what shares a group and needs nothing, and the rest one by one."""
    parts: dict[object, list[PlannedTest]] = {}
    kinds: dict[type, object] = {}
    for test in tests:
        test_type = test.case_type or type(test.case)
        if test_type not in kinds:
            kinds[test_type] = _shared(test_type)
        shared = kinds[test_type]
        if shared is None:
            key: object = test.group if is_plain(test) else test.number
        else:
            key = shared
        parts.setdefault(key, []).append(test)
    return [Work(part, together=key in kinds.values()) for key, part in parts.items()]


def is_plain(test: PlannedTest) -> bool:
    """Tell whether a test asks for nothing of Rotest; one that is to be skipped asks for nothing either."""
    test_type = test.case_type
    if test_type is None or not hasattr(test_type, "_rotest_context"):
        return True
    method = getattr(test_type, test.name, None)
    return bool(getattr(test_type, "__unittest_skip__", False) or getattr(method, "__unittest_skip__", False))


def _shared(test_type: type) -> object:
    """Return what stands for the fixture that the tests of a class share; None if they share none."""
    module = sys.modules.get(test_type.__module__)
    if any(hasattr(module, name) for name in MODULE_FIXTURES):
        return f"module {test_type.__module__}"
    for name in FIXTURES:
        function = getattr(getattr(test_type, name, None), "__func__", None)
        if function is not getattr(unittest.TestCase, name).__func__ and hasattr(test_type, name):
            return test_type
    return None
