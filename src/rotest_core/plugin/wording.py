"""Put into words what handlers tell of a test beside its outcome, so that all of them tell it alike."""

from __future__ import annotations

from rotest_core.events import Cause, FailureClassified, MeasurementTaken
from rotest_core.plugin.report import Attempt, Series

_VERDICTS = {"pass": "", "marginal": ", near its limit", "fail": ", out of limits"}


def describe(told: MeasurementTaken | FailureClassified | Attempt | Series) -> str:
    """Put one thing into a line of words, which may hold any characters that a test's texts hold.

    >>> describe(MeasurementTaken(0.0, 1, "supply", 3.6, "V", 3.135, 3.465, "fail"))
    'supply = 3.6 V (3.135 to 3.465 V), out of limits'
    """
    if isinstance(told, MeasurementTaken):
        return _measurement(told)
    if isinstance(told, FailureClassified):
        return _signature(told)
    if isinstance(told, Attempt):
        return _attempt(told)
    return _series(told)


def _measurement(taken: MeasurementTaken) -> str:
    limits = _limits(taken)
    verdict = _VERDICTS.get(taken.verdict, f", {taken.verdict}")
    if taken.verdict == "fail" and not limits:
        verdict = ", failed"
    return f"{taken.name} = {_amount(taken.value, taken.unit)}{f' ({limits})' if limits else ''}{verdict}"


def _limits(taken: MeasurementTaken) -> str:
    low, high, unit = taken.low, taken.high, taken.unit
    if low is not None and high is not None:
        return f"{_amount(low)} to {_amount(high, unit)}"
    if low is not None:
        return f"at least {_amount(low, unit)}"
    return "" if high is None else f"at most {_amount(high, unit)}"


def _amount(value: float | str | bool, unit: str = "") -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = value if isinstance(value, str) else f"{value:.10g}"
    return f"{text} {unit}" if unit else text


def _signature(classified: FailureClassified) -> str:
    """Name a failure as people do, and by its signature where they have no name for it."""
    name = classified.name or f"signature {classified.signature}"
    return f"{classified.state} failure: {name}{f', {classified.link}' if classified.link else ''}"


def _attempt(attempt: Attempt) -> str:
    outcome = attempt.outcome.value.replace("_", " ")
    cause = " (infrastructure)" if attempt.cause is Cause.INFRASTRUCTURE else ""
    worker = f" on {attempt.worker}" if attempt.worker else ""
    summary = f": {attempt.summary}" if attempt.summary else ""
    return f"attempt {attempt.number}{worker}: {outcome}{cause} after {attempt.duration:.3f} s{summary}"


def _series(series: Series) -> str:
    span = f"{_amount(series.least)} to {_amount(series.greatest, series.unit)}"
    return (
        f"{series.name}: {span}, last {_amount(series.last)}, {series.count} point{'s' * (series.count != 1)}"
    )
