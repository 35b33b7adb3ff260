"""The lock strategy postgres keeps the contract of strategies that several processes share."""

from __future__ import annotations

import functools
from collections.abc import Callable

import pytest

from rotest_core.plugin import LockStrategy
from rotest_core.testing import SharedLockStrategyContract
from rotest_postgres.locks.strategy import PostgresLocks


class TestContract(SharedLockStrategyContract):
    @pytest.fixture
    def open_strategy(self, database: str) -> Callable[[], LockStrategy]:
        return functools.partial(PostgresLocks, database)
