"""The kinds of plugin, one small structural protocol each.

An implementation need not inherit from these; :mod:`rotest_core.testing` proves that it conforms.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rotest_core.plugin.protocols.command import Command, CommandFactory
    from rotest_core.plugin.protocols.debugger import Debugger, DebuggerFactory
    from rotest_core.plugin.protocols.driver import Driver, DriverFactory
    from rotest_core.plugin.protocols.executor import (
        Assignment,
        Coordinator,
        Executor,
        ExecutorFactory,
        LeasedResource,
        Report,
        Worker,
        WorkerFactory,
    )
    from rotest_core.plugin.protocols.handler import HandlerContext, OutputHandler, OutputHandlerFactory
    from rotest_core.plugin.protocols.locks import (
        Candidate,
        Claim,
        ClaimExpired,
        Grant,
        HeldLease,
        Lease,
        LeaseLost,
        LeaseWanted,
        LockEvent,
        LockSession,
        LockStatus,
        LockStep,
        LockStrategy,
        LockStrategyFactory,
        Notice,
        Owner,
        Part,
        WaitingClaim,
        Want,
    )
    from rotest_core.plugin.protocols.monitor import MonitorFactory
    from rotest_core.plugin.protocols.results import (
        ResourceUse,
        ResultsBatch,
        ResultsStore,
        ResultsStoreFactory,
        RunFilter,
        RunState,
        Signature,
        SignatureTally,
        StoredMeasurement,
        StoredRun,
        StoredTest,
        TestDetails,
        TestTally,
        UnitTally,
    )
    from rotest_core.plugin.protocols.store import Store, StoreFactory

__all__ = [
    "Assignment",
    "Candidate",
    "Claim",
    "ClaimExpired",
    "Command",
    "CommandFactory",
    "Coordinator",
    "Debugger",
    "DebuggerFactory",
    "Driver",
    "DriverFactory",
    "Executor",
    "ExecutorFactory",
    "Grant",
    "HandlerContext",
    "HeldLease",
    "Lease",
    "LeaseLost",
    "LeaseWanted",
    "LeasedResource",
    "LockEvent",
    "LockSession",
    "LockStatus",
    "LockStep",
    "LockStrategy",
    "LockStrategyFactory",
    "MonitorFactory",
    "Notice",
    "OutputHandler",
    "OutputHandlerFactory",
    "Owner",
    "Part",
    "Report",
    "ResourceUse",
    "ResultsBatch",
    "ResultsStore",
    "ResultsStoreFactory",
    "RunFilter",
    "RunState",
    "Signature",
    "SignatureTally",
    "Store",
    "StoreFactory",
    "StoredMeasurement",
    "StoredRun",
    "StoredTest",
    "TestDetails",
    "TestTally",
    "UnitTally",
    "WaitingClaim",
    "Want",
    "Worker",
    "WorkerFactory",
]

_MODULES = ("command", "debugger", "driver", "executor", "handler", "locks", "monitor", "results", "store")

if not TYPE_CHECKING:
    # On demand: some of these need attrs, which a run of plain tests does without.
    def __getattr__(name):
        if name in __all__:
            for module in _MODULES:
                found = vars(import_module(f"{__name__}.{module}"))
                if name in found:
                    globals()[name] = found[name]
                    return found[name]
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
