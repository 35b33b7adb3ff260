"""Register the stores and the lock strategy `postgres`; imported at every start, so it imports nothing heavy."""

from __future__ import annotations

from rotest_core.plugin import hookimpl

TYPE_CHECKING = False  # typing would be loaded at every start, for type checkers alone
if TYPE_CHECKING:
    from rotest_core.plugin import LockStrategy, PluginContext, Registry, ResultsStore, Store


def store(context: PluginContext) -> Store:
    """Open the inventory in the database that the configuration names."""
    from rotest_postgres.options import store_url
    from rotest_postgres.store.store import PostgresStore

    return PostgresStore(store_url(context))


def results_store(context: PluginContext) -> ResultsStore:
    """Open the results in the database that the configuration names, by default that of the store."""
    from rotest_postgres.options import results_url
    from rotest_postgres.results.store import PostgresResults

    return PostgresResults(results_url(context))


def lock_strategy(context: PluginContext) -> LockStrategy:
    """Open the leases in the database that the configuration names, by default that of the store."""
    from rotest_postgres.locks.strategy import PostgresLocks
    from rotest_postgres.options import locks_url

    return PostgresLocks(locks_url(context))


@hookimpl
def rotest_register(registry: Registry) -> None:
    """Register the stores and the lock strategy."""
    registry.store("postgres", store, summary="a PostgreSQL database, for all hosts (option: url)")
    registry.results_store(
        "postgres", results_store, summary="results in a PostgreSQL database, for all hosts"
    )
    registry.lock_strategy(
        "postgres", lock_strategy, summary="leases in a PostgreSQL database, for all hosts"
    )
