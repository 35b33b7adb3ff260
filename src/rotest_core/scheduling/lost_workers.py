"""What follows when a worker is gone: its test is over, what it had is finalized elsewhere, the rest runs elsewhere."""

from __future__ import annotations

from time import time

from rotest_core.errors import RotestError
from rotest_core.events import InformationAdded
from rotest_core.plugin.protocols.executor import Assignment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rotest_core.events import Event
    from rotest_core.plugin.protocols.executor import Executor, Report
    from rotest_core.scheduling.account import Account
    from rotest_core.scheduling.backlog import Backlog
    from rotest_core.scheduling.casualties import Casualties
    from rotest_core.scheduling.lessor import Lessor
    from rotest_core.scheduling.roster import Roster
    from rotest_core.scheduling.scheduler import Equipped
    from rotest_core.scheduling.started_tests import StartedTests
    from rotest_core.scheduling.work import Work


class LostWorkers:
    """Put things right after a worker that was lost.

    Args:
        executor: has the successor finalize what the worker's test had.
        roster: which workers there are.
        backlog: takes what the worker would have run next.
        started: the tests with resources that have started.
        casualties: reports what the worker was at.
        account: counts the tests that are done.
        lessor: knows what the test has.
        emit: takes the events.
    """

    def __init__(
        self,
        executor: Executor,
        roster: Roster,
        backlog: Backlog,
        started: StartedTests,
        casualties: Casualties,
        account: Account,
        lessor: Lessor,
        emit: Callable[[Event], None],
    ) -> None:
        self._executor = executor
        self._roster = roster
        self._backlog = backlog
        self._started = started
        self._casualties = casualties
        self._account = account
        self._lessor = lessor
        self._emit = emit

    def bury(self, report: Report) -> None:
        """End the test that a worker died in, and let others do what it would have done.

        Raises:
            RotestError: no worker is left, and something is left to do.
        """
        work = self._roster.lose(report)
        numbers = report.assignment.tests
        equipped = self._started.get(numbers[0]) if numbers else None
        if equipped is None:
            self._end_plain(report, work)
        elif report.assignment.rescue:
            self._emit(InformationAdded(time(), numbers[0], f"clean-up was given up: {report.lost}"))
            self._started.end(equipped, None, self._names(equipped))
        else:
            self._casualties.blame(equipped.result, report)
        self._hand_on(report, work)
        if equipped is not None and not report.assignment.rescue:
            self._rescue(equipped, report)
        if not self._roster.size and self._backlog:
            raise RotestError(f"no worker is left to run tests on: {report.lost}")

    def _end_plain(self, report: Report, work: Work | None) -> None:
        """End the plain test that the worker died in; those that it had not begun are to be run again."""
        left = self._casualties.report(report)
        unbegun = {test.number for test in left}
        for number in report.assignment.tests:
            if number not in unbegun:
                self._account.settle(self._casualties.test(number).group, 1)
        self._backlog.return_plain(left, work if work is not None and work.together else None)

    def _hand_on(self, report: Report, work: Work | None) -> None:
        """Give what the worker would have run next to its successor, or to anybody."""
        if work is None or not work.tests:
            return
        if work.together and report.successor:
            self._roster.bind(report.successor, work)
        elif work not in self._backlog:
            self._backlog.put_back(work)

    def _rescue(self, equipped: Equipped, report: Report) -> None:
        """Have the successor finalize what the test had."""
        held = self._lessor.held(equipped.test.number)
        if held and report.successor:
            requests, resources = zip(*held, strict=True)
            rescue = Assignment(report.assignment.tests, resources, rescue=True, requests=requests)
            try:
                self._executor.assign(report.successor, rescue)
            except RotestError as error:  # what was asked for cannot be sent
                self._emit(InformationAdded(time(), equipped.test.number, f"clean-up was given up: {error}"))
            else:
                self._roster.begin(report.successor, None)
                return
        self._started.end(equipped, None, self._names(equipped))

    def _names(self, equipped: Equipped) -> frozenset[str]:
        return frozenset(resource.request for _, resource in self._lessor.held(equipped.test.number))
