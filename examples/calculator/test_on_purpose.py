"""Tests that fail, err, skip and expect on purpose: what each outcome looks like."""

from __future__ import annotations

import unittest

from resources import Calculator
from rotest_core import TestCase, main


class OutcomesTest(TestCase):
    """One test for each outcome."""

    calculator = Calculator.request()
    TAGS = ["OUTCOMES"]

    def test_success(self) -> None:
        self.assertEqual(self.calculator.calculate("1 + 1"), 2, success_msg="it can count")

    def test_failure(self) -> None:
        self.assertEqual(self.calculator.calculate("1 + 1"), 3)

    def test_error(self) -> None:
        self.calculator.calculate("one and one")

    def test_skip(self) -> None:
        self.skipTest("this calculator has no square root")

    @unittest.expectedFailure
    def test_expected_failure(self) -> None:
        self.assertEqual(self.calculator.calculate("7 // 2"), 4)

    @unittest.expectedFailure
    def test_unexpected_success(self) -> None:
        self.assertEqual(self.calculator.calculate("7 // 2"), 3)

    def test_failed_expectations(self) -> None:
        for term in range(3):
            self.expectEqual(self.calculator.calculate(f"{term} * {term}"), term + term)

    def test_subtests(self) -> None:
        for divisor in (1, 2, 0):
            with self.subTest(divisor=divisor):
                self.calculator.calculate(f"6 // {divisor}")


if __name__ == "__main__":
    main()
