"""Register what this package supplies, under the names that users write in rotest.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_core.plugin import (
    Driver,
    HandlerContext,
    LockStrategy,
    OutputHandler,
    PluginContext,
    Registry,
    Store,
    hookimpl,
)

if TYPE_CHECKING:
    from rotest_core import Monitor


# Each factory imports its own module, so that a run pays for what it uses and for nothing else.
def _driver(context: PluginContext) -> Driver:
    from rotest_template.driver import LineDriver, LineOptions

    return LineDriver(context.options(LineOptions))


def _handler(context: HandlerContext) -> OutputHandler:
    from rotest_template.handler import Counts

    return Counts(context)


def _store(context: PluginContext) -> Store:
    from rotest_template.store import FileStore, FileStoreOptions

    return FileStore(context.root / context.options(FileStoreOptions).path)


def _locks(_context: PluginContext) -> LockStrategy:
    from rotest_template.locks import LoggedLocks

    return LoggedLocks()


def _monitor(context: PluginContext) -> Monitor:
    from rotest_template.monitor import Threads

    return context.options(Threads)


@hookimpl
def rotest_register(registry: Registry) -> None:
    """Register one of each kind."""
    registry.driver("line", _driver, summary="asks questions over TCP, a line each")
    registry.output("counts", _handler, summary="one line: how many tests had which outcome")
    registry.store("file", _store, summary="the inventory in one file")
    registry.monitor("threads", _monitor, summary="how many threads the process of a test has, as a series")
    registry.lock_strategy("logged", _locks, summary="leases within one process, each step logged")
