"""Say what went wrong with a database so that whoever reads it knows what to do."""

from __future__ import annotations

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict

from rotest_core import StoreError

_ADVICE: tuple[tuple[type[psycopg.Error], str], ...] = (
    (errors.InvalidPassword, "refuses the user or the password"),
    (errors.InvalidAuthorizationSpecification, "refuses the user"),
    (errors.InvalidCatalogName, "has no such database; create it (createdb), or name another"),
    (
        errors.InsufficientPrivilege,
        "refuses what Rotest needs: its user must own, or be granted, the schema rotest",
    ),
    (errors.ReadOnlySqlTransaction, "can only be read: name the primary server, not a standby"),
    (errors.TooManyConnections, "has no connection left: raise max_connections, or run fewer processes"),
    (errors.DiskFull, "has no space left"),
    (
        errors.LockNotAvailable,
        "kept a table locked for too long: another program, or a process that stands still",
    ),
)

_SAID: tuple[tuple[str, str], ...] = (
    ("password authentication failed", "refuses the user or the password"),
    ("no password supplied", "wants a password: put it into ~/.pgpass, PGPASSWORD or the URL"),
    ("no pg_hba.conf entry", "does not let this host, user and database in (pg_hba.conf)"),
    ("too many clients", "has no connection left: raise max_connections, or run fewer processes"),
    ("remaining connection slots", "has no connection left: raise max_connections, or run fewer processes"),
    ("failed to resolve host", "cannot be reached: its name is unknown"),
    ("Connection refused", "cannot be reached: no server listens there"),
    ("No such file or directory", "cannot be reached: no server listens there"),
    ("timeout expired", "cannot be reached: no answer"),
)
"""What the first errors of a connection say: they carry no code."""


class ConnectionLostError(StoreError):
    """Tell that the link to the database broke, or could not be made; another try may succeed."""


def failure(url: str, error: Exception) -> StoreError:
    """Turn an error of the database driver into one of Rotest.

    Args:
        url: the database.
        error: what was raised.

    Returns:
        A `ConnectionLostError` if the same may succeed with another connection.
    """
    kind = ConnectionLostError if is_lost(error) else StoreError
    return kind(f"{place(url)} {_reason(error)} ({first_line(error)})")


def is_lost(error: Exception) -> bool:
    """Tell whether an error is of the connection, or of the moment, and not of what was asked."""
    if isinstance(error, errors.AdminShutdown | errors.CrashShutdown | errors.CannotConnectNow):
        return True
    if isinstance(error, errors.IdleInTransactionSessionTimeout | errors.IdleSessionTimeout):
        return True
    # The server undid one of several transactions that waited for each other.
    if isinstance(error, errors.DeadlockDetected | errors.SerializationFailure):
        return True
    return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) and error.sqlstate is None


def place(url: str) -> str:
    """Name a database without its password."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error:
        return "the database"
    user = f"{parts['user']}@" if parts.get("user") else ""
    host = parts.get("host") or parts.get("hostaddr") or "localhost"
    port = f":{parts['port']}" if parts.get("port") else ""
    return f"postgresql://{user}{host}{port}/{parts.get('dbname') or ''}"


def first_line(error: Exception) -> str:
    """Return what an error says, without the lines that explain it."""
    return str(error).partition("\n")[0].strip()


def _reason(error: Exception) -> str:
    for kind, advice in _ADVICE:
        if isinstance(error, kind):
            return advice
    said = str(error)
    for part, advice in _SAID:
        if part in said:
            return advice
    if 'database "' in said and "does not exist" in said:
        return "has no such database; create it (createdb), or name another"
    if 'role "' in said and "does not exist" in said:
        return "refuses the user"
    return "cannot be reached" if is_lost(error) else "failed"
