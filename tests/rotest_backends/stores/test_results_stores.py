"""The results stores that come with Rotest keep the contract."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rotest_backends.stores.memory_results import MemoryResults
from rotest_backends.stores.sqlite import SqliteStore
from rotest_backends.stores.sqlite_results import SqliteResults
from rotest_core.plugin import ResultsStore, RunFilter
from rotest_core.testing import ResultsStoreContract
from rotest_core.testing.results_contract import make_results


class TestMemoryResults(ResultsStoreContract):
    @pytest.fixture
    def store(self) -> ResultsStore:
        return MemoryResults()


class TestSqliteResults(ResultsStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[ResultsStore]:
        store = SqliteResults(tmp_path / "rotest.db")
        yield store
        store.close()


def test_results_live_in_the_file_of_the_inventory_and_outlast_the_process(tmp_path: Path) -> None:
    inventory = SqliteStore(tmp_path / "rotest.db")
    first = SqliteResults(tmp_path / "rotest.db")
    first.write(make_results()[0])
    first.close()
    inventory.close()

    second = SqliteResults(tmp_path / "rotest.db")

    assert [run.id for run in second.runs(RunFilter())] == ["run0"]
    second.close()
