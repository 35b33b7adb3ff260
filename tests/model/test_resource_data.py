"""Records become typed data and back, strictly, with the path of everything that is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import pytest

from rotest_core.errors import PlanError, RecordError
from rotest_core.model.record import Json, Record, RecordKey
from rotest_core.model.resource_data import (
    ResourceData,
    check_fields,
    field_names,
    references,
    structure,
    subtypes,
    unstructure,
)
from tests.model.lab import Grade, Place, RackData, SmartSupplyData, SupplyData


def records(*known: Record) -> Any:
    return {record.key: record for record in known}.get


def no_record(key: RecordKey) -> None:
    return None


SUPPLY = Record(type="Supply", name="s1", fields={"volts": 12})


def test_type_name_is_the_class_without_its_suffix() -> None:
    class Data(ResourceData):
        pass

    assert (SupplyData.type_name(), Data.type_name()) == ("Supply", "Data")


def test_fields_are_those_that_the_type_declares_itself() -> None:
    assert field_names(SmartSupplyData) == ("volts", "url")
    assert references(RackData) == {"supply": SupplyData}
    assert references(SupplyData) == {}


def test_subtypes_of_a_type_begin_with_itself() -> None:
    assert subtypes(SupplyData) == ("Supply", "SmartSupply")


def test_record_becomes_typed_data() -> None:
    record = Record(
        type="Rack",
        name="r1",
        group="lab",
        comment="by the door",
        fields={
            "address": "10.0.0.1",
            "supply": "s1",
            "weights": [1, 2.5],
            "grade": "gold",
            "path": "/srv",
            "place": {"room": "B", "shelf": 2},
            "limits": {"a": 1},
            "ratio": 2,
            "code": "x",
        },
    )
    assert structure(RackData, record, records(SUPPLY)) == RackData(
        name="r1",
        group="lab",
        comment="by the door",
        address="10.0.0.1",
        supply=SupplyData(name="s1", volts=12),
        weights=(1.0, 2.5),
        grade=Grade.GOLD,
        path=Path("/srv"),
        place=Place("B", 2),
        limits={"a": 1},
        ratio=2.0,
        code="x",
    )


def test_data_becomes_a_record_and_is_the_same_when_read_back() -> None:
    data = RackData(
        name="r1",
        address="a",
        supply=SupplyData(name="s1", volts=12),
        weights=(1.5,),
        grade=Grade.GOLD,
        path=Path("/srv"),
        place=Place("B"),
    )
    record = unstructure(data)
    assert record.key == RecordKey("Rack", "r1")
    assert record.fields["supply"] == "s1"
    assert record.fields["grade"] == "gold"
    assert record.fields["place"] == {"room": "B", "shelf": 0}
    assert structure(RackData, record, records(SUPPLY)) == data


def test_record_of_a_subtype_becomes_data_of_that_subtype() -> None:
    record = Record(type="SmartSupply", name="s2", fields={"volts": 5, "url": "u"})
    assert structure(SupplyData, record, no_record) == SmartSupplyData(name="s2", volts=5, url="u")


def test_reference_may_lead_to_a_subtype() -> None:
    smart = Record(type="SmartSupply", name="s2", fields={"volts": 5, "url": "u"})
    rack = Record(type="Rack", name="r", fields={"address": "a", "supply": "s2"})
    assert isinstance(structure(RackData, rack, records(smart)).supply, SmartSupplyData)


def test_record_of_another_type_is_refused() -> None:
    with pytest.raises(RecordError, match=r"^Rack/r: it is of type Rack, not of Supply or SmartSupply$"):
        structure(SupplyData, Record(type="Rack", name="r"), no_record)


def test_every_wrong_value_of_a_record_is_named_with_its_path() -> None:
    record = Record(
        type="Rack",
        name="r",
        fields={
            "port": True,
            "tags": ["a", 3],
            "weights": "12",
            "grade": "iron",
            "place": {"shelf": "2", "floor": 1},
            "limits": {"a": 1.5},
            "supply": 7,
            "adress": "x",
        },
    )
    with pytest.raises(RecordError) as caught:
        structure(RackData, record, no_record)
    assert caught.value.problem == "Rack/r: 11 values do not fit"
    assert sorted(caught.value.problems) == [
        "address: missing; expected text",
        "adress: unknown field (did you mean 'address'?)",
        "grade: expected one of 'gold', 'tin', got 'iron'",
        "limits.a: expected an integer, got 1.5",
        "place.floor: unknown field",
        "place.room: missing",
        "place.shelf: expected an integer, got '2'",
        "port: expected an integer, got True",
        "supply: expected the name of a Supply, or nothing, got 7",
        "tags[1]: expected text, got 3",
        "weights: expected a list, of each: a number, got '12'",
    ]


def test_path_leads_through_references() -> None:
    rack = Record(type="Rack", name="r", fields={"address": "a", "supply": "s1"})
    broken = attrs.evolve(SUPPLY, fields={"volts": "12"})
    with pytest.raises(RecordError, match=r"^Rack/r: supply\.volts: expected an integer, got '12'$"):
        structure(RackData, rack, records(broken))


def test_reference_to_no_record_names_the_types_it_may_lead_to() -> None:
    rack = Record(type="Rack", name="r", fields={"address": "a", "supply": "s9"})
    with pytest.raises(RecordError, match=r"^Rack/r: supply: there is no Supply or SmartSupply 's9'$"):
        structure(RackData, rack, no_record)


def test_records_that_refer_to_each_other_in_a_circle_are_refused() -> None:
    @attrs.frozen(kw_only=True)
    class RingData(ResourceData):
        after: RingData | None = None

    one = Record(type="Ring", name="one", fields={"after": "two"})
    two = Record(type="Ring", name="two", fields={"after": "one"})
    with pytest.raises(RecordError, match=r"in a circle: Ring/one -> Ring/two -> Ring/one$"):
        structure(RingData, one, records(one, two))


def test_validators_object_by_field() -> None:
    record = Record(type="Rack", name="r", fields={"address": "a", "port": 0})
    with pytest.raises(RecordError, match=r"^Rack/r: port: 'port' must be >= 1: 0$"):
        structure(RackData, record, no_record)


def test_checked_fields_are_complete_and_as_json() -> None:
    assert check_fields(SmartSupplyData, {"volts": 5, "url": "u"}) == {"volts": 5, "url": "u"}
    checked = check_fields(RackData, {"address": "a", "supply": "s1", "weights": [1]})
    assert checked["port"] == 1357
    assert checked["supply"] == "s1"
    assert checked["weights"] == [1.0]
    assert checked["grade"] == "tin"
    assert checked["path"] is None


def test_partly_checked_fields_are_those_that_were_given() -> None:
    assert check_fields(RackData, {"port": 9}, partial=True) == {"port": 9}
    with pytest.raises(RecordError, match="port: 'port' must be >= 1: 0"):
        check_fields(RackData, {"port": 0}, partial=True)


def test_text_is_read_as_the_declared_types() -> None:
    fields: dict[str, Json] = {
        "address": "10",
        "port": "9",
        "supply": "",
        "tags": "a, b",
        "weights": "[1, 2.5]",
        "grade": "gold",
        "path": "",
        "place": '{"room": "B"}',
        "ratio": "0.5",
        "online": "No",
        "code": "7",
    }
    assert check_fields(RackData, fields, text=True) == {
        "address": "10",
        "port": 9,
        "supply": None,
        "tags": ["a", "b"],
        "weights": [1.0, 2.5],
        "grade": "gold",
        "mode": "auto",
        "path": None,
        "place": {"room": "B", "shelf": 0},
        "limits": {},
        "ratio": 0.5,
        "online": False,
        "code": 7,
    }


def test_text_that_does_not_fit_is_named_with_what_would() -> None:
    with pytest.raises(RecordError) as caught:
        check_fields(
            RackData, {"address": "a", "port": "x", "online": "maybe", "ratio": "nan"}, text=True, name="r"
        )
    assert caught.value.problems == (
        "port: expected an integer, got 'x'",
        "ratio: expected a number, got 'nan'",
        "online: expected true or false, got 'maybe'",
    )


def test_unknown_field_is_named_with_the_known_ones() -> None:
    with pytest.raises(
        RecordError, match=r"^Supply: volt: unknown field \(did you mean 'volts'\?\); known: volts$"
    ):
        check_fields(SupplyData, {"volts": 1, "volt": 2})


def test_every_validator_is_asked() -> None:
    @attrs.frozen(kw_only=True)
    class GateData(ResourceData):
        width: int = attrs.field(validator=attrs.validators.gt(0))
        height: int = attrs.field(validator=attrs.validators.gt(0))

    with pytest.raises(RecordError) as caught:
        check_fields(GateData, {"width": 0, "height": -1})
    assert caught.value.problems == ("width: 'width' must be > 0: 0", "height: 'height' must be > 0: -1")


def test_what_a_class_says_of_its_fields_together_is_reported() -> None:
    @attrs.frozen(kw_only=True)
    class SpanData(ResourceData):
        low: int
        high: int

        def __attrs_post_init__(self) -> None:
            if self.low > self.high:
                raise ValueError("low is above high")

    with pytest.raises(RecordError, match=r"^Span: low is above high$"):
        check_fields(SpanData, {"low": 2, "high": 1})


def test_class_that_attrs_did_not_make_is_refused() -> None:
    class BareData(ResourceData):
        volts: int

    with pytest.raises(PlanError, match=r"^BareData is no data type yet: decorate it with @attrs.frozen"):
        field_names(BareData)


def test_fields_that_no_record_can_hold_are_all_named() -> None:
    @attrs.frozen(kw_only=True)
    class OddData(ResourceData):
        a__b: int = 0
        capacity: int = 0
        supplies: list[SupplyData] = attrs.field(factory=list)
        source: complex = 0j

    with pytest.raises(PlanError) as caught:
        field_names(OddData)
    heading, *problems = str(caught.value).splitlines()
    assert heading == "OddData declares what no record can hold"
    assert [problem.split(":")[0].strip() for problem in problems] == [
        "a__b",
        "capacity",
        "supplies",
        "source",
    ]


def test_type_that_is_imported_for_checkers_alone_is_named() -> None:
    @attrs.frozen(kw_only=True)
    class LostData(ResourceData):
        when: Missing  # type: ignore[name-defined]  # noqa: F821

    with pytest.raises(PlanError, match=r"LostData: the type of a field is not to be found: name 'Missing'"):
        field_names(LostData)
