"""Run an ordinary case as unittest.TestCase.run would, in a third of the time.

``TestCase.run`` enters three context managers for every test, which cost more than the machinery of a whole run. A
case whose class changes nothing of how it is run is run here: setUp, the method, tearDown, the clean-ups, with the
same reports in the same order. Everything else (marks of skips and expected failures, asynchronous cases, a `run` of
its own) is left to the case itself.
"""

from __future__ import annotations

import sys
import unittest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from rotest_core.execution.result import Result

SETUP, METHOD, TEARDOWN = "_callSetUp", "_callTestMethod", "_callTearDown"
"""The parts of a test, by the methods of unittest that run them."""

PHASE = "rotest_phase"
"""Attribute of a KeyboardInterrupt that came through here: the part that it interrupted."""

_METHODS = (
    *("__call__", "run", "_callCleanup", "doCleanups", "shortDescription"),
    *("_addDuration", SETUP, METHOD, TEARDOWN),
)
_USUAL = {name: getattr(unittest.TestCase, name, None) for name in _METHODS}
_CHECKED = "rotest_core.authoring.checks"
# Nothing here asks for a description.
_STEPS = {name: usual for name, usual in _USUAL.items() if name != "shortDescription"}
_make_outcome: Callable[[Result], object] | None = getattr(unittest.case, "_Outcome", None)


def is_ordinary(test_type: type) -> bool:
    """Tell whether cases of a class are run as every unittest.TestCase is, so that `run` may run them.

    Also false when somebody replaced a method of unittest.TestCase itself, or in a Python whose unittest has become
    another one.
    """
    return _may_run(test_type, _USUAL)


def _may_run(test_type: type, usual_methods: Mapping[str, object]) -> bool:
    return (
        _make_outcome is not None
        and issubclass(test_type, unittest.TestCase)
        and not getattr(test_type, "__unittest_skip__", False)
        and not getattr(test_type, "__unittest_expecting_failure__", False)
        and all(getattr(test_type, name, None) is usual for name, usual in usual_methods.items())
    )


def is_checked(test_type: type) -> bool:
    """Tell whether cases of a class are ordinary but for what every test of Rotest's own kind does in its steps."""
    checks = sys.modules.get(_CHECKED)
    if checks is None or not issubclass(test_type, checks.CheckedCase):
        return False
    usual = {**_STEPS, **{name: getattr(checks.CheckedCase, name) for name in (SETUP, METHOD, TEARDOWN)}}
    return _may_run(test_type, usual)


class Mold:
    """Make the cases of an ordinary class as its constructor does, in a third of the time.

    What the constructor of unittest.TestCase puts into a case is the same for all cases of a class but for the method:
    so one is constructed, and the others get copies of what is in it.

    Args:
        first: a case of the class.
        result: takes the reports.
    """

    def __init__(self, first: unittest.TestCase, result: Result) -> None:
        self._type = type(first)
        self._result = result
        self._outcome = _outcome(result)
        self._state: dict[str, Any] = dict(vars(first))
        self._lists = [name for name, value in self._state.items() if type(value) is list]
        self._dicts = [name for name, value in self._state.items() if type(value) is dict]

    @staticmethod
    def fits(test_type: type[unittest.TestCase]) -> bool:
        """Tell whether cases of a class can be made so: whether it leaves the constructor alone."""
        return (
            test_type.__init__ is unittest.TestCase.__init__
            and test_type.__new__ is object.__new__
            and is_ordinary(test_type)
        )

    def make(self, name: str) -> tuple[unittest.TestCase, Callable[[], object]]:
        """Return the case of a method, and the method itself.

        Raises:
            AttributeError: there is no such method.
        """
        case = object.__new__(self._type)
        state = case.__dict__
        state.update(self._state)
        for kept in self._lists:
            state[kept] = state[kept].copy()
        for kept in self._dicts:
            state[kept] = state[kept].copy()
        method: Callable[[], object] = getattr(case, name)
        state["_testMethodName"] = name
        state["_testMethodDoc"] = method.__doc__
        return case, method

    def run(self, case: unittest.TestCase, method: Callable[[], object]) -> None:
        """Run a case that was made here; see `run`."""
        # subTest notes in it that a part failed. Cases do not outlive their run in it, so that one is enough for all.
        self._outcome.success = True
        _run(case, case.setUp, method, case.tearDown, self._result, self._outcome)


def run(case: unittest.TestCase, method: Callable[[], object], result: Result) -> None:
    """Run a case of an ordinary class.

    Args:
        case: the case.
        method: its test method, which carries no marks.
        result: takes the reports.

    Raises:
        KeyboardInterrupt: as it came, with `PHASE` set.
    """
    _run(case, case.setUp, method, case.tearDown, result, _outcome(result))


def run_checked(case: unittest.TestCase, method: Callable[[], object], result: Result) -> None:
    """Run a case of a class that `is_checked`; see `run`."""
    steps: Any = case

    def call_method() -> None:
        steps._callTestMethod(method)

    def tear_down() -> None:
        steps._callTearDown()
        cleanups = steps._cleanups
        # The one that every case has finds nothing to do: unittest would take longer for it than for the test.
        if len(cleanups) == 1 and not steps._rotest_failed and cleanups[0][0] == steps._rotest_raise_failed:
            cleanups.clear()

    _run(case, steps._callSetUp, call_method, tear_down, result, _outcome(result))


def _outcome(result: Result) -> Any:
    """Make what subTest works with; see `is_ordinary`."""
    return None if _make_outcome is None else _make_outcome(result)


def _run(
    case: unittest.TestCase,
    set_up: Callable[[], object],
    method: Callable[[], object],
    tear_down: Callable[[], object],
    result: Result,
    outcome: object,
) -> None:
    result.testsRun += 1
    state: dict[str, Any] = case.__dict__
    state["_outcome"] = outcome
    phase = SETUP
    try:
        try:
            set_up()
            phase = METHOD
            returned = method()
            if returned is not None:
                _complain(case, returned)
            phase = TEARDOWN
            tear_down()
        except BaseException as error:
            _report(error, phase, case, result)
            if phase is METHOD:
                _tear_down(case, tear_down, result)
        if state["_cleanups"]:
            case.doCleanups()
    finally:
        state["_outcome"] = None


def _tear_down(case: unittest.TestCase, tear_down: Callable[[], object], result: Result) -> None:
    try:
        tear_down()
    except BaseException as error:
        _report(error, TEARDOWN, case, result)


def _report(error: BaseException, phase: str, case: unittest.TestCase, result: Result) -> None:
    if isinstance(error, KeyboardInterrupt):
        error.__dict__[PHASE] = phase
        raise error
    if isinstance(error, unittest.SkipTest):
        result.addSkip(case, str(error))
    elif type(error).__name__ != "_ShouldStop":  # how a subTest ends its test with --failfast; told already
        add = result.addFailure if isinstance(error, case.failureException) else result.addError
        add(case, (type(error), error, error.__traceback__))


def _complain(case: unittest.TestCase, returned: object) -> None:
    """Let unittest say what it says of a test method that returns something."""
    call_method: Callable[[Callable[[], object]], None] = getattr(case, METHOD)
    call_method(lambda: returned)
