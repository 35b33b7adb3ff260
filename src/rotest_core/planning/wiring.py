"""Check, before anything runs, that every part of a flow gets what it needs.

Nothing is imported, leased or called here: the check walks through a flow as its run would, with promises in the place
of values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rotest_core.authoring.flow import Mode
from rotest_core.authoring.pipe import Pipe
from rotest_core.errors import did_you_mean
from rotest_core.model.fitting_types import may_be, shown
from rotest_core.planning.passing import NotGivenError, Scope
from rotest_core.quick_typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from rotest_core.planning.flow_parts import Part


class Promise(NamedTuple):
    """Stand for a value that there will be.

    Args:
        type: the declared type, Any for none.
        origin: the part that will give it, None for a resource.
    """

    type: object
    origin: Part | None


def wiring_problems(flow: Part) -> list[str]:
    """Name what is wrong with a flow, one line each, with the path to the part that is concerned."""
    return [f"{part.path}: {problem}" for part, problem in _check_flow(flow, None)]


def _check_flow(flow: Part, around: Scope | None) -> Iterator[tuple[Part, str]]:
    scope = _scope(flow, around)
    yield from _mistakes_of_flow(flow)
    for part in flow.parts:
        if part.kind == "flow":
            yield from _check_flow(part, scope)
            continue
        inner = _scope(part, scope)
        yield from _mistakes_of_block(part)
        yield from _check_inputs(part, inner)
        for name in part.outputs:
            pipe = inner.pipes.get(name)
            declared = part.types[name] if pipe is None or pipe.formula is None else Any
            scope.outputs[name if pipe is None else pipe.name] = Promise(declared, part)


def _scope(part: Part, around: Scope | None) -> Scope:
    scope = Scope(part.parameters, part.common, part.defaults, around)
    for request in part.requests:
        from rotest_core.model.unpacking import names_given

        scope.resources.update((name, Promise(Any, None)) for name in names_given(request))
    return scope


# Inputs


def _check_inputs(part: Part, scope: Scope) -> Iterator[tuple[Part, str]]:
    for name in part.inputs:
        try:
            found = scope.find(name)
        except NotGivenError as error:
            yield part, _not_given(part, name, error, scope)
            continue
        promise, wanted = found.value, part.types[name]
        if not isinstance(promise, Promise) or any(pipe.formula is not None for pipe in found.pipes):
            continue
        if promise.origin is not None and not may_be(promise.type, wanted):
            what = f"but {promise.origin.path} gives {shown(promise.type)}"
            yield part, f"the input {name!r} takes {shown(wanted)}, {what}"


def _not_given(part: Part, name: str, error: NotGivenError, scope: Scope) -> str:
    problem = f"nothing gives the input {name!r}"
    if error.pipes:
        problem = f"the input {name!r} is piped from {error.name!r}, which nothing gives"
    known = sorted(scope.names() - {name})
    there = f"; there is {', '.join(known)}" if known else ""
    return f"{problem}{did_you_mean(error.name, known)}{there}{_elsewhere(part, error.name)}"


def _elsewhere(part: Part, name: str) -> str:
    """Say which part gives a name too late, or only to its own siblings."""
    main = [part, *part.outwards()][-1]
    inside = list(main.inside())
    for other in inside:
        if name not in other.outputs or other.around is None or other is part:
            continue
        if other.around in part.outwards():
            return f"; {other.path} gives it, but runs later"
        return f"; {other.path} gives it, but only to what follows in {other.around.name}"
    return ""


# Mistakes in one part


def _mistakes_of_flow(flow: Part) -> Iterator[tuple[Part, str]]:
    yield from _mode(flow)
    if not flow.parts and not flow.strangers:
        yield flow, "the flow is empty: it needs at least one block"
    for stranger in flow.strangers:
        what = (
            "would contain itself" if _names(stranger) in _around(flow) else "is neither a block nor a flow"
        )
        yield flow, f"{_names(stranger)} {what}"
    # To look at all that is in it is spared where there is nothing to look for.
    if flow.parameters or flow.asked:
        yield from _useless_parameters(flow)
    pipes = [(name, value) for name, value in flow.common.items() if isinstance(value, Pipe)]
    if pipes:
        inside = list(flow.inside())
        sources = _sources((flow, *inside, *flow.outwards()))
        for name, value in pipes:
            if name not in sources and not _has_port(inside, name):
                yield flow, _unpiped(name, value, _ports_of(inside))


def _useless_parameters(flow: Part) -> Iterator[tuple[Part, str]]:
    known = _known_inside(list(flow.inside()))
    for name, value in flow.parameters.items():
        if name not in known and name not in flow.declared:
            yield flow, _unknown(name, value, "no part has an input or request", known)
    for name in sorted(flow.asked - known - flow.declared):
        yield flow, _unknown(name, None, "no part has an input or request", known)


def _mistakes_of_block(block: Part) -> Iterator[tuple[Part, str]]:
    yield from _mode(block)
    methods = block.methods
    if len(methods) != 1:
        has = f"has {len(methods)} test methods: {', '.join(methods)}" if methods else "has no test method"
        yield block, f"the block {has}; a block needs exactly one"
    known = {*block.inputs, *block.outputs, *block.declared}
    for name, value in block.parameters.items():
        if name in block.outputs and not isinstance(value, Pipe):
            yield block, f"{name!r} is an output: it can be piped, but not be given a value"
        elif name not in known:
            yield block, _unknown(name, value, "the block has no input or request", known)
    for name in sorted(block.asked - known):
        yield block, _unknown(name, None, "the block has no input or request", known)
    for name, value in block.common.items():
        if isinstance(value, Pipe) and not _has_port((block,), name):
            yield block, _unpiped(name, value, _ports_of((block,)))


def _mode(part: Part) -> Iterator[tuple[Part, str]]:
    if not isinstance(part.mode, Mode):
        modes = ", ".join(f"MODE_{mode.name}" for mode in Mode)
        yield part, f"its mode is {part.mode!r}; there is {modes}"


def _unknown(name: str, value: object, what: str, known: Collection[str]) -> str:
    if isinstance(value, Pipe):
        what = what.replace(" or request", ", output or request")
    return f"{what} {name!r}{did_you_mean(name, known)}; there is {', '.join(sorted(known)) or 'none'}"


def _unpiped(name: str, pipe: Pipe, known: Collection[str]) -> str:
    there = ", ".join(sorted(known)) or "none"
    return (
        f"common pipes {name!r} from or to {pipe.name!r}, but no part declares an input or output {name!r}"
        f"{did_you_mean(name, known)}; there is {there}"
    )


def _known_inside(parts: Sequence[Part]) -> set[str]:
    """Give the names of which some part could make use."""
    known: set[str] = set()
    for part in parts:
        known.update(part.inputs, part.outputs, part.declared)
    return known | _sources(parts)


def _sources(parts: Iterable[Part]) -> set[str]:
    """Give the names that pipes of some parts lead from, or to."""
    values = (value for part in parts for value in (*part.parameters.values(), *part.common.values()))
    return {value.name for value in values if isinstance(value, Pipe)}


def _has_port(parts: Sequence[Part], name: str) -> bool:
    return any(name in part.inputs or name in part.outputs for part in parts)


def _ports_of(parts: Sequence[Part]) -> set[str]:
    return set[str]().union(*((*part.inputs, *part.outputs) for part in parts))


def _around(flow: Part) -> set[str]:
    return {part.component.__name__ for part in (flow, *flow.outwards())}


def _names(stranger: object) -> str:
    return stranger.__name__ if isinstance(stranger, type) else repr(stranger)
