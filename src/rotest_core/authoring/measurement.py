"""Measurements: numbers, texts and truths that a test takes, with the limits that they are held against."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rotest_core.authoring.checks import place_of
from rotest_core.authoring.expectation import ExpectingCase

if TYPE_CHECKING:
    from types import FrameType

    from rotest_core.authoring.limits import Measurable, Range, Verdict

# Tells unittest, and our tracebacks, to leave the frames of this module out.
__unittest = True


class MeasuringCase(ExpectingCase):
    """Give tests what they need to record what they measure.

    What is out of its limits makes the test fail when its method is over, as a failed expectation does, and does not
    stop it.
    """

    def measure(
        self,
        name: str,
        value: Measurable,
        *,
        unit: str = "",
        within: Range | None = None,
        marginal: float = 0.0,
    ) -> bool:
        """Record what was measured, and hold it against its limits.

        ::

            self.measure("supply", volts, unit="V", within=(4.75, 5.25), marginal=0.1)

        Args:
            name: what was measured; the same in every run, so that runs can be compared.
            value: what came out: a number, a text or a bool.
            unit: of the value and its limits.
            within: the least and the greatest value that pass, None for no limit on that side.
            marginal: how near to a limit, in the same unit, a value passes as *marginal*: that is recorded, and does
                not change the outcome.

        Returns:
            Whether it is within its limits; True where it has none.

        Raises:
            TypeError: the value is of another type, or has limits and is no number.
            ValueError: nothing can be within the limits.
        """
        from rotest_core.authoring.limits import judge

        frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
        return self._rotest_measured(name, unit, judge(name, value, unit, within, marginal), frame)

    def expectMeasured(
        self,
        name: str,
        value: Measurable,
        expected: Measurable,
        *,
        tolerance: float = 0.0,
        unit: str = "",
        marginal: float = 0.0,
    ) -> bool:
        """Record what was measured, and compare it with what is expected.

        ::

            self.expectMeasured("clock", megahertz, 24.0, tolerance=0.05, unit="MHz")
            self.expectMeasured("firmware", board.firmware, "2.1")

        Args:
            name: what was measured; the same in every run, so that runs can be compared.
            value: what came out.
            expected: what it should be, of the same type.
            tolerance: how far a number may be away from that on either side, in the same unit.
            unit: of the numbers.
            marginal: as in `measure`.

        Returns:
            Whether it is what was expected.

        Raises:
            TypeError: the value is of another type, or a tolerance was given for what is no number.
            ValueError: the tolerance is negative.
        """
        from rotest_core.authoring.limits import compare

        frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
        verdict = compare(name, value, expected, unit, tolerance, marginal)
        return self._rotest_measured(name, unit, verdict, frame)

    def sample(self, series: str, value: float, *, unit: str = "") -> None:
        """Record one point of a series, at the time it is now; reports plot it.

        Args:
            series: name of the series: ``board1.temperature``.
            value: the number.
            unit: of the number.
        """
        if self._rotest_context is not None:
            self._rotest_context.sample(series, float(value), unit)

    def _rotest_measured(self, name: str, unit: str, verdict: Verdict, frame: FrameType) -> bool:
        """Record what was measured, by the code in a frame, and keep it if it fails the test."""
        place = place_of(frame)
        if self._rotest_context is not None:
            self._rotest_context.measurement(
                name=name,
                value=verdict.value,
                unit=unit,
                low=verdict.low,
                high=verdict.high,
                verdict=verdict.verdict,
                file=place.file,
                line=place.line,
            )
        if not verdict.text:
            return True
        self._rotest_keep(place, verdict.text)
        return False
