"""Finish the clean-up of a test whose body was interrupted.

unittest lets KeyboardInterrupt through at once, without tearDown and cleanups. They are had by running the same case
again with everything empty that was done already. So it is unittest itself (or the case's own `run`, or an event
loop) that cleans up, and what fails in it is reported as usual.
"""

from __future__ import annotations

import unittest

from rotest_core.execution.direct import METHOD, PHASE, SETUP, TEARDOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rotest_core.execution.result import Result

_PHASES = {
    SETUP: ("setUp", "asyncSetUp"),
    METHOD: (),
    TEARDOWN: ("tearDown", "asyncTearDown"),
    "doCleanups": ("tearDown", "asyncTearDown"),
}
"""Where in a test the interrupt came, by the methods of unittest.TestCase; and which parts are then not to be run."""


def finish(case: object, interrupt: BaseException, result: Result) -> None:
    """Run what an interrupted case still has to clean up.

    Args:
        case: the case; one that is no unittest.TestCase is left alone.
        interrupt: what came through: its traceback tells how far the case got.
        result: takes what fails in the clean-up.
    """
    phase = _phase(interrupt)
    if not isinstance(case, unittest.TestCase) or phase is None:
        return
    for name in ("setUp", *_PHASES[phase][:1]):
        setattr(case, name, _skip if phase == SETUP else _nothing)
    for name in ("asyncSetUp", *_PHASES[phase][1:]):
        if hasattr(case, name):
            setattr(case, name, _nothing_async)
    setattr(case, case._testMethodName, _nothing)
    if "_asyncioRunner" in vars(case):
        # What is closed already; an asynchronous case makes another one.
        vars(case)["_asyncioRunner"] = None
    result.cleaning_up = True
    try:
        case(result)
    except Exception as error:  # a case with a `run` of its own
        result.report_error(error)
    finally:
        result.cleaning_up = False


def _phase(interrupt: BaseException) -> str | None:
    noted: str | None = interrupt.__dict__.get(PHASE)
    if noted is not None:
        return noted
    entry = interrupt.__traceback__
    while entry is not None:
        frame = entry.tb_frame
        if frame.f_code.co_name in _PHASES and frame.f_globals.get("__name__", "").startswith("unittest."):
            return frame.f_code.co_name
        entry = entry.tb_next
    return None


def _nothing() -> None:
    """Stand for what was done already."""


async def _nothing_async() -> None:
    """Stand for what was done already."""


def _skip() -> None:
    """Stand for a setUp that did not come to its end: unittest then leaves tearDown out."""
    raise unittest.SkipTest("interrupted")
