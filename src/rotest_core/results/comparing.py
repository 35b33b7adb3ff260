"""Hold one run against another."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

from rotest_core.events import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rotest_core.plugin.protocols.results import StoredTest

FACTOR = 1.5
"""A test takes longer, or shorter, when it takes so many times as long, ..."""

SECONDS = 0.1
"""... and that makes a difference of so many seconds."""


class Change(enum.StrEnum):
    """What became of a test from one run to another, from bad to good news."""

    BROKEN = "broken"
    STILL_FAILING = "still failing"
    FLAKY = "flaky"
    MISSING = "missing"
    SKIPPED = "skipped"
    SLOWER = "slower"
    NEW = "new"
    FASTER = "faster"
    FIXED = "fixed"
    SAME = "same"


@attrs.frozen(kw_only=True)
class Difference:
    """Say what became of one test.

    Args:
        id: the test.
        change: what became of it.
        before: its result in the earlier run, None if it was not in it.
        after: its result in the later run, None if it is not in it.
    """

    id: str
    change: Change
    before: StoredTest | None
    after: StoredTest | None


def compare(before: Iterable[StoredTest], after: Iterable[StoredTest]) -> list[Difference]:
    """Say what became of every test, in the order of `Change` and then of their ids.

    Args:
        before: the attempts of one run.
        after: those of a later one.
    """
    old, new = _results(before), _results(after)
    found = [
        Difference(
            id=test, change=_change(old.get(test), new.get(test)), before=old.get(test), after=new.get(test)
        )
        for test in {**old, **new}
    ]
    rank = {change: place for place, change in enumerate(Change)}
    return sorted(found, key=lambda difference: (rank[difference.change], difference.id))


def _results(tests: Iterable[StoredTest]) -> dict[str, StoredTest]:
    return {test.id: test for test in tests if test.final and test.parent is None}


def _change(before: StoredTest | None, after: StoredTest | None) -> Change:
    if after is None:
        return Change.MISSING
    if before is None:
        return Change.NEW
    was_good, good = is_good(before), is_good(after)
    if not good:
        return Change.BROKEN if was_good else Change.STILL_FAILING
    if after.flaky and not before.flaky:
        return Change.FLAKY
    if not was_good:
        return Change.FIXED
    skipped = Outcome.SKIPPED
    if skipped in (before.outcome, after.outcome):
        return (
            Change.SKIPPED
            if before.outcome is not after.outcome and after.outcome is skipped
            else Change.SAME
        )
    return _pace(before.duration, after.duration)


def _pace(before: float, after: float) -> Change:
    if abs(after - before) < SECONDS:
        return Change.SAME
    if after > before * FACTOR:
        return Change.SLOWER
    return Change.FASTER if before > after * FACTOR else Change.SAME


def is_good(test: StoredTest) -> bool:
    """Tell whether it ended, and well."""
    return test.outcome is not None and test.outcome.good
