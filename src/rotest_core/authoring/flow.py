"""Flows: tests that are made of parts, one after the other."""

from __future__ import annotations

import enum
import sys
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol, Self, cast

from rotest_core.authoring.case import TestCase
from rotest_core.errors import RotestError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from rotest_core.model.request import Request
    from rotest_core.model.resource import AnyResource

# Tells unittest, and our tracebacks, to leave the frames of this module out.
__unittest = True


class Mode(enum.Enum):
    """Say what the end of a part means for the parts that follow it."""

    CRITICAL = "critical"
    OPTIONAL = "optional"
    FINALLY = "finally"

    def __repr__(self) -> str:
        return f"MODE_{self.name}"


MODE_CRITICAL: Final = Mode.CRITICAL
"""What follows is skipped when the part fails or has an error; the usual mode."""
MODE_OPTIONAL: Final = Mode.OPTIONAL
"""What follows is skipped when the part has an error, but not when it fails."""
MODE_FINALLY: Final = Mode.FINALLY
"""The part runs even when an earlier one stopped the flow."""


class _Steering(Protocol):
    """What the run of a flow lets a person do to it."""

    def lines(self) -> Iterable[str]: ...

    def jump(self, index: int) -> None: ...


class FlowPart(TestCase):
    """Be the base of what flows are made of: blocks, and flows again.

    Attributes:
        mode: what the end of the part means for those that follow it.
        common: values for the part and all that is in it.
    """

    __test__ = False

    mode: ClassVar[Mode] = MODE_CRITICAL
    common: ClassVar[Mapping[str, object]] = {}

    _rotest_kind: ClassVar[str] = ""
    _rotest_parameters: ClassVar[Mapping[str, object]] = {}
    _rotest_name: ClassVar[str] = ""
    _rotest_parent: TestFlow | None = None

    @property
    def parent(self) -> TestFlow | None:
        """Return the flow that the part is in, None for a flow that is in no other."""
        return self._rotest_parent

    def list_blocks(self) -> None:
        """Print what the whole flow is made of, and where it is; for a person at a debugger."""
        flow = self.parent
        if flow is None:
            raise RotestError(f"{type(self).__name__} is in no flow that runs")
        flow.list_blocks()

    def jump_to(self, index: int) -> None:
        """Let the flow around go on at another of its parts (see `TestFlow.jump_to`)."""
        flow = self.parent
        if flow is None:
            raise RotestError(f"{type(self).__name__} is in no flow that runs")
        flow.jump_to(index)

    @classmethod
    def params(cls, *, mode: Mode | None = None, name: str = "", **parameters: object) -> type[Self]:
        """Return a new class with values of its own; this one and other uses of it are not changed.

        Args:
            mode: the mode of the new class, not of its parts.
            name: what reports call it.
            parameters: values for the inputs of a block, `Pipe` objects for inputs and outputs, requests; those of a
                flow are for all its parts.
        """
        own_name: str = vars(cls).get("_rotest_name", "")
        namespace: dict[str, object] = {
            "__module__": cls.__module__,
            "__qualname__": cls.__qualname__,
            "__doc__": vars(cls).get("__doc__"),
            "_rotest_parameters": {**cls._rotest_parameters, **parameters},
            "_rotest_name": name or own_name,
        }
        if mode is not None:
            namespace["mode"] = mode
        return cast("type[Self]", type(cls.__name__, (cls,), namespace))

    @classmethod
    def parametrize(cls, *, mode: Mode | None = None, name: str = "", **parameters: object) -> type[Self]:
        """Return a new class with values of its own (see `params`)."""
        return cls.params(mode=mode, name=name, **parameters)

    def shortDescription(self) -> str | None:
        """Return the first line of what the part's method, or else its class, says of itself."""
        own = vars(type(self)).get("__doc__")
        return super().shortDescription() or (own.strip().partition("\n")[0].strip() or None if own else None)


class TestFlow(FlowPart):
    """Be the base of tests that are made of parts.

    ::

        class Delivery(TestFlow):
            van = Van.request()
            blocks = [Load, Drive.params(town="Leeds"), Unload.params(mode=MODE_FINALLY)]

    A flow counts as one test; its parts run in order and are reported under it. Its resources are attributes of all
    its parts, at any depth. What happens after a failure depends on the modes of the parts.

    Attributes:
        blocks: classes of blocks and flows; not empty.
        common: values for all parts.
        mode: what its end means for the parts that follow it in another flow.
        TAGS: words for the filter, for everything inside.
        TIMEOUT: seconds that the whole flow may take.
    """

    __test__ = False

    blocks: ClassVar[Sequence[type[FlowPart]]] = ()
    TIMEOUT: ClassVar[float] = 1800

    _rotest_kind: ClassVar[str] = "flow"
    _rotest_run_parts: Callable[[], None] | None = None
    _rotest_running: FlowPart | None = None
    _rotest_steering: _Steering | None = None

    def runTest(self) -> None:
        """Run the parts; called between setUp and tearDown."""
        if self._rotest_run_parts is None:
            self.skipTest("flows are run by Rotest: run the file with `rotest`")
        self._rotest_run_parts()

    def shortDescription(self) -> str | None:
        """Return the first line of what the flow's class says of itself."""
        own: str | None = vars(type(self)).get("__doc__")
        return own.strip().partition("\n")[0].strip() or None if own else None

    def list_blocks(self) -> None:
        """Print what the whole flow is made of, and where it is; for a person at a debugger."""
        flow: TestFlow = self
        while flow.parent is not None:
            flow = flow.parent
        print(flow._rotest_name or type(flow).__name__)
        for line in flow._rotest_steered().lines():
            print(line)

    def jump_to(self, index: int) -> None:
        """Let the flow go on at another of its parts, once the part that runs now has ended.

        The parts between are skipped. An earlier failure does not stop the flow any more, but is not forgotten.

        Args:
            index: which part, from 0, as `list_blocks` shows it.

        Raises:
            UsageError: there is no such part, or it ran already.
        """
        self._rotest_steered().jump(index)

    def _rotest_steered(self) -> _Steering:
        if self._rotest_steering is None:
            raise RotestError(f"{type(self).__name__} does not run")
        return self._rotest_steering

    def request_resources(
        self, requests: Iterable[Request[Any]], *, wait: float | None = None
    ) -> Mapping[str, AnyResource]:
        """Lease and set up more resources while the flow runs, for it and for the parts from now on.

        See `TestCase.request_resources`; a block asks so for its siblings: ``self.parent.request_resources([...])``.
        """
        resources = super().request_resources(requests, wait=wait)
        for part in self._rotest_inside():
            for name, resource in resources.items():
                vars(part).setdefault(name, resource)
        return resources

    def release_resources(self, names: Collection[str] | None = None) -> None:
        """Finalize and give back resources of the flow before it ends (see `TestCase.release_resources`)."""
        before = dict(vars(self))
        try:
            super().release_resources(names)
        finally:
            gone = {name: value for name, value in before.items() if name not in vars(self)}
            for part in self._rotest_inside():
                for name, value in gone.items():
                    if vars(part).get(name) is value:
                        del vars(part)[name]

    def _rotest_inside(self) -> Iterable[FlowPart]:
        """Give the part that runs now, and the part of that."""
        part = self._rotest_running
        while part is not None:
            yield part
            part = part._rotest_running if isinstance(part, TestFlow) else None


def create_flow(
    blocks: Sequence[type[FlowPart]],
    name: str = "AnonymousTestFlow",
    mode: Mode = MODE_CRITICAL,
    common: Mapping[str, object] | None = None,
) -> type[TestFlow]:
    """Make a flow on the spot.

    Args:
        blocks: its parts.
        name: what reports call it.
        mode: what its end means for the parts that follow it.
        common: values for all parts.
    """
    namespace: dict[str, object] = {
        "__module__": sys._getframe(1).f_globals.get("__name__", __name__),  # pyright: ignore[reportPrivateUsage]
        "blocks": blocks,
        "mode": mode,
        "common": {} if common is None else common,
        "_rotest_name": name,
    }
    return cast("type[TestFlow]", type(name, (TestFlow,), namespace))
