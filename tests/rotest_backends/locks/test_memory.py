"""The memory strategy."""

from __future__ import annotations

import pytest

from rotest_backends.locks.memory import MemoryLocks
from rotest_core.testing import LockStrategyContract
from rotest_core.testing.locks.sessions import OpenStrategy


class TestMemoryLocks(LockStrategyContract):
    @pytest.fixture
    def open_strategy(self) -> OpenStrategy:
        strategy = MemoryLocks()
        return lambda: strategy
