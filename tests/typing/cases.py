"""What type checkers know inside of a test; checked, never run."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, assert_type
from unittest import IsolatedAsyncioTestCase
from warnings import WarningMessage

from rotest_core import BaseResource, Request, TestCase, TestSuite, main
from tests.typing.resources import AnyCalculator, Calculator, Panel, QuickCalculator


class CalculatorTest(TestCase):
    calculator = Calculator.request(ip_address__startswith="10.")
    older = Calculator()
    panel = Panel.request(host="h")
    adapted = AnyCalculator.request()
    TAGS = ["SMOKE"]
    TIMEOUT = 5.5

    def setUp(self) -> None:
        assert_type(self.calculator, Calculator)
        assert_type(self.older, Calculator)
        assert_type(self.adapted, Calculator)
        assert_type(self.panel.press(), bytes)
        assert_type(self.logger, logging.Logger)
        assert_type(self.work_dir, Path)
        assert_type(self.config, Mapping[str, object])

    def test_resources(self) -> None:
        self.assertEqual(self.calculator.calculate("1+2"), 3, success_msg="sum")
        more = self.request_resources([QuickCalculator.request().bound("quick")], wait=5)
        assert_type(more, Mapping[str, BaseResource[Any]])
        self.release_resources(["quick"])
        self.release_resources()

    def test_expectations(self) -> None:
        assert_type(self.expect(1 > 2, "no"), bool)
        assert_type(self.expectEqual(1, 2, "no", success_msg="yes"), bool)
        assert_type(self.expectGreater(2, 1), bool)
        assert_type(self.expectAlmostEqual(1.0, 1.1, places=3), bool)
        assert_type(self.expectAlmostEqual(1.0, 1.1, delta=0.5), bool)
        assert_type(self.expectCountEqual({1}, [1]), bool)
        assert_type(self.expectIsInstance(1, (int, str)), bool)
        assert_type(self.expectRegex("a", "b"), bool)
        assert_type(self.expectRaises(ValueError, int, "x"), bool)

    def test_measurements(self) -> None:
        assert_type(self.measure("supply", 5, unit="V", within=(4.75, None), marginal=0.1), bool)
        assert_type(self.measure("share", Fraction(1, 3)), bool)
        assert_type(self.expectMeasured("firmware", "2.1", "2.1"), bool)
        self.sample("board.temperature", 21, unit="°C")
        self.measure("list", [1])  # type: ignore[arg-type]
        self.measure("supply", 5, within=(4.75,))  # type: ignore[arg-type]

    def test_blocks(self) -> None:
        with self.expectRaises(ValueError) as raised:
            int("x")
        assert_type(raised.exception, ValueError)
        with self.expectRaises((ValueError, KeyError), msg="no", success_msg="yes"):
            int("x")
        with self.expectRaisesRegex(ValueError, "x") as matched:
            int("x")
        assert_type(matched.exception, ValueError)
        with self.assertRaises(ValueError) as plain:
            int("x")
        assert_type(plain.exception, ValueError)
        with self.assertRaises(ValueError, success_msg="yes") as told:
            int("x")
        assert_type(told.exception, ValueError)
        with self.expectWarns(UserWarning) as warned:
            pass
        assert_type(warned.warning, WarningMessage)
        with self.expectLogs("x", "INFO") as logged:
            pass
        assert_type(logged.output, list[str])
        with self.expectNoLogs("x"):
            pass

    def test_words(self) -> None:
        self.success("fine")
        self.addSuccess("fine")
        if not self.config:
            self.skip("nothing to do")


class AsyncTest(TestCase, IsolatedAsyncioTestCase):
    calculator = Calculator.request()

    async def test_something(self) -> None:
        assert_type(self.calculator, Calculator)


class Inner(TestSuite):
    components = [CalculatorTest]
    TAGS = ["INNER"]


class Outer(TestSuite):
    components = (Inner, AsyncTest)


assert_type(CalculatorTest.calculator, Request[Calculator])

if __name__ == "__main__":
    main(CalculatorTest, Outer)
