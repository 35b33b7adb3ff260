"""A lock strategy: builds on the built-in one for a single process, and logs who opens a session."""

from __future__ import annotations

import logging

from rotest_backends.locks.memory import MemoryLocks, MemorySession
from rotest_core.plugin import Owner


class LoggedLocks(MemoryLocks):
    """Keep exclusion among the sessions of one process, and say so."""

    def open(self, owner: Owner, *, ttl: float) -> MemorySession:
        """Open a session."""
        logging.getLogger("rotest_template").info(
            "%s on %s leases for run %s", owner.user, owner.host, owner.run
        )
        return super().open(owner, ttl=ttl)
