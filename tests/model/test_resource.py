"""Resources are built with everything that their steps may use."""

from __future__ import annotations

import logging
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

import pytest

from rotest_core.errors import PlanError, ResourceError, RotestError
from rotest_core.model.resource import BaseResource, attach_release, binding_of, build, build_requested
from rotest_core.model.resource_data import ResourceData
from tests.model.lab import Anything, Panel, PoweredRack, Rack, RackData, Supply, SupplyData, Tower

SUPPLY = SupplyData(name="s1", volts=12, group="lab")
RACK = RackData(name="r1", address="10.0.0.1", supply=SUPPLY)


def test_resource_has_its_surroundings_before_connect(tmp_path: Path) -> None:
    config = {"os": "linux"}
    logger = logging.getLogger("some.test")
    rack = build(Rack, RACK, work_dir=tmp_path / "rack", config=config, logger=logger)
    assert (rack.data, rack.name, rack.config, rack.logger, rack.parent) == (RACK, "r1", config, logger, None)


def test_work_dir_is_made_when_it_is_asked_for(tmp_path: Path) -> None:
    rack = build(Rack, RACK, work_dir=tmp_path / "rack")
    assert not (tmp_path / "rack").exists()
    assert rack.work_dir == tmp_path / "rack"
    assert rack.work_dir.is_dir()


def test_fields_of_the_data_are_attributes(tmp_path: Path) -> None:
    rack: Any = build(Rack, RACK, work_dir=tmp_path)
    assert (rack.address, rack.port, rack.group) == ("10.0.0.1", 1357, "")
    assert rack.supply == SUPPLY


def test_what_is_neither_an_attribute_nor_a_field_is_named(tmp_path: Path) -> None:
    rack: Any = build(Rack, RACK, work_dir=tmp_path)
    with pytest.raises(AttributeError, match=r"^'Rack' has no attribute 'adress'") as caught:
        _ = rack.adress
    assert (caught.value.name, caught.value.obj) == ("adress", rack)


def test_init_of_a_subclass_finds_everything_ready(tmp_path: Path) -> None:
    class Counting(BaseResource[RackData]):
        panel = Panel.request(host=RackData.address)

        def __init__(self) -> None:
            self.seen = (self.data.port, self.name, self.panel.host)

    assert build(Counting, RACK, work_dir=tmp_path).seen == (1357, "r1", "10.0.0.1")


def test_init_that_raises_is_an_error_of_the_resource(tmp_path: Path) -> None:
    class Faulty(BaseResource[RackData]):
        def __init__(self) -> None:
            raise ZeroDivisionError("oops")

    with pytest.raises(ResourceError, match=r"^r1: build failed: ZeroDivisionError: oops$") as caught:
        build(Faulty, RACK, work_dir=tmp_path)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_parts_are_built_from_references_and_parameters(tmp_path: Path) -> None:
    rack = build(
        PoweredRack, RACK, work_dir=tmp_path / "rack", config={"a": 1}, logger=logging.getLogger("t")
    )
    assert list(rack.sub_resources) == ["supply", "panel", "spare"]
    assert rack.supply.data == SUPPLY
    assert (rack.panel.host, rack.panel.port, rack.spare.port) == ("10.0.0.1", 80, 81)
    assert [part.name for part in rack.sub_resources.values()] == ["s1", "r1.panel", "r1.spare"]
    for name, part in rack.sub_resources.items():
        assert getattr(rack, name) is part
        assert part.parent is rack
        assert part.config == {"a": 1}
        assert part.logger.name == f"t.{name}"
        assert part.work_dir == tmp_path / "rack" / name


def test_parameter_may_come_from_the_data_of_a_grandparent(tmp_path: Path) -> None:
    assert build(Tower, RACK, work_dir=tmp_path).crate.panel.host == "10.0.0.1"


def test_part_without_a_record_is_an_error_of_the_whole(tmp_path: Path) -> None:
    bare = RackData(name="r2", address="a")
    with pytest.raises(
        ResourceError, match=r"^r2: build failed: LookupError: its record refers to no supply$"
    ):
        build(PoweredRack, bare, work_dir=tmp_path)


def test_service_gets_its_parameters_and_a_name_of_its_own(tmp_path: Path) -> None:
    first = build(Panel, work_dir=tmp_path, parameters={"host": "h", "scale": 2})
    second = build(Panel, work_dir=tmp_path, parameters={"host": "h"})
    assert (first.host, first.port, first.scale, first.data) == ("h", 80, 2.0, None)
    assert first.name != second.name
    assert first.name.startswith("Panel-")
    assert build(Panel, work_dir=tmp_path, parameters={"name": "mine"}).name == "mine"


def test_service_that_declares_nothing_takes_whatever_it_is_given(tmp_path: Path) -> None:
    service: Any = build(Anything, work_dir=tmp_path, parameters={"colour": "red"})
    assert service.colour == "red"


def test_parameter_that_was_not_given_says_so_when_it_is_read(tmp_path: Path) -> None:
    panel = build(Panel, work_dir=tmp_path)
    with pytest.raises(
        AttributeError, match=r"^Panel was given no value for 'host': pass it in the request$"
    ):
        _ = panel.host


def test_request_is_built_as_it_says(tmp_path: Path) -> None:
    panel = build_requested(Panel.request(host="h", port=9), work_dir=tmp_path)
    assert (panel.host, panel.port) == ("h", 9)
    rack = build_requested(Rack.request(force_initialize=True), RACK, work_dir=tmp_path)
    assert binding_of(rack).force_initialize


def test_late_parameter_without_anything_around_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"nothing around it has RackData\.address"):
        build(Panel, work_dir=tmp_path, parameters={"host": RackData.address})


def test_steps_do_nothing_by_default_and_ask_for_initialization(tmp_path: Path) -> None:
    rack = build(Rack, RACK, work_dir=tmp_path)
    rack.connect()
    assert rack.validate() is False
    rack.initialize()
    rack.finalize()
    rack.store_state(tmp_path)


def test_resource_that_is_not_locked_cannot_be_released(tmp_path: Path) -> None:
    rack = build(Rack, RACK, work_dir=tmp_path)
    with pytest.raises(RotestError, match=r"^r1 is not held by lock\(\)"):
        rack.release()


def test_locked_resource_is_released_once(tmp_path: Path) -> None:
    released: list[str] = []
    rack = build(Rack, RACK, work_dir=tmp_path)
    attach_release(rack, lambda: released.append("once"))
    with rack as same:
        assert same is rack
        rack.release()
    assert released == ["once"]
    with pytest.raises(RotestError, match="or it was given back"):
        rack.release()


def test_leaving_the_block_releases(tmp_path: Path) -> None:
    released: list[str] = []
    rack = build(Rack, RACK, work_dir=tmp_path)
    attach_release(rack, lambda: released.append("once"))
    with pytest.raises(KeyError), rack:
        raise KeyError("x")
    assert released == ["once"]


def test_resource_shows_its_class_and_name(tmp_path: Path) -> None:
    assert repr(build(Rack, RACK, work_dir=tmp_path)) == "<Rack r1>"


AnyData = TypeVar("AnyData", bound=ResourceData)
Extra = TypeVar("Extra")


class Switch(BaseResource[AnyData]):
    pass


class Pair(Generic[Extra, AnyData], Switch[AnyData]):
    pass


class RackSwitch(Switch[RackData]):
    pass


class SupplyPair(Pair[int, SupplyData]):
    pass


class ByName(BaseResource["RackData"]):
    pass


class Plain(BaseResource):
    pass


class Explicit(BaseResource[None]):
    pass


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (Rack, RackData),
        (RackSwitch, RackData),
        (SupplyPair, SupplyData),
        (ByName, RackData),
        (type("Sub", (Rack,), {}), RackData),
        (Plain, None),
        (Explicit, None),
        (Supply, SupplyData),
    ],
)
def test_data_type_is_what_reaches_the_base(resource: type[BaseResource[Any]], expected: object) -> None:
    assert resource.data_type() is expected


def test_parameters_are_annotations_but_not_class_variables_nor_private(tmp_path: Path) -> None:
    class Base(BaseResource):
        host: str

    class Derived(Base):
        limit: ClassVar[int] = 5
        _link: Any
        depth: int | None = None
        options: Mapping[str, int] = {}

    _, problems = Derived.check_parameters(
        {"host": "h", "limit": 1, "_link": 1, "depth": None, "options": {"a": 1}}
    )
    assert [problem.split(":")[0] for problem in problems] == ["limit", "_link"]


def test_parameters_of_types_that_no_record_could_hold_are_checked_by_class() -> None:
    class Wrapper(BaseResource):
        rack: Rack
        hook: typing.Callable[[], None]

    values, problems = Wrapper.check_parameters({"rack": 5, "hook": print})
    assert values == {"hook": print}
    assert problems == ["rack: expected a Rack, got 5"]


def test_name_of_an_attribute_of_every_resource_is_no_parameter() -> None:
    _, problems = Anything.check_parameters({"config": 1, "connect": 2, "data": 3})
    assert problems == [
        f"{name}: every resource has an attribute of this name already"
        for name in ("config", "connect", "data")
    ]
