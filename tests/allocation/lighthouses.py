"""Resource types for the tests of the inventory: lighthouses, with lamps, on islands."""

from __future__ import annotations

import enum

import attrs

from rotest_core.model.resource import BaseResource
from rotest_core.model.resource_data import ResourceData


class Colour(enum.Enum):
    RED = "red"
    WHITE = "white"


@attrs.frozen(kw_only=True)
class IslandData(ResourceData):
    area: float = 1.0


@attrs.frozen(kw_only=True)
class LampData(ResourceData):
    watts: int
    colour: Colour = Colour.WHITE


@attrs.frozen(kw_only=True)
class LedLampData(LampData):
    driver: str | None = None


@attrs.frozen(kw_only=True)
class LighthouseData(ResourceData):
    height: int
    lamp: LampData | None = None
    spare: LampData | None = None
    island: IslandData | None = None
    automatic: bool = False
    signals: list[str] = attrs.field(factory=list)
    notes: dict[str, str] = attrs.field(factory=dict)
    motto: str | None = None
    call_sign: str = "none"


@attrs.frozen(kw_only=True)
class LoopData(ResourceData):
    other: LoopData | None = None


class Island(BaseResource[IslandData]):
    pass


class Lamp(BaseResource[LampData]):
    pass


class Lighthouse(BaseResource[LighthouseData]):
    pass


class Loop(BaseResource[LoopData]):
    pass


class Foghorn(BaseResource):
    pass
