"""The factories of the built-in lock strategies: each imports its own module when it is called, and not before."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rotest_core.plugin.options import PluginContext
    from rotest_core.plugin.protocols.locks import LockStrategy
    from rotest_core.plugin.registry import Registry


def _memory(context: PluginContext) -> LockStrategy:
    from rotest_backends.locks.memory import memory

    return memory(context)


def _sqlite(context: PluginContext) -> LockStrategy:
    from rotest_backends.locks.sqlite import sqlite

    return sqlite(context)


def _file(context: PluginContext) -> LockStrategy:
    from rotest_backends.locks.file import file

    return file(context)


def register_locks(registry: Registry) -> None:
    """Register the built-in lock strategies."""
    registry.lock_strategy(
        "sqlite", _sqlite, summary="leases in an SQLite file, for all processes of one host"
    )
    registry.lock_strategy("file", _file, summary="leases in plain files, for all processes of one host")
    registry.lock_strategy("memory", _memory, summary="leases among the threads of one process")
