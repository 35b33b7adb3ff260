"""Let tests wait for what others hold, as many as there are workers for them."""

from __future__ import annotations

from itertools import islice
from time import monotonic, time

from rotest_core.errors import RotestError
from rotest_core.events import Outcome, ResourceWaiting
from rotest_core.scheduling.backlog import queue_of
from rotest_core.scheduling.broker import leased_requests

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from rotest_core.scheduling.backlog import Backlog
    from rotest_core.scheduling.broker import Answer, Broker
    from rotest_core.scheduling.roster import Roster
    from rotest_core.scheduling.started_tests import StartedTests
    from rotest_core.scheduling.work import Work

STOPPED = "the run was stopped before the test began"
"""Why a test is skipped that was told to have started."""

LOOK_AGAIN = 0.25
"""Seconds after which what others held, and no claim waits for, is tried again."""


class Queueing:
    """Know what was refused, and which tests wait for it.

    Args:
        broker: asks for resources.
        backlog: what is left to do.
        roster: which workers have nothing to do.
        started: tells the start of a test that waits while nothing else goes on.
        emit: takes the events.
    """

    def __init__(
        self,
        broker: Broker,
        backlog: Backlog,
        roster: Roster,
        started: StartedTests,
        emit: Callable[..., None],
    ) -> None:
        self._broker = broker
        self._backlog = backlog
        self._roster = roster
        self._started = started
        self._emit = emit
        self._waiting: dict[int, Work] = {}
        # Tests that were told to have started while their claims wait.
        self._committed: set[int] = set()
        self._reasons: dict[int, str] = {}
        self._ours: dict[Hashable, int] = {}
        self._others: dict[Hashable, int] = {}
        self._looked = monotonic()

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def committed(self) -> int:
        """Tell how many idle workers are to be left to tests that wait and were told to have started."""
        return len(self._committed)

    @property
    def pause(self) -> float | None:
        """Tell how long to wait at most before what was refused is tried again; None for any time."""
        return LOOK_AGAIN if self._others else None

    def is_committed(self, test: int) -> bool:
        """Tell whether a test that waits was told to have started."""
        return test in self._committed

    def holds_up(self, key: Hashable, work: Work) -> bool:
        """Tell whether it is known that some work cannot begin now."""
        return key in self._ours or key in self._others or work.tests[0].number in self._waiting

    def refuse(self, key: Hashable, reach: int, *, ours: bool) -> None:
        """Take note that what a queue asks for cannot be had.

        Args:
            key: of the queue.
            reach: bits of all records that could serve it, or stand in its way.
            ours: whether it is tests of this run that stand in the way.
        """
        (self._ours if ours else self._others)[key] = reach

    def reconsider(self) -> None:
        """Let be tried again what may be had now."""
        freed = self._broker.take_freed()
        if freed:
            self._ours = {key: reach for key, reach in self._ours.items() if not reach & freed}
            self._others = {key: reach for key, reach in self._others.items() if not reach & freed}
        if self._others and monotonic() >= self._looked + LOOK_AGAIN:
            self._looked = monotonic()
            self._others.clear()

    def shorten(self) -> None:
        """Withdraw the claims for which no worker is left, those that were told to wait last first."""
        waiting = [
            number
            for number, claim in self._broker.waiting.items()
            if claim.wanted and number not in self._committed
        ]
        for number in waiting[max(0, len(self._roster.idle) - len(self._committed)) :]:
            self._broker.withdraw(number)

    def lengthen(self) -> None:
        """Let as many claims wait as there are workers for them, none for what could serve only another."""
        room = len(self._roster.idle) - sum(claim.wanted for claim in self._broker.waiting.values())
        for work in self._refused_work():
            if room <= 0:
                return
            room -= self._let_wait(work)

    def take_answers(self) -> Iterator[tuple[Answer, Work]]:
        """Yield what became of claims, each with its work."""
        for answer in self._broker.answers():
            number = answer.waiting.test.number
            yield answer, self._waiting.pop(number)
            self._committed.discard(number)

    def close(self, *, interrupted: bool) -> None:
        """End the tests that wait and were told to have started: the run is over."""
        for number in self._committed:
            equipped = self._started.get(number)
            if equipped is None:
                continue
            if interrupted:
                equipped.result.report_error(KeyboardInterrupt())
            else:
                equipped.result.report(Outcome.SKIPPED, STOPPED)
            self._started.end(equipped)

    def on_waiting(self, test: int, reason: str) -> None:
        """Tell why a claim waits, from any thread; a claim that was withdrawn for a while does not repeat itself."""
        if self._reasons.get(test) != reason:
            self._reasons[test] = reason
            self._emit(ResourceWaiting(time(), test, reason))

    def _let_wait(self, work: Work) -> bool:
        test = work.tests[0]
        waiting = self._broker.waiting.get(test.number)
        if waiting is not None:
            again, waiting.wanted = not waiting.wanted, True
            return again
        try:
            demands = self._broker.demands(leased_requests(test))
        except RotestError:
            return False  # it is told when the claim is tried again
        if not self._broker.may_wait(demands):
            return False
        self._waiting[test.number] = work
        if not self._roster.busy and not self._committed:
            # Nothing else goes on, so this is what people who look on should see.
            self._committed.add(test.number)
            self._started.begin(test, self._roster.idle[0])
            self._emit()
        self._broker.queue(test, demands)
        return True

    def _refused_work(self) -> list[Work]:
        """Return what others stand in the way of, that of highest rank first."""
        if not self._others:
            return []
        idle, bound = self._roster.idle, self._roster.bound
        refused = [work for key in self._others for work in islice(self._backlog.queued(key), len(idle))]
        refused += [
            bound[worker] for worker in idle if worker in bound and queue_of(bound[worker]) in self._others
        ]
        return sorted(refused, key=lambda work: work.rank)
