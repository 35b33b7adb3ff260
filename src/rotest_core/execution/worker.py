"""Run the tests that a worker is handed."""

from __future__ import annotations

import sys
from itertools import count
from time import perf_counter, time
from unittest import SkipTest

from rotest_core.events import InformationAdded, Outcome, TestFinished, TestStarted
from rotest_core.execution import direct
from rotest_core.execution.deadline import Deadline, TimeLimitExceeded, limit_of
from rotest_core.execution.direct import Mold
from rotest_core.execution.fixtures import Fixtures
from rotest_core.execution.interrupts import interruptible
from rotest_core.execution.result import Result
from rotest_core.plugin.protocols.executor import Report
from rotest_core.quick_typing import cast

TYPE_CHECKING = False
if TYPE_CHECKING:
    import unittest
    from collections.abc import Callable, Iterable, Sequence
    from types import FrameType
    from typing import Any, ClassVar

    from rotest_core.execution.equipped import EquippedTest
    from rotest_core.execution.interrupts import Interrupts
    from rotest_core.execution.logs import LogCapture
    from rotest_core.execution.shelf import Shelf
    from rotest_core.execution.work_order import WorkOrder
    from rotest_core.execution.workdir import RunDirectory
    from rotest_core.planning.tree import Case, Group, PlannedTest
    from rotest_core.plugin.protocols.executor import Assignment, Coordinator


_FIXTURES_FAILED = "the fixtures of its class or module failed"
_FOR_EVER = float("inf")
_new: Any = getattr(tuple, "__new__")  # noqa: B009 - to type checkers it is of no type that they know
"""Makes an event of its fields, given one and all, without looking at them."""


class TestWorker:
    """Run tests one after the other, in this process.

    Args:
        name: how events call the worker; empty in the coordinator's own process.
        coordinator: takes events, leases what tests ask for while they run.
        order: how the tests are to be run.
        directory: the run's directory.
        interrupts: says when to stop.
        on_failure: called with each exception that is reported as failure or error, while its test is still set up.
        on_failed_expectation: called with the frame that expected something in vain.
    """

    __test__ = False

    _may_run_directly: ClassVar[bool] = True

    def __init__(
        self,
        name: str,
        coordinator: Coordinator,
        order: WorkOrder,
        *,
        directory: RunDirectory,
        interrupts: Interrupts,
        on_failure: Callable[[BaseException], None] | None = None,
        on_failed_expectation: Callable[[FrameType], None] | None = None,
    ) -> None:
        self._name = name
        self._coordinator = coordinator
        self._order = order
        self._directory = directory
        self._interrupts = interrupts
        self._on_failure = on_failure
        self._on_failed_expectation = on_failed_expectation
        self._emit = coordinator.emit
        self._result = Result(
            coordinator.emit, failfast=order.failfast, on_failure=on_failure, excuse=order.excuse
        )
        self._fixtures = Fixtures(self._report_fixture)
        self._fixture_numbers = count(order.fixtures_from)
        self._group: Group | None = None
        self._tags: tuple[str, ...] = ()
        self._ended: tuple[TestFinished, ...] = ()
        self._entered: type | None = None
        self._ordinary = False
        self._checked = False
        self._equipped_type: type | None = None
        self._mold: Mold | None = None
        self._limit = 0.0
        self._deadline = Deadline(coordinator.limit, order.limits.clean_up)
        self._logs: LogCapture | None = None
        self._shelf: Shelf | None = None

    def run(self, assignment: Assignment) -> Report:
        """Run the tests of an assignment; see `Worker.run`."""
        result, interrupts = self._result, self._interrupts
        report = Report(self._name, assignment)
        if assignment.rescue:
            return self._rescue(assignment)
        until = perf_counter() + (assignment.patience or _FOR_EVER)
        try:
            for place, number in enumerate(assignment.tests):
                if result.shouldStop or interrupts.requested or (place and perf_counter() > until):
                    report = report._replace(left=len(assignment.tests) - place)
                    break
                test = self._order.tests[number]
                if assignment.resources is None:
                    self._run_plain(test)
                else:
                    report = self._run_equipped(test, assignment)
        finally:
            self._tell_ended()
        if assignment.closing:
            self._leave(None)
            if not assignment.tests:
                result.shouldStop = False  # a round of tests is over, which failfast may have ended
        elif assignment.following is not None and not interrupts.requested:
            self._leave(_type_of(self._order.tests[assignment.following]))
        self._deadline.rest()
        return report

    def finish(self) -> None:
        """Tear down what is still set up; see `Worker.finish`."""
        # Once more in any case: where the first attempt was interrupted, it goes on with what is left.
        self._leave(None)
        self._leave(None)
        if self._shelf is not None:
            self.let_go(self._shelf.tokens)
        self._deadline.rest()
        if self._logs is not None:
            self._logs.close()
            self._logs = None

    def _run_plain(self, test: PlannedTest) -> None:
        test_type = test.case_type or type(test.case)
        if (test_type is not self._entered or test.group is not self._group) and not self._arrive(
            test, test_type
        ):
            test.drop_case()
            return
        if self._mold is not None:
            self._run_molded(test, self._mold)
            return
        result, number, begun = self._result, test.number, perf_counter()
        result.begin(number)
        if self._logs is not None or "logging" in sys.modules:
            self._log_for(test)
        case = problem = None
        try:
            case = test.case
        except Exception as error:  # its class has an __init__ of its own
            problem = error
        # The end of the test before is told along with the start of this one: that spares half of the system calls.
        self._emit(*self._ended, _started(test, self._tags, self._name))
        self._ended = ()
        if case is not None:
            self._run_limited(case)
        elif problem is not None:
            result.report_error(problem)
        test.drop_case()
        if self._logs is not None:
            self._logs.begin(None)
        self._ended = (TestFinished(time(), number, result.outcome, perf_counter() - begun, result.cause),)

    def _run_molded(self, test: PlannedTest, mold: Mold) -> None:
        """Run a test of a class that leaves everything to unittest: as `_run_plain`, without its detours."""
        result, number, name, begun = self._result, test.number, test.name, perf_counter()
        if result.outcome is Outcome.SUCCESS:
            result.test = number
        else:
            result.begin(number)
        if self._logs is not None or "logging" in sys.modules:
            self._log_as(number, name)
        case, method = mold.make(name)
        description = "" if method.__doc__ is None else case.shortDescription() or ""
        group = test.group.number
        started = (time(), number, group, name, test.id, "case", self._tags, description, self._name, 1)
        self._emit(*self._ended, _new(TestStarted, started))
        self._ended = ()
        if getattr(method, "__dict__", True):  # marks to skip it, to expect its failure
            self._run_case(case)
        else:
            self._run_molded_case(case, method, mold)
        if self._logs is not None:
            self._logs.begin(None)
        ended = (time(), number, result.outcome, perf_counter() - begun, result.cause)
        self._ended = (_new(TestFinished, ended),)

    def _arrive(self, test: PlannedTest, test_type: type) -> bool:
        """Come to a class or group that the test before was not of; tell whether its tests may run."""
        self._group, self._tags = test.group, test.group.all_tags
        self._entered = test_type if self._enter(test_type) else None
        self._ordinary = direct.is_ordinary(test_type)
        self._limit = limit_of(test_type, self._order.limits.test)
        self._mold = None
        self._equipped_type = None
        self._deadline.rest()
        if test.case_type is not None and not self._limit and Mold.fits(test.case_type):
            self._mold = Mold(test.case_type(test.name), self._result)
        return self._entered is not None

    def _tell_ended(self) -> None:
        ended, self._ended = self._ended, ()
        if ended:
            self._emit(*ended)

    def _run_equipped(self, test: PlannedTest, assignment: Assignment) -> Report:
        """Run a test of Rotest's own kind, between its start and its end, which are the coordinator's to tell."""
        result, number = self._result, test.number
        self._group = test.group
        test_type = test.case_type or type(test.case)
        result.begin(number)
        entered = self._arrive_equipped(test_type)
        # The fixtures may have been reported under numbers of their own.
        result.begin(number)
        if not entered:
            result.report(Outcome.SKIPPED, _FIXTURES_FAILED)
            if test.kind == "flow":
                from rotest_core.execution.stage import skip_flow

                skip_flow(test, self._emit, _FIXTURES_FAILED)
            return Report(self._name, assignment, result.outcome, result.cause)
        self._log_for(test)
        from rotest_core.execution.equipped import EquippedTest

        path = self._directory.test_path(number, test.name)
        make = self._equipped_flow if test.kind == "flow" else EquippedTest
        equipped = make(test, result, self._coordinator, self._order, path, self._interrupted, self._deadline)
        if assignment.keep or self._shelf is not None:
            equipped.share(self._open_shelf(), assignment.keep)
        equipped.run(assignment.resources or (), self._run_limited, self._on_failed_expectation)
        if self._logs is not None:
            self._logs.begin(None)
        dirty, kept = equipped.dirty, equipped.kept
        return Report(self._name, assignment, result.outcome, result.cause, dirty, "", "", 0, kept)

    def let_go(self, tokens: Iterable[int]) -> frozenset[int]:
        """Finalize what stayed set up, by the tokens of the leases; what fails is reported as fixtures are.

        Returns:
            The tokens of those that are in doubt.
        """
        doubtful: set[int] = set()
        for token in tokens:
            started = time()
            errors: Sequence[BaseException] = ()
            try:
                limit = self._order.limits.clean_up
                errors = self._deadline.call(limit, "the clean-up of a resource", self._finalize, token)
            except KeyboardInterrupt as interrupt:
                self._interrupted(interrupt)
                errors = (interrupt,)
            except TimeLimitExceeded as exceeded:
                errors = (exceeded,)
            for error in errors:
                doubtful.add(token)
                self._report_fixture("", "clean-up of a resource that stayed set up", error, started)
        self._deadline.rest()
        return frozenset(doubtful)

    @interruptible
    def _finalize(self, token: int) -> Sequence[Exception]:
        return self._open_shelf().finalize(token)

    def _open_shelf(self) -> Shelf:
        if self._shelf is None:
            from rotest_core.execution.shelf import Shelf

            self._shelf = Shelf(self._emit)
        return self._shelf

    def _arrive_equipped(self, test_type: type) -> bool:
        """Come to a test of Rotest's own kind; tell whether it may run."""
        self._entered, self._ordinary = None, False
        if test_type is not self._equipped_type:
            self._equipped_type = test_type
            self._limit = limit_of(test_type, self._order.limits.test)
            self._checked = self._may_run_directly and direct.is_checked(test_type)
        return self._fixtures.ready_for(test_type) or self._enter(test_type)

    def _rescue(self, assignment: Assignment) -> Report:
        """Finalize what a test had whose worker is gone."""
        from rotest_core.execution.rescue import finalize

        test, limit = self._order.tests[assignment.tests[0]], self._order.limits.clean_up
        path = self._directory.test_path(test.number, test.name)
        leased = assignment.resources or ()
        try:
            self._deadline.call(
                limit,
                f"the clean-up after {test.id}",
                finalize,
                test,
                leased,
                assignment.requests,
                path,
                self._emit,
                self._order,
            )
        except (TimeLimitExceeded, KeyboardInterrupt) as error:
            # Whatever remains: the records are given back as dirty.
            self._emit(InformationAdded(time(), test.number, f"clean-up was given up: {error}"))
        return Report(self._name, assignment, dirty=frozenset(resource.request for resource in leased))

    def _run_limited(self, case: Case) -> None:
        """Run a case within its time limit."""
        if not self._limit:
            self._deadline.rest()
            self._run_case(case)
            return
        try:
            self._deadline.call(self._limit, "the test", self._run_case, case)
        except TimeLimitExceeded as error:  # it struck when the test was all but over
            self._result.report_error(error)

    def _equipped_flow(self, *arguments: Any) -> EquippedTest:
        """Make what runs a flow; for the arguments see `EquippedTest`."""
        from rotest_core.execution.equipped_flow import EquippedFlow

        flow = EquippedFlow(*arguments)
        flow.accompany(self._name, self._directory, self._log_as, self._on_failure)
        return flow

    @interruptible
    def _run_case(self, case: Case) -> None:
        """Run a case, and what it has to clean up if it is interrupted."""
        result = self._result
        try:
            if self._ordinary:
                ordinary = cast("unittest.TestCase", case)
                method = getattr(ordinary, ordinary._testMethodName)
                # No mark to skip it, to expect its failure, to wrap it.
                if not getattr(method, "__dict__", True):
                    direct.run(ordinary, method, result)
                    return
            elif self._checked and type(case) is self._equipped_type:
                checked = cast("unittest.TestCase", case)
                method = getattr(checked, checked._testMethodName)
                if not getattr(method, "__dict__", True):
                    direct.run_checked(checked, method, result)
                    return
            case(result)
        except BaseException as error:
            self._broken_off(case, error)

    @interruptible
    def _run_molded_case(self, case: unittest.TestCase, method: Callable[[], object], mold: Mold) -> None:
        try:
            mold.run(case, method)
        except BaseException as error:
            self._broken_off(case, error)

    def _broken_off(self, case: Case, error: BaseException) -> None:
        """Report what came out of a case: an interrupt, after which it cleans up, or a fault of a `run` of its own."""
        if isinstance(error, KeyboardInterrupt):
            self._interrupted(error)
        self._result.report_error(error)
        if isinstance(error, KeyboardInterrupt):
            from rotest_core.execution.salvage import finish

            finish(case, error, self._result)

    def _enter(self, test_type: type) -> bool:
        """Set up the fixtures of a class and its module; the first interrupt ends the run, but not at once."""
        try:
            return self._deadline.call(
                self._order.limits.set_up, "the fixtures' set-up", self._fixtures.enter, test_type
            )
        except KeyboardInterrupt as interrupt:
            self._interrupted(interrupt)
        except TimeLimitExceeded as error:  # it struck between two fixtures
            self._report_fixture("class", f"fixtures of {test_type.__qualname__}", error, time())
        return False

    def _leave(self, following: type | None) -> None:
        """Tear down fixtures, in the same way."""
        self._entered = None
        if following is not None and self._fixtures.ready_for(following):
            return
        self._equipped_type = None
        try:
            self._deadline.call(
                self._order.limits.clean_up, "the fixtures' clean-up", self._fixtures.leave, following
            )
        except KeyboardInterrupt as interrupt:
            self._interrupted(interrupt)
        except TimeLimitExceeded as error:
            self._report_fixture("class", "clean-up of fixtures", error, time())

    def _interrupted(self, interrupt: KeyboardInterrupt) -> None:
        """Take note of the first interrupt; the second is raised: it is to end the run at once."""
        self._tell_ended()
        if not self._interrupts.accept():
            raise interrupt
        self._interrupts.announce(self._emit)

    def _report_fixture(self, scope: str, name: str, error: BaseException, started: float) -> None:
        self._tell_ended()
        group = self._group if scope else None
        while group is not None and group.kind != scope and group.parent is not None:
            group = group.parent
        number = next(self._fixture_numbers)
        result, emit = self._result, self._emit
        result.begin(number)
        place, selector = (None, "") if group is None else (group.number, group.selector)
        emit(TestStarted(started, number, place, name, selector, "fixture", worker=self._name))
        if isinstance(error, SkipTest):
            result.report(Outcome.SKIPPED, str(error))
        else:
            result.report_error(error)
        now = time()
        emit(TestFinished(now, number, result.outcome, now - started, result.cause))

    def _log_for(self, test: PlannedTest) -> None:
        self._log_as(test.number, test.name)

    def _log_as(self, number: int, name: str) -> None:
        """Let what is logged from now on be that of a test, or of a part of a flow.

        `logging` is loaded by those who use it; until then there is nothing to catch.
        """
        if self._logs is None:
            from rotest_core.execution.logs import LogCapture

            self._logs = LogCapture(self._emit, self._directory, self._order.log_level)
        self._logs.begin(number, name)


def _type_of(test: PlannedTest) -> type:
    return test.case_type or type(test.case)


def started_event(test: PlannedTest, worker: str) -> TestStarted:
    """Tell the start of a test."""
    return _started(test, test.tags, worker)


def _started(test: PlannedTest, tags: tuple[str, ...], worker: str) -> TestStarted:
    try:
        description = test.description
    except Exception:  # what a case says of itself is its author's code
        description = ""
    group = test.group.number
    fields = (time(), test.number, group, test.name, test.id, test.kind, tags, description, worker, 1)
    started: TestStarted = _new(TestStarted, fields)
    return started
