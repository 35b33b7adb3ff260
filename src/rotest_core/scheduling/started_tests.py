"""Begin and end tests with resources, which is the coordinator's to tell."""

from __future__ import annotations

from time import perf_counter, time

from rotest_core.events import TestFinished
from rotest_core.execution.result import Result
from rotest_core.execution.stage import NO_RESOURCES
from rotest_core.execution.worker import started_event
from rotest_core.scheduling.scheduler import Equipped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from rotest_core.events import Event
    from rotest_core.planning.tree import PlannedTest
    from rotest_core.scheduling.account import Account
    from rotest_core.scheduling.broker import Broker
    from rotest_core.scheduling.casualties import Casualties
    from rotest_core.scheduling.lessor import Lessor
    from rotest_core.scheduling.spares import Spares


class StartedTests:
    """Hold the tests with resources that have started and not ended.

    Args:
        account: begins and ends groups.
        emit: takes the events.
        later: takes events that need not be told before others follow.
        lessor: knows what each test holds.
        broker: knows what the run holds.
        spares: takes what the next test could use.
        casualties: knows which parts of a flow have run.
    """

    def __init__(
        self,
        account: Account,
        emit: Callable[[Event], None],
        later: Callable[[Event], None],
        lessor: Lessor,
        broker: Broker,
        spares: Spares,
        casualties: Casualties,
    ) -> None:
        self._account = account
        self._emit = emit
        self._later = later
        self._lessor = lessor
        self._broker = broker
        self._spares = spares
        self._casualties = casualties
        self._tests: dict[int, Equipped] = {}

    def get(self, number: int) -> Equipped | None:
        """Return a test that has started and not ended; None for any other."""
        return self._tests.get(number)

    def begin(self, test: PlannedTest, worker: str) -> Equipped:
        """Tell that a test starts, unless that was told: one that waits has started."""
        equipped = self._tests.get(test.number)
        if equipped is None:
            self._account.begin(test.group)
            result = Result(self._emit)
            result.begin(test.number)
            equipped = self._tests[test.number] = Equipped(test, result)
            self._later(started_event(test, worker))
        return equipped

    def end(self, equipped: Equipped, error: Exception | None = None, dirty: Collection[str] = ()) -> None:
        """Release what a test holds, and tell that it is over.

        Args:
            equipped: the test.
            error: why it did not run; None if it did.
            dirty: the names of the resources that are in doubt.
        """
        test, result = equipped.test, equipped.result
        if error is None and not dirty and result.outcome.good:
            self._spares.offer(test)
        if error is not None:
            result.report_error(error)
        if test.kind == "flow":
            self._casualties.end_parts(test, None if error is None else NO_RESOURCES)
        try:
            for loss in self._lessor.settle(test, frozenset(dirty), failed=not result.outcome.good):
                result.report_error(loss)
        except Exception as problem:
            result.report_error(problem)
        self._broker.settled(test.number, good=error is None and not dirty)
        del self._tests[test.number]
        test.drop_case()
        duration = perf_counter() - equipped.begun
        self._later(TestFinished(time(), test.number, result.outcome, duration, result.cause))
        self._account.settle(test.group, 1)
