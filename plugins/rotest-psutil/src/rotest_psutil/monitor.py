"""The monitor `process`: how much of a processor, and of the memory, processes take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psutil

from rotest_core import Monitor, skip_if_not_main

if TYPE_CHECKING:
    import unittest
    from collections.abc import Iterator

    from rotest_psutil.options import ProcessOptions

MEBIBYTE = 1024 * 1024


class ProcessMonitor(Monitor):
    """Record what processes take together, and fail the test where that is too much.

    The series are ``NAME.memory``, in MiB of resident memory, and ``NAME.cpu``, in percent of one processor since the
    look before; NAME is what the configuration calls the monitor.

    Args:
        options: which processes, how often, and how much is too much.
    """

    def __init__(self, options: ProcessOptions) -> None:
        self.CYCLE = options.cycle
        self._options = options
        self._known: dict[int, psutil.Process] = {}

    @skip_if_not_main
    def start_test(self, test: unittest.TestCase) -> None:
        """Forget the processes of the test before: their share would be that since then."""
        del test
        self._known.clear()

    def run_monitor(self, test: unittest.TestCase) -> None:
        """Look at the processes."""
        looked_before = bool(self._known)
        taken = [self._look_at(process) for process in self._processes()]
        if not taken:
            return
        memory = sum(memory for memory, _ in taken)
        self.record(test, f"{self.name}.memory", memory, unit="MiB")
        self._check(test, memory, self._options.max_memory, "MiB of memory")
        if looked_before:
            cpu = sum(cpu for _, cpu in taken)
            self.record(test, f"{self.name}.cpu", cpu, unit="%")
            self._check(test, cpu, self._options.max_cpu, "% of a processor")

    def _processes(self) -> Iterator[psutil.Process]:
        if self._options.name:
            for process in psutil.process_iter(["name"]):
                if process.info["name"] == self._options.name:
                    yield process
            return
        own = psutil.Process()
        yield own
        yield from own.children(recursive=True)

    def _look_at(self, process: psutil.Process) -> tuple[float, float]:
        """Give the memory of a process and its share of a processor; 0 of one that is gone or hidden."""
        # The same object each time: it remembers when it was looked at.
        process = self._known.setdefault(process.pid, process)
        try:
            with process.oneshot():
                return process.memory_info().rss / MEBIBYTE, process.cpu_percent()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            self._known.pop(process.pid, None)
            return 0.0, 0.0

    def _check(self, test: unittest.TestCase, value: float, limit: float | None, what: str) -> None:
        if limit is not None and value > limit:
            self.fail_test(test, f"{value:.1f} {what} are above the limit of {limit:g}")
