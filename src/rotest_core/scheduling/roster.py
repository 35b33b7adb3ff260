"""Which workers there are, and what each of them does."""

from __future__ import annotations

from collections import deque
from time import perf_counter

from rotest_core.quick_typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rotest_core.plugin.protocols.executor import Report
    from rotest_core.scheduling.work import Work


class Duty(NamedTuple):
    """Say what a worker is at.

    Args:
        work: what its tests are of; None where it clears up after another worker.
        begun: since when, by `perf_counter`.
    """

    work: Work | None
    begun: float


_NOTHING = Duty(None, 0.0)


class Roster:
    """Know what workers do.

    Args:
        workers: their names.

    Attributes:
        idle: those that have nothing to do, in the order in which they are to be given something.
        bound: what each has begun and must go on with: its tests share fixtures.
        size: how many workers there are.
    """

    def __init__(self, workers: Sequence[str]) -> None:
        self.idle: deque[str] = deque(workers)
        self.bound: dict[str, Work] = {}
        self.size: int = len(workers)
        self._duties: dict[str, Duty] = {}

    @property
    def busy(self) -> bool:
        """Tell whether any worker has something to do."""
        return bool(self._duties)

    def begin(self, worker: str, work: Work | None) -> None:
        """Take note that an idle worker has something to do: some work, or to clear up after another worker."""
        self.idle.remove(worker)
        self._duties[worker] = Duty(work, perf_counter())

    def end(self, worker: str) -> Duty:
        """Take note that a worker has done what it was to do, and return what that was."""
        self.idle.append(worker)
        return self._duties.pop(worker)

    def lose(self, report: Report) -> Work | None:
        """Take note that a worker is gone, and that its successor, if it has one, is there.

        Returns:
            What the worker had begun, if it had.
        """
        if report.worker in self.idle:
            self.idle.remove(report.worker)
        if report.successor:
            self.idle.append(report.successor)
        else:
            self.size -= 1
        work = self._duties.pop(report.worker, _NOTHING).work
        return self.bound.pop(report.worker, work)

    def bind(self, worker: str, work: Work) -> None:
        """Let a worker go on with some work until it is done."""
        self.bound[worker] = work

    def release(self, work: Work) -> None:
        """Take note that some work is done."""
        for worker, bound in tuple(self.bound.items()):
            if bound is work:
                del self.bound[worker]

    def for_work(self, work: Work) -> str | None:
        """Return an idle worker that may do some work; None if there is none."""
        for worker in self.idle:
            if self.bound.get(worker) is work:
                return worker
        if work in self.bound.values():
            return None
        return next((worker for worker in self.idle if worker not in self.bound), None)
