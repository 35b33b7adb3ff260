"""Decide which resources stay set up between tests: the rules of the smart client.

They know nothing of leases, workers and clocks, so that every scheduler can go by them: whether a test to come wants
what a test has had, and which of the resources that were kept a test can have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from rotest_core.errors import RotestError

if TYPE_CHECKING:
    from rotest_core.model.record import RecordKey
    from rotest_core.model.request import Request
    from rotest_core.planning.tree import PlannedTest
    from rotest_core.plugin.protocols.locks import Candidate


class Kept(NamedTuple):
    """A resource that stays set up, and leased.

    Args:
        request: the request that it served last.
        key: its record.
        token: that of its lease.
    """

    request: Request[Any]
    key: RecordKey
    token: int


class Prospects:
    """Know what the tests ask for that have not begun.

    Args:
        tests: these tests.
        candidates: gives the records that can serve a request; the very same tuple until they change.
    """

    def __init__(
        self, tests: Iterable[PlannedTest], candidates: Callable[[Request[Any]], tuple[Candidate, ...]]
    ) -> None:
        self._candidates = candidates
        self._kinds: list[Request[Any]] = []
        self._left: list[int] = []
        self._kind_of: dict[int, int] = {}
        self._keys: dict[int, tuple[tuple[Candidate, ...], frozenset[RecordKey]]] = {}
        self._kinds_of: dict[int, list[int]] = {}
        for test in tests:
            for kind in self._kinds_in(test):
                self._left[kind] += 1

    def begin(self, test: PlannedTest) -> None:
        """Take note that a test is no longer to come."""
        for kind in self._kinds_in(test):
            self._left[kind] -= 1

    def want(self, kept: Kept) -> bool:
        """Tell whether a test to come can use a resource, going by the records as they were when last asked for."""
        own = self._kind_of.get(id(kept.request))
        if own is not None and self._left[own] > 0:
            return True
        return any(
            left > 0 and serves(kept.request, kind) and kept.key in self._keys_known(number)
            for number, (kind, left) in enumerate(zip(self._kinds, self._left, strict=True))
        )

    def choose(self, requests: Sequence[Request[Any]], kept: Sequence[Kept]) -> dict[str, Kept]:
        """Give as many requests of a test as can be a resource that was kept, by the names of the requests.

        How many these are says how well a worker that keeps the resources is suited to the test.
        """
        if len(requests) == 1:  # most often
            (request,) = requests
            keys_now = self._keys_now(self._kind(request))
            for one in kept:
                if serves(one.request, request) and one.key in keys_now:
                    return {request.name: one}
            return {}
        keys = {request.name: self._keys_now(self._kind(request)) for request in requests}
        options = {
            request.name: [
                one for one in kept if serves(one.request, request) and one.key in keys[request.name]
            ]
            for request in requests
        }
        taken: dict[int, str] = {}
        # What has the least choice among all records goes first: others find something that was not kept.
        for name in sorted(options, key=lambda name: len(keys[name])):
            _give(name, options, taken, set())
        by_token = {one.token: one for one in kept}
        return {name: by_token[token] for token, name in taken.items()}

    def _kinds_in(self, test: PlannedTest) -> list[int]:
        """Give the numbers of a test's requests; those of a class are the same for all its tests."""
        kinds = self._kinds_of.get(id(test.requests))
        if kinds is None:
            kinds = [self._kind(request) for request in test.requests if not request.is_service]
            self._kinds_of[id(test.requests)] = kinds
        return kinds

    def _kind(self, request: Request[Any]) -> int:
        """Give a request its number: equal ones have the same, whatever they are called."""
        number = self._kind_of.get(id(request))
        if number is None:
            nameless = request.bound("")
            try:
                number = self._kinds.index(nameless)
            except ValueError:
                number = len(self._kinds)
                self._kinds.append(nameless)
                self._left.append(0)
            # The plan keeps the requests, so no other object will have this identity.
            self._kind_of[id(request)] = number
        return number

    def _keys_known(self, number: int) -> frozenset[RecordKey]:
        known = self._keys.get(number)
        return self._keys_now(number) if known is None else known[1]

    def _keys_now(self, number: int) -> frozenset[RecordKey]:
        try:
            candidates = self._candidates(self._kinds[number])
        except RotestError:  # its test will say what is wrong with it
            return frozenset()
        known = self._keys.get(number)
        if known is None or known[0] is not candidates:
            known = self._keys[number] = (candidates, frozenset(candidate.key for candidate in candidates))
        return known[1]


def serves(made: Request[Any], wanted: Request[Any]) -> bool:
    """Tell whether the live resource that was made for one request is what another asks for, but for the record."""
    return made is wanted or (
        made.resource is wanted.resource
        and made.exclusive == wanted.exclusive
        and made.parameters == wanted.parameters
        and made.parts == wanted.parts
    )


def _give(name: str, options: dict[str, list[Kept]], taken: dict[int, str], tried: set[int]) -> bool:
    """Find a resource for a request, if need be by giving another to a request that has one already."""
    untried = [one.token for one in options[name] if one.token not in tried]
    # What nobody has goes first.
    for token in sorted(untried, key=taken.__contains__):
        tried.add(token)
        holder = taken.get(token)
        if holder is None or _give(holder, options, taken, tried):
            taken[token] = name
            return True
    return False
