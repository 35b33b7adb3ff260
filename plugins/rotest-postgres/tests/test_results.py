"""The results store postgres keeps the contract of results stores."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rotest_core.plugin import ResultsStore
from rotest_core.testing import ResultsStoreContract
from rotest_postgres.results.store import PostgresResults


class TestContract(ResultsStoreContract):
    @pytest.fixture
    def store(self, database: str) -> Iterator[ResultsStore]:
        store = PostgresResults(database)
        yield store
        store.close()
