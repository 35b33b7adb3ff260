"""What a session needs of the strategy that opened it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol, TypeVar

from rotest_core.plugin import Lease, Owner

if TYPE_CHECKING:
    from rotest_postgres.locks.books import Desk
    from rotest_postgres.locks.looks import Look

ResultT = TypeVar("ResultT")
SessionT = TypeVar("SessionT", contravariant=True)


class Exchange(Protocol[SessionT]):
    """Keep the books for the sessions of one process, and look after them."""

    def transact(self, step: Callable[[Desk], ResultT]) -> ResultT:
        """Change the books, and tell those who were granted something by it."""
        ...

    def look(self, session: int) -> Look:
        """Find out how a session stands, and watch who on this host holds something."""
        ...

    def why_lost(self, lease: Lease) -> str:
        """Find out why a lease ended."""
        ...

    def watch(self, session: int, owner: Owner) -> None:
        """End a session when its process ends, or at once if it has ended."""
        ...

    def reap(self, suspicious: Mapping[int, Owner], *, overdue: bool) -> bool:
        """End the sessions of processes that died, and those whose time is up; return whether there were any."""
        ...

    def settle(self, session: SessionT, old: int | None = None) -> None:
        """Know a session by its number, and no longer by its old one."""
        ...

    def leave(self, session: SessionT) -> None:
        """Forget a session that closed."""
        ...
