"""Lookups are checked against the declared fields when tests are planned."""

from __future__ import annotations

import re

import pytest

from rotest_core.model.lookup import Lookup, Operator
from rotest_core.model.query import make_query
from rotest_core.model.resource_data import ResourceData
from tests.model.lab import Grade, RackData, SupplyData


def only(data_type: type[ResourceData], spelled: str, value: object, *, text: bool = False) -> Lookup:
    query, problems = make_query(data_type, {spelled: value}, text=text)
    assert problems == []
    (lookup,) = query.lookups
    return lookup


def problem(data_type: type[ResourceData], spelled: str, value: object, *, text: bool = False) -> str:
    _, problems = make_query(data_type, {spelled: value}, text=text)
    (found,) = problems
    return found


@pytest.mark.parametrize(
    ("spelled", "value", "expected"),
    [
        ("port", 5, Lookup(("port",), Operator.EXACT, 5)),
        ("port__exact", 5, Lookup(("port",), Operator.EXACT, 5)),
        ("port__gte", 5, Lookup(("port",), Operator.GTE, 5)),
        ("port__in", (1, 2), Lookup(("port",), Operator.IN, [1, 2])),
        ("port__range", [1, 9], Lookup(("port",), Operator.RANGE, [1, 9])),
        ("ratio__lt", 2, Lookup(("ratio",), Operator.LT, 2.0)),
        ("grade", Grade.GOLD, Lookup(("grade",), Operator.EXACT, "gold")),
        ("grade__ne", "tin", Lookup(("grade",), Operator.NE, "tin")),
        ("address__istartswith", "10.", Lookup(("address",), Operator.ISTARTSWITH, "10.")),
        ("address__regex", r"^\d+", Lookup(("address",), Operator.REGEX, r"^\d+")),
        ("path__endswith", "srv", Lookup(("path",), Operator.ENDSWITH, "srv")),
        ("path", None, Lookup(("path",), Operator.EXACT, None)),
        ("tags__contains", "a", Lookup(("tags",), Operator.CONTAINS, "a")),
        ("tags", ["a"], Lookup(("tags",), Operator.EXACT, ["a"])),
        ("supply__isnull", True, Lookup(("supply",), Operator.ISNULL, True)),
        ("supply", "s1", Lookup(("supply",), Operator.EXACT, "s1")),
        ("supply", SupplyData(name="s1", volts=1), Lookup(("supply",), Operator.EXACT, "s1")),
        ("supply__in", ["s1"], Lookup(("supply",), Operator.IN, ["s1"])),
        ("name__contains", "r", Lookup(("name",), Operator.CONTAINS, "r")),
        ("group", "lab", Lookup(("group",), Operator.EXACT, "lab")),
        ("usable", True, Lookup(("usable",), Operator.EXACT, True)),
        ("capacity__gt", 1, Lookup(("capacity",), Operator.GT, 1)),
        ("reserved_for", "", Lookup(("reserved_for",), Operator.EXACT, "")),
    ],
)
def test_lookup_is_converted(spelled: str, value: object, expected: Lookup) -> None:
    assert only(RackData, spelled, value) == expected


def test_lookup_through_a_reference_says_where_it_may_lead() -> None:
    query, _ = make_query(RackData, {"supply__volts__gt": 5, "supply__name": "s1"})
    assert query.types == ("Rack",)
    assert query.references == {("supply",): ("Supply", "SmartSupply")}
    assert query.lookups == (
        Lookup(("supply", "volts"), Operator.GT, 5),
        Lookup(("supply", "name"), Operator.EXACT, "s1"),
    )


def test_request_for_a_type_is_for_its_subtypes_too() -> None:
    assert make_query(SupplyData, {})[0].types == ("Supply", "SmartSupply")


@pytest.mark.parametrize(
    ("spelled", "value", "expected"),
    [
        ("port__gte", "9000", 9000),
        ("port__in", "1, 2", [1, 2]),
        ("online", "no", False),
        ("supply__isnull", "true", True),
        ("supply", "s1", "s1"),
        ("grade", "gold", "gold"),
        ("tags__contains", "a", "a"),
    ],
)
def test_text_from_a_command_line_is_read(spelled: str, value: str, expected: object) -> None:
    assert only(RackData, spelled, value, text=True).value == expected


@pytest.mark.parametrize(
    ("spelled", "value", "expected"),
    [
        ("port", "5", "port: expected an integer, got '5'"),
        ("port", True, "port: expected an integer, got True"),
        ("port", None, "port: expected an integer, got None"),
        ("port__gte", None, "port__gte: expected an integer, got None"),
        ("port__in", 5, "port__in: in expects a list of values, got 5"),
        ("port__in", [1, "x"], "port__in: expected an integer, got 'x'"),
        ("port__range", [1], "port__range: expected a lower and an upper end, got [1]"),
        ("grade", "iron", "grade: expected one of 'gold', 'tin', got 'iron'"),
        ("supply", 5, "supply: expected the name of a Supply, or nothing, got 5"),
        ("supply__isnull", 1, "supply__isnull: expected true or false, got 1"),
        ("usable", "yes", "usable: expected true or false, got 'yes'"),
        ("address__contains", 5, "address__contains: expected text, got 5"),
        ("tags__contains", 5, "tags__contains: expected text, got 5"),
    ],
)
def test_mistyped_value_is_told_what_would_be_right(spelled: str, value: object, expected: str) -> None:
    assert problem(RackData, spelled, value) == expected


def test_unknown_field_is_told_the_known_ones_and_the_nearest() -> None:
    assert problem(SupplyData, "volt", 5) == (
        "volt: Supply has no field 'volt' (did you mean 'volts'?); "
        "known: volts, name, group, comment, usable, reserved_for, capacity"
    )


def test_unknown_field_of_a_part_is_looked_for_in_the_part() -> None:
    assert problem(RackData, "supply__volt__gt", 5).startswith(
        "supply__volt__gt: Supply has no field 'volt' (did you mean 'volts'?); known: volts, name"
    )


def test_unknown_operator_is_told_those_that_there_are() -> None:
    assert problem(RackData, "port__gtt", 5) == (
        "port__gtt: there is no operator 'gtt' (did you mean 'gt' or 'gte'?); "
        "port has: exact, ne, in, gt, gte, lt, lte, range, isnull"
    )


def test_operator_that_does_not_fit_is_told_those_that_do() -> None:
    assert problem(RackData, "online__gt", True) == (
        "online__gt: online cannot be compared by 'gt'; online has: exact, ne, in, isnull"
    )
    assert problem(RackData, "path__lt", "x").startswith("path__lt: path cannot be compared by 'lt'")


def test_path_through_a_plain_field_is_told_that_it_leads_nowhere() -> None:
    assert problem(RackData, "port__name__gt", 5).startswith(
        "port__name__gt: there is no operator 'name__gt' (port refers to no other record); port has: exact"
    )


def test_regular_expression_must_be_one() -> None:
    assert re.match(
        r"address__regex: '\(' is not a regular expression", problem(RackData, "address__regex", "(")
    )


def test_every_problem_is_named_at_once() -> None:
    _, problems = make_query(RackData, {"port": "x", "prot": 1, "address": "a", "address__gtx": 1})
    assert [text.split(":")[0] for text in problems] == ["port", "prot", "address__gtx"]
