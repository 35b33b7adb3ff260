"""Keep several workers busy: which test runs next, on which of them.

What is left to do is the backlog's (`backlog`), what workers do is in the roster (`roster`), what cannot be had now is
queued for (`queueing`), and what a worker leaves behind that is gone is seen to in `lost_workers`.
"""

from __future__ import annotations

from time import perf_counter

from rotest_core.events import Outcome
from rotest_core.plugin.protocols.executor import Assignment
from rotest_core.scheduling.backlog import Backlog, queue_of
from rotest_core.scheduling.broker import Broker, leased_requests
from rotest_core.scheduling.lost_workers import LostWorkers
from rotest_core.scheduling.queueing import STOPPED, Queueing
from rotest_core.scheduling.roster import Roster
from rotest_core.scheduling.spares import Spares
from rotest_core.scheduling.started_tests import StartedTests
from rotest_core.scheduling.work import is_plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from rotest_core.allocation.leases import Allocation
    from rotest_core.events import Event
    from rotest_core.execution.interrupts import Interrupts
    from rotest_core.planning.tree import Group
    from rotest_core.plugin.protocols.executor import Executor, LeasedResource, Report
    from rotest_core.scheduling.account import Account
    from rotest_core.scheduling.broker import Answer
    from rotest_core.scheduling.casualties import Casualties
    from rotest_core.scheduling.lessor import Lessor
    from rotest_core.scheduling.work import Work

_PATIENCE = 0.03
"""Seconds after which a worker begins no further test of a batch; to hand one out takes a hundredth of that."""


_QUICK = 0.00002
"""Seconds that the quickest tests take."""


class ParallelScheduler:
    """Run tests on several workers.

    Args:
        work: the tests, each with its rank.
        executor: runs them; started already.
        workers: the names of its workers.
        account: begins and ends groups.
        emit: takes the events; without any, tells those that wait for others to follow.
        later: takes events that need not be told before others follow.
        lessor: knows what each test holds.
        interrupts: says when to stop.
        casualties: reports what workers died of; sees all events.
        wait: seconds that a claim may wait; None for as long as it takes.
        failfast: whether no test is to start after the first that is not good.
        warm_first: see `SchedulingPolicy`.
        pass_on: whether a test may have what another test of the run had, without that being given back between.
    """

    def __init__(
        self,
        work: Iterable[Work],
        executor: Executor,
        workers: Sequence[str],
        account: Account,
        emit: Callable[..., None],
        later: Callable[[Event], None],
        lessor: Lessor,
        interrupts: Interrupts,
        casualties: Casualties,
        *,
        wait: float | None = None,
        failfast: bool = False,
        warm_first: bool = True,
        pass_on: bool = True,
    ) -> None:
        self._executor = executor
        self._account = account
        self._emit = emit
        self._lessor = lessor
        self._interrupts = interrupts
        self._casualties = casualties
        self._failfast = failfast
        self._warm_first = warm_first
        self._roster = Roster(workers)
        self._backlog = Backlog(work)
        self._broker = Broker(lessor.open, wait=wait, wake=executor.wake, on_waiting=self._on_waiting)
        self._spares = Spares(lessor, self._broker, self._backlog, active=pass_on)
        # With failfast the end of a test must be known before the next is chosen.
        self._started = StartedTests(
            account, emit, emit if failfast else later, lessor, self._broker, self._spares, casualties
        )
        self._queueing = Queueing(self._broker, self._backlog, self._roster, self._started, emit)
        self._lost = LostWorkers(
            executor, self._roster, self._backlog, self._started, casualties, account, lessor, emit
        )
        self._again = False
        # Seconds that a plain test takes, as far as the last batches tell.
        self._pace = _QUICK

    @property
    def workers(self) -> Sequence[str]:
        """Give the names of the workers that have nothing to do."""
        return tuple(self._roster.idle)

    def run(self) -> None:
        """Run until no test is left, or the run is to stop.

        Raises:
            KeyboardInterrupt: somebody wants to leave at once.
            RotestError: no worker is left.
        """
        told = False
        try:
            while True:
                if not self._stopping:
                    self._issue()
                elif self._interrupts.requested and not told:
                    told = True
                    self._interrupts.announce(self._emit)
                    self._executor.interrupt()
                if not self._roster.busy and (self._stopping or not (self._queueing or self._left)):
                    return
                self._spares.release()
                # Workers had what they wait for before anything was written.
                self._emit()
                for report in self._executor.wait(self._queueing.pause):
                    self._settle(report)
                for answer, work in self._queueing.take_answers():
                    self._heed(answer, work)
        finally:
            self._broker.close()
            self._queueing.close(interrupted=self._interrupts.requested)
            self._spares.release()

    @property
    def _stopping(self) -> bool:
        return self._interrupts.requested or (self._failfast and not self._account.good)

    @property
    def _left(self) -> bool:
        return bool(self._backlog) or any(work.tests for work in self._roster.bound.values())

    def _on_waiting(self, test: int, reason: str) -> None:
        self._queueing.on_waiting(test, reason)

    # What goes next

    def _issue(self) -> None:
        """Hand out all that can run now, then let claims wait for as many workers as are left."""
        self._again = True
        while self._again:
            self._again = False
            self._queueing.reconsider()
            for worker in tuple(self._roster.idle):
                if self._stopping or len(self._roster.idle) <= self._queueing.committed:
                    break
                self._give_work(worker)
        self._spares.release()
        self._queueing.shorten()
        if not self._stopping:
            self._queueing.lengthen()

    def _give_work(self, worker: str) -> None:
        """Let an idle worker run what goes first of all that can be had now, if there is any."""
        bound = self._roster.bound.get(worker)
        if bound is not None:
            self._try(worker, queue_of(bound), bound)
            return
        heads = self._backlog.heads()
        for frugal in (True, False) if self._warm_first else (False,):
            for key, work in heads:
                # What could not be had has come to its end meanwhile.
                if work.tests and self._try(worker, key, work, frugal=frugal):
                    return

    def _try(self, worker: str, key: Hashable, work: Work, *, frugal: bool = False) -> bool:
        """Let a worker run the next tests of some work; return False if they cannot run now.

        Args:
            worker: an idle worker.
            key: of the queue that the work waits in.
            work: what to run.
            frugal: whether to leave alone for now what would have to initialize several resources.
        """
        if is_plain(work.tests[0]):
            self._hand_out_plain(worker, work)
            return True
        if self._queueing.holds_up(key, work):
            return False
        test = work.tests[0]
        requests = leased_requests(test)
        try:
            if not requests:
                return self._begin(worker, work, None)
            passed = self._spares.claim(key, requests)
            if passed is not None:
                return self._begin(worker, work, passed, passed_on=True)
            demands = self._broker.demands(requests)
            if frugal and len(demands) > 1 and self._broker.cold(demands) > 1:
                return False
            reach = 0
            for demand in demands:
                reach |= demand.pool.reach
            self._spares.withdraw(reach)
            ours = self._broker.in_our_hands(demands)
            allocation = None if ours else self._broker.try_now(test)
        except Exception as error:
            self._give_up(worker, work, error)
            return False
        if allocation is None:
            self._queueing.refuse(key, reach, ours=ours)
            return False
        return self._begin(worker, work, allocation)

    def _hand_out_plain(self, worker: str, work: Work) -> None:
        """Hand out many tests that need nothing: one by one would cost more than most of them."""
        if work.together and self._roster.bound.get(worker) is not work:
            self._backlog.drop(work)
            self._roster.bind(worker, work)
        if work.together:
            most = len(work.tests)  # nobody else may run them
        else:
            fair = self._backlog.plain // (2 * self._roster.size)
            most = max(1, min(fair, int(2 * _PATIENCE / self._pace)))
        tests = self._backlog.take_plain(work, most, _PATIENCE)
        groups: dict[Group, None] = {}
        for test in tests:
            groups[test.group] = None
        for group in groups:
            self._account.begin(group)
        self._hand(worker, work, tuple([test.number for test in tests]), None)

    def _begin(
        self, worker: str, work: Work, allocation: Allocation | None, *, passed_on: bool = False
    ) -> bool:
        """Start a test that has what it needs."""
        test = work.tests[0]
        if not work.together or self._roster.bound.get(worker) is not work:
            self._backlog.drop(work)
        if work.together:
            self._roster.bind(worker, work)
        work.tests.popleft()
        equipped = self._started.begin(test, worker)
        resources: tuple[LeasedResource, ...] = ()
        try:
            if passed_on and allocation is not None:
                self._broker.pass_on(test.number, allocation)
                resources = self._lessor.take_over(test.number, leased_requests(test), allocation, test.id)
            elif allocation is not None:
                resources = self._lessor.take(test.number, allocation, test.id)
            self._hand(worker, work, (test.number,), resources)
        except Exception as error:
            self._started.end(equipped, error)
            self._put_back(work)
            self._again = True
            return False
        return True

    def _hand(
        self,
        worker: str,
        work: Work,
        numbers: tuple[int, ...],
        resources: tuple[LeasedResource, ...] | None,
    ) -> None:
        following = work.tests[0].number if work.together and work.tests else None
        patience = 0.0 if work.together else _PATIENCE
        assignment = Assignment(
            numbers, resources, following, work.together and not work.tests, patience=patience
        )
        self._executor.assign(worker, assignment)
        self._roster.begin(worker, work)

    def _give_up(self, worker: str, work: Work, error: Exception) -> None:
        """End a test that cannot be had what it needs."""
        test = work.tests[0]
        self._backlog.drop(work)
        work.tests.popleft()
        self._started.end(self._started.begin(test, worker), error)
        self._put_back(work)
        self._again = True

    def _put_back(self, work: Work) -> None:
        """Let the rest of some work be run, whose next test ended before it began."""
        if not work.tests:
            self._roster.release(work)
        elif work not in self._roster.bound.values() and work not in self._backlog:
            self._backlog.put_back(work)

    # What is done

    def _heed(self, answer: Answer, work: Work) -> None:
        """Start a test that has what it waited for."""
        number = answer.waiting.test.number
        committed = self._queueing.is_committed(number)
        worker = self._roster.for_work(work)
        if answer.error is not None:
            self._give_up(worker or "", work, answer.error)
        elif answer.allocation is None:
            return
        elif worker is None or (self._stopping and not committed):
            self._broker.give_back(number, answer.allocation)
        else:
            self._begin(worker, work, answer.allocation)

    def _settle(self, report: Report) -> None:
        """Give back what a test had, and end it; batches need no more than their numbers."""
        if report.lost:
            self._lost.bury(report)
            return
        work, begun = self._roster.end(report.worker)
        numbers = report.assignment.tests
        equipped = self._started.get(numbers[0])
        if equipped is not None:
            if report.left:
                equipped.result.report(Outcome.SKIPPED, STOPPED)
            equipped.result.take_over(report.outcome, report.cause)
            self._started.end(equipped, None, report.dirty)
        else:
            self._settle_plain(report, work)
            self._pace = (self._pace + (perf_counter() - begun) / max(1, len(numbers) - report.left)) / 2
        if work is not None and work.together and not work.tests:
            self._roster.release(work)

    def _settle_plain(self, report: Report, work: Work | None) -> None:
        """Count the tests of a batch; those that were not begun are to be handed out again."""
        numbers = report.assignment.tests
        ended = len(numbers) - report.left
        tests = [self._casualties.test(number) for number in numbers]
        counts: dict[Group, int] = {}
        for test in tests[:ended]:
            counts[test.group] = counts.get(test.group, 0) + 1
        for group, count in counts.items():
            self._account.settle(group, count)
        together = work is not None and work.together
        self._backlog.return_plain(tests[ended:], work if together else None)
