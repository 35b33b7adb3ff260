"""What type checkers know of monitors; checked, never run."""

from __future__ import annotations

import unittest
from typing import assert_type

import attrs

from rotest_core import (
    Monitor,
    ResourceMonitor,
    StartMonitor,
    StopMonitor,
    TestFlow,
    require_attr,
    skip_if_block,
    skip_if_case,
    skip_if_flow,
    skip_if_not_main,
)
from rotest_core.plugin import MonitorFactory, PluginContext, Registry
from tests.typing.resources import Calculator


@attrs.define
class Load(ResourceMonitor[Calculator]):
    RESOURCE_NAME = "calculator"
    CYCLE = 0.5
    SINGLE_FAILURE = False

    limit: float = 5

    def monitor_resource(self, test: unittest.TestCase, resource: Calculator) -> None:
        assert_type(resource.calculate("1+2"), int)
        assert_type(self.name, str)
        self.record(test, "load", 5, unit="%")
        self.fail_test(test, "too much")


class Watcher(Monitor):
    AUTOSTART = False

    @skip_if_block
    @skip_if_not_main
    def start_test(self, test: unittest.TestCase) -> None:
        assert_type(test, unittest.TestCase)

    @skip_if_case
    @require_attr("calculator")
    def add_failure(self, test: unittest.TestCase, exception_string: str) -> None:
        assert_type(exception_string, str)

    @skip_if_flow
    def run_monitor(self, test: unittest.TestCase) -> None:
        self.record(test, "load", "much")  # type: ignore[arg-type]


class Flow(TestFlow):
    blocks = [StartMonitor.params(monitor="load"), StopMonitor.params(monitor="load")]


def make(context: PluginContext) -> Load:
    return context.options(Load)


factory: MonitorFactory = make


def register(registry: Registry) -> None:
    registry.monitor("load", make, summary="load of the calculator")
    registry.monitor("load", Load)  # type: ignore[arg-type]


assert_type(StartMonitor().monitor, str)
