"""Run one test after the other, in the process that the user started."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rotest_core.plugin.options import PluginContext
    from rotest_core.plugin.protocols.executor import Assignment, Coordinator, Report, Worker, WorkerFactory


class SerialExecutor:
    """Have one worker, here."""

    def __init__(self) -> None:
        self._worker: Worker | None = None
        self._assigned: list[Assignment] = []

    def start(self, make_worker: WorkerFactory, coordinator: Coordinator, workers: int) -> Sequence[str]:
        self._worker = make_worker("", coordinator)
        return ("",)

    def assign(self, worker: str, assignment: Assignment) -> None:
        self._assigned.append(assignment)

    def wait(self, timeout: float | None = None) -> Sequence[Report]:
        if self._worker is None:
            return ()
        assigned, self._assigned = self._assigned, []
        return [self._worker.run(assignment) for assignment in assigned]

    def interrupt(self) -> None:
        """Do nothing: the signal itself was raised in this process."""

    def wake(self) -> None:
        """Do nothing: nothing runs while `wait` is not called."""

    def stop(self, *, clean_up: bool = True) -> None:
        worker, self._worker = self._worker, None
        if worker is not None and clean_up:
            worker.finish()


def serial(context: PluginContext) -> SerialExecutor:
    """Make the executor; it has no options."""
    return SerialExecutor()
