"""The lock strategy postgres keeps the contract of strategies that several processes share."""

from __future__ import annotations

import functools

import pytest

from rotest_core.testing import OpenStrategy, SharedLockStrategyContract
from rotest_postgres.locks.strategy import PostgresLocks


class TestContract(SharedLockStrategyContract):
    @pytest.fixture
    def open_strategy(self, database: str) -> OpenStrategy:
        return functools.partial(PostgresLocks, database)
