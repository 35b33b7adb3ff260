"""Unpacking: parts of a resource that reach a test under their own names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from rotest_core.errors import PlanError
from rotest_core.model.request import Request
from rotest_core.model.resource import AnyResource

Path = tuple[str, ...]


def parts_given(request: Request[Any]) -> dict[str, Path]:
    """Return the names under which parts reach a test, each with the names that lead to the part.

    Of several parts with one name the nearest to the whole counts.

    Raises:
        PlanError: two that are equally near have one name.
    """
    found: dict[str, Path] = {}
    level: list[tuple[Path, Request[Any]]] = [((), request)] if request.unpacks != "none" else []
    while level:
        level = [((*path, part.name), part) for path, whole in level for part in whole.part_requests()]
        counts = Counter(path[-1] for path, _ in level if path[-1] not in found)
        for name, count in counts.items():
            if count > 1:
                both = " and ".join(".".join(path) for path, _ in level if path[-1] == name)
                raise PlanError(f"unpack: {name!r} stands for {both}: leave `recursive` out")
        found.update((path[-1], path) for path, _ in level if path[-1] not in found)
        if request.unpacks != "all":
            break
    return found


def names_given(request: Request[Any]) -> tuple[str, ...]:
    """Return the names under which a request's resource, and what is unpacked of it, reach a test.

    Of a request that cannot be unpacked it is its own; what is wrong `clashes` tells.
    """
    try:
        return (request.name, *parts_given(request))
    except PlanError:
        return (request.name,)


def unpack(request: Request[Any], resource: AnyResource) -> dict[str, AnyResource]:
    """Return a resource and what is unpacked of it, by the names under which they reach a test.

    Raises:
        PlanError: the resource has no such part: it is that of another request of the same name.
    """
    given = {request.name: resource}
    if request.unpacks == "none":
        return given
    for name, path in parts_given(request).items():
        part = resource
        for step in path:
            inside = part.sub_resources.get(step)
            if inside is None:
                raise PlanError(
                    f"{request}: {type(part).__name__} {part.name} has no part {step!r} to unpack"
                )
            part = inside
        given[name] = part
    return given


def clashes(requests: Iterable[Request[Any]], owner: type) -> Iterator[str]:
    """Name each part that would take the place of something else, one line each.

    Args:
        requests: those of one test.
        owner: the class of the test, whose methods and properties no part may hide.
    """
    requests = list(requests)
    taken = {request.name: f"the request {request.name!r}" for request in requests}
    for request in requests:
        try:
            parts = parts_given(request)
        except PlanError as error:
            yield f"{request}\n  {error}"
            continue
        for name, path in parts.items():
            hidden = getattr(owner, name, None)
            if callable(hidden) or isinstance(hidden, property):
                taken.setdefault(name, f"{owner.__name__}.{name}")
            if name in taken:
                yield f"{request}\n  unpack: the part {name!r} would take the place of {taken[name]}"
            taken.setdefault(name, ".".join((request.name, *path)))
