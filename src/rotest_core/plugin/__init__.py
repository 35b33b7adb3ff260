"""The border between the core and everything that can be exchanged: what the author of a plugin imports."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rotest_core.model.matching import compare, matches, pattern
    from rotest_core.model.storable import check_storable, check_versions
    from rotest_core.plugin.hookspecs import hookimpl
    from rotest_core.plugin.options import PluginContext
    from rotest_core.plugin.protocols import (
        Assignment,
        Candidate,
        Claim,
        ClaimExpired,
        Command,
        CommandFactory,
        Coordinator,
        Driver,
        DriverFactory,
        Executor,
        ExecutorFactory,
        Grant,
        HandlerContext,
        HeldLease,
        Lease,
        LeasedResource,
        LeaseLost,
        LockEvent,
        LockSession,
        LockStatus,
        LockStep,
        LockStrategy,
        LockStrategyFactory,
        Notice,
        OutputHandler,
        OutputHandlerFactory,
        Owner,
        Part,
        Report,
        Store,
        StoreFactory,
        WaitingClaim,
        Want,
        Worker,
        WorkerFactory,
    )
    from rotest_core.plugin.registry import Registry
    from rotest_core.plugin.reports import ReportBuilder, TestReport

__all__ = [
    "Assignment",
    "Candidate",
    "Claim",
    "ClaimExpired",
    "Command",
    "CommandFactory",
    "Coordinator",
    "Driver",
    "DriverFactory",
    "Executor",
    "ExecutorFactory",
    "Grant",
    "HandlerContext",
    "HeldLease",
    "Lease",
    "LeaseLost",
    "LeasedResource",
    "LockEvent",
    "LockSession",
    "LockStatus",
    "LockStep",
    "LockStrategy",
    "LockStrategyFactory",
    "Notice",
    "OutputHandler",
    "OutputHandlerFactory",
    "Owner",
    "Part",
    "PluginContext",
    "Registry",
    "Report",
    "ReportBuilder",
    "Store",
    "StoreFactory",
    "TestReport",
    "WaitingClaim",
    "Want",
    "Worker",
    "WorkerFactory",
    "check_storable",
    "check_versions",
    "compare",
    "hookimpl",
    "matches",
    "pattern",
]

# What is here is imported when it is asked for: some of it needs attrs, which many a run does without.
_HOMES = {
    "rotest_core.model.matching": ("compare", "matches", "pattern"),
    "rotest_core.model.storable": ("check_storable", "check_versions"),
    "rotest_core.plugin.hookspecs": ("hookimpl",),
    "rotest_core.plugin.options": ("PluginContext",),
    "rotest_core.plugin.protocols": (
        "Assignment",
        "Candidate",
        "Claim",
        "ClaimExpired",
        "Command",
        "CommandFactory",
        "Coordinator",
        "Driver",
        "DriverFactory",
        "Executor",
        "ExecutorFactory",
        "Grant",
        "HandlerContext",
        "HeldLease",
        "Lease",
        "LeaseLost",
        "LeasedResource",
        "LockEvent",
        "LockSession",
        "LockStatus",
        "LockStep",
        "LockStrategy",
        "LockStrategyFactory",
        "Notice",
        "OutputHandler",
        "OutputHandlerFactory",
        "Owner",
        "Part",
        "Report",
        "Store",
        "StoreFactory",
        "WaitingClaim",
        "Want",
        "Worker",
        "WorkerFactory",
    ),
    "rotest_core.plugin.registry": ("Registry",),
    "rotest_core.plugin.reports": ("ReportBuilder", "TestReport"),
}


if not TYPE_CHECKING:

    def __getattr__(name):
        for home, names in _HOMES.items():
            if name in names:
                from importlib import import_module

                globals()[name] = found = getattr(import_module(home), name)
                return found
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__():
        return sorted(__all__)
