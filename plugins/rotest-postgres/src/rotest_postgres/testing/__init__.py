"""What tests and benchmarks of a database need: a server of their own, and a bad network before it."""

from __future__ import annotations

from rotest_postgres.testing.proxy import Proxy
from rotest_postgres.testing.server import Server, temporary_server

__all__ = ["Proxy", "Server", "temporary_server"]
