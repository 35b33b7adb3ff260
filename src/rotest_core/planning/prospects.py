"""Say of each test of a plan which records it could have now, and whether it could ever have all that it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_core.allocation.assignment import assign
from rotest_core.allocation.board import Board, Demand
from rotest_core.allocation.records import Records
from rotest_core.errors import PlanError
from rotest_core.planning.planned_flow import PlannedFlow
from rotest_core.quick_typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from rotest_core.allocation.inventory import Inventory
    from rotest_core.model.record import RecordKey
    from rotest_core.model.request import Request
    from rotest_core.planning.flow_parts import Part
    from rotest_core.planning.tree import PlannedTest
    from rotest_core.plugin.protocols.locks import Candidate, HeldLease


class Prospect(NamedTuple):
    """Tell what could serve one request.

    Args:
        part: the path of the part of a flow that asks; empty for a test itself.
        request: the request.
        records: what could serve it, in order of preference; nothing for a service.
        held: who holds some of these now.
        problem: why nothing ever could; empty if something could.
    """

    part: str
    request: Request[Any]
    records: tuple[RecordKey, ...] = ()
    held: tuple[HeldLease, ...] = ()
    problem: str = ""


class TestProspects(NamedTuple):
    """Tell what could serve one test.

    Args:
        test: the test.
        requests: what it asks for, and the parts of a flow ask for by themselves.
        problem: why it can never have all together, though each alone; empty if it can.
    """

    test: PlannedTest
    requests: tuple[Prospect, ...]
    problem: str = ""


class Prospects:
    """Look at the inventory and at who holds what, and lease nothing.

    Args:
        inventory: says which records can serve a request.
        held: the leases there are.
    """

    def __init__(self, inventory: Inventory, held: Iterable[HeldLease]) -> None:
        self._inventory = inventory
        self._held: dict[RecordKey, list[HeldLease]] = {}
        for lease in held:
            self._held.setdefault(lease.lease.key, []).append(lease)
        self._records = Records()
        self._known: dict[Request[Any], Prospect] = {}
        self._claims: dict[tuple[Request[Any], ...], str] = {}

    def of(self, test: PlannedTest) -> TestProspects:
        """Return the prospects of a test."""
        claims = _claims(test)
        found = tuple(self._prospect(part, request) for part, requests in claims for request in requests)
        problem = ""
        if not any(prospect.problem for prospect in found):
            problem = "; ".join(filter(None, (self._together(part, requests) for part, requests in claims)))
        return TestProspects(test, found, problem)

    def _prospect(self, part: str, request: Request[Any]) -> Prospect:
        # Thousands of tests ask for the same.
        known = self._known.get(request)
        if known is None:
            known = self._known[request] = self._look(request)
        return known._replace(part=part) if part else known

    def _look(self, request: Request[Any]) -> Prospect:
        if request.is_service:
            return Prospect("", request)
        try:
            candidates = self._inventory.candidates(request)
        except PlanError as error:
            return Prospect("", request, problem=str(error))
        if not candidates:
            return Prospect("", request, problem=self._inventory.explain(request))
        records = tuple(candidate.key for candidate in candidates)
        return Prospect(
            "", request, records, tuple(lease for key in records for lease in self._held.get(key, ()))
        )

    def _together(self, part: str, requests: Sequence[Request[Any]]) -> str:
        """Say why requests cannot be had all together; each of them can."""
        asking = tuple(request for request in requests if not request.is_service)
        if asking not in self._claims:
            self._claims[asking] = self._too_few(asking)
        problem = self._claims[asking]
        return f"{part}: {problem}" if part and problem else problem

    def _too_few(self, asking: Sequence[Request[Any]]) -> str:
        demands: list[Demand] = []
        for request in asking:
            candidates: tuple[Candidate, ...] = self._inventory.candidates(request)
            self._records.learn(candidates)
            demands.append(Demand(self._records.pool(candidates), request.exclusive))
        if len(demands) < 2 or assign(demands, Board(self._records.capacity)) is not None:
            return ""
        return f"there are too few records for all of {', '.join(request.name for request in asking)} at once"


def asks(test: PlannedTest) -> bool:
    """Tell whether a test, or a part of a flow, asks for anything."""
    return bool(_claims(test))


def _claims(test: PlannedTest) -> list[tuple[str, Sequence[Request[Any]]]]:
    """Give what is leased together: what a test asks for, and then each part of a flow that asks for itself."""
    claims: list[tuple[str, Sequence[Request[Any]]]] = [("", test.requests)]
    if isinstance(test, PlannedFlow) and test.flow is not None:
        names = frozenset(request.name for request in test.requests)
        for part in test.flow.parts:
            claims += _claims_in(part, names)
    return [(part, requests) for part, requests in claims if requests]


def _claims_in(part: Part, held: frozenset[str]) -> list[tuple[str, Sequence[Request[Any]]]]:
    own = [request for request in part.requests if request.name not in held]
    claims: list[tuple[str, Sequence[Request[Any]]]] = [(part.path, own)]
    for inner in part.parts:
        claims += _claims_in(inner, held.union(request.name for request in own))
    return claims
