"""Register the store `postgres`; imported at every start, so it imports nothing heavy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_core.plugin import hookimpl

if TYPE_CHECKING:
    from rotest_core.plugin import PluginContext, Registry, Store


def store(context: PluginContext) -> Store:
    """Open the inventory in the database that the configuration names."""
    from rotest_postgres.options import store_url
    from rotest_postgres.store.store import PostgresStore

    return PostgresStore(store_url(context))


@hookimpl
def rotest_register(registry: Registry) -> None:
    """Register the store."""
    registry.store("postgres", store, summary="a PostgreSQL database, for all hosts (option: url)")
