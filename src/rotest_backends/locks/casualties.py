"""Find the sessions whose processes have died or fallen silent."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import NamedTuple

from rotest_core.allocation.ledger import Ledger
from rotest_core.leasing.liveness import is_dead, is_of_an_earlier_boot


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
        if row is not None
        and not row.reservation
        and (is_dead(row.owner) or is_of_an_earlier_boot(row.owner))
    }
    return Casualties(bool(ledger.sessions.overdue(time.monotonic())), dead)
