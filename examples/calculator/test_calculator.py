"""Tests that pass: the calculator is leased, connected, validated, used and given back, once per test."""

from __future__ import annotations

from resources import Calculator
from rotest_core import TestCase, main


class SimpleCalculationTest(TestCase):
    """Add, and tell what was seen."""

    calculator = Calculator.request(group="demo")
    TAGS = ["SMOKE"]

    def test_simple_calculation(self) -> None:
        """One and two make three."""
        self.assertEqual(self.calculator.calculate("1 + 2"), 3)

    def test_precedence(self) -> None:
        self.expectEqual(self.calculator.calculate("1 + 2 * 3"), 7)
        self.expectEqual(self.calculator.calculate("(1 + 2) * 3"), 9, success_msg="parentheses bind first")


class ErrorTest(TestCase):
    """What is no arithmetic is refused."""

    calculator = Calculator.request()
    TAGS = ["ERRORS"]

    def test_not_arithmetic(self) -> None:
        for expression in ("1 +", "open('x')", "1 // 0"):
            with self.subTest(expression), self.assertRaises(ValueError):
                self.calculator.calculate(expression)

    def test_it_lives_on_after_a_mistake(self) -> None:
        with self.expectRaises(ValueError):
            self.calculator.calculate("what?")
        self.success("the mistake was refused")
        self.assertEqual(self.calculator.calculate("-2 - 3"), -5)


if __name__ == "__main__":
    main()
