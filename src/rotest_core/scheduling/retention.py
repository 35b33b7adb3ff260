"""Keep leases between tests, for the resources that stay set up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from rotest_core.errors import RotestError
from rotest_core.scheduling.keeping import Kept, Prospects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rotest_core.allocation.leases import AllocatedResource, Allocation, Leases
    from rotest_core.model.request import Request
    from rotest_core.planning.tree import PlannedTest


class Retained(NamedTuple):
    """A lease that outlives the test that had it.

    Args:
        kept: the resource, as the rules see it.
        allocation: what it was leased with.
        entry: its part of that.
        test: the number of the test that had it last.
        name: of the request of that test.
    """

    kept: Kept
    allocation: Allocation
    entry: AllocatedResource
    test: int
    name: str


class Retention:
    """Know which leases are kept, and for whom.

    Args:
        leases: the leases of the run.
        tests: those that are to run.
    """

    def __init__(self, leases: Leases, tests: Iterable[PlannedTest]) -> None:
        self._leases = leases
        self._prospects = Prospects(tests, leases.candidates)
        self._retained: dict[int, Retained] = {}
        # A lease is handed from test to test: what it looks like to the rules is found out once.
        self._last: tuple[AllocatedResource | None, Kept | None] = (None, None)
        # Whether nothing has run since somebody listened.
        self._heard = False
        self.begin: Callable[[PlannedTest], None] = self._prospects.begin

    @property
    def all(self) -> Sequence[Retained]:
        """Give everything that is kept."""
        return tuple(self._retained.values())

    def is_wanted(self, entry: AllocatedResource) -> bool:
        """Tell whether a test to come wants what this one has."""
        kept = self._seen(entry)
        return kept is not None and self._prospects.want(kept)

    def contested(self, entry: AllocatedResource) -> bool:
        """Tell whether somebody else waits for what a test has, as far as is known; see `listen`."""
        wanted = self._leases.wanted_so_far
        return bool(wanted) and any(
            lease is not None and lease.token in wanted for lease in (entry.lease, *entry.parts)
        )

    def listen(self) -> None:
        """Find out what others want, and what was lost, until now."""
        self._heard = True
        _ = self._leases.lost

    def keep(self, test: int, name: str, allocation: Allocation, entry: AllocatedResource) -> None:
        """Keep a lease that a test has had under some name."""
        kept = self._seen(entry)
        if kept is not None:
            self._retained[kept.token] = Retained(kept, allocation, entry, test, name)

    def choose(self, requests: Sequence[Request[Any]]) -> dict[str, Retained]:
        """Return what of that which is kept can serve which request of a test; it stays kept until `take`."""
        chosen = self._prospects.choose(requests, [one.kept for one in self.all])
        wanted = {request.name: request for request in requests}
        found = {name: self._retained[kept.token] for name, kept in chosen.items()}
        return {name: one for name, one in found.items() if self._is_unchanged(wanted[name], one)}

    def take(self, one: Retained) -> None:
        """Keep something no longer."""
        del self._retained[one.kept.token]

    def superfluous(self, test: PlannedTest | None) -> list[Retained]:
        """Return what is kept for nobody any more, or what somebody else waits for, or what was lost.

        Args:
            test: the test that is next; None if none is to come.
        """
        if not self._retained:
            return []
        if test is None:
            return list(self.all)
        if not self._heard:
            self.listen()
        self._heard = False
        lost = {loss.lease.token for loss in self._leases.lost_so_far}
        return [
            one
            for one in self.all
            if one.kept.token in lost or self.contested(one.entry) or not self._prospects.want(one.kept)
        ]

    def _seen(self, entry: AllocatedResource) -> Kept | None:
        last, kept = self._last
        if last is not entry:
            kept = _kept(entry)
            self._last = (entry, kept)
        return kept

    def _is_unchanged(self, request: Request[Any], one: Retained) -> bool:
        """Tell whether the record still says what the live resource was made of."""
        try:
            return self._leases.load(request, one.kept.key) == one.entry.data
        except RotestError:
            return False


def _kept(entry: AllocatedResource) -> Kept | None:
    """Give a leased resource as the rules see it; None for a service."""
    return None if entry.record is None else Kept(entry.request, entry.record.key, entry.token)
