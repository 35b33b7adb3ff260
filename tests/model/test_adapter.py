"""An adapter's requests choose their class from the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from rotest_core.errors import PlanError
from rotest_core.model.adapter import ResourceAdapter
from rotest_core.model.request import requests_of
from rotest_core.model.resource import BaseResource, build_requested
from tests.model.lab import Panel, RackData, Supply


class Machine(BaseResource[RackData]):
    pass


class LinuxMachine(Machine):
    pass


class WindowsMachine(Machine):
    pass


class AnyMachine(ResourceAdapter[Machine]):
    @classmethod
    def get_resource_class(cls, config: Mapping[str, object]) -> type[Machine]:
        return WindowsMachine if config.get("os") == "windows" else LinuxMachine


class SomeTest:
    machine = AnyMachine.request(port__gt=5, exclusive=False)


def test_class_is_that_of_the_configuration() -> None:
    (request,) = requests_of(SomeTest)
    chosen = request.for_config({"os": "windows"})
    assert chosen == WindowsMachine.request(port__gt=5, exclusive=False).bound("machine")
    assert request.for_config({}).resource is LinuxMachine


def test_conditions_of_the_command_line_are_read_when_the_class_is_known() -> None:
    request = AnyMachine.request(port=5).with_lookups({"port": "6", "name": "m"}, text=True)
    assert request.for_config({}).lookups == {"port": 6, "name": "m"}
    with pytest.raises(PlanError, match="port: expected an integer, got 'x'"):
        request.with_lookups({"port": "x"}, text=True).for_config({})


def test_conditions_in_python_are_added_as_they_are() -> None:
    assert AnyMachine.request(port=5).with_lookups({"port": 6}).for_config({}).lookups == {"port": 6}


def test_adapter_may_choose_a_service() -> None:
    class AnyPanel(ResourceAdapter[Panel]):
        @classmethod
        def get_resource_class(cls, config: Mapping[str, object]) -> type[Panel]:
            return Panel

    assert AnyPanel.request(host="h").for_config({}).parameters == {"host": "h"}


def test_asking_before_the_class_is_chosen_is_an_error() -> None:
    with pytest.raises(PlanError, match=r"^AnyMachine chooses its class from the run's configuration"):
        AnyMachine.request(port=5).query()


def test_adapter_that_returns_no_resource_class_is_named() -> None:
    class Broken(ResourceAdapter[Machine]):
        @classmethod
        def get_resource_class(cls, config: Mapping[str, object]) -> type[Machine]:
            wrong: Any = Path
            chosen: type[Machine] = wrong
            return chosen

    with pytest.raises(
        PlanError, match=r"Broken\.request\(\): get_resource_class returned .*Path.*no resource class"
    ):
        Broken.request().for_config({})


def test_class_call_is_a_request_as_in_rotest_8() -> None:
    call: Any = AnyMachine
    assert call(port=5) == AnyMachine.request(port=5)


class TwinPanel(Panel):
    pass


class EitherPanel(ResourceAdapter[Panel]):
    @classmethod
    def get_resource_class(cls, config: Mapping[str, object]) -> type[Panel]:
        return TwinPanel if config.get("twin") else Panel


class Desk(BaseResource[RackData]):
    panel = EitherPanel.request(host=RackData.address)


class Room(BaseResource[RackData]):
    supply = Supply.request()
    panel = Panel.request(host="h")


def test_parts_may_be_chosen_by_the_configuration_too(tmp_path: Path) -> None:
    data = RackData(name="r", address="a")
    request = Desk.request().for_config({"twin": True})
    request.query()
    desk = build_requested(request, data, work_dir=tmp_path)
    assert isinstance(desk.panel, TwinPanel)
    assert desk.panel.host == "a"
    with pytest.raises(PlanError, match="EitherPanel chooses its class"):
        Desk.request().query()


def test_request_without_adapters_stays_what_it_is() -> None:
    request = Room.request()
    assert request.for_config({"twin": True}) is request
