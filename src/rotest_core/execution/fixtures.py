"""Run the fixtures of classes and modules around their tests, when and how unittest.TestSuite would."""

from __future__ import annotations

import sys
import time
import unittest
from unittest.util import strclass

from rotest_core.execution.interrupts import interruptible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType, TracebackType
    from typing import Protocol, TypeAlias

    ExcInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType]

    class Report(Protocol):
        """Take what a fixture raised.

        Args:
            scope: what the fixture is for: ``class`` or ``module``.
            name: the fixture and where it stands, in unittest's words: ``setUpClass (test_x.Case)``.
            error: what it raised; a SkipTest among others.
            started: when it began, in seconds since the epoch.
        """

        def __call__(self, scope: str, name: str, error: BaseException, started: float) -> None: ...


class Fixtures:
    """Know the class and the module whose fixtures are set up.

    A KeyboardInterrupt in a fixture is reported like an error, and raised again when the cleaning up that goes with
    the fixture is done.

    Args:
        report: takes what fixtures raise.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self._module: str | None = None
        self._module_ready = False
        self._class: type | None = None
        self._ready = False

    def enter(self, test_type: type) -> bool:
        """Set up for a test of a class, after tearing down what it does not share with the test before.

        Returns:
            Whether the test may run: not if a fixture of its own failed or skipped.
        """
        if test_type is self._class:
            return self._ready
        self.leave(test_type)
        if self._module is None:
            self._module = test_type.__module__
            self._module_ready = False
            self._module_ready = self._set_up_module(self._module)
        self._class = test_type
        self._ready = False
        self._ready = self._module_ready and self.set_up_class(test_type)
        return self._ready

    def ready_for(self, test_type: type) -> bool:
        """Tell whether the fixtures of a class are set up, and those of no other: there is nothing to do for it."""
        return self._ready and test_type is self._class

    def leave(self, following: type | None) -> None:
        """Tear down what the class that follows does not share; everything when there is none."""
        test_type = self._class
        if test_type is not None and test_type is following:
            return
        self._class = None
        try:
            if test_type is not None and self._ready:
                self.tear_down_class(test_type)
        finally:
            module = self._module
            if module is not None and (following is None or following.__module__ != module):
                self._module = None
                if self._module_ready:
                    self._tear_down_module(module)

    def set_up_class(self, test_type: type) -> bool:
        """Set up a class alone, whatever its module has; tell whether its tests may run."""
        set_up = getattr(test_type, "setUpClass", None)
        if set_up is None or getattr(test_type, "__unittest_skip__", False):
            return True
        name = f"setUpClass ({strclass(test_type)})"
        done = False
        try:
            done = self._call("class", name, set_up)
        finally:
            if not done:
                self._clean_up_class(name, test_type)
        return done

    def tear_down_class(self, test_type: type) -> None:
        """Tear down a class that was set up."""
        if getattr(test_type, "__unittest_skip__", False):
            return
        name = f"tearDownClass ({strclass(test_type)})"
        try:
            tear_down = getattr(test_type, "tearDownClass", None)
            if tear_down is not None:
                self._call("class", name, tear_down)
        finally:
            self._clean_up_class(name, test_type)

    def _clean_up_class(self, name: str, test_type: type) -> None:
        if not issubclass(test_type, unittest.TestCase):
            return
        started = time.time()
        try:
            self._call("class", name, test_type.doClassCleanups)
        except KeyboardInterrupt:
            test_type.doClassCleanups()  # those that were still to come
            raise
        finally:
            raised: list[ExcInfo] = getattr(test_type, "tearDown_exceptions", [])
            for _, error, _ in raised:
                self._report("class", name, error, started)

    def _set_up_module(self, module_name: str) -> bool:
        set_up = _fixture(module_name, "setUpModule")
        if set_up is None:
            return True
        name = f"setUpModule ({module_name})"
        done = False
        try:
            done = self._call("module", name, set_up)
        finally:
            if not done:
                self._call("module", name, unittest.doModuleCleanups)
        return done

    def _tear_down_module(self, module_name: str) -> None:
        if module_name not in sys.modules:
            return
        name = f"tearDownModule ({module_name})"
        try:
            tear_down = _fixture(module_name, "tearDownModule")
            if tear_down is not None:
                self._call("module", name, tear_down)
        finally:
            self._call("module", name, unittest.doModuleCleanups)

    @interruptible
    def _call(self, scope: str, name: str, fixture: Callable[[], object]) -> bool:
        started = time.time()
        try:
            fixture()
        except KeyboardInterrupt as interrupt:
            self._report(scope, name, interrupt, started)
            raise
        except BaseException as error:  # SystemExit is no reason to leave the other tests out
            self._report(scope, name, error, started)
            return False
        return True


def _fixture(module_name: str, name: str) -> Callable[[], object] | None:
    module: ModuleType | None = sys.modules.get(module_name)
    return getattr(module, name, None)
