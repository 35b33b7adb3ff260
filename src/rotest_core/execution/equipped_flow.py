"""Run one flow: with its resources, and with its parts between its setUp and its tearDown."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rotest_core.execution.bus import later_of
from rotest_core.execution.company import Company
from rotest_core.execution.equipped import EquippedTest
from rotest_core.execution.flow_run import FlowRun, why_not_run
from rotest_core.execution.stage import NO_RESOURCES, PREVIOUS_FAILED, Stage
from rotest_core.planning.passing import Scope

if TYPE_CHECKING:
    import unittest
    from collections.abc import Callable, Sequence
    from types import FrameType

    from rotest_core.authoring.flow import TestFlow
    from rotest_core.execution.equipment import Equipment
    from rotest_core.execution.result import Result
    from rotest_core.execution.running_test import RunningTest
    from rotest_core.execution.workdir import RunDirectory
    from rotest_core.planning.flow_parts import Part
    from rotest_core.planning.planned_flow import PlannedFlow
    from rotest_core.planning.tree import Case
    from rotest_core.plugin.protocols.executor import LeasedResource


class EquippedFlow(EquippedTest):
    """Set up what a flow needs, run its parts, and clear up; see `EquippedTest`."""

    dirty: frozenset[str]

    def accompany(
        self,
        worker: str,
        directory: RunDirectory,
        log_for: Callable[[int, str], None],
        on_failure: Callable[[BaseException], None] | None,
    ) -> None:
        """Say what the parts need beside what the flow needs; called before `run`.

        Args:
            worker: the name of the worker.
            directory: the run's directory.
            log_for: lets what is logged from now on be that of a test, by number and name.
            on_failure: called with each exception that is reported, while its part is still set up.
        """
        self._stage = Stage(self._test, later_of(self._coordinator), worker)
        self._run_directory = directory
        self._log_for = log_for
        self._on_failure = on_failure
        self._on_failed_expectation: Callable[[FrameType], None] | None = None
        self._watch: Callable[[unittest.TestCase, Result], None] | None = None
        self._doubtful: set[str] = set()

    def watch_parts(self, watch: Callable[[unittest.TestCase, Result], None]) -> None:
        """Let somebody know of each part, with its result, before it is run; called before `run`."""
        self._watch = watch

    def run(
        self,
        leased: Sequence[LeasedResource],
        run_case: Callable[[Case], None],
        on_failed_expectation: Callable[[FrameType], None] | None = None,
    ) -> None:
        """Run the flow; see `EquippedTest.run`."""
        self._on_failed_expectation = on_failed_expectation
        super().run(leased, run_case, on_failed_expectation)
        self._stage.skip_inside(self._part, PREVIOUS_FAILED)
        self.dirty |= self._doubtful

    @property
    def _part(self) -> Part:
        return cast("PlannedFlow", self._test).parts

    def _set_up(
        self, case: unittest.TestCase, running: RunningTest, leased: Sequence[LeasedResource]
    ) -> bool:
        if not super()._set_up(case, running, leased):
            self._stage.skip_inside(self._part, NO_RESOURCES)
            return False
        part = self._part
        scope = Scope(part.parameters, part.common, part.defaults)
        flow_run = FlowRun(self._company(), part, cast("TestFlow", case), scope, self._result)
        flow_run.equipment = lambda: running.equipment
        flow_run.prepare({})
        return True

    def _clear_up(
        self, case: unittest.TestCase, running: RunningTest, leased: Sequence[LeasedResource]
    ) -> None:
        # What did not come to run, because setUp failed or somebody interrupted, is told before the resources go.
        self._stage.skip_inside(self._part, why_not_run(self._result))
        super()._clear_up(case, running, leased)

    def _company(self) -> Company:
        return Company(
            self._test.number,
            self._stage,
            self._coordinator,
            self._equip_part,
            self._run_directory.test_path,
            self._log_for,
            self._interrupted,
            self._deadline,
            self._order.config,
            self._on_failure,
            self._on_failed_expectation,
            self._doubtful,
            self._order.excuse,
            {},
            self._watch,
        )

    def _equip_part(self, number: int, directory: str) -> Equipment:
        from rotest_core.execution.equipment import Equipment

        return Equipment(
            number,
            directory,
            self._coordinator,
            config=self._order.config,
            skip_init=self._order.skip_init,
        )
