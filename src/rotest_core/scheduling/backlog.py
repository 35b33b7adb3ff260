"""What is left to do, and what of it goes first."""

from __future__ import annotations

from collections import deque

from rotest_core.scheduling.broker import leased_requests
from rotest_core.scheduling.work import Work, is_plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable

    from rotest_core.planning.tree import PlannedTest

_PLAIN = "plain"
"""Where work waits whose next test needs no resource."""


class Backlog:
    """Hold work that nobody has begun, or that was begun and put back.

    What asks for the same resources waits in one queue, in the order of its rank: where the first of it cannot have
    what it asks for, the others need not be tried.

    Args:
        work: the tests, each with its rank.

    Attributes:
        plain: how many of the tests need no resource, those that were handed out not counted.
    """

    def __init__(self, work: Iterable[Work]) -> None:
        self.plain: int = 0
        self._queues: dict[Hashable, deque[Work]] = {}
        self._waiting: list[tuple[Hashable, deque[Work]]] = []
        for part in sorted(work, key=_rank):
            self._queue(queue_of(part)).append(part)
            self.plain += _plain_tests(part)

    def __bool__(self) -> bool:
        return any(queue for _, queue in self._waiting)

    def __contains__(self, work: Work) -> bool:
        return any(work in queue for _, queue in self._waiting)

    def heads(self) -> list[tuple[Hashable, Work]]:
        """Return the first work of each queue, with the queue's key, in the order of their ranks."""
        self._waiting = [entry for entry in self._waiting if entry[1]]
        if len(self._waiting) > 1:
            self._waiting.sort(key=_rank_of_head)  # it is nearly in order from the last time
        return [(key, queue[0]) for key, queue in self._waiting]

    def queued(self, key: Hashable) -> Collection[Work]:
        """Return all work of a queue, the first first."""
        return self._queues.get(key, ())

    def drop(self, work: Work) -> None:
        """Take work out of its queue."""
        for _, queue in self._waiting:
            if queue and queue[0] is work:
                queue.popleft()
                return
        for _, queue in self._waiting:
            if work in queue:
                queue.remove(work)
                return

    def put_back(self, work: Work) -> None:
        """Let work go next that was taken out."""
        self._queue(queue_of(work)).appendleft(work)

    def return_plain(self, tests: Iterable[PlannedTest], work: Work | None) -> None:
        """Let plain tests go next that were handed out and not run.

        Args:
            tests: the tests, in their order.
            work: the work that they are of, where it is bound to a worker; None where anybody may run them.
        """
        returned = list(tests)
        if not returned:
            return
        self.plain += len(returned)
        if work is not None:
            work.tests.extendleft(reversed(returned))
        else:
            self.put_back(Work(returned, together=False))

    def take_plain(self, work: Work, most: int, seconds: float) -> list[PlannedTest]:
        """Take plain tests from the front of some work, and of what follows it where anybody may run that.

        Args:
            work: where to begin; it is taken out of its queue when nothing is left of it.
            most: how many at most.
            seconds: how long they may be expected to take, where that is known.
        """
        taken: list[PlannedTest] = []
        while True:
            while work.tests and len(taken) < most and is_plain(work.tests[0]):
                test = work.tests.popleft()
                taken.append(test)
                seconds -= work.known.get(test.number, 0.0)
                if seconds <= 0:
                    most = len(taken)
            if work.together or work.tests:
                break
            self.drop(work)
            queue = self._queues[_PLAIN]
            if len(taken) >= most or not queue or queue[0].together:
                break
            work = queue[0]
        self.plain -= len(taken)
        return taken

    def _queue(self, key: Hashable) -> deque[Work]:
        queue = self._queues.get(key)
        if queue is None:
            queue = self._queues[key] = deque()
        if not queue:
            self._waiting = [entry for entry in self._waiting if entry[1] is not queue]
            self._waiting.append((key, queue))
        return queue


def queue_of(work: Work) -> Hashable:
    """Tell what the next test of some work asks for."""
    test = work.tests[0]
    if is_plain(test):
        return _PLAIN
    return tuple(request.bound("") for request in leased_requests(test))


def _rank(work: Work) -> tuple[float, ...]:
    return work.rank


def _rank_of_head(entry: tuple[Hashable, deque[Work]]) -> tuple[float, ...]:
    return entry[1][0].rank


def _plain_tests(work: Work) -> int:
    if work.together:
        return sum(map(is_plain, work.tests))
    return len(work.tests) if is_plain(work.tests[0]) else 0
