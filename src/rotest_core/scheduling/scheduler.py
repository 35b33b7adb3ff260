"""Decide which test runs next, lease what it needs, and hand it to a worker."""

from __future__ import annotations

from collections import deque
from time import perf_counter, time

from rotest_core.events import TestFinished
from rotest_core.execution.result import Result
from rotest_core.execution.worker import started_event
from rotest_core.plugin.protocols.executor import Assignment
from rotest_core.scheduling.work import is_plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rotest_core.events import Event
    from rotest_core.execution.interrupts import Interrupts
    from rotest_core.planning.tree import Group, PlannedTest
    from rotest_core.plugin.protocols.executor import Executor, LeasedResource, Report
    from rotest_core.scheduling.account import Account
    from rotest_core.scheduling.lessor import Lessor


class Equipped:
    """Hold what the scheduler knows of a test with resources between its start and its end."""

    __slots__ = ("begun", "result", "test")

    def __init__(self, test: PlannedTest, result: Result) -> None:
        self.test: PlannedTest = test
        self.result: Result = result
        self.begun: float = perf_counter()


class Scheduler:
    """Run tests in the order of the plan: the next one as soon as a worker is free.

    Args:
        tests: the tests to run, in their order.
        executor: runs them; started already.
        workers: the names of its workers.
        account: begins and ends groups.
        emit: takes the events.
        later: takes events that need not be told before others follow.
        lessor: leases what tests declare.
        interrupts: says when to stop.
        failfast: whether the first test that is not good is to be the last.
    """

    def __init__(
        self,
        tests: Sequence[PlannedTest],
        executor: Executor,
        workers: Sequence[str],
        account: Account,
        emit: Callable[[Event], None],
        later: Callable[[Event], None],
        lessor: Lessor,
        interrupts: Interrupts,
        *,
        failfast: bool = False,
    ) -> None:
        self._tests = tests
        self._executor = executor
        self._idle = deque(workers)
        self._account = account
        self._emit = emit
        # With failfast the end of a test must be known before the next is chosen.
        self._later = emit if failfast else later
        self._result = Result(emit)
        self._lessor = lessor
        self._interrupts = interrupts
        self._failfast = failfast
        self._position = 0
        self._equipped: dict[int, Equipped] = {}
        self._groups: dict[int, Group] = {}

    def run(self) -> None:
        """Run until no test is left, or the run is to stop.

        Raises:
            KeyboardInterrupt: somebody wants to leave at once.
        """
        self._lessor.expect(self._tests)
        running = 0
        while True:
            while self._idle:
                assignment = self._next(self._idle[0])
                if assignment is None:
                    break
                self._executor.assign(self._idle.popleft(), assignment)
                running += 1
            if not running:
                return
            for report in self._executor.wait():
                running -= 1
                if not report.lost:
                    self._idle.append(report.worker)
                self._settle(report)

    @property
    def workers(self) -> Sequence[str]:
        """Give the names of the workers that have nothing to do."""
        return tuple(self._idle)

    @property
    def _stopping(self) -> bool:
        return self._interrupts.requested or (self._failfast and not self._account.good)

    def _next(self, worker: str) -> Assignment | None:
        while self._position < len(self._tests) and not self._stopping:
            test = self._tests[self._position]
            self._lessor.tidy(test)
            self._account.begin(test.group)
            if is_plain(test):
                return self._batch(test)
            self._position += 1
            resources = self._lease(test, worker)
            if resources is not None:
                keep = self._lessor.keepable(test.number)
                return Assignment((test.number,), resources, self._following(), False, False, 0.0, (), keep)
        self._lessor.tidy(None)
        return None

    def _batch(self, first: PlannedTest) -> Assignment:
        """Take the tests of one group that need nothing: handing them out one by one would cost more than most."""
        start = self._position
        while self._position < len(self._tests):
            test = self._tests[self._position]
            if test.group is not first.group or not is_plain(test):
                break
            self._position += 1
        self._groups[first.number] = first.group
        numbers = tuple([test.number for test in self._tests[start : self._position]])
        return Assignment(numbers, None, self._following())

    def _following(self) -> int | None:
        return self._tests[self._position].number if self._position < len(self._tests) else None

    def _lease(self, test: PlannedTest, worker: str) -> tuple[LeasedResource, ...] | None:
        """Start a test and lease what it needs; where that cannot be had, end it as an error."""
        # There is one worker: what is told of one test is told before the next begins.
        result = self._result
        result.begin(test.number)
        equipped = self._equipped[test.number] = Equipped(test, result)
        self._later(started_event(test, worker))
        try:
            return self._lessor.lease(test)
        except KeyboardInterrupt as interrupt:
            if not self._interrupts.accept():
                raise
            self._interrupts.announce(self._emit)
            result.report_error(interrupt)
        except Exception as error:
            result.report_error(error)
        if test.kind == "flow":
            from rotest_core.execution.stage import NO_RESOURCES, skip_flow

            skip_flow(test, self._emit, NO_RESOURCES)
        self._finish(equipped)
        return None

    def _settle(self, report: Report) -> None:
        """Give back what a test had, and end it; batches need no more than their number."""
        equipped = self._equipped.get(report.assignment.tests[0])
        if equipped is None:
            numbers = report.assignment.tests
            self._account.settle(self._groups.pop(numbers[0]), len(numbers))
            return
        equipped.result.take_over(report.outcome, report.cause)
        try:
            failed = not equipped.result.outcome.good
            for loss in self._lessor.settle(equipped.test, report.dirty, report.kept, failed=failed):
                equipped.result.report_error(loss)
        except Exception as error:
            equipped.result.report_error(error)
        self._finish(equipped)

    def _finish(self, equipped: Equipped) -> None:
        test, result = equipped.test, equipped.result
        del self._equipped[test.number]
        test.drop_case()
        duration = perf_counter() - equipped.begun
        self._later(TestFinished(time(), test.number, result.outcome, duration, result.cause))
        self._account.settle(test.group, 1)
