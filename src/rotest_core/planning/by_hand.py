"""Make of a test, and of values that a person gives by hand, something that a run can plan.

Nothing is changed in the test: each use makes classes of its own. A live resource takes the place of the request of its
name, at any depth of a flow, so that it is used as it is and not leased once more.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, cast

from rotest_core.authoring.flow import FlowPart, TestFlow, create_flow
from rotest_core.authoring.ports import BlockInput, ports_of
from rotest_core.errors import UsageError, did_you_mean
from rotest_core.model.request import requests_of
from rotest_core.model.resource import BaseResource
from rotest_core.planning.components import as_case, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from unittest import TestCase


def runnable(test: type, given: Mapping[str, object], shared: MutableMapping[str, object]) -> type[TestCase]:
    """Return a class of tests in which the values stand.

    Args:
        test: a case, a flow, or a block, which becomes a flow of itself.
        given: values by name: live resources and requests for what it requests, anything for inputs.
        shared: values for inputs that have none else; takes the outputs of a flow or block when it ends.

    Raises:
        UsageError: it is no test, or takes no value of that name.
    """
    if kind_of(test):
        return _as_flow(cast("type[FlowPart]", test), given, shared)
    case = as_case(test)
    if case is None:
        raise UsageError(f"{test.__qualname__} is no test: a case, a flow or a block is")
    return _as_case(case, given)


def _as_case(case: type[TestCase], given: Mapping[str, object]) -> type[TestCase]:
    known = [request.name for request in requests_of(case)]
    for name in given:
        if name not in known:
            raise UsageError(
                f"{case.__qualname__} requests no {name!r}{did_you_mean(name, known)}; "
                f"it requests: {', '.join(known) or 'nothing'}"
            )
    body = {"__module__": case.__module__, "__qualname__": case.__qualname__, "__doc__": case.__doc__}
    return type(case.__name__, (case,), {**body, **given}) if given else case


def _as_flow(
    part: type[FlowPart], given: Mapping[str, object], shared: MutableMapping[str, object]
) -> type[TestFlow]:
    inside = list(_inside(part))
    requested = {request.name for component in inside for request in requests_of(component)}
    held = {name: value for name, value in given.items() if name in requested and _is_live(value)}
    values: dict[str, Any] = {name: value for name, value in given.items() if name not in held}
    names = sorted(
        name for component in inside for name, port in ports_of(component).items() if _is_input(port)
    )
    common = {name: shared[name] for name in names if name in shared and name not in given}
    made = _holding(part, held).params(**values)
    if issubclass(made, TestFlow):
        setattr(made, "common", {**common, **made.common})  # noqa: B010 - a class of our own, not its author's
        flow = made
    else:
        flow = create_flow([made], name=part.__name__, common=common)
        flow.__module__, flow.__qualname__ = part.__module__, part.__qualname__
    outputs = {
        name for component in inside for name, port in ports_of(component).items() if not _is_input(port)
    }
    _share(flow, outputs, shared)
    return flow


def _share(flow: type[TestFlow], outputs: Container[str], shared: MutableMapping[str, object]) -> None:
    """Let a flow hand on, when it ends, what its parts have put out."""
    tear_down: Callable[[TestFlow], None] = flow.tearDown

    def share(self: TestFlow) -> None:
        try:
            tear_down(self)
        finally:
            shared.update((name, value) for name, value in vars(self).items() if name in outputs)

    setattr(flow, "tearDown", share)  # noqa: B010 - to type checkers it is another class's method


def _holding(part: type[FlowPart], held: Mapping[str, object]) -> type[FlowPart]:
    """Return a part with live resources in the place of requests, in all that is in it as well."""
    if not held:
        return part
    made: Any = part.params()
    requested = {request.name for request in requests_of(part)}
    ports = ports_of(part)
    for name, resource in held.items():
        # A part has what the flow around it has, whether it asks for it or not.
        if name in requested or not (name in ports or hasattr(part, name)):
            setattr(made, name, resource)
    if issubclass(part, TestFlow):
        made.blocks = [_holding(inner, held) for inner in part.blocks]
        made.common = {**part.common, **{name: held[name] for name in requested if name in held}}
    elif any(name in ports for name in held):
        made = made.params(**{name: resource for name, resource in held.items() if name in ports})
    return cast("type[FlowPart]", made)


def _inside(part: type[FlowPart]) -> list[type[FlowPart]]:
    parts = [part]
    if issubclass(part, TestFlow):
        for inner in part.blocks:
            parts += _inside(inner)
    return parts


def _is_live(value: object) -> bool:
    return isinstance(value, BaseResource)


def _is_input(port: object) -> bool:
    return isinstance(port, BlockInput)
