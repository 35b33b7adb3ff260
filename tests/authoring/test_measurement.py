"""What a test measures is recorded with its verdict, and fails it without stopping it."""

from __future__ import annotations

import fractions
import math

import pytest

from rotest_core.authoring.case import TestCase
from rotest_core.authoring.limits import judge
from tests.authoring.context import KeepingContext, run


class Measuring(TestCase):
    __test__ = False
    answers: tuple[bool, ...] = ()

    def test(self) -> None:
        first = self.measure("supply", 5.0, unit="V", within=(4.75, 5.25))
        second = self.measure("ripple", 0.5, unit="V", within=(None, 0.2))
        third = self.measure("gain", 9.5, within=(9, None), marginal=1)
        type(self).answers = (first, second, third)

    def test_plain(self) -> None:
        self.measure("retries", 3)
        self.measure("firmware", "2.1")
        self.measure("ready", True)
        self.measure("share", fractions.Fraction(1, 4))

    def test_expected(self) -> None:
        self.expectMeasured("clock", 24.02, 24.0, tolerance=0.05, unit="MHz")
        self.expectMeasured("clock", 24.2, 24.0, tolerance=0.05, unit="MHz")
        self.expectMeasured("firmware", "2.1", "2.1")
        self.expectMeasured("firmware", "2.0", "2.1")
        self.expectMeasured("ready", False, True)
        self.expectMeasured("count", 4, 4)

    def test_series(self) -> None:
        self.sample("board.temperature", 21, unit="°C")

    def test_part(self) -> None:
        with self.subTest("cold"):
            self.measure("gain", 1, within=(2, 3))
        with self.subTest("warm"):
            self.measure("gain", 2, within=(2, 3))

    def test_list(self) -> None:
        self.measure("list", [1])  # type: ignore[arg-type]


def test_value_unit_limits_and_verdict_are_recorded() -> None:
    context = KeepingContext()
    run(Measuring, context=context)
    assert context.measured == [
        ("supply", 5.0, "V", 4.75, 5.25, "pass"),
        ("ripple", 0.5, "V", None, 0.2, "fail"),
        ("gain", 9.5, "", 9.0, None, "marginal"),
    ]
    assert context.files == {__file__}


def test_what_is_out_of_its_limits_fails_the_test_when_its_method_is_over() -> None:
    ended = run(Measuring, context=KeepingContext())
    assert Measuring.answers == (True, False, True)
    [(_, text)] = ended.failures
    assert "AssertionError" not in text
    assert "ripple: 0.5 V is above the limit of 0.2 V" in text
    assert 'self.measure("ripple", 0.5, unit="V", within=(None, 0.2))' in text


def test_it_is_the_same_without_a_run_of_rotest() -> None:
    ended = run(Measuring)
    assert "ripple: 0.5 V is above the limit of 0.2 V" in ended.failures[0][1]


def test_values_without_limits_are_recorded_as_they_are() -> None:
    context = KeepingContext()
    assert run(Measuring, "test_plain", context).wasSuccessful()
    assert [(name, value, verdict) for name, value, *_, verdict in context.measured] == [
        ("retries", 3, "pass"),
        ("firmware", "2.1", "pass"),
        ("ready", True, "pass"),
        ("share", 0.25, "pass"),
    ]


def test_expected_values_are_compared_and_say_what_was_expected() -> None:
    context = KeepingContext()
    text = run(Measuring, "test_expected", context).failures[0][1]
    assert [verdict for *_, verdict in context.measured] == ["pass", "fail", "pass", "fail", "fail", "pass"]
    assert context.measured[0][3:5] == (23.95, 24.05)
    assert "clock: 24.2 MHz is above the limit of 24.05 MHz: expected 24 MHz ± 0.05 MHz" in text
    assert "firmware: '2.0' is not '2.1'" in text
    assert "ready: False is not True" in text


def test_a_point_of_a_series_is_recorded_and_nothing_without_a_run() -> None:
    context = KeepingContext()
    assert run(Measuring, "test_series", context).wasSuccessful()
    assert context.sampled == [("board.temperature", 21.0, "°C")]
    assert run(Measuring, "test_series").wasSuccessful()


def test_in_a_subtest_it_is_the_part_that_fails() -> None:
    failures = run(Measuring, "test_part").failures
    assert [str(test) for test, _ in failures] == [
        "test_part (tests.authoring.test_measurement.Measuring.test_part) [cold]"
    ]


def test_what_cannot_be_measured_is_an_error_that_says_so() -> None:
    ended = run(Measuring, "test_list")
    assert (
        "TypeError: measurement 'list': a number, a text or a bool is measured, not list"
        in ended.errors[0][1]
    )


@pytest.mark.parametrize(
    ("value", "within", "marginal", "verdict"),
    [
        (1.0, (1.0, 2.0), 0.0, "pass"),
        (2.0, (1.0, 2.0), 0.0, "pass"),
        (1.0, (1.0, 2.0), 0.1, "marginal"),
        (1.95, (1.0, 2.0), 0.1, "marginal"),
        (1.5, (1.0, 2.0), 0.1, "pass"),
        (2.01, (1.0, 2.0), 0.1, "fail"),
        (0.99, (1.0, None), 0.0, "fail"),
        (1e9, (1.0, None), 0.0, "pass"),
        (-1e9, (None, None), 1.0, "pass"),
        (math.inf, (None, 1.0), 0.0, "fail"),
        (math.nan, (0.0, 1.0), 0.0, "fail"),
        (math.nan, (None, 1.0), 0.0, "fail"),
    ],
)
def test_limits_belong_to_what_passes_and_nothing_compares_with_nan(
    value: float, within: tuple[float | None, float | None], marginal: float, verdict: str
) -> None:
    assert judge("x", value, "", within, marginal).verdict == verdict


@pytest.mark.parametrize(
    ("value", "within", "marginal", "message"),
    [
        (1.0, (2.0, 1.0), 0.0, "measurement 'x': no value is within 2 and 1"),
        (1.0, (math.nan, 1.0), 0.0, "measurement 'x': no value is within nan and 1"),
        (1.0, (0.0, 1.0), -1.0, "measurement 'x': the margin is 0 or more, not -1.0"),
        ("on", (0.0, 1.0), 0.0, "measurement 'x': only numbers have limits, and 'on' is none"),
        (True, (0.0, 1.0), 0.0, "measurement 'x': only numbers have limits, and True is none"),
    ],
)
def test_limits_that_make_no_sense_are_errors_that_say_why(
    value: float | str, within: tuple[float, float], marginal: float, message: str
) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        judge("x", value, "", within, marginal)
    assert str(caught.value) == message


def test_long_texts_are_shortened() -> None:
    value = judge("x", "a" * 300, "", None, 0.0).value
    assert isinstance(value, str)
    assert len(value) == 200
