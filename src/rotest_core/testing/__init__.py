"""Contracts that prove a backend, for the authors of plugins.

Subclass the contract of your kind of plugin in a test module, supply its fixtures, and let pytest collect the
subclass. Needs the extra ``testing``: ``pip install rotest-core[testing]``.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rotest_core.testing.driver_contract import DriverContract
    from rotest_core.testing.event_samples import SAMPLE_RUNS
    from rotest_core.testing.event_script import EventScript
    from rotest_core.testing.executor_contract import ExecutorContract
    from rotest_core.testing.handler_context import FakeHandlerContext
    from rotest_core.testing.handler_contract import HandlerContract
    from rotest_core.testing.locks.chaos import Chaos, run_chaos
    from rotest_core.testing.locks.contract import LockStrategyContract, SharedLockStrategyContract
    from rotest_core.testing.locks.history import check_history
    from rotest_core.testing.locks.sessions import OpenStrategy
    from rotest_core.testing.monitor_contract import FakeWatch, MonitorContract
    from rotest_core.testing.results_contract import ResultsStoreContract
    from rotest_core.testing.store_contract import StoreContract

_MODULES = {
    "Chaos": "rotest_core.testing.locks.chaos",
    "DriverContract": "rotest_core.testing.driver_contract",
    "EventScript": "rotest_core.testing.event_script",
    "ExecutorContract": "rotest_core.testing.executor_contract",
    "FakeHandlerContext": "rotest_core.testing.handler_context",
    "FakeWatch": "rotest_core.testing.monitor_contract",
    "HandlerContract": "rotest_core.testing.handler_contract",
    "LockStrategyContract": "rotest_core.testing.locks.contract",
    "MonitorContract": "rotest_core.testing.monitor_contract",
    "OpenStrategy": "rotest_core.testing.locks.sessions",
    "ResultsStoreContract": "rotest_core.testing.results_contract",
    "SAMPLE_RUNS": "rotest_core.testing.event_samples",
    "SharedLockStrategyContract": "rotest_core.testing.locks.contract",
    "StoreContract": "rotest_core.testing.store_contract",
    "check_history": "rotest_core.testing.locks.history",
    "run_chaos": "rotest_core.testing.locks.chaos",
}

__all__ = [
    "SAMPLE_RUNS",
    "Chaos",
    "DriverContract",
    "EventScript",
    "ExecutorContract",
    "FakeHandlerContext",
    "FakeWatch",
    "HandlerContract",
    "LockStrategyContract",
    "MonitorContract",
    "OpenStrategy",
    "ResultsStoreContract",
    "SharedLockStrategyContract",
    "StoreContract",
    "check_history",
    "run_chaos",
]


def __getattr__(name: str) -> object:
    """Import a contract when it is asked for, with pytest's explanations of its assertions."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # Another name's module may have brought this one along already.
    if _MODULES[name] not in sys.modules:
        import pytest

        # A contract in several modules is a package of its own.
        package = _MODULES[name].rpartition(".")[0]
        whole = _MODULES[name] if package == __name__ else package
        # Somebody may have imported a part of it directly; then the rest goes without explanations.
        if whole not in sys.modules:
            pytest.register_assert_rewrite(whole)
    return getattr(import_module(_MODULES[name]), name)
