"""What the framework knows of a live resource, apart from the attributes that are its author's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

PartT = TypeVar("PartT")


class Binding(Generic[PartT]):
    """Hold what the framework knows of one resource.

    Attributes:
        parts: the sub-resources by name, in declared order.
        begun: whether `connect` was called and `finalize` was not yet.
        release: gives the resource back, for one that a script locked.
        force_initialize: whether its request asks to initialize it in any case.
        work_dir: its own directory, which may not exist yet.
    """

    __slots__ = ("begun", "force_initialize", "parts", "release", "work_dir")

    def __init__(self, work_dir: str, *, force_initialize: bool) -> None:
        self.parts: dict[str, PartT] = {}
        self.begun: bool = False
        self.release: Callable[[], None] | None = None
        self.force_initialize: bool = force_initialize
        self.work_dir: str = work_dir
