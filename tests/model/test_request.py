"""Requests are values, descriptors, and checked when they are planned."""

from __future__ import annotations

import abc
import unittest
from pathlib import Path
from typing import cast

import attrs
import pytest

from rotest_core.errors import PlanError
from rotest_core.model.lookup import Lookup, Operator
from rotest_core.model.request import Request, requests_of
from rotest_core.model.resource import BaseResource, build_requested
from rotest_core.model.resource_data import ResourceData
from tests.model.lab import Anything, Panel, PoweredRack, Rack, RackData, SmartRack, Supply, SupplyData, Tower


def has_short_address(data: RackData) -> bool:
    return len(data.address) < 5


class OneTest(unittest.TestCase):
    first = Rack.request(port__gt=5)
    second = Supply(volts=5)

    def test_nothing(self) -> None: ...


class OtherTest(OneTest):
    third = Panel.request(host="h")
    first = Rack.request(port__gt=6)


class WithoutTest(OtherTest):
    first = None  # type: ignore[assignment]


def test_requests_of_a_class_are_inherited_in_declared_order_and_replaced_by_name() -> None:
    assert requests_of(OneTest) == (
        Rack.request(port__gt=5).bound("first"),
        Supply.request(volts=5).bound("second"),
    )
    assert requests_of(OtherTest) == (
        Rack.request(port__gt=6).bound("first"),
        Supply.request(volts=5).bound("second"),
        Panel.request(host="h").bound("third"),
    )
    assert [request.name for request in requests_of(WithoutTest)] == ["second", "third"]
    assert requests_of(unittest.TestCase) == ()


def test_request_is_found_on_the_class() -> None:
    assert OneTest.first == Rack.request(port__gt=5).bound("first")


def test_reading_a_request_outside_of_a_run_says_how_to_run() -> None:
    case = OneTest("test_nothing")
    with pytest.raises(AttributeError) as caught:
        _ = case.first
    assert str(caught.value) == (
        "OneTest.first holds no Rack now: it is there only while Rotest runs the test. "
        "Run the file with `rotest`, or let it call rotest_core.main()"
    )
    assert not hasattr(case, "first")


def test_instance_attribute_goes_before_the_request_and_leaves_it_as_it_is() -> None:
    case = OneTest("test_nothing")
    live = object()
    vars(case)["first"] = live
    assert cast("object", case.first) is live
    assert isinstance(OneTest.first, Request)


def test_one_request_may_stand_under_several_names() -> None:
    shared = Rack.request()

    class Here:
        near = shared
        far = shared

    assert [request.name for request in requests_of(Here)] == ["near", "far"]
    assert (Here.near.name, Here.far.name, shared.name) == ("near", "far", "")


def test_requests_are_equal_by_content() -> None:
    assert Rack.request(port=5) == Rack.request(port=5)
    assert hash(Rack.request(port=5)) == hash(Rack.request(port=5))
    assert Rack.request(has_short_address) == Rack.request(has_short_address)
    different = [
        Rack.request(),
        Rack.request(port=5),
        Rack.request(port=6),
        Rack.request(port__gt=5),
        Rack.request(port=5).bound("rack"),
        Rack.request(port=5, exclusive=False),
        Rack.request(port=5, force_initialize=True),
        Rack.request(has_short_address, port=5),
        PoweredRack.request(port=5),
    ]
    assert len(set(different)) == len(different)


def test_request_cannot_be_changed() -> None:
    request = Rack.request(port=5)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        request.name = "rack"  # type: ignore[misc]


def test_later_changes_of_what_it_was_made_from_do_not_reach_it() -> None:
    lookups: dict[str, object] = {"port": 5}
    request = Request(resource=Rack, lookups=lookups)
    lookups["port"] = 6
    assert request.lookups == {"port": 5}


def test_class_call_is_a_request_as_in_rotest_8() -> None:
    calls: list[object] = [Supply(volts=5), Rack(has_short_address, port=5)]
    assert calls == [Supply.request(volts=5), Rack.request(has_short_address, port=5)]


def test_query_is_that_of_the_lookups() -> None:
    query = Rack.request(port__gte=5, name="r").query()
    assert query.types == ("Rack",)
    assert query.lookups == (
        Lookup(("port",), Operator.GTE, 5),
        Lookup(("name",), Operator.EXACT, "r"),
    )


def test_query_names_the_request_and_every_problem() -> None:
    request = Rack.request(has_short_address, prot=5, port="x", exclusive=False).bound("rack")
    with pytest.raises(PlanError) as caught:
        request.query()
    heading, first, second = str(caught.value).splitlines()
    assert heading == "rack = Rack.request(has_short_address, prot=5, port='x', exclusive=False)"
    assert first.startswith("  prot: Rack has no field 'prot' (did you mean 'port'?); known: address, port, ")
    assert second == "  port: expected an integer, got 'x'"


def test_abstract_resource_cannot_be_had() -> None:
    class Vague(BaseResource[SupplyData]):
        @abc.abstractmethod
        def measure(self) -> int: ...

    with pytest.raises(PlanError, match="Vague leaves measure to its subclasses: request one"):
        Vague.request().query()


def test_resource_that_leaves_its_data_open_cannot_be_had() -> None:
    with pytest.raises(
        PlanError, match=r"^Open does not say what its data is: derive from Open\[SomeData\]$"
    ):
        _open_resource().data_type()


def _open_resource() -> type[BaseResource[SupplyData]]:
    from typing import TypeVar

    any_data = TypeVar("any_data", bound=ResourceData)

    class Open(BaseResource[any_data]):
        pass

    return Open


def test_more_lookups_replace_those_of_the_same_name() -> None:
    request = Rack.request(port=5, address="a").with_lookups({"port__exact": 6, "name": "r"})
    assert request.lookups == {"address": "a", "port": 6, "name": "r"}


def test_more_lookups_from_text_are_read_by_their_types() -> None:
    request = Rack.request(port=5).with_lookups(
        {"port": "6", "supply__volts__in": "5,12", "online": "no"}, text=True
    )
    assert request.lookups == {"port": 6, "supply__volts__in": [5, 12], "online": False}
    request.query()


def test_text_that_cannot_be_read_is_an_error_with_the_request() -> None:
    with pytest.raises(
        PlanError, match=r"rack = Rack\.request\(port=5\)\n  port: expected an integer, got 'x'"
    ):
        Rack.request(port=5).bound("rack").with_lookups({"port": "x"}, text=True)


def test_parameters_of_a_service_may_be_added_from_text() -> None:
    request = Panel.request(host="h").with_lookups({"port": "9", "scale": "2"}, text=True)
    assert request.parameters == {"host": "h", "port": 9, "scale": 2.0}
    assert request.lookups == {}


def test_service_is_told_apart() -> None:
    assert Panel.request().is_service
    assert not Rack.request().is_service


def test_query_of_a_service_checks_its_parameters() -> None:
    with pytest.raises(PlanError) as caught:
        Panel.request(hosts="h", port="x").query()
    assert str(caught.value).splitlines()[1:] == [
        "  hosts: unknown parameter (did you mean 'host'?); known: host, port, scale",
        "  port: expected an integer, got 'x'",
    ]
    Anything.request(whatever=object()).query()


def test_parts_put_their_conditions_on_the_whole() -> None:
    query = PoweredRack.request(address="a").query()
    assert query.lookups == (
        Lookup(("address",), Operator.EXACT, "a"),
        Lookup(("supply", "name"), Operator.ISNULL, False),
        Lookup(("supply", "volts"), Operator.GT, 5),
    )
    assert query.references == {("supply",): ("Supply", "SmartSupply")}


def test_part_of_a_narrower_type_narrows_where_the_reference_may_lead() -> None:
    query = SmartRack.request(supply__volts=5).query()
    assert query.references == {("supply",): ("SmartSupply",)}
    assert Lookup(("supply", "name"), Operator.ISNULL, False) in query.lookups


def test_parts_of_services_reach_the_data_around_them() -> None:
    Tower.request().query()


def test_part_that_the_data_does_not_refer_to_is_an_error() -> None:
    class Wrong(BaseResource[RackData]):
        power = Supply.request()
        supply = Rack.request()
        tags = Supply.request()

    with pytest.raises(PlanError) as caught:
        Wrong.request().query()
    assert str(caught.value).splitlines()[1:] == [
        "  power: RackData has no field 'power' that refers to a Supply",
        "  supply: RackData.supply refers to a Supply",
        "  tags: RackData has no field 'tags' that refers to a Supply",
    ]


def test_part_with_a_record_in_a_service_is_an_error() -> None:
    class Wrong(BaseResource):
        supply = Supply.request()

    with pytest.raises(PlanError, match="supply: a service has no field 'supply' that refers to a Supply"):
        Wrong.request().query()


def test_problems_of_parts_are_named_with_the_part() -> None:
    class Wrong(BaseResource[RackData]):
        supply = Supply.request(volt=5)
        panel = Panel.request(host=SupplyData.volts)

    with pytest.raises(PlanError) as caught:
        Wrong.request().query()
    volt, host = str(caught.value).splitlines()[1:]
    assert volt.startswith("  supply: volt: Supply has no field 'volt'")
    assert host == "  panel: host: stands for SupplyData.volts, but what it is part of has no such data"


def test_predicates_of_parts_are_asked_with_the_parts_data() -> None:
    class Picky(BaseResource[RackData]):
        supply = Supply.request(lambda data: data.volts > 5)

    strong = SupplyData(name="s", volts=12)
    weak = SupplyData(name="s", volts=3)
    request = Picky.request(has_short_address)
    assert request.has_predicate
    assert Picky.request().has_predicate
    assert not PoweredRack.request().has_predicate
    assert request.accepts(RackData(name="r", address="a", supply=strong))
    assert not request.accepts(RackData(name="r", address="a", supply=weak))
    assert not request.accepts(RackData(name="r", address="a long one", supply=strong))


def test_configuration_changes_no_ordinary_request() -> None:
    request = Rack.request(port=5).bound("rack")
    assert request.for_config({"os": "linux"}) is request


def test_paths_and_other_values_are_converted_for_services() -> None:
    class Store(BaseResource):
        root: Path

    values, problems = Store.check_parameters({"root": "/srv"})
    assert (values, problems) == ({"root": Path("/srv")}, [])


def test_parameters_of_parts_are_reached_through_their_names(tmp_path: Path) -> None:
    data = RackData(name="r", address="a", supply=SupplyData(name="s", volts=12))
    request = PoweredRack.request().with_lookups(
        {"panel__port": "9", "supply__volts__lt": "20", "spare__host": "h"}, text=True
    )
    request.query()
    assert request.lookups == {"supply__volts__lt": 20}
    rack = build_requested(request, data, work_dir=tmp_path)
    assert (rack.panel.host, rack.panel.port, rack.spare.host, rack.spare.port) == ("a", 9, "h", 81)
    tower = build_requested(Tower.request().with_lookups({"crate__panel__port": 7}), data, work_dir=tmp_path)
    assert tower.crate.panel.port == 7
    assert PoweredRack.request() != request


def test_unknown_parameter_of_a_part_is_named_with_the_part() -> None:
    with pytest.raises(
        PlanError, match=r"panel = Panel\.request\(.*\)\n  prot: unknown parameter \(did you mean 'port'"
    ):
        PoweredRack.request().with_lookups({"panel__prot": "9"}, text=True)
