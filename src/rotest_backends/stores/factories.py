"""Register the stores that come with Rotest, without importing them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rotest_core.plugin.options import PluginContext
    from rotest_core.plugin.protocols.results import ResultsStore
    from rotest_core.plugin.protocols.store import Store
    from rotest_core.plugin.registry import Registry


def register_stores(registry: Registry) -> None:
    """Register every built-in store."""
    registry.store("sqlite", sqlite, summary="an SQLite file, for all processes of one host (option: path)")
    registry.store("memory", memory, summary="nothing on disk: the inventory of one process")
    registry.results_store(
        "sqlite", sqlite_results, summary="an SQLite file, that of the store (option: path)"
    )
    registry.results_store("memory", memory_results, summary="nothing on disk: the results of one process")


def sqlite(context: PluginContext) -> Store:
    """Open the SQLite file."""
    from rotest_backends.stores.sqlite import sqlite as factory

    return factory(context)


def memory(context: PluginContext) -> Store:
    """Make an empty store."""
    from rotest_backends.stores.memory import memory as factory

    return factory(context)


def sqlite_results(context: PluginContext) -> ResultsStore:
    """Open the results in an SQLite file."""
    from rotest_backends.stores.sqlite_results import sqlite_results as factory

    return factory(context)


def memory_results(context: PluginContext) -> ResultsStore:
    """Make an empty results store."""
    from rotest_backends.stores.memory_results import memory_results as factory

    return factory(context)
