"""Keep tests in a state in which they can run again, and with other resources."""

from __future__ import annotations

import copy
import unittest

from rotest_core.planning.stand_ins import LoadFailure
from rotest_core.planning.tree import PlannedTest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from rotest_core.model.request import Request
    from rotest_core.model.resource_data import ResourceData
    from rotest_core.planning.tree import Case
    from rotest_core.scheduling.attempts import Attempts

    Predicate = Callable[[Any], bool] | None


class RepeatableTest(PlannedTest):
    """A ready-made test, as a module's ``load_tests`` makes them, each run of which gets a copy.

    Args:
        test: the test.
    """

    __slots__ = ("_original",)

    def __init__(self, test: PlannedTest) -> None:
        super().__init__(test.number, test.group, test.name, None, None, test.requests, test.kind)
        self._original = test.case

    @property
    def case(self) -> Case:
        """Give a copy of the case; it is kept until `drop_case`."""
        if self._case is None:
            self._case = _copied(self._original)
        return self._case


def keep_repeatable(tests: list[PlannedTest]) -> None:
    """Put tests that can run again in the place of ready-made ones, which are used up otherwise."""
    for place, test in enumerate(tests):
        if test.case_type is None:
            tests[place] = RepeatableTest(test)


def can_repeat(test: PlannedTest) -> bool:
    """Tell whether it is of use to run a test again: not if it stands for a module that cannot be imported."""
    return test.case_type is not None or not isinstance(test.case, LoadFailure)


class Avoiding:
    """Refuse records; what `Request.predicate` is of a test that is to get others.

    Args:
        records: type and name of each of them.
        predicate: the request's own.
    """

    __name__ = "another record than before"

    def __init__(self, records: Iterable[tuple[str, str]], predicate: Predicate) -> None:
        self.records: frozenset[tuple[str, str]] = frozenset(records)
        self.predicate: Predicate = predicate

    def __call__(self, data: ResourceData) -> bool:
        if (data.type_name(), data.name) in self.records:
            return False
        return self.predicate is None or self.predicate(data)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Avoiding):
            return NotImplemented
        return (self.records, self.predicate) == (other.records, other.predicate)

    def __hash__(self) -> int:
        return hash((self.records, self.predicate))


class Freshening:
    """Let tests that run again ask for other records than they had.

    Args:
        attempts: knows which records each test had.
        candidates: gives the records that could serve a request.
    """

    def __init__(self, attempts: Attempts, candidates: Callable[[Request[Any]], Sequence[object]]) -> None:
        self._attempts = attempts
        self._candidates = candidates
        self._requests: dict[int, tuple[Request[Any], ...]] = {}

    def __call__(self, tests: Iterable[PlannedTest]) -> None:
        """Change what tests ask for."""
        for test in tests:
            had = self._attempts.records.get(test.number, {})
            if had:
                asked = self._requests.setdefault(test.number, test.requests)
                test.requests = tuple(self._fresh(request, had.get(request.name, ())) for request in asked)

    def _fresh(self, request: Request[Any], had: Sequence[tuple[str, str]]) -> Request[Any]:
        """Avoid all records that a test had, else the last one, where others can serve."""
        import attrs

        for avoided in (had, had[-1:]):
            if avoided:
                wanted = attrs.evolve(request, predicate=Avoiding(avoided, request.predicate))
                if self._candidates(wanted):
                    return wanted
        return request


def _copied(case: Case) -> Case:
    """Copy a case, what it notes while it runs included."""
    try:
        copied = copy.copy(case)
    except Exception:  # a class of its own, which is used again as it is
        return case
    if isinstance(copied, unittest.TestCase):
        own = vars(copied)
        own.update((name, copy.copy(value)) for name, value in own.items() if type(value) in (list, dict))
    return copied
