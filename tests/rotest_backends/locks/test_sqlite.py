"""The SQLite strategy."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from rotest_backends.locks.sqlite import open_sqlite
from rotest_core.testing import SharedLockStrategyContract
from rotest_core.testing.locks.sessions import OpenStrategy


class TestSqliteLocks(SharedLockStrategyContract):
    @pytest.fixture
    def open_strategy(self, tmp_path: Path) -> OpenStrategy:
        return partial(open_sqlite, tmp_path / "rotest.db")
