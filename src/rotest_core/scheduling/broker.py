"""Lease for many tests of one run at once, without asking for more than the run can use."""

from __future__ import annotations

import threading
from collections import deque
from functools import cached_property
from typing import TYPE_CHECKING

from rotest_core.errors import ClaimTimeoutError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rotest_core.allocation.board import Board, Demand
    from rotest_core.allocation.leases import Allocation, Leases
    from rotest_core.allocation.records import Records
    from rotest_core.model.request import Request
    from rotest_core.model.resource import AnyResource
    from rotest_core.planning.tree import PlannedTest
    from rotest_core.plugin.protocols.locks import Candidate, Lease


class Waiting:
    """Hold a claim that waits.

    Attributes:
        test: the test that it is for.
        demands: what it asks for.
        wanted: whether it may still be granted.
        reasons: why it waited, one line after the other.
    """

    __slots__ = ("demands", "reasons", "test", "wanted")

    def __init__(self, test: PlannedTest, demands: Sequence[Demand]) -> None:
        self.test: PlannedTest = test
        self.demands: Sequence[Demand] = demands
        self.wanted: bool = True
        self.reasons: list[str] = []


class Answer:
    """Tell what became of a claim that waited.

    Attributes:
        waiting: the claim.
        allocation: what was granted; None if nothing was.
        error: why nothing was granted; None also for a claim that was withdrawn.
    """

    __slots__ = ("allocation", "error", "waiting")

    def __init__(
        self, waiting: Waiting, allocation: Allocation | None = None, error: Exception | None = None
    ) -> None:
        self.waiting: Waiting = waiting
        self.allocation: Allocation | None = allocation
        self.error: Exception | None = error


class Broker:
    """Know what the run itself holds, try what others may hold, and wait for several claims at a time.

    Everything but the waiting itself is for one thread only.

    Args:
        open_leases: gives the leases of the run.
        wait: seconds that a claim may wait; None for as long as it takes.
        wake: called, from any thread, when there is an answer.
        on_waiting: told, from any thread, why a claim waits.
    """

    def __init__(
        self,
        open_leases: Callable[[], Leases],
        *,
        wait: float | None,
        wake: Callable[[], None],
        on_waiting: Callable[[int, str], None],
    ) -> None:
        self._open_leases = open_leases
        self._wait = wait
        self._wake = wake
        self._on_waiting = on_waiting
        self._taken: dict[int, list[tuple[int, bool]]] = {}
        self._found: dict[int, tuple[Sequence[Candidate], ...]] = {}
        self._freed = 0
        # Bits of the records that a test of this run set up and left as they should be.
        self._warm = 0
        self._answers: deque[Answer] = deque()
        self.waiting: dict[int, Waiting] = {}

    # What these need is loaded with the first test that asks for something: plain tests do without.

    @cached_property
    def _records(self) -> Records:
        from rotest_core.allocation.records import Records

        return Records()

    @cached_property
    def _board(self) -> Board:
        return self._empty_board()

    def _empty_board(self) -> Board:
        from rotest_core.allocation.board import Board

        return Board(self._records.capacity)

    def demands(self, requests: Sequence[Request[AnyResource]]) -> list[Demand]:
        """Return what a claim asks for, in terms of records."""
        from rotest_core.allocation.board import Demand

        leases = self._open_leases()
        found: list[Demand] = []
        for request in requests:
            candidates = leases.candidates(request)
            self._records.learn(candidates)
            found.append(Demand(self._records.pool(candidates), request.exclusive))
        return found

    def in_our_hands(self, demands: Sequence[Demand]) -> bool:
        """Tell whether it is this run's own tests that stand in the way of a claim."""
        from rotest_core.allocation.assignment import assign

        return assign(demands, self._board) is None and assign(demands, self._empty_board()) is not None

    def cold(self, demands: Sequence[Demand]) -> int:
        """Tell how many of the records that a claim would get now were not set up by a test of this run."""
        from rotest_core.allocation.assignment import open_records

        return sum(not open_records(demand, self._board) & self._warm for demand in demands)

    def try_now(self, test: PlannedTest) -> Allocation | None:
        """Lease what a test declares if it can be had now.

        Raises:
            ClaimError: it can never be had.
        """
        try:
            allocation = self._open_leases().acquire(leased_requests(test), label=test.id, wait=0, within=())
        except ClaimTimeoutError:
            return None
        self._count(test.number, allocation)
        return allocation

    def may_wait(self, demands: Sequence[Demand]) -> bool:
        """Tell whether a claim could be granted along with all that wait, without what this run holds."""
        from rotest_core.allocation.assignment import assign

        together = [
            demand for waiting in self.waiting.values() if waiting.wanted for demand in waiting.demands
        ]
        return assign([*together, *demands], self._board) is not None

    def queue(self, test: PlannedTest, demands: Sequence[Demand]) -> None:
        """Let a claim wait; see `answers`."""
        waiting = self.waiting[test.number] = Waiting(test, demands)
        threading.Thread(
            target=self._acquire, args=(waiting,), daemon=True, name=f"claim of {test.id}"
        ).start()

    def withdraw(self, test: int) -> None:
        """Let a claim wait no longer; its answer will come without a grant."""
        self.waiting[test].wanted = False

    def answers(self) -> list[Answer]:
        """Return what became of claims that waited, since the last call."""
        given: list[Answer] = []
        while self._answers:
            answer = self._answers.popleft()
            del self.waiting[answer.waiting.test.number]
            if answer.allocation is not None:
                self._count(answer.waiting.test.number, answer.allocation)
            given.append(answer)
        return given

    def settled(self, test: int, *, good: bool) -> None:
        """Take note that what a test held is released.

        Args:
            test: its number.
            good: whether all of it was set up, and is as it should be.
        """
        records = 0
        self._found.pop(test, None)
        for record, exclusive in self._taken.pop(test, ()):
            self._board.give(record, exclusive)
            records |= 1 << record
        self._freed |= records
        self._warm = self._warm | records if good else self._warm & ~records

    def found(self, test: int) -> tuple[Sequence[Candidate], ...]:
        """Return, for each request of a test, the records that could serve it when it was leased."""
        return self._found.get(test, ())

    def held(self, test: int) -> int:
        """Return the bits of the records that a test holds."""
        records = 0
        for record, _ in self._taken.get(test, ()):
            records |= 1 << record
        return records

    def pass_on(self, test: int, allocation: Allocation) -> None:
        """Take note that a test holds what another held before."""
        self._count(test, allocation)

    def take_freed(self) -> int:
        """Return the bits of the records that were released since the last call."""
        freed, self._freed = self._freed, 0
        return freed

    def give_back(self, test: int, allocation: Allocation) -> None:
        """Release what was granted in vain."""
        self._open_leases().release(allocation)
        self.settled(test, good=False)

    def close(self) -> None:
        """Withdraw all claims that wait."""
        for waiting in self.waiting.values():
            waiting.wanted = False

    def _acquire(self, waiting: Waiting) -> None:
        from rotest_core.allocation.leases import ClaimWithdrawn

        test = waiting.test

        def on_waiting(reason: str) -> None:
            waiting.reasons.append(reason)
            self._on_waiting(test.number, reason)

        try:
            allocation = self._open_leases().acquire(
                leased_requests(test),
                label=test.id,
                wait=self._wait,
                on_waiting=on_waiting,
                within=(),
                wanted=lambda: waiting.wanted,
            )
        except ClaimWithdrawn:
            answer = Answer(waiting)
        except Exception as error:
            answer = Answer(waiting, error=error)
        else:
            answer = Answer(waiting, allocation)
        self._answers.append(answer)
        self._wake()

    def _count(self, test: int, allocation: Allocation) -> None:
        candidates = self._open_leases().candidates
        self._found[test] = tuple([candidates(entry.request) for entry in allocation.entries])
        taken = self._taken.setdefault(test, [])
        for entry in allocation.entries:
            leases: tuple[Lease | None, ...] = (entry.lease, *entry.parts)
            for lease in leases:
                if lease is not None:
                    record = self._records.number(lease.key)
                    self._board.take(record, lease.exclusive)
                    taken.append((record, lease.exclusive))


def leased_requests(test: PlannedTest) -> list[Request[AnyResource]]:
    """Return what has to be leased for a test, services left out."""
    return [request for request in test.requests if not request.is_service]
