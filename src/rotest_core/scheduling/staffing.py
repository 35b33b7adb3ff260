"""How many workers a run gets, of which kind, and what it gives them to do."""

from __future__ import annotations

import os
import sys

from rotest_core.errors import UsageError
from rotest_core.execution.deadline import Limits, sets_limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rotest_core.config.settings import Settings
    from rotest_core.planning.plan import Plan
    from rotest_core.planning.tree import PlannedTest
    from rotest_core.scheduling.durations import Durations
    from rotest_core.scheduling.work import Work

SERIAL, PROCESS = "serial", "process"

_START = 0.03
_HANDING = 0.00003
"""Seconds that workers cost: to have them, and for each test to hand it out and hear of it."""


def wanted_workers(settings: Settings) -> int:
    """Tell how many workers the configuration asks for.

    Raises:
        UsageError: it is no number, or does not go with other options.
    """
    text = settings.run.workers.strip()
    if text == "auto":
        count = len(os.sched_getaffinity(0))
    elif text.isdecimal() and int(text):
        count = int(text)
    else:
        raise UsageError(f"run.workers (-p): {text!r} is no number of workers; 4, for instance, or auto")
    if count > 1 and settings.run.debug:
        raise UsageError(
            f"run.debug (-D) needs the tests in this process, and run.workers is {text}: add -p 1"
        )
    if count > 1 and _chosen(settings) and settings.run.executor == SERIAL:
        raise UsageError(f"the executor {SERIAL!r} runs one test at a time, and run.workers is {text}")
    return count


def executor_name(settings: Settings) -> str:
    """Tell which executor the configuration asks for.

    Raises:
        UsageError: what it asks for does not go together.
    """
    several = wanted_workers(settings) > 1
    return PROCESS if several and not _chosen(settings) else settings.run.executor


def staff(
    settings: Settings, plan: Plan, work: Sequence[Work], durations: Callable[[], Durations]
) -> tuple[str, int]:
    """Tell which executor runs a plan, with how many workers.

    Only a process can be ended by force: tests with time limits of their own get a worker beside this process. Where
    several workers could not save anything, there is one, here.

    Args:
        settings: the configuration.
        plan: the plan.
        work: the plan, divided; may be empty where one worker is wanted.
        durations: gives what tests took; called where that matters.
    """
    name, count = executor_name(settings), wanted_workers(settings)
    if _chosen(settings):
        return name, count
    if name == PROCESS:
        parts = sum(1 if part.together else len(part.tests) for part in work)
        count = min(count, parts)
        if count > 1:
            remembered = durations()
            known = remembered.known(plan.tests)
            gain = sum(known.values()) * (1 - 1 / count)
            if len(known) == len(plan.tests) and gain < _START + _HANDING * len(known):
                count = 1
    if count == 1:
        limited = not settings.run.debug and has_limits(settings, plan.tests)
        return (PROCESS if limited else SERIAL), 1
    return name, count


def has_limits(settings: Settings, tests: Iterable[PlannedTest]) -> bool:
    """Tell whether somebody said how long tests, their set-up or their clean-up may take."""
    keys = ("run.timeout", "run.setup_timeout", "run.cleanup_timeout")
    if any(settings.origin(key) != "default" for key in keys):
        return True
    tests = tuple(tests)
    if any(sets_limit(test_type) for test_type in {test.case_type for test in tests} if test_type):
        return True
    if "rotest_core.authoring.flow" not in sys.modules:
        return False
    from rotest_core.planning.planned_flow import PlannedFlow

    return any(part.limit for test in tests if isinstance(test, PlannedFlow) for part in test.parts.inside())


def limits(settings: Settings) -> Limits:
    """Return the time limits of the configuration."""
    run = settings.run
    return Limits(run.timeout, run.setup_timeout, run.cleanup_timeout)


def shard_of(text: str) -> tuple[int, int]:
    """Read which part of how many is wanted.

    Raises:
        UsageError: it is not of the form ``2/5``.
    """
    first, _, second = text.strip().partition("/")
    part, parts = (int(first), int(second)) if first.isdecimal() and second.isdecimal() else (0, 0)
    if not 1 <= part <= parts:
        raise UsageError(f"run.shard: {text!r} is not a part like 2/5, from 1/5 to 5/5")
    return part, parts


def _chosen(settings: Settings) -> bool:
    """Tell whether somebody chose an executor by name."""
    return settings.origin("run.executor") != "default"
