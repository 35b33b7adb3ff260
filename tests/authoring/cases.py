"""Cases that the tests of this directory run; here, pytest does not collect them for itself."""

from __future__ import annotations

import logging
import unittest
import warnings
from typing import Any

from rotest_core.authoring.case import TestCase
from rotest_core.model.resource import BaseResource


class Returning(TestCase):
    def test(self) -> None:
        self.answers = [
            self.expect(1),
            self.expect(0, "zero"),
            self.expectEqual(1, 1),
            self.expectEqual(1, 2),
            self.expectRaises(ValueError, int, "x"),
            self.expectRaises(ValueError, int, "1"),
        ]
        assert self.answers == [True, False, True, False, True, False]


class Failing(TestCase):
    def test(self) -> None:
        self.expectEqual(1, 2, "first")
        self.expectIn("x", [])


class Erring(TestCase):
    def test(self) -> None:
        self.expectTrue(0)
        raise ZeroDivisionError("later")


class FailingTwice(TestCase):
    def test(self) -> None:
        self.expectTrue(0)
        self.assertTrue([])


class Everywhere(TestCase):
    def setUp(self) -> None:
        self.addCleanup(self.expectEqual, "clean-up", 0)
        self.expectEqual("setUp", 0)

    def tearDown(self) -> None:
        self.expectEqual("tearDown", 0)

    def test(self) -> None:
        self.expectEqual("test", 0)


class Parts(TestCase):
    def test(self) -> None:
        for number in range(3):
            with self.subTest(number=number):
                self.expectEqual(number, 1)
        with self.subTest("raising"):
            self.expectEqual("kept", 0)
            raise KeyError("x")


class Expected(TestCase):
    @unittest.expectedFailure
    def test(self) -> None:
        self.expectTrue(0)

    @unittest.expectedFailure
    def test_raising(self) -> None:
        self.expectTrue(0)
        raise ZeroDivisionError


class Skipping(TestCase):
    def test(self) -> None:
        self.expectTrue(0)
        self.skip("enough")


class Async(TestCase, unittest.IsolatedAsyncioTestCase):
    async def test(self) -> None:
        self.expectEqual(1, 2)
        self.expectEqual(1, 1)


class OwnFailure(Exception):  # noqa: N818
    pass


class Custom(TestCase):
    failureException = OwnFailure

    def test(self) -> None:
        self.expectEqual(1, 2)


class Raising(TestCase):
    def test(self) -> None:
        with self.expectRaises(ValueError) as caught:
            int("x")
        assert "invalid literal" in str(caught.exception)
        with self.expectRaises(ValueError, msg="none at all"):
            pass
        with self.expectRaisesRegex(ValueError, "nothing like it"):
            int("x")
        self.expectRaisesRegex(ValueError, "invalid", int, "x")


class WrongRaise(TestCase):
    def test(self) -> None:
        with self.expectRaises(ValueError):
            raise KeyError("other")


class WarningCase(TestCase):
    def test(self) -> None:
        with self.expectWarns(UserWarning) as caught:
            warnings.warn("careful", stacklevel=1)
        assert str(caught.warning) == "careful"
        with self.expectWarns(UserWarning):
            pass
        self.expectWarns(UserWarning, warnings.warn, "x", stacklevel=1)
        with self.expectWarnsRegex(UserWarning, "care"):
            warnings.warn("careful", stacklevel=1)
        self.expectWarnsRegex(UserWarning, "y", warnings.warn, "x", stacklevel=1)


class Logging(TestCase):
    def test(self) -> None:
        with self.expectLogs("some.log", "INFO") as kept:
            logging.getLogger("some.log").info("hello")
        assert kept.output == ["INFO:some.log:hello"]
        with self.expectLogs("some.log"):
            pass
        with self.expectNoLogs("some.log"):
            logging.getLogger("some.log").error("no")
        with self.expectNoLogs("some.log", success_msg="quiet"):
            pass


class Bad:
    def __repr__(self) -> str:
        raise ZeroDivisionError


class OwnAssertion(TestCase):
    def assertEqual(self, first: Any, second: Any, msg: Any = None, **options: Any) -> None:
        """Compare without case."""
        super().assertEqual(first.lower(), second.lower(), msg, **options)

    def test(self) -> None:
        self.expectEqual("A", "a")


class Asserting(TestCase):
    def test(self) -> None:
        self.assertEqual([1], [1])
        self.assertTrue(1)
        self.assertIn(1, [1], success_msg="found")


class Blocks(TestCase):
    def test(self) -> None:
        with self.assertRaises(ValueError, success_msg="raised") as caught:
            int("x")
        assert "invalid" in str(caught.exception)
        with self.assertRaisesRegex(ValueError, "invalid", success_msg="raised so"):
            int("x")
        with self.assertWarns(UserWarning, success_msg="warned"):
            warnings.warn("x", stacklevel=1)
        with self.assertWarnsRegex(UserWarning, "x", success_msg="warned so"):
            warnings.warn("x", stacklevel=1)
        with self.assertLogs("some.log", success_msg="logged"):
            logging.getLogger("some.log").info("x")
        with self.assertNoLogs("some.log", success_msg="quiet"):
            pass
        with self.assertRaises(ValueError):
            int("x")
        self.assertRaises(ValueError, int, "x")


class FailingBlock(TestCase):
    def test(self) -> None:
        with self.assertRaises(ValueError, success_msg="raised"):
            pass
        raise KeyError("not reached")


class FailingCase(TestCase):
    def test(self) -> None:
        self.assertEqual(1, 2)


class FailingUnittestCase(unittest.TestCase):
    def test(self) -> None:
        self.assertEqual(1, 2)


class Bell(BaseResource):
    tone: str = "c"


class Ringing(TestCase):
    bell = Bell.request()

    def test(self) -> None: ...
