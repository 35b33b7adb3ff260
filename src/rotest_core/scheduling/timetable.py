"""Work out what would run when, and what no schedule could beat."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from rotest_core.allocation.assignment import assign
from rotest_core.allocation.board import Board, Demand
from rotest_core.allocation.records import Records
from rotest_core.quick_typing import NamedTuple
from rotest_core.scheduling.work import Work, is_plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rotest_core.allocation.leases import Leases
    from rotest_core.planning.tree import PlannedTest


class Slot(NamedTuple):
    """Place work on a worker.

    Args:
        start: seconds from the start of the run.
        duration: how long it is expected to take.
        worker: number of the worker, from 1.
        tests: the ids of its tests.
        records: the records that it holds, as ``type/name``.
    """

    start: float
    duration: float
    worker: int
    tests: tuple[str, ...]
    records: tuple[str, ...]


class Timetable(NamedTuple):
    """Hold what would run when.

    Args:
        slots: by their start.
        bound: seconds that no schedule could beat, with these durations.
        bottleneck: what the bound comes from.
    """

    slots: tuple[Slot, ...]
    bound: float
    bottleneck: str

    @property
    def makespan(self) -> float:
        """Give the seconds until the last test has ended."""
        return max((slot.start + slot.duration for slot in self.slots), default=0.0)


class Timetables:
    """Make timetables for tests whose resources are all free at first.

    Args:
        leases: knows which records match; needed where tests ask for any.
        expected: what tests are expected to take, in seconds, by number.
    """

    def __init__(self, leases: Leases | None, expected: Mapping[int, float]) -> None:
        self._leases = leases
        self._expected = expected
        self._records = Records()

    def make(self, work: Sequence[Work], workers: int) -> Timetable:
        """Place work as the scheduler would.

        Args:
            work: what is to be done, each part with its rank.
            workers: how many there are.
        """
        jobs = [job for part in sorted(work, key=lambda part: part.rank) for job in self._jobs(part)]
        bound, bottleneck = self._bound(jobs, workers)
        return Timetable(tuple(self._place(jobs, workers)), bound, bottleneck)

    def _place(self, jobs: list[_Job], workers: int) -> list[Slot]:
        idle = list(range(1, workers + 1))
        board = Board(self._records.capacity)
        running: list[tuple[float, int, list[tuple[int, bool]]]] = []
        slots: list[Slot] = []
        now = 0.0
        while jobs or running:
            for job in tuple(jobs):
                chosen = assign(job.demands, board) if idle and job.demands else ()
                if not idle or chosen is None:
                    continue
                jobs.remove(job)
                worker = heapq.heappop(idle)
                taken = list(self._take(job, chosen, board))
                keys = tuple(str(self._records.keys[record]) for record in chosen)
                slots.append(Slot(now, job.duration, worker, job.tests, keys))
                heapq.heappush(running, (now + job.duration, worker, taken))
            if not running:
                break  # what is left can never be had
            now, worker, taken = heapq.heappop(running)
            heapq.heappush(idle, worker)
            for record, exclusive in taken:
                board.give(record, exclusive)
        return slots

    def _take(self, job: _Job, chosen: Sequence[int], board: Board) -> list[tuple[int, bool]]:
        taken: list[tuple[int, bool]] = []
        for demand, record in zip(job.demands, chosen, strict=True):
            footprint = demand.footprint(record)
            for bit in range(footprint.bit_length()):
                if footprint >> bit & 1:
                    board.take(bit, demand.exclusive)
                    taken.append((bit, demand.exclusive))
        return taken

    def _jobs(self, part: Work) -> list[_Job]:
        if part.together:
            first = next((test for test in part.tests if not is_plain(test)), part.tests[0])
            seconds = sum(self._expected[test.number] for test in part.tests)
            return [_Job(tuple(test.id for test in part.tests), seconds, self._demands(first))]
        return [_Job((test.id,), self._expected[test.number], self._demands(test)) for test in part.tests]

    def _demands(self, test: PlannedTest) -> tuple[Demand, ...]:
        demands: list[Demand] = []
        for request in test.requests:
            if not request.is_service and self._leases is not None:
                candidates = self._leases.candidates(request)
                self._records.learn(candidates)
                demands.append(Demand(self._records.pool(candidates), request.exclusive))
        return tuple(demands)

    def _bound(self, jobs: Sequence[_Job], workers: int) -> tuple[float, str]:
        bounds = [
            (sum(job.duration for job in jobs) / workers, f"{workers} workers"),
            (max((job.duration for job in jobs), default=0.0), "the longest test"),
        ]
        for pool in {demand.pool.mask for job in jobs for demand in job.demands}:
            # Each of these keeps at least one unit of these records for itself as long as it runs.
            held = sum(
                job.duration
                for job in jobs
                for demand in job.demands
                if demand.exclusive and not demand.pool.mask & ~pool
            )
            records = [number for number in range(pool.bit_length()) if pool >> number & 1]
            units = sum(self._records.capacity.get(number, 1) for number in records)
            if units:
                names = ", ".join(str(self._records.keys[number]) for number in records)
                bounds.append((held / units, names))
        return max(bounds)


class _Job(NamedTuple):
    tests: tuple[str, ...]
    duration: float
    demands: tuple[Demand, ...]
