"""The rules of the smart client, without tests, leases and workers."""

from __future__ import annotations

from typing import Any

import attrs

from rotest_core.model.record import RecordKey
from rotest_core.model.request import Request
from rotest_core.model.resource import BaseResource
from rotest_core.model.resource_data import ResourceData
from rotest_core.planning.tree import Group, PlannedTest
from rotest_core.plugin.protocols.locks import Candidate
from rotest_core.scheduling.keeping import Kept, Prospects, serves

GROUP = Group(0, "class", "Case", selector="test_a.py::Case")


@attrs.frozen(kw_only=True)
class HingeData(ResourceData):
    size: int = 1


class Hinge(BaseResource[HingeData]):
    pass


class BrassHinge(Hinge):
    pass


ANY = Hinge.request()
SMALL = Hinge.request(size=1)
RECORDS = {ANY: ("a", "b", "c"), SMALL: ("a",), Hinge.request(size=9): ()}


def candidates(request: Request[Any]) -> tuple[Candidate, ...]:
    """Give the records that can serve a request, the same tuple each time."""
    return ANSWERS[request.bound("")]


ANSWERS = {
    request: tuple(Candidate(RecordKey("Hinge", name)) for name in names)
    for request, names in RECORDS.items()
}


def planned(number: int, **requests: Request[Any]) -> PlannedTest:
    bound = tuple(request.bound(name) for name, request in requests.items())
    return PlannedTest(number, GROUP, f"test_{number}", None, None, bound)


def kept(name: str, token: int, request: Request[Any] = ANY) -> Kept:
    return Kept(request.bound("hinge"), RecordKey("Hinge", name), token)


def chosen(test: PlannedTest, *shelf: Kept) -> dict[str, str]:
    found = Prospects([test], candidates).choose(test.requests, shelf)
    return {name: one.key.name for name, one in found.items()}


def test_a_resource_is_wanted_as_long_as_a_test_to_come_can_use_it() -> None:
    first, second = planned(0, hinge=SMALL), planned(1, other=SMALL)
    prospects = Prospects([first, second], candidates)
    prospects.begin(first)
    assert prospects.want(kept("a", 1, SMALL))
    assert not prospects.want(kept("b", 2, SMALL))
    prospects.begin(second)
    assert not prospects.want(kept("a", 1, SMALL))


def test_a_wider_request_wants_what_a_narrower_one_has_had() -> None:
    first, second = planned(0, hinge=SMALL), planned(1, hinge=ANY)
    prospects = Prospects([first, second], candidates)
    prospects.begin(first)
    assert prospects.want(Kept(first.requests[0], RecordKey("Hinge", "a"), 1))


def test_services_are_wanted_by_nobody() -> None:
    class Oil(BaseResource):
        pass

    test = planned(0, oil=Oil.request(), hinge=ANY)
    prospects = Prospects([test], candidates)
    prospects.begin(test)
    assert not prospects.want(kept("a", 1))


def test_only_what_is_built_alike_serves() -> None:
    assert serves(ANY, Hinge.request(size=3, force_initialize=True))
    assert not serves(ANY, BrassHinge.request())
    assert not serves(ANY, Hinge.request(exclusive=False))


def test_each_request_gets_another_resource() -> None:
    test = planned(0, left=ANY, right=ANY)
    assert chosen(test, kept("b", 1)) == {"left": "b"}
    assert chosen(test, kept("b", 1), kept("c", 2)) == {"left": "b", "right": "c"}


def test_what_has_the_least_choice_goes_first() -> None:
    test = planned(0, any=ANY, small=SMALL)
    assert chosen(test, kept("a", 1)) == {"small": "a"}
    assert chosen(test, kept("a", 1), kept("c", 2)) == {"small": "a", "any": "c"}


def test_a_request_makes_room_for_another() -> None:
    wide, narrow = Hinge.request(size=2), Hinge.request(size=3)
    for request, names in ((wide, ("a", "b")), (narrow, ("a", "x"))):
        ANSWERS[request] = tuple(Candidate(RecordKey("Hinge", name)) for name in names)
    test = planned(0, first=wide, second=narrow)
    assert chosen(test, kept("a", 1), kept("b", 2)) == {"first": "b", "second": "a"}


def test_a_record_that_is_no_candidate_any_more_is_not_chosen() -> None:
    test = planned(0, hinge=ANY)
    prospects = Prospects([test], candidates)
    assert prospects.want(kept("c", 1))
    usual, ANSWERS[ANY] = ANSWERS[ANY], ANSWERS[ANY][:2]
    try:
        assert prospects.choose(test.requests, [kept("c", 1)]) == {}
    finally:
        ANSWERS[ANY] = usual
