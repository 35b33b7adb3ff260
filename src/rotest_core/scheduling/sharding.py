"""Choose the part of a plan that one of several machines runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotest_core.scheduling.staffing import shard_of
from rotest_core.scheduling.work import divide

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rotest_core.planning.plan import Plan
    from rotest_core.planning.tree import PlannedTest
    from rotest_core.scheduling.durations import Durations
    from rotest_core.scheduling.work import Work


def shard(tests: Sequence[PlannedTest], part: int, parts: int, durations: Durations) -> list[PlannedTest]:
    """Return the tests of one part, in their order.

    Whoever calls this with the same tests and durations gets the same parts: what takes longest goes first, each to
    the part that has least to do. Tests that share a fixture stay together.

    Args:
        tests: all tests, numbered.
        part: which part, from 1.
        parts: how many there are.
        durations: what tests took in past runs.
    """
    expected = durations.expected(tests)
    pieces = [piece for work in divide(tests) for piece in _pieces(work)]
    loads = [(sum(expected[test.number] for test in piece), piece[0].id, piece) for piece in pieces]
    filled = [0.0] * parts
    chosen: set[int] = set()
    for load, _, piece in sorted(loads, key=lambda entry: (-entry[0], entry[1])):
        least = min(range(parts), key=filled.__getitem__)
        filled[least] += load
        if least == part - 1:
            chosen.update(test.number for test in piece)
    return [test for test in tests if test.number in chosen]


def keep_shard(plan: Plan, text: str, durations: Durations) -> None:
    """Leave out of a plan what other machines run.

    Args:
        plan: the plan; its tests are numbered anew.
        text: which part, as in ``2/5``.
        durations: what tests took in past runs.

    Raises:
        UsageError: the text is not of that form.
    """
    part, parts = shard_of(text)
    kept = shard(plan.tests, part, parts, durations)
    numbers = {test.number for test in kept}
    plan.left_out = [*(test for test in plan.tests if test.number not in numbers), *plan.left_out]
    plan.tests = kept
    for number, test in enumerate((*plan.tests, *plan.left_out)):
        test.number = number


def _pieces(work: Work) -> list[list[PlannedTest]]:
    tests = list(work.tests)
    return [tests] if work.together else [[test] for test in tests]
