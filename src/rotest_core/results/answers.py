"""What the rows that a statement gave say, for stores that have tables: the statements differ, the answers do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import attrs

from rotest_core.plugin.protocols.results import (
    Signature,
    SignatureTally,
    StoredMeasurement,
    StoredTest,
    TestTally,
    UnitTally,
)
from rotest_core.results.rows import Row, details_of, outcome_at, test_of

SIGNATURE_COLUMNS = tuple(field.name for field in attrs.fields(Signature))
"""What `signature_of` takes, and `attrs.astuple` gives."""


def durations_of(rows: Iterable[Row]) -> Mapping[str, Sequence[float]]:
    """Gather durations by test, in their order.

    Args:
        rows: a test's id and a duration in seconds, each.
    """
    found: dict[str, list[float]] = {}
    for test, duration in rows:
        found.setdefault(test, []).append(duration)
    return found


def measurements_of(rows: Iterable[Row]) -> Sequence[tuple[StoredTest, StoredMeasurement]]:
    """List measurements with the attempts that made them.

    Args:
        rows: a run's id, a test's id, the values of `TEST_COLUMNS` and the text of the details, each.
    """
    return [
        (test_of(row[0], row[1], row[2:-1]), measurement)
        for row in rows
        for measurement in details_of(row[-1]).measurements
    ]


def tally_of(row: Row) -> TestTally:
    """Make the sum of a test's results of its values in their order; the last outcome is a severity."""
    test, runs, passed, flaky, changes, last, outcome = row
    return TestTally(
        id=test,
        runs=runs,
        passed=passed,
        flaky=flaky,
        changes=changes or 0,
        last=last,
        last_outcome=outcome_at(outcome),
    )


def unit_tally_of(row: Row) -> UnitTally:
    """Make the sum of a test's results with some records of its values in their order."""
    test, here, uses, failed, infrastructure, held, waited, longest, errors = row
    return UnitTally(
        test=test,
        here=bool(here),
        uses=uses,
        failed=failed,
        infrastructure=infrastructure,
        held=held,
        waited=waited,
        longest_wait=longest,
        errors=errors,
    )


def signature_tally_of(row: Row) -> SignatureTally:
    """Make the sum of failures with one signature of its values in their order."""
    signature, count, tests, first, last, summary = row
    return SignatureTally(id=signature, count=count, tests=tests, first=first, last=last, summary=summary)


def signature_of(row: Row) -> Signature:
    """Make a signature of the values of `SIGNATURE_COLUMNS`."""
    return Signature(**dict(zip(SIGNATURE_COLUMNS, row, strict=True)))
