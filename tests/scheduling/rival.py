"""Somebody else who wants the devices of a run, at moments that its tests choose."""

from __future__ import annotations

from rotest_core.allocation.owner import current_owner
from rotest_core.model.record import RecordKey
from rotest_core.plugin.protocols.locks import Candidate, Claim, Grant, LockStrategy, Want
from rotest_core.plugin.protocols.store import Store
from rotest_core.session import Session


class Rival:
    """Claim devices beside a run.

    Args:
        locks: the strategy that the run uses, too.
        store: where its records are.
    """

    def __init__(self, locks: LockStrategy, store: Store) -> None:
        self.store = store
        self._session = locks.open(current_owner("rival"), ttl=60)
        self._grants: list[Grant] = []

    def ask(self, device: str) -> bool:
        """Claim a device; tell whether it was granted at once."""
        want = Want("it", (Candidate(RecordKey("Device", device)),))
        grant = self._session.submit(Claim(id=f"rival-{device}", wants=(want,), label="rival"))
        self._grants += [grant] if grant is not None else []
        return grant is not None

    def has(self) -> list[str]:
        """Name the devices that were granted."""
        self._grants += [notice for notice in self._session.wait(0) if isinstance(notice, Grant)]
        return [lease.key.name for grant in self._grants for lease in grant.leases]

    def give_back(self) -> None:
        """Release all of them."""
        self.has()
        for grant in self._grants:
            self._session.release(grant.leases)
        self._grants.clear()


rivals: list[Rival] = []
"""The one of the test that runs; modules of projects find it here."""


def invite(session: Session) -> None:
    """Let a rival take part in a run; see `live.run`, `prepare`."""
    rivals[:] = [Rival(session.strategy, session.inventory.store)]
