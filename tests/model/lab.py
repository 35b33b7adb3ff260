"""Resource types for the tests of the model: racks with power supplies and panels."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import attrs

from rotest_core.model.resource import AnyResource, BaseResource
from rotest_core.model.resource_data import ResourceData


class Grade(enum.Enum):
    GOLD = "gold"
    TIN = "tin"


@attrs.frozen
class Place:
    room: str
    shelf: int = 0


@attrs.frozen(kw_only=True)
class SupplyData(ResourceData):
    volts: int


@attrs.frozen(kw_only=True)
class SmartSupplyData(SupplyData):
    url: str


@attrs.frozen(kw_only=True)
class RackData(ResourceData):
    address: str
    port: int = attrs.field(default=1357, validator=attrs.validators.ge(1))
    supply: SupplyData | None = None
    tags: list[str] = attrs.field(factory=list)
    weights: tuple[float, ...] = ()
    grade: Grade = Grade.TIN
    mode: Literal["auto", "manual"] = "auto"
    path: Path | None = None
    place: Place | None = None
    limits: dict[str, int] = attrs.field(factory=dict)
    ratio: float = 1.0
    online: bool = True
    code: int | str = 0


class Supply(BaseResource[SupplyData]):
    pass


class SmartSupply(BaseResource[SmartSupplyData]):
    pass


class Panel(BaseResource):
    host: str
    port: int = 80
    scale: float = 1.0


class Anything(BaseResource):
    """A service that declares no parameters."""


class Rack(BaseResource[RackData]):
    pass


class PoweredRack(BaseResource[RackData]):
    supply = Supply.request(volts__gt=5)
    panel = Panel.request(host=RackData.address)
    spare = Panel(port=81)


class SmartRack(BaseResource[RackData]):
    supply = SmartSupply.request()


class Crate(BaseResource):
    """A service with services inside, down to one that takes its parameter from a grandparent's data."""

    panel = Panel.request(host=RackData.address)


class Tower(BaseResource[RackData]):
    crate = Crate.request()


def directory(resource: AnyResource) -> Path:
    """Where a resource is built in these tests: nothing writes there unless it says so."""
    return Path("never-made") / type(resource).__name__


NO_CONFIG: Mapping[str, object] = {}
