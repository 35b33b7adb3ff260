"""How a ledger is kept for the processes of a host."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

from rotest_core.allocation.ledger import Ledger, News
from rotest_core.allocation.rows import SessionRow
from rotest_core.plugin.protocols.locks import LockEvent

ResultT = TypeVar("ResultT")


class Books(Protocol):
    """Keep one ledger for several processes; safe for the threads of one.

    Every method raises `StoreError` when the storage fails; a step that did not succeed has not happened.
    """

    def transact(self, step: Callable[[Ledger], ResultT]) -> tuple[ResultT, list[tuple[SessionRow, News]]]:
        """Bring the ledger up to date, let `step` change it, and write it down, while no other process does the same.

        Args:
            step: neither waits nor reads nor writes anything but the ledger.

        Returns:
            What `step` returned, and whom to tell what.
        """
        ...

    def look(self, reader: Callable[[Ledger], ResultT]) -> ResultT:
        """Bring the ledger up to date and let `reader` read it, heartbeats included; others may write meanwhile."""
        ...

    def beat(self, sessions: Iterable[int], now: float) -> set[int]:
        """Renew sessions; return those that are gone."""
        ...

    def history(self, after: int) -> Sequence[LockEvent]:
        """Return the events above a number, as far back as they are kept."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
