"""Fire a pot: a flow of blocks, with a flow in it."""

from __future__ import annotations

from resources import Kiln, Sensor
from rotest_core import (
    MODE_FINALLY,
    MODE_OPTIONAL,
    BlockInput,
    BlockOutput,
    Pipe,
    TestBlock,
    TestFlow,
    create_flow,
    main,
)


class Heat(TestBlock):
    """Heat the kiln and say how hot it became."""

    kiln = Kiln.request()
    degrees = BlockInput[int]()
    reached = BlockOutput[int]()

    def test_heat(self) -> None:
        self.kiln.heat(self.degrees)
        self.reached = self.kiln.degrees
        self.assertEqual(self.reached, self.degrees)


class Measure(TestBlock):
    """Ask the sensor; it may differ a little."""

    sensor = BlockInput[Sensor]()
    expected = BlockInput[float]()
    tolerance = BlockInput(default=5.0)

    def test_measure(self) -> None:
        self.expectAlmostEqual(self.sensor.read(), self.expected, delta=self.tolerance)


class CoolDown(TestBlock):
    """Leave the kiln cold, whatever happened."""

    kiln = Kiln.request()

    def test_cool_down(self) -> None:
        self.kiln.heat(20)


class Firing(TestFlow):
    """Dry, then fire, then cool down."""

    __test__ = False

    blocks = [
        Heat.params(name="Dry", degrees=100),
        create_flow(
            [Heat, Measure.params(expected=Pipe("reached", formula=float), mode=MODE_OPTIONAL)],
            name="Fire",
        ),
        CoolDown.params(mode=MODE_FINALLY),
    ]


class BisqueFiring(TestFlow):
    """Fire raw clay."""

    TAGS = ["SMOKE"]
    kiln = Kiln.request(hottest__gte=1000)
    blocks = [Firing.params(degrees=1000, sensor=kiln.sensor)]


class GlazeFiring(TestFlow):
    """Fire the glaze, which takes more."""

    kiln = Kiln.request(hottest__gte=1200)
    blocks = [Firing.params(degrees=1200, sensor=kiln.sensor)]


if __name__ == "__main__":
    main()
