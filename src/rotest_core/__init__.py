"""Rotest: tests with shared, scarce, physical or virtual resources.

Everything that test files and resource modules need is here; what plugins need is in :mod:`rotest_core.plugin`,
:mod:`rotest_core.leasing` and :mod:`rotest_core.testing`. All other modules may change from one version to the next.
"""

from __future__ import annotations

from rotest_core._version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import NoReturn
    from unittest import TestCase as UnittestCase

    from rotest_core import errors, events
    from rotest_core.authoring.block import TestBlock
    from rotest_core.authoring.case import TestCase
    from rotest_core.authoring.checks import ExpectationFailure
    from rotest_core.authoring.flow import (
        MODE_CRITICAL,
        MODE_FINALLY,
        MODE_OPTIONAL,
        Mode,
        TestFlow,
        create_flow,
    )
    from rotest_core.authoring.monitor import (
        Monitor,
        ResourceMonitor,
        require_attr,
        skip_if_block,
        skip_if_case,
        skip_if_flow,
        skip_if_not_main,
    )
    from rotest_core.authoring.monitor_blocks import StartMonitor, StopMonitor
    from rotest_core.authoring.pipe import Pipe
    from rotest_core.authoring.ports import BlockInput, BlockOutput
    from rotest_core.authoring.suite import TestSuite
    from rotest_core.errors import (
        ClaimError,
        ClaimTimeoutError,
        CleanupErrors,
        ConfigError,
        ConfigErrors,
        DeadlockError,
        DiscoveryError,
        DriverError,
        DuplicatePluginError,
        InventoryError,
        LeaseError,
        LeaseLostError,
        NoSuchResourceError,
        PlanError,
        PluginError,
        RecordError,
        ResourceError,
        RotestError,
        StoreError,
        UnknownPluginError,
        UsageError,
        WorkDirError,
    )
    from rotest_core.events import Cause, Event, Outcome
    from rotest_core.model.adapter import ResourceAdapter
    from rotest_core.model.late import parameter
    from rotest_core.model.lookup import Lookup, Operator, Query
    from rotest_core.model.record import Json, Record, RecordKey
    from rotest_core.model.request import Request, ResourceT
    from rotest_core.model.resource import BaseResource
    from rotest_core.model.resource_data import ResourceData
    from rotest_core.workbench import Workbench

__all__ = [
    "MODE_CRITICAL",
    "MODE_FINALLY",
    "MODE_OPTIONAL",
    "BaseResource",
    "BlockInput",
    "BlockOutput",
    "Cause",
    "ClaimError",
    "ClaimTimeoutError",
    "CleanupErrors",
    "ConfigError",
    "ConfigErrors",
    "DeadlockError",
    "DiscoveryError",
    "DriverError",
    "DuplicatePluginError",
    "Event",
    "ExpectationFailure",
    "InventoryError",
    "Json",
    "LeaseError",
    "LeaseLostError",
    "Lookup",
    "Mode",
    "Monitor",
    "NoSuchResourceError",
    "Operator",
    "Outcome",
    "Pipe",
    "PlanError",
    "PluginError",
    "Query",
    "Record",
    "RecordError",
    "RecordKey",
    "Request",
    "ResourceAdapter",
    "ResourceData",
    "ResourceError",
    "ResourceMonitor",
    "RotestError",
    "StartMonitor",
    "StopMonitor",
    "StoreError",
    "TestBlock",
    "TestCase",
    "TestFlow",
    "TestSuite",
    "UnknownPluginError",
    "UsageError",
    "WorkDirError",
    "Workbench",
    "__version__",
    "create_flow",
    "errors",
    "events",
    "main",
    "parameter",
    "require_attr",
    "skip_if_block",
    "skip_if_case",
    "skip_if_flow",
    "skip_if_not_main",
]

# What is here is imported when it is asked for: a run of plain unittest modules does without most of it.
_HOMES = {
    "rotest_core.authoring.block": ("TestBlock",),
    "rotest_core.authoring.case": ("TestCase",),
    "rotest_core.authoring.checks": ("ExpectationFailure",),
    "rotest_core.authoring.flow": (
        "MODE_CRITICAL",
        "MODE_FINALLY",
        "MODE_OPTIONAL",
        "Mode",
        "TestFlow",
        "create_flow",
    ),
    "rotest_core.authoring.monitor": (
        "Monitor",
        "ResourceMonitor",
        "require_attr",
        "skip_if_block",
        "skip_if_case",
        "skip_if_flow",
        "skip_if_not_main",
    ),
    "rotest_core.authoring.monitor_blocks": ("StartMonitor", "StopMonitor"),
    "rotest_core.authoring.pipe": ("Pipe",),
    "rotest_core.authoring.ports": ("BlockInput", "BlockOutput"),
    "rotest_core.authoring.suite": ("TestSuite",),
    "rotest_core.errors": (
        "ClaimError",
        "ClaimTimeoutError",
        "CleanupErrors",
        "ConfigError",
        "ConfigErrors",
        "DeadlockError",
        "DiscoveryError",
        "DriverError",
        "DuplicatePluginError",
        "InventoryError",
        "LeaseError",
        "LeaseLostError",
        "NoSuchResourceError",
        "PlanError",
        "PluginError",
        "RecordError",
        "ResourceError",
        "RotestError",
        "StoreError",
        "UnknownPluginError",
        "UsageError",
        "WorkDirError",
    ),
    "rotest_core.events": ("Cause", "Event", "Outcome"),
    "rotest_core.model.adapter": ("ResourceAdapter",),
    "rotest_core.model.late": ("parameter",),
    "rotest_core.model.lookup": ("Lookup", "Operator", "Query"),
    "rotest_core.model.record": ("Json", "Record", "RecordKey"),
    "rotest_core.model.request": ("Request",),
    "rotest_core.model.resource": ("BaseResource",),
    "rotest_core.model.resource_data": ("ResourceData",),
    "rotest_core.workbench": ("Workbench",),
}


def main(*classes: type[UnittestCase] | type[TestSuite]) -> NoReturn:
    """Run the tests of a file from within it.

    ::

        if __name__ == "__main__":
            main()

    The command line is that of ``rotest run``, but for paths; the process ends with the run's exit status.

    Args:
        classes: the cases and suites to run; by default all cases that the file defines.
    """
    from rotest_core.cli.run import main as run_program

    run_program(*classes)


def _lock(
    request: Request[ResourceT],
    /,
    *,
    skip_init: bool,
    config: Mapping[str, object] | None,
    wait: float | None,
) -> ResourceT:
    from rotest_core.script import lock_resource

    return lock_resource(request, skip_init=skip_init, config=config, wait=wait)


if not TYPE_CHECKING:

    def __getattr__(name):
        if name in ("errors", "events"):
            from importlib import import_module

            return import_module(f"{__name__}.{name}")
        for home, names in _HOMES.items():
            if name in names:
                from importlib import import_module

                if name == "BaseResource":
                    import_module(f"{__name__}.model.locking").install(_lock)
                globals()[name] = found = getattr(import_module(home), name)
                return found
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__():
        return sorted(__all__)
