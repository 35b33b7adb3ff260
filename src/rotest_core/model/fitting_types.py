"""Whether a value of one declared type may be what an input of another declared type takes.

Only what cannot be right is a mismatch: where a checker would ask for more, a test that works is left alone.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

_ANYTHING: tuple[object, ...] = (Any, object)
_WIDER: dict[object, tuple[type, ...]] = {float: (int,), complex: (int, float)}


def may_be(given: object, wanted: object) -> bool:
    """Tell whether some value of the type `given` is one of the type `wanted`, as far as the two can be compared."""
    given, wanted = _bare(given), _bare(wanted)
    if given == wanted or given in _ANYTHING or wanted in _ANYTHING:
        return True
    if _is_union(given):
        return any(may_be(member, wanted) for member in get_args(given))
    if _is_union(wanted):
        return any(may_be(given, member) for member in get_args(wanted))
    if get_origin(given) is Literal:
        return any(_holds(value, wanted) for value in get_args(given))
    if get_origin(wanted) is Literal:
        return any(_holds(value, given) for value in get_args(wanted))
    return _class_fits(given, wanted) and _arguments_fit(given, wanted)


def shown(declared: object) -> str:
    """Write a type as in a source file."""
    return declared.__qualname__ if isinstance(declared, type) and not get_args(declared) else str(declared)


def _holds(value: object, wanted: object) -> bool:
    if get_origin(wanted) is Literal:
        return value in get_args(wanted)
    return may_be(type(value), wanted)


def _bare(declared: object) -> object:
    if declared is None:
        return type(None)
    if get_origin(declared) is Annotated:
        return get_args(declared)[0]
    return Any if isinstance(declared, TypeVar | str) else declared


def _is_union(declared: object) -> bool:
    return get_origin(declared) in (Union, types.UnionType)


def _class_fits(given: object, wanted: object) -> bool:
    one, other = get_origin(given) or given, get_origin(wanted) or wanted
    if not (isinstance(one, type) and isinstance(other, type)):
        return True
    # One that is wider may hold the right value; a protocol may be satisfied by anything.
    if getattr(one, "_is_protocol", False) or getattr(other, "_is_protocol", False):
        return True
    try:
        return issubclass(one, (other, *_WIDER.get(other, ()))) or issubclass(other, one)
    except TypeError:
        return True


def _arguments_fit(given: object, wanted: object) -> bool:
    some, others = get_args(given), get_args(wanted)
    if len(some) != len(others) or get_origin(wanted) is Callable:
        return True
    return all(
        one is Ellipsis or other is Ellipsis or may_be(one, other)
        for one, other in zip(some, others, strict=True)
    )
