"""The options of the sections ``[store]``, ``[results]`` and ``[locks]``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from rotest_core import ConfigError

if TYPE_CHECKING:
    from rotest_core.plugin import PluginContext

_EXAMPLE = "postgresql://rotest@db.lab.example/rotest"


@attrs.frozen
class StoreOptions:
    """Say which database keeps the inventory.

    Args:
        url: a connection URI of PostgreSQL, or its form ``host=... dbname=...``.
    """

    url: str = attrs.field(metadata={"help": f"the database, such as {_EXAMPLE}"})


@attrs.frozen
class LocksOptions:
    """Say which database keeps the leases.

    Args:
        url: as that of the store; empty for the store's own.
    """

    url: str = attrs.field(default="", metadata={"help": "the database; empty for that of the store"})


@attrs.frozen
class ResultsOptions:
    """Say which database keeps the results.

    Args:
        url: as that of the store; empty for the store's own.
    """

    url: str = attrs.field(default="", metadata={"help": "the database; empty for that of the store"})


def store_url(context: PluginContext) -> str:
    """Return the database of the inventory.

    Raises:
        ConfigError: none is named, or it is no URL.
    """
    return _checked(context.options(StoreOptions).url, f"{context.section}.url")


def locks_url(context: PluginContext) -> str:
    """Return the database of the leases: their own, or that of the store.

    Raises:
        ConfigError: neither section names one, or it is no URL.
    """
    url = context.options(LocksOptions).url or context.sibling("store").get("url") or ""
    return _checked(str(url), f"{context.section}.url", elsewhere=" here or under store.url")


def results_url(context: PluginContext) -> str:
    """Return the database of the results: their own, or that of the store.

    Raises:
        ConfigError: neither section names one, or it is no URL.
    """
    url = context.options(ResultsOptions).url or context.sibling("store").get("url") or ""
    return _checked(str(url), f"{context.section}.url", elsewhere=" here or under store.url")


def _checked(url: str, key: str, elsewhere: str = "") -> str:
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    if not url.strip():
        raise ConfigError(f"no database is named{elsewhere}; write {_EXAMPLE}, say", key=key)
    try:
        parts = conninfo_to_dict(url)
        problem = "" if _is_port(str(parts.get("port", "5432"))) else f"{parts['port']!r} is no port"
    except ProgrammingError as error:
        problem = str(error).partition("\n")[0]
    if problem:
        raise ConfigError(f"this is no URL of a database: {problem}; write {_EXAMPLE}, say", key=key)
    return url


def _is_port(text: str) -> bool:
    """Tell whether this is a port, or one for each of several hosts; nothing stands for the default."""
    return all(not port or port.isdecimal() for port in text.split(","))
