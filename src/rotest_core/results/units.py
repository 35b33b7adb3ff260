"""Figures of one record over many runs, and of the same tests with other records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rotest_core.plugin.protocols.results import UnitTally


@attrs.frozen(kw_only=True)
class TestOnUnit:
    """Say how one test fares on a record, and elsewhere.

    Args:
        test: the test's id.
        uses: how many attempts had the record.
        failed: how many of these were not good.
        elsewhere: how many attempts had another record of the type.
        failed_elsewhere: how many of these were not good.
    """

    __test__ = False

    test: str
    uses: int
    failed: int
    elsewhere: int
    failed_elsewhere: int

    @property
    def failure_rate(self) -> float:
        """Give the part of uses that were not good."""
        return self.failed / self.uses

    @property
    def elsewhere_rate(self) -> float:
        """Give the part of uses of others that were not good, 0 where there are none."""
        return self.failed_elsewhere / self.elsewhere if self.elsewhere else 0.0


@attrs.frozen(kw_only=True)
class UnitStatistics:
    """Say how a record fared; durations in seconds.

    Args:
        type: its type.
        name: its name.
        uses: how many attempts had it.
        held: how long they had it, altogether.
        waited: how long was waited for it, altogether.
        longest_wait: the longest of these waits.
        failed: how many of its uses were not good.
        infrastructure: how many of those were laid to the infrastructure.
        errors: how often a step of its life cycle failed.
        elsewhere: how many attempts of the same tests had another record of the type.
        failed_elsewhere: how many of these were not good.
        tests: each test, those first that fail more often here than elsewhere.
    """

    type: str
    name: str
    uses: int
    held: float
    waited: float
    longest_wait: float
    failed: int
    infrastructure: int
    errors: int
    elsewhere: int
    failed_elsewhere: int
    tests: tuple[TestOnUnit, ...]

    @property
    def failure_rate(self) -> float:
        """Give the part of uses that were not good, 0 where there are none."""
        return self.failed / self.uses if self.uses else 0.0

    @property
    def elsewhere_rate(self) -> float:
        """Give the part of the same tests' uses of others that were not good, 0 where there are none."""
        return self.failed_elsewhere / self.elsewhere if self.elsewhere else 0.0


def unit_statistics(type: str, name: str, tallies: Sequence[UnitTally]) -> UnitStatistics:  # noqa: A002
    """Make the figures of one record.

    Args:
        type: its type.
        name: its name.
        tallies: as `ResultsStore.unit_tally` gives them.
    """
    here = [tally for tally in tallies if tally.here]
    others = {tally.test: tally for tally in tallies if not tally.here}
    tests = [
        TestOnUnit(
            test=tally.test,
            uses=tally.uses,
            failed=tally.failed,
            elsewhere=others[tally.test].uses if tally.test in others else 0,
            failed_elsewhere=others[tally.test].failed if tally.test in others else 0,
        )
        for tally in here
    ]
    return UnitStatistics(
        type=type,
        name=name,
        uses=sum(tally.uses for tally in here),
        held=sum(tally.held for tally in here),
        waited=sum(tally.waited for tally in here),
        longest_wait=max((tally.longest_wait for tally in here), default=0.0),
        failed=sum(tally.failed for tally in here),
        infrastructure=sum(tally.infrastructure for tally in here),
        errors=sum(tally.errors for tally in here),
        elsewhere=sum(tally.uses for tally in others.values()),
        failed_elsewhere=sum(tally.failed for tally in others.values()),
        tests=tuple(sorted(tests, key=lambda test: (test.elsewhere_rate - test.failure_rate, test.test))),
    )
