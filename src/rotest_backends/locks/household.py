"""What a session of the host needs of the strategy that opened it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Protocol, TypeVar

from rotest_backends.locks.casualties import Casualties
from rotest_core.allocation.ledger import Ledger
from rotest_core.leasing.letters import Content

ResultT = TypeVar("ResultT")


class Household(Protocol):
    """Keep the books for the sessions of one process, and carry their letters.

    Attributes:
        at_home: False in a child that this process forked: there nothing of it may be used.
    """

    at_home: bool

    def transact(self, step: Callable[[Ledger], ResultT]) -> ResultT:
        """Change the books, and tell those for whom it changed something."""
        ...

    def look(self, reader: Callable[[Ledger], ResultT]) -> ResultT:
        """Read the books."""
        ...

    def send(self, address: str, content: Content) -> None:
        """Send a letter."""
        ...

    def reap(self, suspects: Collection[int] | None = None) -> bool:
        """End the sessions of processes that died, and those whose time is up; tell whether there were any."""
        ...

    def bury(self, casualties: Casualties) -> bool:
        """End sessions that were found dead; tell whether there were any."""
        ...

    def leave(self, session: int) -> None:
        """Forget a session that closed, by its number."""
        ...

    def renumber(self, old: int, new: int) -> None:
        """Know a session by its new number, after it had been taken for dead."""
        ...
