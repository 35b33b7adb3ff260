"""What type checkers know of resources, their data and their requests; checked, never run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, assert_type

import attrs

from rotest_core import (
    BaseResource,
    Query,
    Record,
    Request,
    ResourceAdapter,
    ResourceData,
    TestCase,
    parameter,
)


@attrs.frozen(kw_only=True)
class SupplyData(ResourceData):
    volts: int


@attrs.frozen(kw_only=True)
class CalculatorData(ResourceData):
    ip_address: str
    port: int = 1357
    supply: SupplyData | None = None


class Supply(BaseResource[SupplyData]):
    def switch(self, on: bool) -> float:
        raise NotImplementedError


class Panel(BaseResource):
    host: str
    port: int = 80

    def press(self) -> bytes:
        raise NotImplementedError


class Calculator(BaseResource[CalculatorData]):
    supply = Supply.request(volts__gt=5)
    panel = Panel.request(host=CalculatorData.ip_address)
    older = Panel(port=81)

    def connect(self) -> None:
        assert_type(self.data, CalculatorData)
        assert_type(self.data.port, int)
        assert_type(self.name, str)
        assert_type(self.work_dir, Path)
        assert_type(self.config, Mapping[str, object])
        assert_type(self.supply, Supply)
        assert_type(self.supply.switch(True), float)
        assert_type(self.supply.data.volts, int)
        assert_type(self.panel.press(), bytes)
        assert_type(self.older, Panel)

    def calculate(self, expression: str) -> int:
        raise NotImplementedError


class QuickCalculator(Calculator):
    PARALLEL_INITIALIZATION = True


data = CalculatorData(name="c", ip_address="10.0.0.1")
assert_type(data.name, str)
assert_type(data.supply, SupplyData | None)
assert_type(CalculatorData.type_name(), str)

assert_type(Calculator.request(), Request[Calculator])
assert_type(QuickCalculator.request(ip_address__startswith="10."), Request[QuickCalculator])
assert_type(Panel.request(host="h"), Request[Panel])
assert_type(Calculator.supply, Request[Supply])


def check_predicate() -> None:
    assert_type(Calculator.request(lambda found: found.port > 1024, name="c"), Request[Calculator])
    assert_type(QuickCalculator.request(lambda found: found.supply is None), Request[QuickCalculator])


def is_near(found: CalculatorData) -> bool:
    return found.ip_address.startswith("10.")


def is_anything(found: ResourceData) -> bool:
    return bool(found.group)


assert_type(Calculator.request(is_near), Request[Calculator])
assert_type(Calculator.request(is_anything, exclusive=False), Request[Calculator])

any_request: Request[BaseResource[Any]] = QuickCalculator.request()
near_request: Request[Calculator] = QuickCalculator.request()

request = Calculator.request(port__in=[1, 2])
assert_type(request.resource, type[Calculator])
assert_type(request.bound("calc"), Request[Calculator])
assert_type(request.with_lookups({"port": 5}), Request[Calculator])
assert_type(request.query(), Query)
assert_type(request.lookups, Mapping[str, object])


def check_lock() -> None:
    with Calculator.lock(lambda found: found.port > 5, name="c", skip_init=True) as calculator:
        assert_type(calculator, Calculator)
        assert_type(calculator.calculate("1"), int)
    held = QuickCalculator.lock(wait=5)
    assert_type(held, QuickCalculator)
    held.release()


class AnyCalculator(ResourceAdapter[Calculator]):
    @classmethod
    def get_resource_class(cls, config: Mapping[str, object]) -> type[Calculator]:
        return QuickCalculator if config.get("quick") else Calculator


assert_type(AnyCalculator.request(port=5), Request[Calculator])

assert_type(Calculator.request().unpack(), Request[Calculator])
assert_type(AnyCalculator.request().unpack(recursive=True), Request[Calculator])


class UnpackingTest(TestCase):
    calculator = Calculator.request().unpack()
    supply: Supply

    def test_parts(self) -> None:
        assert_type(self.calculator, Calculator)
        assert_type(self.supply, Supply)


@attrs.frozen(kw_only=True)
class ShelfData(ResourceData):
    supply: SupplyData


class Desk(BaseResource):
    host: str = parameter()
    port: int = parameter(80)
    panel = Panel.request(host=host, port=port)

    def connect(self) -> None:
        assert_type(self.host, str)
        assert_type(self.port, int)
        assert_type(self.panel, Panel)


class Shelf(BaseResource[ShelfData]):
    assert_type(ShelfData.supply.volts, int)
    desk = Desk.request(host=ShelfData.name, port=ShelfData.supply.volts)


record = Record(type="Calculator", name="c")
assert_type(record.capacity, int)
