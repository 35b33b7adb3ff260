"""Hold what was measured against its limits, and say in words what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, SupportsFloat

if TYPE_CHECKING:
    from typing import TypeAlias

    Measurable: TypeAlias = SupportsFloat | str | bool
    Range: TypeAlias = tuple[float | None, float | None]

TEXT_LENGTH = 200
"""Longest text, in characters, that is kept of a value that is a text."""

PASS, MARGINAL, FAIL = "pass", "marginal", "fail"


class Verdict(NamedTuple):
    """Say what a measurement came to.

    Args:
        value: what was measured, as it is recorded.
        low: the least value that passes, None without a lower limit.
        high: the greatest value that passes, None without an upper limit.
        verdict: ``pass``, ``marginal`` or ``fail``.
        text: what is wrong with it, empty where nothing is.
    """

    value: float | str | bool
    low: float | None
    high: float | None
    verdict: str
    text: str


def judge(name: str, value: Measurable, unit: str, within: Range | None, marginal: float) -> Verdict:
    """Judge a value by the range that it has to be in; for the arguments see `MeasuringCase.measure`."""
    measured = plain(name, value)
    if within is None:
        return Verdict(measured, None, None, PASS, "")
    if isinstance(measured, bool | str):
        raise TypeError(f"measurement {name!r}: only numbers have limits, and {measured!r} is none")
    low, high = _checked(name, within, marginal)
    text = _complaint(name, measured, unit, low, high)
    verdict = FAIL if text else MARGINAL if _is_near(measured, low, high, marginal) else PASS
    return Verdict(measured, low, high, verdict, text)


def compare(
    name: str, value: Measurable, expected: Measurable, unit: str, tolerance: float, marginal: float
) -> Verdict:
    """Judge a value by the one that is expected; for the arguments see `MeasuringCase.expectMeasured`."""
    measured, wanted = plain(name, value), plain(name, expected)
    if not isinstance(measured, bool | str) and not isinstance(wanted, bool | str):
        if not tolerance >= 0:
            raise ValueError(f"measurement {name!r}: a tolerance is 0 or more, not {tolerance!r}")
        verdict = judge(name, measured, unit, (wanted - tolerance, wanted + tolerance), marginal)
        if not verdict.text:
            return verdict
        aim = f"{_quantity(wanted, unit)} ± {_quantity(tolerance, unit)}"
        return verdict._replace(text=f"{verdict.text}: expected {aim}")
    if tolerance or marginal:
        raise TypeError(f"measurement {name!r}: only numbers are compared with a tolerance")
    if measured == wanted and type(measured) is type(wanted):
        return Verdict(measured, None, None, PASS, "")
    return Verdict(measured, None, None, FAIL, f"{name}: {measured!r} is not {wanted!r}")


def plain(name: str, value: object) -> float | str | bool:
    """Return a value as it is recorded.

    Raises:
        TypeError: it is neither a number nor a text nor a truth.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value if len(value) <= TEXT_LENGTH else f"{value[: TEXT_LENGTH - 3]}..."
    if isinstance(value, int):
        return int(value)
    if isinstance(value, SupportsFloat):
        return float(value)
    kind = type(value).__name__
    raise TypeError(f"measurement {name!r}: a number, a text or a bool is measured, not {kind}")


def _checked(name: str, within: Range, marginal: float) -> Range:
    """Return the limits, plain.

    Raises:
        ValueError: nothing is between them.
    """
    low, high = (None if limit is None else float(limit) for limit in within)
    if low is not None and high is not None and not low <= high:
        raise ValueError(f"measurement {name!r}: no value is within {_number(low)} and {_number(high)}")
    if not marginal >= 0:
        raise ValueError(f"measurement {name!r}: the margin is 0 or more, not {marginal!r}")
    return low, high


def _complaint(name: str, value: float, unit: str, low: float | None, high: float | None) -> str:
    """Say which limit a value broke; not-a-number is within no limits."""
    if low is not None and not value >= low:
        limit, side = low, "below" if value < low else "not above"
    elif high is not None and not value <= high:
        limit, side = high, "above" if value > high else "not below"
    else:
        return ""
    return f"{name}: {_quantity(value, unit)} is {side} the limit of {_quantity(limit, unit)}"


def _is_near(value: float, low: float | None, high: float | None, marginal: float) -> bool:
    return (low is not None and value < low + marginal) or (high is not None and value > high - marginal)


def _quantity(value: float, unit: str) -> str:
    return f"{_number(value)} {unit}" if unit else _number(value)


def _number(value: float) -> str:
    """Write a number as short as it is exact, without the noise of its last digits."""
    return f"{value:.12g}"
