"""What a running test may ask: the run's side of `authoring.context.TestContext`."""

from __future__ import annotations

import sys
from time import time
from typing import TYPE_CHECKING

from rotest_core.events import (
    ExpectationChecked,
    InformationAdded,
    MeasurementTaken,
    SampleTaken,
    SetupFinished,
    TeardownStarted,
)
from rotest_core.execution.bus import later_of

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path
    from types import FrameType
    from typing import Any

    from rotest_core.execution.equipment import Equipment
    from rotest_core.model.request import Request
    from rotest_core.model.resource import AnyResource
    from rotest_core.plugin.protocols.executor import Coordinator

_new: Any = getattr(tuple, "__new__")  # noqa: B009 - to type checkers it is of no type that they know
"""Makes an event of its fields, given one and all, without looking at them."""


class RunningTest:
    """Connect one running case with its run.

    Args:
        test: the test's number.
        label: what its log records are called: module and class.
        directory: its own directory, which need not exist.
        coordinator: takes events, leases.
        equip: makes the holder of its resources, with the first resource.
        config: the ``[config]`` table of the run.
        on_failed_expectation: called with the frame that expected something in vain.
        unit: the number under which it leases, that of the flow for a part of one; its own if None.
        around: gives what the flows around hold, by name: that is left alone when it is asked for.

    Attributes:
        setup_done: whether setUp succeeded.
    """

    def __init__(
        self,
        test: int,
        label: str,
        directory: str,
        coordinator: Coordinator,
        equip: Callable[[], Equipment],
        config: Mapping[str, object],
        on_failed_expectation: Callable[[FrameType], None] | None = None,
        *,
        unit: int | None = None,
        around: Callable[[], Collection[str]] = tuple,
    ) -> None:
        self.setup_done: bool = False
        self.equipment: Equipment | None = None
        self._test = test
        self._label = label
        self._directory = directory
        self._coordinator = coordinator
        self._emit: Callable[..., None] = coordinator.emit
        self._later: Callable[..., None] = later_of(coordinator)
        self._equip = equip
        self._config = config
        self._on_failed_expectation = on_failed_expectation
        self._unit = test if unit is None else unit
        self._around = around

    @property
    def logger(self) -> logging.Logger:
        import logging

        return logging.getLogger(self._label)

    @property
    def work_dir(self) -> Path:
        from pathlib import Path

        directory = Path(self._directory)
        directory.mkdir(parents=True, exist_ok=True)
        return directory

    @property
    def config(self) -> Mapping[str, object]:
        return self._config

    @property
    def records_assertions(self) -> bool:
        return False

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
        """Tell of an expectation, and stop a debugger at one in vain; see `TestContext.expectation`."""
        self._emit(ExpectationChecked(time(), self._test, method, passed, text, values, file, line, source))
        if not passed:
            self._stop_debugger(file)

    def _stop_debugger(self, file: str) -> None:
        """Stop a debugger, if there is one, in the frame of a file that expected something in vain."""
        if self._on_failed_expectation is not None:
            frame: FrameType | None = sys._getframe()  # pyright: ignore[reportPrivateUsage]
            while frame is not None and frame.f_code.co_filename != file:
                frame = frame.f_back
            if frame is not None:
                self._on_failed_expectation(frame)

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
        """Tell of a measurement, and stop a debugger at one that fails; see `TestContext.measurement`."""
        taken = MeasurementTaken(time(), self._test, name, value, unit, low, high, verdict, file, line)
        self._emit(taken)
        if verdict == "fail":
            self._stop_debugger(file)

    def sample(self, series: str, value: float, unit: str) -> None:
        """Tell of a point of a series; see `TestContext.sample`."""
        self._emit(SampleTaken(time(), self._test, series, value, unit))

    def information(self, text: str) -> None:
        """Add a line to the report; see `TestContext.information`."""
        self._emit(InformationAdded(time(), self._test, text))

    def setup_started(self) -> None:
        """Tell all that happened until now; see `TestContext.setup_started`."""
        self._emit()

    def setup_finished(self) -> None:
        """Tell that the set-up is over; see `TestContext.setup_finished`."""
        self.setup_done = True
        self._emit(_new(SetupFinished, (time(), self._test)))

    def teardown_started(self, *, idle: bool) -> None:
        """Tell that the tear-down begins; see `TestContext.teardown_started`."""
        (self._later if idle else self._emit)(_new(TeardownStarted, (time(), self._test)))

    def request_resources(
        self, requests: Sequence[Request[Any]], wait: float | None
    ) -> Mapping[str, AnyResource]:
        """Lease and set up more; see `TestContext.request_resources`."""
        if self.equipment is None:
            self.equipment = self._equip()
        held = {*self.equipment.given, *self._around()}
        wanted = [request.for_config(self._config) for request in requests if request.name not in held]
        for request in wanted:
            request.query()
        leased = self._coordinator.claim(
            self._unit, [request for request in wanted if not request.is_service], wait
        )
        try:
            return self.equipment.add(wanted, leased)
        except BaseException:
            self._give_back([request.name for request in wanted])
            raise

    def release_resources(self, names: Collection[str] | None) -> None:
        """Clear up and give back; see `TestContext.release_resources`."""
        equipment = self.equipment
        if equipment is None:
            return
        given = tuple(equipment.resources) if names is None else tuple(names)
        errors = equipment.remove(given)
        self._give_back(given)
        if errors:
            from rotest_core.errors import CleanupErrors

            raise CleanupErrors(f"clean-up of {', '.join(given)} failed", errors)

    def _give_back(self, names: Sequence[str]) -> None:
        if self.equipment is not None:
            dirty = self.equipment.dirty.intersection(names)
            self._coordinator.give_back(self._unit, tuple(dirty), dirty=True)
            self._coordinator.give_back(self._unit, names, dirty=False)
            self.equipment.dirty.difference_update(dirty)
