"""What leases must be, written as plainly as can be: the model that the state machine holds strategies against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import attrs

from rotest_core.model.record import RecordKey
from rotest_core.plugin.protocols.locks import Candidate, Claim, Grant, Lease, Want


class Board:
    """Count the units that leases take.

    Args:
        capacity: units of the records that have more than one.
        leases: what stands.
    """

    def __init__(self, capacity: Mapping[RecordKey, int], leases: Sequence[Lease] = ()) -> None:
        self._capacity = capacity
        self._taken: list[tuple[RecordKey, bool]] = [(lease.key, lease.exclusive) for lease in leases]

    def with_wants(self, wants: Sequence[Want], candidates: Sequence[Candidate]) -> Board:
        """Return the board when these candidates serve these wants, too."""
        board = Board(self._capacity)
        board._taken = list(self._taken)
        for want, candidate in zip(wants, candidates, strict=True):
            for key in {candidate.key, *(part.key for part in candidate.parts)}:
                board._taken.append((key, want.exclusive))
        return board

    def fits(self) -> bool:
        """Tell whether no record is taken more often than it has units."""
        for key in {key for key, _ in self._taken}:
            kinds = [exclusive for taken, exclusive in self._taken if taken == key]
            if kinds.count(True) + (False in kinds) > self._capacity.get(key, 1):
                return False
        return True

    def serves(self, wants: Sequence[Want]) -> bool:
        """Tell whether all these wants could be served now."""
        return any(True for _ in self._ways(wants))

    def most(self, wants: Sequence[Want]) -> int:
        """Return how many of these wants could be served together now."""
        return max(
            len(some)
            for choice in range(2 ** len(wants))
            if self.serves(some := [want for place, want in enumerate(wants) if choice >> place & 1])
        )

    def _ways(self, wants: Sequence[Want]) -> Iterator[Sequence[Candidate]]:
        for candidates in product(*(want.candidates for want in wants)):
            different = len({candidate.key for candidate in candidates}) == len(candidates)
            if different and self.with_wants(wants, candidates).fits():
                yield candidates


@attrs.define
class Model:
    """Follow what sessions were told, and complain of what must not be.

    Args:
        capacity: units of the records that have more than one.
    """

    capacity: Mapping[RecordKey, int]
    held: dict[int, Lease] = attrs.field(factory=dict[int, Lease])
    queue: list[Claim] = attrs.field(factory=list[Claim])
    dirty: dict[RecordKey, int] = attrs.field(factory=dict[RecordKey, int])
    last_token: int = 0

    def wait(self, claim: Claim) -> None:
        """Let a claim wait, behind those of its priority and of higher ones."""
        self.queue.append(claim)
        self.queue.sort(key=lambda waiting: -waiting.priority)

    def grant(self, claim: Claim, grant: Grant) -> None:
        """Take over a grant, which must be a right one."""
        self._check_leases(claim, grant)
        ahead = self._ahead(claim)
        before = Board(self.capacity, list(self.held.values()))
        for lease in grant.leases:
            self.held[lease.token] = lease
        after = Board(self.capacity, list(self.held.values()))
        assert after.fits(), f"{grant} takes what others have"
        for older in ahead:
            assert older.wants != claim.wants, (
                f"{claim.id} was granted before {older.id}, which wants the same"
            )
            if not any(candidate.parts for want in older.wants for candidate in want.candidates):
                assert after.most(older.wants) == before.most(older.wants), f"{claim.id} delays {older.id}"
        self.queue = [waiting for waiting in self.queue if waiting.id != claim.id]

    def end(self, leases: Sequence[Lease], *, dirty: bool) -> None:
        """Let leases end."""
        for lease in leases:
            del self.held[lease.token]
            if dirty:
                self.dirty[lease.key] = self.last_token
            elif lease.token > self.dirty.get(lease.key, lease.token):
                # Who came after it became dirty has seen to it; who shared it before has not.
                del self.dirty[lease.key]

    def check_settled(self) -> None:
        """See that nobody waits who need not."""
        board = Board(self.capacity, list(self.held.values()))
        reach: set[RecordKey] = set()
        for claim in self.queue:
            own = {key for want in claim.wants for candidate in want.candidates for key in _keys(candidate)}
            if not own & reach:
                assert not board.serves(claim.wants), f"{claim.id} waits for what is free"
            reach |= own

    def _ahead(self, claim: Claim) -> list[Claim]:
        """Return the claims that are to be served before one."""
        places = [waiting.id for waiting in self.queue]
        if claim.id in places:
            return self.queue[: places.index(claim.id)]
        return [waiting for waiting in self.queue if waiting.priority >= claim.priority]

    def _check_leases(self, claim: Claim, grant: Grant) -> None:
        wholes = [lease for lease in grant.leases if lease.part_of is None]
        assert [lease.want for lease in wholes] == [want.name for want in claim.wants]
        assert len({lease.key for lease in wholes}) == len(wholes), f"{grant} has a record twice"
        for want, whole in zip(claim.wants, wholes, strict=True):
            candidate = next(candidate for candidate in want.candidates if candidate.key == whole.key)
            with_it = {lease.key for lease in grant.leases if lease.want == want.name}
            assert with_it == _keys(candidate), f"{grant} lacks parts"
        for lease in grant.leases:
            assert lease.token > self.last_token, f"{grant} has an old token"
            assert lease.dirty == (lease.key in self.dirty), (
                f"{lease} should be {'dirty' * (not lease.dirty)}"
            )
        self.last_token = max(lease.token for lease in grant.leases)


def _keys(candidate: Candidate) -> set[RecordKey]:
    return {candidate.key, *(part.key for part in candidate.parts)}
