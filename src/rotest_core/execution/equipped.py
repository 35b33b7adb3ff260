"""Run one test of Rotest's own kind: with its resources, and with what it may ask of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from rotest_core.authoring.checks import bind
from rotest_core.events import Cause, Outcome
from rotest_core.execution.deadline import TimeLimitExceeded
from rotest_core.execution.interrupts import interruptible
from rotest_core.execution.running_test import RunningTest

if TYPE_CHECKING:
    import unittest
    from collections.abc import Callable, Collection, Sequence
    from types import FrameType

    from rotest_core.execution.deadline import Deadline
    from rotest_core.execution.equipment import Equipment
    from rotest_core.execution.result import Result
    from rotest_core.execution.shelf import Shelf
    from rotest_core.execution.work_order import WorkOrder
    from rotest_core.planning.tree import Case, PlannedTest
    from rotest_core.plugin.protocols.executor import Coordinator, LeasedResource

ValueT = TypeVar("ValueT")


class EquippedTest:
    """Set up what a test needs, run it, and clear up.

    Args:
        test: the test.
        result: takes what goes wrong.
        coordinator: takes events, leases what the test asks for while it runs.
        order: how tests are to be run.
        directory: the test's own directory, which need not exist.
        interrupted: takes note of an interrupt, or raises it to end the run at once.
        deadline: limits set-up and clean-up.

    Attributes:
        dirty: the names of the resources that are in doubt after it.
        kept: the names of those that stay set up.
    """

    def __init__(
        self,
        test: PlannedTest,
        result: Result,
        coordinator: Coordinator,
        order: WorkOrder,
        directory: str,
        interrupted: Callable[[KeyboardInterrupt], None],
        deadline: Deadline,
    ) -> None:
        self.dirty: frozenset[str] = frozenset()
        self.kept: frozenset[str] = frozenset()
        self._shelf: Shelf | None = None
        self._keep: frozenset[str] = frozenset()
        self._test = test
        self._result = result
        self._coordinator = coordinator
        self._order = order
        self._directory = directory
        self._interrupted = interrupted
        self._deadline = deadline

    def share(self, shelf: Shelf, keep: frozenset[str]) -> None:
        """Say what is shared with other tests; called before `run`.

        Args:
            shelf: has what stayed set up from earlier tests, and takes what stays.
            keep: the names of the resources that are to stay set up, unless they are in doubt.
        """
        self._shelf = shelf
        self._keep = keep

    def run(
        self,
        leased: Sequence[LeasedResource],
        run_case: Callable[[Case], None],
        on_failed_expectation: Callable[[FrameType], None] | None = None,
    ) -> None:
        """Run the test.

        Args:
            leased: what was leased for it.
            run_case: runs the case between set-up and clearing up.
            on_failed_expectation: called with the frame that expected something in vain.

        Raises:
            KeyboardInterrupt: somebody wants to leave at once; nothing more is cleared up.
        """
        try:
            # Its class is one of Rotest's, so it is no mere callable.
            case = cast("unittest.TestCase", self._test.case)
        except Exception as error:  # its class has an __init__ of its own
            self._result.report_error(error)
            return
        running = RunningTest(
            self._test.number,
            f"{type(case).__module__}.{type(case).__qualname__}",
            self._directory,
            self._coordinator,
            self._equip,
            self._order.config,
            on_failed_expectation,
        )
        if self._set_up(case, running, leased):
            bind(case, running)
            run_case(case)
            bind(case, None)
            if self._order.save_state and not self._result.outcome.good and running.equipment is not None:
                self._guarded(running.equipment.store_state)
        self._clear_up(case, running, leased)

    def _equip(self) -> Equipment:
        from rotest_core.execution.equipment import Equipment

        return Equipment(
            self._test.number,
            self._directory,
            self._coordinator,
            config=self._order.config,
            skip_init=self._order.skip_init,
            shelf=self._shelf,
        )

    def _set_up(
        self, case: unittest.TestCase, running: RunningTest, leased: Sequence[LeasedResource]
    ) -> bool:
        if not self._test.requests:
            return True
        equipment = running.equipment = self._equip()
        try:
            made = self._deadline.call(
                self._order.limits.set_up,
                "the set-up of the test's resources",
                _user_code,
                lambda: equipment.add(self._test.requests, leased),
            )
        except KeyboardInterrupt as interrupt:
            self._interrupted(interrupt)
            self._result.report_error(interrupt)
        except (Exception, TimeLimitExceeded) as error:
            self._result.report_error(error, cause=Cause.INFRASTRUCTURE)
        else:
            vars(case).update(made)
            return True
        return False

    def _clear_up(
        self, case: unittest.TestCase, running: RunningTest, leased: Sequence[LeasedResource]
    ) -> None:
        names = {resource.request for resource in leased}
        equipment = running.equipment
        dirty: set[str] = set()
        if equipment is not None:
            names.update(equipment.resources)
            given = tuple(equipment.given)
            # An interrupt ends one removal and not the next; the second interrupt ends them all.
            while leaving := self._leaving(equipment, running):
                self._guarded(lambda: equipment.remove(leaving))
            if equipment.resources:
                self.kept = equipment.set_aside(tuple(equipment.resources))
            dirty = equipment.dirty
            for name in given:
                vars(case).pop(name, None)
        if self._in_doubt(running):
            dirty = dirty | names
        self.dirty = frozenset(dirty - self.kept)

    def _leaving(self, equipment: Equipment, running: RunningTest) -> tuple[str, ...]:
        """Return the names of what is to be finalized now: all, or all but what may stay."""
        held = tuple(equipment.resources)
        staying = self._keep.intersection(held) - equipment.dirty
        last = self._order.failfast and not self._result.outcome.good
        if not staying or last or self._in_doubt(running):
            return held
        leaving = tuple(name for name in held if name not in staying)
        if leaving:
            return leaving
        # Asked at the last moment: somebody else may have begun to wait for it.
        may_keep = getattr(self._coordinator, "may_keep", None)
        granted: Collection[str] = () if may_keep is None else may_keep(self._test.number, staying)
        return tuple(name for name in held if name not in granted)

    def _in_doubt(self, running: RunningTest) -> bool:
        """Tell whether nobody knows how far the test came with its resources."""
        outcome = self._result.outcome
        return outcome is Outcome.ERROR or not (running.setup_done or outcome.good)

    def _guarded(self, step: Callable[[], Sequence[Exception]]) -> None:
        try:
            errors = self._deadline.call(
                self._order.limits.clean_up, "the clean-up of the test's resources", _user_code, step
            )
        except KeyboardInterrupt as interrupt:
            self._interrupted(interrupt)
            self._result.report_error(interrupt)
        except TimeLimitExceeded as exceeded:
            self._result.report_error(exceeded, cause=Cause.INFRASTRUCTURE)
        else:
            for error in errors:
                self._result.report_error(error, cause=Cause.INFRASTRUCTURE)


@interruptible
def _user_code(step: Callable[[], ValueT]) -> ValueT:
    """Take steps of resources."""
    return step()
