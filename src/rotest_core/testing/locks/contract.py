"""What every lock strategy must do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rotest_core.testing.locks.grants import GrantContract
from rotest_core.testing.locks.leases import LeaseContract
from rotest_core.testing.locks.processes import ProcessContract
from rotest_core.testing.locks.sessions import Opened, OpenStrategy
from rotest_core.testing.locks.wanted import WantedContract


class LockStrategyContract(GrantContract, LeaseContract, WantedContract):
    """Prove a lock strategy: subclass this, supply the fixture, and let pytest collect the subclass.

    A strategy that several processes share is to be proved by `SharedLockStrategyContract`.

    Example::

        class TestMyLocks(LockStrategyContract):
            @pytest.fixture
            def open_strategy(self) -> OpenStrategy:
                strategy = MyLocks()
                return lambda: strategy
    """

    @pytest.fixture
    def open_strategy(self) -> OpenStrategy:
        """Give a function that opens the strategy on the same leases, none at first, each time it is called."""
        raise NotImplementedError("a subclass of LockStrategyContract supplies the fixture `open_strategy`")

    @pytest.fixture
    def opened(self, open_strategy: OpenStrategy) -> Iterator[Opened]:
        """Open sessions for a test, and close them after it."""
        opened = Opened(open_strategy)
        yield opened
        opened.close()


class SharedLockStrategyContract(LockStrategyContract, ProcessContract):
    """Prove a lock strategy that several processes share.

    The fixture's function goes to other processes: a function of a module, or a `functools.partial` of one.

    Example::

        class TestMyLocks(SharedLockStrategyContract):
            @pytest.fixture
            def open_strategy(self, tmp_path: Path) -> OpenStrategy:
                return functools.partial(open_my_locks, tmp_path / "leases")
    """
