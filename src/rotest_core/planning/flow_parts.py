"""What a flow is made of, as its run and its wiring check need it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeGuard, cast

from rotest_core.authoring.pipe import Pipe
from rotest_core.authoring.ports import BlockInput, own_bases, port_type, ports_of
from rotest_core.planning.components import kind_of
from rotest_core.planning.tree import Group, tags_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rotest_core.authoring.flow import FlowPart
    from rotest_core.authoring.ports import Port
    from rotest_core.model.request import Request

PATH = " > "
"""What stands between the names of a path from a flow to a part."""


class Declarations:
    """What the body of a class of blocks or flows declares: the same for every use of the class.

    Args:
        component: the class.

    Attributes:
        inputs: of a block, by name.
        outputs: of a block, by name.
        types: what its ports declare to be, by name; Any for nothing.
        methods: the names of a block's test methods.
        declared: the names of the requests in the class body.
        parameters: what `params` gave, but for requests; references are pipes.
        common: its ``common``, in the same way.
        asked: the names of the requests that `params` gave.
        requests: all its requests, those given by `params` and ``common`` included.
        defaults: those of its inputs, by name.
        has_fixtures: whether it has a `setUpClass` or `tearDownClass` of its own.
        limit: seconds that it may take, 0 for what the flow around it may.
    """

    __slots__ = (
        "asked",
        "common",
        "declared",
        "defaults",
        "has_fixtures",
        "inputs",
        "limit",
        "methods",
        "outputs",
        "parameters",
        "requests",
        "types",
    )

    def __init__(self, component: type[FlowPart]) -> None:
        is_block = kind_of(component) == "block"
        ports = ports_of(component) if is_block else {}
        self.inputs: dict[str, BlockInput[Any]] = {}
        self.outputs: dict[str, Port[Any]] = {}
        for name, port in ports.items():
            if isinstance(port, BlockInput):
                self.inputs[name] = port
            else:
                self.outputs[name] = port
        self.types: dict[str, object] = {name: port_type(component, port) for name, port in ports.items()}
        names = {name for base in own_bases(component) for name in vars(base) if name.startswith("test")}
        self.methods: list[str] = [
            name for name in sorted(names) if is_block and callable(getattr(component, name))
        ]
        self.defaults: dict[str, object] = {
            name: port.default for name, port in self.inputs.items() if port.is_optional
        }
        requests = _declared(component)
        self.declared: frozenset[str] = frozenset(requests)
        self.parameters: dict[str, object]
        self.common: dict[str, object]
        self.parameters, asked = _sorted(component._rotest_parameters)  # pyright: ignore[reportPrivateUsage]
        self.common, shared = _sorted(component.common)
        self.asked: frozenset[str] = frozenset(asked)
        requests = {**requests, **asked}
        # A value of its own takes the place of a request; a value for everything inside does not.
        for name in self.parameters:
            requests.pop(name, None)
        for name, request in shared.items():
            requests.setdefault(name, request)
        self.requests: tuple[Request[Any], ...] = tuple(requests.values())
        own = own_bases(component)
        self.has_fixtures: bool = any(
            "setUpClass" in vars(base) or "tearDownClass" in vars(base) for base in own
        )
        limit: object = next((vars(base)["TIMEOUT"] for base in own if "TIMEOUT" in vars(base)), 0)
        self.limit: float = float(limit) if isinstance(limit, (int, float)) else 0


class Part:
    """A block or a flow in its place.

    Args:
        component: the class.
        around: the flow that it is in, None for a main flow.
        known: what classes declare, as far as it was looked at; takes what is new.

    Attributes:
        name: what reports call it.
        kind: ``block`` or ``flow``.
        path: the names that lead to it: ``Flow > SubFlow > Block``.
        inputs: of a block, by name.
        outputs: of a block, by name.
        types: what its ports declare to be, by name; Any for nothing.
        methods: the names of a block's test methods.
        parameters: what `params` gave, but for requests; references are pipes.
        common: its ``common``, in the same way.
        declared: the names of the requests in its class body.
        defaults: those of its inputs, by name.
        asked: the names of the requests that `params` gave it.
        requests: all its requests, those given by `params` and ``common`` included.
        has_fixtures: whether it has a `setUpClass` or `tearDownClass` of its own.
        limit: seconds that it may take, 0 for what the flow around it may.
        parts: what is in it, in order.
        strangers: what stands among its blocks and is neither block nor flow.
        number: of the part in its run, once it is planned.
        group: of a flow, its own; of a block, that of the flow that it is in; once it is planned.
    """

    __slots__ = (
        "around",
        "asked",
        "common",
        "component",
        "declared",
        "defaults",
        "group",
        "has_fixtures",
        "inputs",
        "kind",
        "limit",
        "methods",
        "name",
        "number",
        "outputs",
        "parameters",
        "parts",
        "requests",
        "strangers",
        "types",
    )

    def __init__(
        self,
        component: type[FlowPart],
        around: Part | None = None,
        known: dict[type, Declarations] | None = None,
    ) -> None:
        known = {} if known is None else known
        declarations = known.get(component)
        if declarations is None:
            declarations = known[component] = Declarations(component)
        self.component: type[FlowPart] = component
        self.around: Part | None = around
        self.name: str = name_of_part(component)
        self.kind: str = kind_of(component)
        self.inputs: dict[str, BlockInput[Any]] = declarations.inputs
        self.outputs: dict[str, Port[Any]] = declarations.outputs
        self.types: dict[str, object] = declarations.types
        self.methods: list[str] = declarations.methods
        self.has_fixtures: bool = declarations.has_fixtures
        self.limit: float = declarations.limit
        self.declared: frozenset[str] = declarations.declared
        self.parameters: dict[str, object] = declarations.parameters
        self.common: dict[str, object] = declarations.common
        self.defaults: dict[str, object] = declarations.defaults
        self.asked: frozenset[str] = declarations.asked
        self.requests: tuple[Request[Any], ...] = declarations.requests
        self.parts: list[Part] = []
        self.strangers: list[object] = []
        for inner in blocks_of(component):
            if is_part(inner) and not any(inner is above.component for above in (self, *self.outwards())):
                self.parts.append(Part(inner, self, known))
            else:
                self.strangers.append(inner)
        self.number: int = -1
        self.group: Group | None = None

    @property
    def mode(self) -> object:
        """Give what the part's end means for those that follow it: a `Mode`, once the wiring is checked."""
        return self.component.mode

    @property
    def path(self) -> str:
        """Give the names that lead to the part: ``Flow > SubFlow > Block``."""
        return PATH.join(part.name for part in reversed((self, *self.outwards())))

    @property
    def tags(self) -> tuple[str, ...]:
        """Give its own tags."""
        return tags_of(self.component)

    def outwards(self) -> Iterator[Part]:
        """Give the flows around it, the nearest first."""
        part = self.around
        while part is not None:
            yield part
            part = part.around

    def inside(self) -> Iterator[Part]:
        """Give everything in it, at any depth, in the order in which it begins."""
        for part in self.parts:
            yield part
            yield from part.inside()


def is_part(value: object) -> TypeGuard[type[FlowPart]]:
    """Tell whether something is a class of blocks or flows."""
    return isinstance(value, type) and kind_of(value) != ""


def name_of_part(component: type) -> str:
    """Give what reports call a class of blocks or flows."""
    name: str = vars(component).get("_rotest_name", "")
    return name or component.__name__


def blocks_of(component: type) -> list[object]:
    """Give what a flow says that it is made of, whatever that is; nothing for a block."""
    blocks: object = getattr(component, "blocks", ())
    return list(cast("Iterable[object]", blocks)) if isinstance(blocks, Iterable) else [blocks]


def words_inside(component: type) -> frozenset[str]:
    """Give the names and tags of all parts of a flow, at any depth, which a filter may name."""
    words: set[str] = set()
    waiting = blocks_of(component)
    seen: set[type] = {component}
    while waiting:
        inner = waiting.pop()
        if is_part(inner) and inner not in seen:
            seen.add(inner)
            words.update((name_of_part(inner), *tags_of(inner)))
            waiting += blocks_of(inner)
    return frozenset(words)


def _declared(component: type) -> dict[str, Request[Any]]:
    """Give the requests in the class body; without what they need where nothing requests anything."""
    module = sys.modules.get("rotest_core.model.request")
    return {} if module is None else {request.name: request for request in module.requests_of(component)}


def _sorted(values: Mapping[str, object]) -> tuple[dict[str, object], dict[str, Request[Any]]]:
    """Tell requests from plain values, and make pipes of references."""
    plain: dict[str, object] = {}
    requests: dict[str, Request[Any]] = {}
    for name, value in values.items():
        if _is_request(value):
            requests[name] = value.bound(name)
        else:
            plain[name] = _late(value)
    return plain, requests


def _is_request(value: object) -> TypeGuard[Request[Any]]:
    module = sys.modules.get("rotest_core.model.request")
    return module is not None and isinstance(value, module.Request)


def _late(value: object) -> object:
    """Make a pipe of a reference to an attribute of a resource."""
    from rotest_core.model.reference import Reference, follow, source_of

    if not isinstance(value, Reference):
        return value
    return Pipe(source_of(value) or repr(value), lambda resource: follow(value, resource))
