"""What the sums of a results store mean, done in memory; stores with tables do the same in their own language."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from rotest_core.events import Cause, Outcome
from rotest_core.plugin.protocols.results import SignatureTally, TestTally, UnitTally

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rotest_core.plugin.protocols.results import ResourceUse, StoredTest


def counts(test: StoredTest) -> bool:
    """Tell whether an attempt is the result of a test, and says something about it."""
    return test.final and test.parent is None and test.outcome not in (None, Outcome.SKIPPED)


def tally_tests(tests: Iterable[StoredTest]) -> list[TestTally]:
    """Sum up the results of each test, by id.

    Args:
        tests: attempts of any runs, in any order; those that are no result are left out.
    """
    results: dict[str, list[StoredTest]] = {}
    for test in tests:
        if counts(test):
            results.setdefault(test.id, []).append(test)
    return [
        _tally(test_id, sorted(found, key=lambda test: (test.started, test.run)))
        for test_id, found in sorted(results.items())
    ]


def _tally(test_id: str, results: list[StoredTest]) -> TestTally:
    good = [test.outcome is not None and test.outcome.good for test in results]
    newest = results[-1]
    assert newest.outcome is not None
    return TestTally(
        id=test_id,
        runs=len(results),
        passed=sum(good),
        flaky=sum(test.flaky for test in results),
        changes=sum(before != after for before, after in pairwise(good)),
        last=newest.started,
        last_outcome=newest.outcome,
    )


def tally_signatures(tests: Iterable[StoredTest]) -> list[SignatureTally]:
    """Sum up failures by their signatures, those seen last first.

    Args:
        tests: attempts of any runs, in any order; those without a signature are left out.
    """
    found: dict[str, list[StoredTest]] = {}
    for test in sorted(tests, key=lambda test: (test.started, test.run)):
        if test.signature:
            found.setdefault(test.signature, []).append(test)
    tallies = [
        SignatureTally(
            id=signature,
            count=len(failed),
            tests=len({test.id for test in failed}),
            first=failed[0].started,
            last=failed[-1].started,
            summary=failed[-1].summary,
        )
        for signature, failed in found.items()
    ]
    return sorted(tallies, key=lambda tally: (-tally.last, tally.id))


def tally_units(uses: Iterable[tuple[StoredTest, ResourceUse]], *, name: str) -> list[UnitTally]:
    """Sum up how tests fared with one record and with the others of its type.

    Args:
        uses: leases of records of this type, each with the attempt that had it; attempts without end are left out.
        name: the record's name.
    """
    found: dict[tuple[str, bool], list[tuple[StoredTest, ResourceUse]]] = {}
    for test, use in uses:
        if test.outcome is not None:
            found.setdefault((test.id, use.name == name), []).append((test, use))
    return [
        _sum_up(test_id, here, found[test_id, here])
        for test_id, here in sorted(found, key=lambda key: (key[0], not key[1]))
        if (test_id, True) in found
    ]


def _sum_up(test_id: str, here: bool, pairs: list[tuple[StoredTest, ResourceUse]]) -> UnitTally:
    failed = [test for test, _ in pairs if test.outcome is not None and not test.outcome.good]
    return UnitTally(
        test=test_id,
        here=here,
        uses=len(pairs),
        failed=len(failed),
        infrastructure=sum(test.cause is Cause.INFRASTRUCTURE for test in failed),
        held=sum(use.held for _, use in pairs),
        waited=sum(use.waited for _, use in pairs),
        longest_wait=max(use.waited for _, use in pairs),
        errors=sum(bool(use.error) for _, use in pairs),
    )
