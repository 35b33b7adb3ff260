"""A run's side of a case that keeps what it is told."""

from __future__ import annotations

import logging
import unittest
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rotest_core.authoring.case import TestCase, bind
from rotest_core.model.request import Request
from rotest_core.model.resource import AnyResource, build_requested


class Check(NamedTuple):
    method: str
    passed: bool
    text: str
    values: tuple[str, ...]
    line: int
    source: str


class KeepingContext:
    """Keep everything; resources are services that are built in a directory."""

    def __init__(self, directory: Path = Path("unused"), *, records_assertions: bool = False) -> None:
        self.records_assertions = records_assertions
        self.checks: list[Check] = []
        self.measured: list[tuple[object, ...]] = []
        self.sampled: list[tuple[str, float, str]] = []
        self.files: set[str] = set()
        self.told: list[str] = []
        self.held: dict[str, AnyResource] = {}
        self.logger = logging.getLogger("kept")
        self.work_dir = directory
        self.config: Mapping[str, object] = {"os": "linux"}

    def expectation(
        self,
        *,
        method: str,
        passed: bool,
        text: str,
        values: tuple[str, ...],
        file: str,
        line: int,
        source: str,
    ) -> None:
        self.checks.append(Check(method, passed, text, values, line, source))
        self.files.add(file)

    def measurement(
        self,
        *,
        name: str,
        value: float | str | bool,
        unit: str,
        low: float | None,
        high: float | None,
        verdict: str,
        file: str,
        line: int,
    ) -> None:
        self.measured.append((name, value, unit, low, high, verdict))
        self.files.add(file)

    def sample(self, series: str, value: float, unit: str) -> None:
        self.sampled.append((series, value, unit))

    def information(self, text: str) -> None:
        self.told.append(text)

    def request_resources(
        self, requests: Sequence[Request[Any]], wait: float | None
    ) -> Mapping[str, AnyResource]:
        self.told.append(f"request {[str(request) for request in requests]} for {wait}")
        new = {
            request.name: build_requested(request, work_dir=self.work_dir)
            for request in requests
            if request.name not in self.held
        }
        self.held.update(new)
        return new

    def release_resources(self, names: Collection[str] | None) -> None:
        self.told.append(f"release {names}")

    def setup_started(self) -> None:
        """Keep nothing: what follows tells more."""

    def setup_finished(self) -> None:
        self.told.append("setup finished")

    def teardown_started(self, *, idle: bool) -> None:
        self.told.append("teardown started")


def run(
    case: type[TestCase], method: str = "test", context: KeepingContext | None = None
) -> unittest.TestResult:
    """Run one method of a class, as a run of Rotest does if there is a context, else as unittest does."""
    instance = case(method)
    if context is not None:
        bind(instance, context)
    result = unittest.TestResult()
    instance.run(result)
    return result
