"""One thing that was told of a test, in a line of words."""

from __future__ import annotations

import pytest

from rotest_core.events import Cause, FailureClassified, MeasurementTaken, Outcome, SampleTaken
from rotest_core.plugin import Attempt, Series, describe


@pytest.mark.parametrize(
    ("taken", "text"),
    [
        (
            MeasurementTaken(0.0, 1, "offset", -1e-9, "V", 0.5, 1.0, "fail"),
            "offset = -1e-09 V (0.5 to 1 V), out of limits",
        ),
        (
            MeasurementTaken(0.0, 1, "noise", 0.0098, "V", None, 0.01, "marginal"),
            "noise = 0.0098 V (at most 0.01 V), near its limit",
        ),
        (MeasurementTaken(0.0, 1, "count", 3.0, "", 1.0), "count = 3 (at least 1)"),
        (MeasurementTaken(0.0, 1, "third", 1 / 3), "third = 0.3333333333"),
        (MeasurementTaken(0.0, 1, "ready", False, verdict="fail"), "ready = false, failed"),
        (MeasurementTaken(0.0, 1, "firmware", "1.2"), "firmware = 1.2"),
        (MeasurementTaken(0.0, 1, "x", 1.0, verdict="odd"), "x = 1, odd"),
    ],
)
def test_a_measurement_has_its_value_its_limits_and_its_verdict(taken: MeasurementTaken, text: str) -> None:
    assert describe(taken) == text


@pytest.mark.parametrize(
    ("classified", "text"),
    [
        (FailureClassified(0.0, 1, "3f9a", "new"), "new failure: signature 3f9a"),
        (FailureClassified(0.0, 1, "3f9a", "known", "cold"), "known failure: cold"),
        (
            FailureClassified(0.0, 1, "3f9a", "known", "cold", "https://example.org/7"),
            "known failure: cold, https://example.org/7",
        ),
    ],
)
def test_a_failure_has_its_name_and_its_link(classified: FailureClassified, text: str) -> None:
    assert describe(classified) == text


def test_an_attempt_has_its_outcome_and_why() -> None:
    attempt = Attempt(1, Outcome.ERROR, Cause.INFRASTRUCTURE, 0.25, "OSError: gone", "worker-2")
    assert describe(attempt) == "attempt 1 on worker-2: error (infrastructure) after 0.250 s: OSError: gone"


def test_a_series_has_its_span() -> None:
    series = Series(SampleTaken(0.0, 1, "load", 0.5, "%"))
    for value in (0.5, 0.75, 0.25):
        series.add(value)
    assert describe(series) == "load: 0.25 to 0.75 %, last 0.25, 3 points"
