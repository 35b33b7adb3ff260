"""Parameters of parts that come from what is around them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import pytest

from rotest_core import BaseResource, PlanError, ResourceData, ResourceError, parameter
from rotest_core.model.resource import build


@attrs.frozen(kw_only=True)
class ValveMakerData(ResourceData):
    country: str = "IT"
    maker: str = ""


@attrs.frozen(kw_only=True)
class ValveData(ResourceData):
    bars: int
    maker: ValveMakerData
    spare: ValveMakerData | None = None


@attrs.frozen(kw_only=True)
class BoilerRoomData(ResourceData):
    valve: ValveData
    door: str = "blue"


class Gauge(BaseResource):
    bars: int
    label: str = "none"


class Plate(BaseResource):
    text: str
    size: int = parameter(3)


class Gauges(BaseResource):
    """A service with a service in it that takes what the service itself was given."""

    text: str = parameter()
    size: int = parameter(7)
    plate = Plate.request(text=text, size=size)
    gauge = Gauge.request(bars=BoilerRoomData.valve.bars)


class Valve(BaseResource[ValveData]):
    gauge = Gauge.request(bars=ValveData.bars, label=ValveData.maker.country)


class BoilerRoom(BaseResource[BoilerRoomData]):
    valve = Valve.request()
    gauge = Gauge.request(bars=BoilerRoomData.valve.bars, label=BoilerRoomData.valve.maker.name)
    gauges = Gauges.request(text=BoilerRoomData.door)


MAKER = ValveMakerData(name="Ventil AG", country="CH")
ROOM = BoilerRoomData(name="cellar", valve=ValveData(name="v1", bars=6, maker=MAKER))


def test_fields_of_referred_records_reach_parts(tmp_path: Path) -> None:
    room = build(BoilerRoom, ROOM, work_dir=tmp_path)
    assert (room.gauge.bars, room.gauge.label) == (6, "Ventil AG")
    assert (room.valve.gauge.bars, room.valve.gauge.label) == (6, "CH")


def test_parameters_of_a_service_reach_its_own_services(tmp_path: Path) -> None:
    gauges = build(BoilerRoom, ROOM, work_dir=tmp_path).gauges
    assert (gauges.text, gauges.size) == ("blue", 7)
    assert (gauges.plate.text, gauges.plate.size) == ("blue", 7)
    assert gauges.gauge.bars == 6
    alone = build(Gauges, work_dir=tmp_path, parameters={"text": "x", "size": 2}, parent=gauges.parent)
    assert (alone.plate.text, alone.plate.size) == ("x", 2)


def test_what_is_declared_is_what_is_checked() -> None:
    BoilerRoom.request().query()
    with pytest.raises(PlanError, match=r"unknown parameter 'texd' \(did you mean 'text'\?\)|texd: unknown"):
        Gauges.request(texd="x").query()


def test_parameter_that_was_given_no_value_says_so(tmp_path: Path) -> None:
    plate = build(Plate, work_dir=tmp_path)
    assert plate.size == 3
    with pytest.raises(
        AttributeError, match=r"^Plate was given no value for 'text': pass it in the request$"
    ):
        _ = plate.text
    with pytest.raises(PlanError) as caught:
        Gauges.request().query()
    assert str(caught.value).splitlines()[1] == "  text: not given; the part 'plate' takes it from here"
    with pytest.raises(ResourceError, match="Gauges was given no value for 'text'"):
        build(Gauges, work_dir=tmp_path)


def test_field_of_a_record_that_is_not_there_says_so(tmp_path: Path) -> None:
    class Spare(BaseResource[ValveData]):
        plate = Plate.request(text=ValveData.spare.name)  # type: ignore[union-attr]  # it may be None

    with pytest.raises(PlanError, match=r"^ValveData\.spare\.name: v1 has no spare$"):
        build(Spare, ROOM.valve, work_dir=tmp_path)


def test_paths_lead_through_references_only() -> None:
    path: Any = BoilerRoomData.valve
    assert repr(path.maker.country) == "BoilerRoomData.valve.maker.country"
    for start, wrong in ((path, "bar"), (path, "type_name"), (path.maker.country, "x"), (path, "_member_")):
        with pytest.raises(AttributeError, match=r"leads to no field '"):
            getattr(start, wrong)


def test_what_nothing_around_has_is_a_mistake() -> None:
    class Lost(BaseResource):
        plate = Plate.request(text=BoilerRoomData.door, size=Gauges.size)

    with pytest.raises(PlanError) as caught:
        Lost.request().query()
    assert str(caught.value).splitlines()[1:] == [
        "  plate: text: stands for BoilerRoomData.door, but what it is part of has no such data",
        "  plate: size: stands for Gauges.size, but what it is part of has no such parameter",
    ]


def test_what_is_of_another_type_is_a_mistake() -> None:
    class Mixed(BaseResource[BoilerRoomData]):
        gauge = Gauge.request(bars=BoilerRoomData.door)
        plate = Plate.request(text=BoilerRoomData.valve.bars)

    with pytest.raises(PlanError) as caught:
        Mixed.request().query()
    assert str(caught.value).splitlines()[1:] == [
        "  gauge: bars: expected an integer, but BoilerRoomData.door is text",
        "  plate: text: expected text, but BoilerRoomData.valve.bars is an integer",
    ]


def test_data_with_references_is_data_as_any_other() -> None:
    assert ROOM.valve.bars == 6
    assert attrs.evolve(ROOM, door="red").valve is ROOM.valve
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        ROOM.valve = ROOM.valve  # type: ignore[misc]  # it is frozen


def test_a_subclass_may_fix_a_parameter_that_is_passed_on(tmp_path: Path) -> None:
    class Fixed(Gauges):
        text: str = "fixed"
        gauge = Gauge.request(bars=1)

    assert build(Fixed, work_dir=tmp_path).plate.text == "fixed"
