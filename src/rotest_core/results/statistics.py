"""Figures of one test over many runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs

from rotest_core.events import Outcome
from rotest_core.results.tallies import tally_tests

if TYPE_CHECKING:
    from rotest_core.plugin.protocols.results import StoredTest

ENOUGH = 8
"""From so many durations on it can be said which of them lie outside, and where they tend to."""

STEADY = 0.05
"""A tendency of less than this part is none."""


@attrs.frozen(kw_only=True)
class DurationStatistics:
    """Say how long a test takes; in seconds, outliers put aside.

    Args:
        count: how many durations these figures are made of.
        outliers: those that were put aside, the longest first.
        trend: by which part the newest third takes longer than the oldest third, in the median: 0.1 for ten percent;
            None where there are too few to say.
    """

    count: int
    minimum: float
    mean: float
    median: float
    p95: float
    maximum: float
    outliers: tuple[float, ...]
    trend: float | None


@attrs.frozen(kw_only=True)
class TestStatistics:
    """Say how a test fared.

    Args:
        id: the test.
        count: how many results there are, skips left out.
        skipped: how often it was skipped.
        passed: how many results were good.
        flaky: how many of these passed at a retry only.
        changes: how often it changed between good and not good.
        durations: of good results; None where there are none.
    """

    __test__ = False

    id: str
    count: int
    skipped: int
    passed: int
    flaky: int
    changes: int
    durations: DurationStatistics | None

    @property
    def pass_rate(self) -> float:
        """Give the part of results that were good, 0 where there are none."""
        return self.passed / self.count if self.count else 0.0


def statistics_of(test: str, results: Sequence[StoredTest]) -> TestStatistics:
    """Make the figures of one test.

    Args:
        test: its id.
        results: its final results, the newest first.
    """
    tallies = tally_tests(results)
    tally = tallies[0] if tallies else None
    good = (Outcome.SUCCESS, Outcome.EXPECTED_FAILURE)
    taken = [result.duration for result in results if result.outcome in good]
    return TestStatistics(
        id=test,
        count=tally.runs if tally else 0,
        skipped=sum(result.outcome is Outcome.SKIPPED for result in results),
        passed=tally.passed if tally else 0,
        flaky=tally.flaky if tally else 0,
        changes=tally.changes if tally else 0,
        durations=duration_statistics(taken) if taken else None,
    )


def duration_statistics(taken: Sequence[float]) -> DurationStatistics:
    """Make the figures of durations; what is far outside of the middle half of them is put aside.

    Far outside is more than one and a half times its width above or below (J. W. Tukey, Exploratory Data Analysis,
    1977), and at least a tenth of the median.

    Args:
        taken: at least one, in seconds, the newest first.
    """
    low, high = _fences(taken)
    inside = [each for each in taken if low <= each <= high]
    ordered = sorted(inside)
    return DurationStatistics(
        count=len(inside),
        minimum=ordered[0],
        mean=sum(ordered) / len(ordered),
        median=quantile(ordered, 0.5),
        p95=quantile(ordered, 0.95),
        maximum=ordered[-1],
        outliers=tuple(sorted((each for each in taken if not low <= each <= high), reverse=True)),
        trend=_trend(inside),
    )


def quantile(ordered: Sequence[float], part: float) -> float:
    """Return the value below which a part of some values lies, between two of them where it falls there.

    Args:
        ordered: at least one value, in rising order.
        part: from 0 to 1.
    """
    position = part * (len(ordered) - 1)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def _fences(taken: Sequence[float]) -> tuple[float, float]:
    if len(taken) < ENOUGH:
        return float("-inf"), float("inf")
    ordered = sorted(taken)
    first, third = quantile(ordered, 0.25), quantile(ordered, 0.75)
    margin = max(1.5 * (third - first), 0.1 * quantile(ordered, 0.5))
    return first - margin, third + margin


def _trend(newest_first: Sequence[float]) -> float | None:
    if len(newest_first) < ENOUGH:
        return None
    third = len(newest_first) // 3
    newest = quantile(sorted(newest_first[:third]), 0.5)
    oldest = quantile(sorted(newest_first[-third:]), 0.5)
    return newest / oldest - 1 if oldest > 0 else None
