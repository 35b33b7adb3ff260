"""The strategy of plain files."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from rotest_backends.locks.file import open_files
from rotest_core.testing import SharedLockStrategyContract
from rotest_core.testing.locks.sessions import OpenStrategy


class TestFileLocks(SharedLockStrategyContract):
    @pytest.fixture
    def open_strategy(self, tmp_path: Path) -> OpenStrategy:
        return partial(open_files, tmp_path / "leases")
