"""Keep several workers busy: which test runs next, on which of them."""

from __future__ import annotations

from collections import deque
from itertools import islice
from time import perf_counter, time
from typing import TYPE_CHECKING

from rotest_core.errors import RotestError
from rotest_core.events import InformationAdded, ResourceWaiting, TestFinished
from rotest_core.execution.broker import Broker, leased_requests
from rotest_core.execution.casualties import Casualties
from rotest_core.execution.result import Result
from rotest_core.execution.scheduler import Equipped
from rotest_core.execution.stage import NO_RESOURCES
from rotest_core.execution.work import Work, is_plain
from rotest_core.execution.worker import started_event
from rotest_core.plugin.protocols.executor import Assignment

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from rotest_core.allocation.leases import Allocation
    from rotest_core.events import Event
    from rotest_core.execution.account import Account
    from rotest_core.execution.interrupts import Interrupts
    from rotest_core.execution.lessor import Lessor
    from rotest_core.execution.tree import PlannedTest
    from rotest_core.plugin.protocols.executor import Executor, LeasedResource, Report

_BATCH = 0.02
"""Seconds that a batch of plain tests should take: handing it out costs less than a hundredth of that."""

_LOOK_AGAIN = 0.25
"""Seconds after which what others held, and no claim waits for, is tried again."""

_PLAIN = "plain"
"""Where work waits whose next test needs no resource."""


class ParallelScheduler:
    """Run tests on several workers.

    Args:
        work: the tests, each with its rank.
        executor: runs them; started already.
        workers: the names of its workers.
        account: begins and ends groups.
        emit: takes the events.
        lessor: knows what each test holds.
        interrupts: says when to stop.
        casualties: reports what workers died of; sees all events.
        wait: seconds that a claim may wait; None for as long as it takes.
        failfast: whether no test is to start after the first that is not good.
    """

    def __init__(
        self,
        work: Iterable[Work],
        executor: Executor,
        workers: Sequence[str],
        account: Account,
        emit: Callable[[Event], None],
        lessor: Lessor,
        interrupts: Interrupts,
        casualties: Casualties,
        *,
        wait: float | None = None,
        failfast: bool = False,
    ) -> None:
        self._executor = executor
        self._idle = deque(workers)
        self._workers = len(workers)
        self._account = account
        self._emit = emit
        self._lessor = lessor
        self._interrupts = interrupts
        self._casualties = casualties
        self._failfast = failfast
        self._broker = Broker(lessor.open, wait=wait, wake=executor.wake, on_waiting=self._on_waiting)
        # Tests that were told to have started while their claims wait.
        self._committed: set[int] = set()
        self._again = False

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
                if self._stopping:
                    if self._interrupts.requested and not told:
                        told = True
                        self._interrupts.announce(self._emit)
                        self._executor.interrupt()
                else:
                    self._issue()
                if not self._running and (self._stopping or not (self._waiting or self._left)):
                    return
                for report in self._executor.wait(_LOOK_AGAIN if self._refused else None):
                    self._settle(report)
                self._take_answers()
                self._refused.clear()
        finally:
            self._broker.close()

    @property
    def _stopping(self) -> bool:
        return self._interrupts.requested or (self._failfast and not self._account.good)

    @property
    def _left(self) -> bool:
        return any(self._queues.values()) or any(work.tests for work in self._bound.values())

    def _issue(self) -> None:
        """Hand out all that can run now, then let claims wait for as many workers as are left."""
        self._again = True
        while self._again:
            self._again = False
            for worker in tuple(self._idle):
                if self._stopping or len(self._idle) <= len(self._committed):
                    break
                assignment = self._choose(worker)
                if assignment is not None:
                    self._idle.remove(worker)
                    self._assign(worker, assignment)
        waiting = [
            number
            for number, claim in self._broker.waiting.items()
            if claim.wanted and number not in self._committed
        ]
        for number in waiting[len(self._idle) - len(self._committed) :]:
            self._broker.withdraw(number)
        if self._refused and not self._stopping:
            self._let_wait()

    def _choose(self, worker: str) -> Assignment | None:
        bound = self._bound.get(worker)
        if bound is not None:
            return self._start(worker, bound)
        heads = sorted((queue[0] for queue in self._queues.values() if queue), key=lambda work: work.rank)
        for work in heads:
            assignment = self._start(worker, work)
            if assignment is not None:
                return assignment
        return None

    def _start(self, worker: str, work: Work) -> Assignment | None:
        """Prepare the next tests of some work for a worker; None if they cannot run now."""
        test = work.tests[0]
        if is_plain(test):
            return self._batch(worker, work)
        key = self._queue_of(work)
        if test.number in self._waiting or key in self._refused:
            return None
        requests = leased_requests(test)
        try:
            if not requests:
                return self._begin(worker, work, None)
            demands = self._broker.demands(requests)
            allocation = None if self._broker.in_our_hands(demands) else self._broker.try_now(test)
        except Exception as error:
            self._give_up(worker, work, error)
            return None
        if allocation is None:
            self._refused.add(key)
            return None
        return self._begin(worker, work, allocation)

    def _batch(self, worker: str, work: Work) -> Assignment:
        """Take tests of one group that need nothing: handing them out one by one would cost more than most."""
        first = work.tests[0]
        self._account.begin(first.group)
        self._take(worker, work)
        size = self._batch_size(first, len(work.tests))
        numbers: list[int] = []
        while work.tests and len(numbers) < size:
            test = work.tests[0]
            if test.group is not first.group or not is_plain(test):
                break
            numbers.append(work.tests.popleft().number)
        self._plain -= len(numbers)
        return self._handed(worker, work, tuple(numbers), None)

    def _batch_size(self, test: PlannedTest, left: int) -> int:
        done, seconds = self._pace.get(test.group.number, (0, 0.0))
        if not done:
            return 1
        fair = self._plain // (2 * self._workers) + 1
        return max(1, min(left, fair, int(_BATCH * done / max(seconds, 1e-9))))

    def _begin(self, worker: str, work: Work, allocation: Allocation | None) -> Assignment | None:
        """Start a test that has what it needs."""
        test = work.tests[0]
        self._take(worker, work)
        work.tests.popleft()
        equipped = self._tell_start(test, worker)
        resources: tuple[LeasedResource, ...] = ()
        try:
            if allocation is not None:
                resources = self._lessor.take(test.number, allocation, test.id)
        except Exception as error:
            self._end(equipped, error)
            self._again = True
            return None
        return self._handed(worker, work, (test.number,), resources)

    def _handed(
        self,
        worker: str,
        work: Work,
        numbers: tuple[int, ...],
        resources: tuple[LeasedResource, ...] | None,
    ) -> Assignment:
        self._running[worker] = (work, perf_counter())
        if work.tests or not work.together:
            if not work.tests and not work.together:
                self._drop(work)
            following = work.tests[0].number if work.together and work.tests else None
            return Assignment(numbers, resources, following)
        self._bound.pop(worker, None)
        return Assignment(numbers, resources, closing=True)

    def _take(self, worker: str, work: Work) -> None:
        """Bind what shares a fixture to a worker; take a single test out of its queue."""
        if work.together and self._bound.get(worker) is not work:
            self._drop(work)
            self._bound[worker] = work
        elif not work.together and len(work.tests) == 1:
            self._drop(work)

    def _drop(self, work: Work) -> None:
        for queue in self._queues.values():
            if queue and queue[0] is work:
                queue.popleft()
                return
        for queue in self._queues.values():
            if work in queue:
                queue.remove(work)
                return

    def _queue_of(self, work: Work) -> Hashable:
        test = work.tests[0]
        if is_plain(test):
            return _PLAIN
        return tuple(request.bound("") for request in leased_requests(test))

    def _tell_start(self, test: PlannedTest, worker: str) -> Equipped:
        equipped = self._equipped.get(test.number)
        if equipped is None:
            self._account.begin(test.group)
            result = Result(self._emit)
            result.begin(test.number)
            equipped = self._equipped[test.number] = Equipped(test, result)
            self._emit(started_event(test, worker))
        return equipped

    def _assign(self, worker: str, assignment: Assignment) -> None:
        try:
            self._executor.assign(worker, assignment)
        except RotestError as error:
            del self._running[worker]
            self._idle.append(worker)
            self._end(self._equipped[assignment.tests[0]], error)
            self._again = True

    def _give_up(self, worker: str, work: Work, error: Exception) -> None:
        """End a test that cannot be had what it needs."""
        test = work.tests[0]
        self._drop(work)
        work.tests.popleft()
        self._end(self._tell_start(test, worker), error)
        if not work.tests:
            self._bound = {name: bound for name, bound in self._bound.items() if bound is not work}
        elif work not in self._bound.values():
            self._put_back(work)
        self._again = True

    def _put_back(self, work: Work) -> None:
        queue = self._queues.setdefault(self._queue_of(work), deque())
        queue.appendleft(work)

    # Claims that wait

    def _let_wait(self) -> None:
        """Let as many claims wait as there are workers for them, none for what could serve only another."""
        room = len(self._idle) - sum(claim.wanted for claim in self._broker.waiting.values())
        for work in self._refused_work():
            if room <= 0:
                return
            test = work.tests[0]
            waiting = self._broker.waiting.get(test.number)
            if waiting is not None:
                room -= not waiting.wanted
                waiting.wanted = True
                continue
            try:
                demands = self._broker.demands(leased_requests(test))
            except RotestError:
                continue  # it is told when the claim is tried again
            if self._broker.may_wait(demands):
                room -= 1
                self._waiting[test.number] = work
                if not self._running and not self._committed:
                    # Nothing else goes on, so this is what people who look on should see.
                    self._committed.add(test.number)
                    self._tell_start(test, self._idle[0])
                self._broker.queue(test, demands)

    def _refused_work(self) -> list[Work]:
        queued = [
            work
            for key, queue in self._queues.items()
            if key in self._refused
            for work in islice(queue, len(self._idle))
        ]
        bound = [
            self._bound[worker]
            for worker in self._idle
            if worker in self._bound and self._queue_of(self._bound[worker]) in self._refused
        ]
        return sorted((*queued, *bound), key=lambda work: work.rank)

    def _on_waiting(self, test: int, reason: str) -> None:
        if test in self._committed:
            self._emit(ResourceWaiting(time(), test, reason))

    def _take_answers(self) -> None:
        for answer in self._broker.answers():
            number = answer.waiting.test.number
            work = self._waiting.pop(number)
            committed = number in self._committed
            self._committed.discard(number)
            worker = self._worker_for(work)
            if answer.error is not None:
                self._give_up(worker or "", work, answer.error)
            elif answer.allocation is None:
                continue
            elif worker is None or (self._stopping and not committed):
                self._broker.give_back(number, answer.allocation)
            else:
                self._idle.remove(worker)
                assignment = self._begin(worker, work, answer.allocation)
                if assignment is None:
                    self._idle.append(worker)
                else:
                    self._assign(worker, assignment)

    def _worker_for(self, work: Work) -> str | None:
        for worker in self._idle:
            if self._bound.get(worker) is work:
                return worker
        if work in self._bound.values():
            return None
        return next((worker for worker in self._idle if worker not in self._bound), None)

    # What is done

    def _settle(self, report: Report) -> None:
        """Give back what a test had, and end it; batches need no more than their number."""
        if report.lost:
            self._bury(report)
            return
        _, begun = self._running.pop(report.worker)
        self._idle.append(report.worker)
        numbers = report.assignment.tests
        equipped = self._equipped.get(numbers[0])
        if equipped is not None:
            self._close(equipped, report)
            return
        group = self._casualties.test(numbers[0]).group
        done, seconds = self._pace.get(group.number, (0, 0.0))
        self._pace[group.number] = (done + len(numbers), seconds + perf_counter() - begun)
        self._account.settle(group, len(numbers))

    def _close(self, equipped: Equipped, report: Report) -> None:
        equipped.result.take_over(report.outcome, report.cause)
        self._end(equipped, None, report.dirty)

    def _end(self, equipped: Equipped, error: Exception | None, dirty: Iterable[str] = ()) -> None:
        """Release what a test holds, and tell that it is over."""
        test, result = equipped.test, equipped.result
        if error is not None:
            result.report_error(error)
        if test.kind == "flow":
            self._casualties.end_parts(test, None if error is None else NO_RESOURCES)
        try:
            for loss in self._lessor.settle(test, frozenset(dirty)):
                result.report_error(loss)
        except Exception as problem:
            result.report_error(problem)
        self._broker.settled(test.number)
        del self._equipped[test.number]
        test.drop_case()
        duration = perf_counter() - equipped.begun
        self._emit(TestFinished(time(), test.number, result.outcome, duration, result.cause))
        self._account.settle(test.group, 1)

    def _bury(self, report: Report) -> None:
        """Report what a worker died of, have its test's resources finalized, and go on with another."""
        if report.worker in self._idle:
            self._idle.remove(report.worker)
        work, _ = self._running.pop(report.worker, (None, 0.0))
        self._workers -= not report.successor
        bound = self._bound.pop(report.worker, None)
        numbers = report.assignment.tests
        equipped = self._equipped.get(numbers[0]) if numbers else None
        if equipped is None:
            left = self._casualties.report(report)
            if numbers:
                group = self._casualties.test(numbers[0]).group
                self._account.settle(group, len(numbers) - len(left))
            if work is not None and left:
                work.tests.extendleft(reversed(left))
        elif report.assignment.rescue:
            self._emit(InformationAdded(time(), numbers[0], f"clean-up was given up: {report.lost}"))
            self._end(equipped, None, [resource.request for resource in report.assignment.resources or ()])
        else:
            self._casualties.blame(equipped.result, report)
        self._hand_on(report, bound if bound is not None else work)
        if equipped is not None and not report.assignment.rescue:
            self._rescue(equipped, report)
        if not self._workers and (self._left or self._waiting):
            raise RotestError(f"no worker is left to run tests on: {report.lost}")

    def _hand_on(self, report: Report, work: Work | None) -> None:
        """Give what a worker would have run next to its successor, or to anybody."""
        if report.successor:
            self._idle.append(report.successor)
        if work is None or not work.tests:
            return
        if work.together and report.successor:
            self._bound[report.successor] = work
        elif not any(work in queue for queue in self._queues.values()):
            self._put_back(work)

    def _rescue(self, equipped: Equipped, report: Report) -> None:
        resources = report.assignment.resources
        names = frozenset(resource.request for resource in resources or ())
        if not resources or not report.successor:
            self._end(equipped, None, names)
            return
        self._idle.remove(report.successor)
        self._running[report.successor] = (Work((), together=False), perf_counter())
        self._executor.assign(report.successor, Assignment(report.assignment.tests, resources, rescue=True))
