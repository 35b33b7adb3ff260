"""Runs and tests as rows of tables, for stores that have tables."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import attrs

from rotest_core.events import Cause, ExpectationChecked, Outcome, OutcomeReported
from rotest_core.plugin.protocols.results import (
    ResourceUse,
    RunState,
    StoredMeasurement,
    StoredRun,
    StoredTest,
    TestDetails,
)

Row: TypeAlias = Sequence[Any]

RUN_COLUMNS = (
    "id",
    "name",
    "started",
    "state",
    "duration",
    "status",
    "total",
    "counts",
    "flaky",
    "directory",
    "root",
    "command",
    "environment",
    "owner",
    "seen",
)
"""What `run_row` gives and `run_of` takes."""

TEST_COLUMNS = (
    "number",
    "attempt",
    "started",
    "duration",
    "outcome",
    "final",
    "parent",
    "cause",
    "name",
    "kind",
    "around",
    "tags",
    "worker",
    "summary",
    "signature",
    "waited",
    "log",
)
"""What `test_row` gives and `test_of` takes, beside the run and the test's id; `outcome` is its severity."""

_OUTCOMES: tuple[Outcome, ...] = tuple(Outcome)


def outcome_at(severity: int) -> Outcome:
    """Return the outcome of a severity."""
    return _OUTCOMES[severity]


def run_row(run: StoredRun) -> tuple[Any, ...]:
    """Give the values of `RUN_COLUMNS`: text, numbers and None."""
    return (
        run.id,
        run.name,
        run.started,
        str(run.state),
        run.duration,
        run.status,
        run.total,
        _json(dict(run.counts)),
        run.flaky,
        run.directory,
        run.root,
        _json(run.command),
        _json(dict(run.environment)),
        run.owner,
        run.seen,
    )


def run_of(row: Row) -> StoredRun:
    """Make a run of the values of `RUN_COLUMNS`."""
    values = dict(zip(RUN_COLUMNS, row, strict=True))
    values["state"] = RunState(values["state"])
    values["counts"] = json.loads(values["counts"])
    values["command"] = tuple(json.loads(values["command"]))
    values["environment"] = json.loads(values["environment"])
    return StoredRun(**values)


def test_row(test: StoredTest) -> tuple[Any, ...]:
    """Give the values of `TEST_COLUMNS`: text, numbers, truths and None."""
    return (
        test.number,
        test.attempt,
        test.started,
        test.duration,
        None if test.outcome is None else test.outcome.severity,
        test.final,
        test.parent,
        test.cause and str(test.cause),
        test.name,
        test.kind,
        _names(test.groups),
        _names(test.tags),
        test.worker,
        test.summary,
        test.signature,
        test.waited,
        test.log,
    )


def test_of(run: str, test: str, row: Row) -> StoredTest:
    """Make an attempt of a run's id, a test's id and the values of `TEST_COLUMNS`."""
    (
        number,
        attempt,
        started,
        duration,
        outcome,
        final,
        parent,
        cause,
        name,
        kind,
        around,
        tags,
        worker,
        summary,
        signature,
        waited,
        log,
    ) = row
    return StoredTest(
        run=run,
        number=number,
        id=test,
        started=started,
        attempt=attempt,
        final=bool(final),
        name=name,
        kind=kind,
        parent=parent,
        groups=_texts(around),
        tags=_texts(tags),
        worker=worker,
        duration=duration,
        outcome=None if outcome is None else outcome_at(outcome),
        cause=None if cause is None else Cause(cause),
        summary=summary,
        signature=signature,
        waited=waited,
        log=log,
    )


test_row.__test__ = test_of.__test__ = False  # type: ignore[attr-defined]  # nothing for pytest to collect


def details_text(details: TestDetails) -> str:
    """Write as JSON what has no table of its own: reports, expectations, measurements and leases; empty for nothing."""
    if details is _NOTHING or details == _NOTHING:
        return ""
    values = {
        "reports": [report._asdict() for report in details.reports],
        "expectations": [expectation._asdict() for expectation in details.expectations],
        "passed_expectations": details.passed_expectations,
        "failed_expectations": details.failed_expectations,
        "measurements": [attrs.asdict(measurement) for measurement in details.measurements],
        "resources": [attrs.asdict(use) for use in details.resources],
    }
    return _json({key: value for key, value in values.items() if value})


def details_of(text: str) -> TestDetails:
    """Read what `details_text` wrote."""
    if not text:
        return _NOTHING
    values = json.loads(text)
    return TestDetails(
        reports=tuple(_report(report) for report in values.get("reports", ())),
        expectations=tuple(
            ExpectationChecked(**expectation)._replace(values=tuple(expectation["values"]))
            for expectation in values.get("expectations", ())
        ),
        passed_expectations=values.get("passed_expectations", 0),
        failed_expectations=values.get("failed_expectations", 0),
        measurements=tuple(StoredMeasurement(**each) for each in values.get("measurements", ())),
        resources=tuple(ResourceUse(**use) for use in values.get("resources", ())),
    )


def use_rows(run: int, key: int, test: StoredTest, details: TestDetails) -> list[tuple[Any, ...]]:
    """Give a row for each lease of an attempt, for sums over records.

    Args:
        run: the store's key of the run.
        key: the store's key of the test.
        test: the attempt.
        details: what else is known of it.

    Returns:
        Run, number, attempt, place among the attempt's leases, test, type and name of the record, severity of the
        outcome or None, whether the infrastructure is to blame, seconds held, seconds waited, whether a step failed.
    """
    outcome = None if test.outcome is None else test.outcome.severity
    return [
        (
            run,
            test.number,
            test.attempt,
            place,
            key,
            use.type,
            use.name,
            outcome,
            test.cause is Cause.INFRASTRUCTURE,
            use.held,
            use.waited,
            bool(use.error),
        )
        for place, use in enumerate(details.resources)
    ]


def _report(values: dict[str, Any]) -> OutcomeReported:
    cause: str | None = values["cause"]
    event = OutcomeReported(**values)
    return event._replace(outcome=Outcome(values["outcome"]), cause=None if cause is None else Cause(cause))


def _json(value: object) -> str:
    # Any text survives: what databases refuse is written as an escape.
    return json.dumps(value, separators=(",", ":"))


@lru_cache(maxsize=256)
def _names(names: tuple[str, ...]) -> str:
    """Write what is the same for all tests of a class."""
    return _json(names)


def _texts(text: str) -> tuple[str, ...]:
    return () if text == "[]" else tuple(json.loads(text))


_NOTHING = TestDetails()
