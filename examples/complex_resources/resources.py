"""A rig of two boards and their power supply: resources that are made of resources. Everything is simulated."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import attrs

from rotest_core import BaseResource, ResourceAdapter, ResourceData, parameter


@attrs.frozen(kw_only=True)
class PowerData(ResourceData):
    """A power supply whose outlets can be switched."""

    address: str
    outlets: int = 8


@attrs.frozen(kw_only=True)
class BoardData(ResourceData):
    """A board, and where it is plugged in."""

    serial_port: str
    outlet: int


@attrs.frozen(kw_only=True)
class RigData(ResourceData):
    """A rig refers to the records of what it is made of: who leases it leases all of them."""

    power: PowerData
    left: BoardData
    right: BoardData


class Line(BaseResource):
    """A serial line: a service, which has no record and is made of its parameters."""

    port: str
    speed: int

    def connect(self) -> None:
        self.said: list[str] = []

    def write(self, text: str) -> None:
        """Send a line."""
        self.said.append(text)
        self.logger.debug("%s at %d: %s", self.port, self.speed, text)


class Console(BaseResource):
    """A console, which passes its own parameters on to the line that it has inside."""

    port: str = parameter()
    speed: int = parameter(115200)
    line = Line.request(port=port, speed=speed)

    def run(self, command: str) -> str:
        """Run a command on the board and return what it says."""
        self.line.write(command)
        return f"{command}: done"


class Power(BaseResource[PowerData]):
    """The power supply of a rig."""

    def connect(self) -> None:
        self.on: set[int] = set()

    def switch(self, outlet: int, *, on: bool) -> None:
        """Switch an outlet."""
        if not 0 < outlet <= self.data.outlets:
            raise ValueError(f"{self.name} has outlets 1 to {self.data.outlets}, not {outlet}")
        self.logger.info("%s: outlet %d %s", self.name, outlet, "on" if on else "off")
        (self.on.add if on else self.on.discard)(outlet)

    def finalize(self) -> None:
        self.on.clear()


class SimulatedPower(Power):
    """A power supply for those who have none."""


class AnyPower(ResourceAdapter[Power]):
    """Choose the class of the power supply by the configuration of the run."""

    @classmethod
    def get_resource_class(cls, config: Mapping[str, object]) -> type[Power]:
        return SimulatedPower if config.get("simulate") else Power


class Board(BaseResource[BoardData]):
    """A board with a console; the parameter of that comes from the board's record."""

    console = Console.request(port=BoardData.serial_port)
    firmware = "none"

    def validate(self) -> bool:
        """Tell whether it has booted already: then it need not be initialized."""
        return self.firmware != "none"

    def initialize(self) -> None:
        """Boot; both boards of a rig do so at the same time."""
        self.console.run("boot")
        self.firmware = "1.0"
        (self.work_dir / "boot.log").write_text("booted\n")

    def flash(self, firmware: str) -> None:
        """Replace the firmware."""
        self.console.run(f"flash {firmware}")
        self.firmware = firmware

    def store_state(self, directory: Path) -> None:
        """Keep what was said on the console, after a failure with --save-state."""
        (directory / "console.txt").write_text("\n".join(self.console.line.said))


class Rig(BaseResource[RigData]):
    """A rig: three parts with records, and a service that takes its port from the record of one of them."""

    PARALLEL_INITIALIZATION = True

    power = AnyPower.request()
    left = Board.request()
    right = Board.request()
    meter = Console.request(port=RigData.power.address, speed=9600)

    def connect(self) -> None:
        # The parts are connected by now.
        for board in (self.left, self.right):
            self.power.switch(board.data.outlet, on=True)

    def initialize(self) -> None:
        """Make the rig ready, once its parts are."""
        self.meter.run("zero")

    def finalize(self) -> None:
        # The parts are finalized afterwards.
        for board in (self.left, self.right):
            self.power.switch(board.data.outlet, on=False)
