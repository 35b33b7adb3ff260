"""A kiln that is simulated: no server is needed."""

from __future__ import annotations

import attrs

from rotest_core import BaseResource, ResourceData


@attrs.frozen(kw_only=True)
class KilnData(ResourceData):
    """A kiln of the workshop."""

    hottest: int


class Sensor:
    """Reads the temperature of a kiln."""

    def __init__(self, kiln: Kiln) -> None:
        self._kiln = kiln

    def read(self) -> int:
        """Return degrees Celsius."""
        return self._kiln.degrees


class Kiln(BaseResource[KilnData]):
    """A kiln that heats at once."""

    degrees = 20
    sensor: Sensor

    def connect(self) -> None:
        self.sensor = Sensor(self)

    def heat(self, degrees: int) -> None:
        """Heat, as far as it goes."""
        self.degrees = min(degrees, self.data.hottest)

    def finalize(self) -> None:
        self.degrees = 20
