"""The kinds of plugin, one small structural protocol each.

An implementation need not inherit from these; :mod:`rotest_core.testing` proves that it conforms.
"""

from rotest_core.plugin.protocols.driver import Driver, DriverFactory
from rotest_core.plugin.protocols.executor import Executor, ExecutorFactory
from rotest_core.plugin.protocols.handler import HandlerContext, OutputHandler, OutputHandlerFactory
from rotest_core.plugin.protocols.locks import (
    Candidate,
    Claim,
    ClaimExpired,
    Grant,
    HeldLease,
    Lease,
    LeaseLost,
    LockSession,
    LockStatus,
    LockStrategy,
    LockStrategyFactory,
    Notice,
    Owner,
    Part,
    WaitingClaim,
    Want,
)
from rotest_core.plugin.protocols.store import Store, StoreFactory

__all__ = [
    "Candidate",
    "Claim",
    "ClaimExpired",
    "Driver",
    "DriverFactory",
    "Executor",
    "ExecutorFactory",
    "Grant",
    "HandlerContext",
    "HeldLease",
    "Lease",
    "LeaseLost",
    "LockSession",
    "LockStatus",
    "LockStrategy",
    "LockStrategyFactory",
    "Notice",
    "OutputHandler",
    "OutputHandlerFactory",
    "Owner",
    "Part",
    "Store",
    "StoreFactory",
    "WaitingClaim",
    "Want",
]
