"""A calculator: a device that evaluates arithmetic on the far side of an RPyC link."""

from __future__ import annotations

import sys
from pathlib import Path

import attrs

from rotest_backends.drivers.rpyc import RpycDriver, RpycOptions
from rotest_core import BaseResource, ResourceData


@attrs.frozen(kw_only=True)
class CalculatorData(ResourceData):
    """What the inventory knows of a calculator: where its RPyC server listens."""

    ip_address: str
    port: int = 18812


class Calculator(BaseResource[CalculatorData]):
    """Evaluate arithmetic by running ``calc.py`` on the far side."""

    _link: RpycDriver

    def connect(self) -> None:
        self._link = RpycDriver(
            RpycOptions(host=self.data.ip_address, port=self.data.port, connect_timeout=5, request_timeout=10)
        )
        self._link.open()

    def validate(self) -> bool:
        """Tell whether the calculator is fit for use as it is."""
        return self.calculate("1 + 1") == 2

    def finalize(self) -> None:
        self._link.close()

    def store_state(self, directory: Path) -> None:
        """Keep what the far side says of itself, for whoever looks at the failure."""
        node = self._link.modules.platform.platform()
        (directory / "platform.txt").write_text(f"{node}\n", encoding="utf-8")

    def calculate(self, expression: str) -> int:
        """Evaluate an integer expression.

        Args:
            expression: integers, ``+ - * // %`` and parentheses.

        Raises:
            ValueError: the calculator did not understand it.
        """
        script = str(Path(__file__).with_name("calc.py"))
        answer = self._link.modules.subprocess.check_output([sys.executable, script, expression], text=True)
        if answer.startswith("error:"):
            raise ValueError(answer.removeprefix("error:").strip())
        return int(answer)
