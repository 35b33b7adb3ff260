"""Find the sessions whose processes have died or fallen silent, and end them."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import NamedTuple

from rotest_backends.locks.liveness import is_dead
from rotest_core.allocation.ledger import Ledger


class Casualties(NamedTuple):
    """Name the sessions to end; false if there are none.

    Args:
        silent: whether the time of some session was up when it was looked.
        dead: what happened to those whose processes have ended.
    """

    silent: bool
    dead: dict[int, str]

    def __bool__(self) -> bool:
        return self.silent or bool(self.dead)


def find_casualties(ledger: Ledger, suspects: Collection[int] | None) -> Casualties:
    """Find the sessions whose time is up, and those of suspects whose processes have ended.

    Args:
        ledger: to look in.
        suspects: sessions whose processes may have ended; None for all.
    """
    looked_at = ledger.sessions.rows() if suspects is None else map(ledger.sessions.get, suspects)
    dead = {
        row.number: f"its process {row.owner.pid} died"
        for row in looked_at
        if row is not None and not row.reservation and is_dead(row.owner)
    }
    return Casualties(bool(ledger.sessions.overdue(time.monotonic())), dead)


def bury(ledger: Ledger, casualties: Casualties) -> None:
    """End sessions that were found dead, and those whose time is up."""
    now = time.monotonic()
    # Asked again, for one that had fallen silent may have beaten meanwhile; a process that died stays dead.
    silent = {
        row.number: "its time was up" if row.reservation else "its heartbeat stopped"
        for row in ledger.sessions.overdue(now)
    }
    ledger.bury({**silent, **casualties.dead}, now)
