"""A monitor: watches tests while they run."""

from __future__ import annotations

import threading
import unittest

import attrs

from rotest_core import Monitor


@attrs.define
class Threads(Monitor):
    """Record how many threads the process of a test has, and fail the test where that are too many."""

    CYCLE = 0.5

    most: float | None = None

    def run_monitor(self, test: unittest.TestCase) -> None:
        """Count them."""
        count = threading.active_count()
        self.record(test, "threads", count)
        if self.most is not None and count > self.most:
            self.fail_test(test, f"{count} threads are more than {self.most:g}")
