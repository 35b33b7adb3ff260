"""Keep account of a run: which groups are open, how many tests had which outcome."""

from __future__ import annotations

import time
from collections import Counter

from rotest_core.errors import EXIT_FAILED, EXIT_INFRASTRUCTURE, EXIT_PASSED
from rotest_core.events import Cause, GroupFinished, GroupStarted, Outcome, TestFinished

WORTH_KEEPING = 0.005
"""Seconds; tests that take less are remembered together."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rotest_core.events import Event, ResourceStep
    from rotest_core.planning.tree import Group, PlannedTest


class _Short:
    """Sum up the short tests of one group."""

    __slots__ = ("seconds", "tests")

    def __init__(self) -> None:
        self.tests = 0
        self.seconds = 0.0


class Account:
    """Begin and end groups around their tests, and count outcomes.

    Args:
        tests: the tests of the run.
        emit: takes the events.
        parts: the numbers of the parts of flows, which are no tests of their own.

    Attributes:
        counts: number of tests by outcome.
        long: what tests took that are worth remembering one by one, in seconds, by number; without what it took to
            initialize their resources.
    """

    def __init__(
        self, tests: Iterable[PlannedTest], emit: Callable[[Event], None], parts: range = range(0)
    ) -> None:
        self.counts: dict[Outcome, int] = {}
        self.long: dict[int, float] = {}
        self._emit = emit
        self._parts = parts
        self._faults_of_product = 0
        self._initializing: dict[int, float] = {}
        self._open: dict[int, Group] = {}
        self._left: dict[int, int] = {}
        groups = [test.group for test in tests]
        self._short: dict[Group, _Short] = {group: _Short() for group in dict.fromkeys(groups)}
        self._short_of = [self._short[group] for group in groups]
        self._expect(groups)

    def _expect(self, groups: Iterable[Group]) -> None:
        for group, count in Counter(groups).items():
            around: Group | None = group
            while around is not None:
                self._left[around.number] = self._left.get(around.number, 0) + count
                around = around.parent

    def begin_round(self, tests: Iterable[PlannedTest]) -> None:
        """Expect these tests, and no others any more: groups that none of them is of have ended."""
        self._left.clear()
        self._expect([test.group for test in tests])
        for number in reversed(list(self._open)):
            if number not in self._left:
                self._end(number)

    @property
    def short(self) -> dict[int, tuple[int, float]]:
        """Give how many short tests there were, and what they took together, by the number of their group."""
        return {
            group.number: (short.tests, short.seconds) for group, short in self._short.items() if short.tests
        }

    def add(self, finished: TestFinished) -> None:
        """Count a test that is done."""
        _, test, outcome, duration, cause = finished
        if test in self._parts:
            return
        self.counts[outcome] = self.counts.get(outcome, 0) + 1
        duration = max(0.0, duration - self._initializing.pop(test, 0.0))
        if duration > WORTH_KEEPING:
            self.long[test] = duration
        elif test < len(self._short_of):
            short = self._short_of[test]
            short.tests += 1
            short.seconds += duration
        if cause is not Cause.INFRASTRUCTURE and not outcome.good:
            self._faults_of_product += 1

    def add_step(self, step: ResourceStep) -> None:
        """Take note of how long a test initialized resources: in the next run another may have to do so."""
        if step.step == "initialize":
            self._initializing[step.test] = self._initializing.get(step.test, 0.0) + step.duration

    def take_back(self, finished: TestFinished) -> None:
        """Count a test no more that was counted: it is to run again."""
        outcome = finished.outcome
        self.counts[outcome] -= 1
        if not self.counts[outcome]:
            del self.counts[outcome]
        if finished.cause is not Cause.INFRASTRUCTURE and not outcome.good:
            self._faults_of_product -= 1

    def close(self) -> None:
        """End the groups that are still open, the innermost first."""
        for number in reversed(list(self._open)):
            self._end(number)

    def begin(self, group: Group) -> None:
        """Begin a group of which a test is about to run, and those around it."""
        if group.number in self._open:
            return
        if group.parent is not None:
            self.begin(group.parent)
        self._open[group.number] = group
        parent = None if group.parent is None else group.parent.number
        self._emit(GroupStarted(time.time(), group.number, parent, group.kind, group.name, group.tags))

    def settle(self, group: Group, tests: int) -> None:
        """End a group, and those around it, once no test of it is to come.

        Args:
            group: the innermost group of the tests that are done.
            tests: how many of its tests are done, or will not be run.
        """
        around: Group | None = group
        while around is not None:
            self._left[around.number] -= tests
            if self._left[around.number] <= 0 and around.number in self._open:
                self._end(around.number)
            around = around.parent

    @property
    def good(self) -> bool:
        """Tell whether every test so far was good."""
        return all(outcome.good for outcome in self.counts)

    @property
    def status(self) -> int:
        """Give the exit status that the outcomes lead to.

        A run in which nothing but the infrastructure failed is told from one that found fault with the product.
        """
        if self.good:
            return EXIT_PASSED
        return EXIT_FAILED if self._faults_of_product else EXIT_INFRASTRUCTURE

    def _end(self, number: int) -> None:
        del self._open[number]
        self._emit(GroupFinished(time.time(), number))
