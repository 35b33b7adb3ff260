"""What a declared type is made of, and what it is called in a message."""

from __future__ import annotations

import enum
import types
from collections.abc import Mapping, Sequence, Set as AbstractSet
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Literal, Union, cast, get_args, get_origin

import attrs


def describe(wanted: object) -> str:
    """Say in words what values a type has: ``an integer``, ``a list, of each: text``."""
    if wanted in _WORDS:
        return _WORDS[cast("type", wanted)]
    arguments = get_args(wanted)
    if is_union(wanted):
        return " or ".join(describe(member) for member in arguments)
    if is_literal(wanted):
        return f"one of {', '.join(map(repr, arguments))}"
    kind = class_of(wanted)
    if kind is not None and issubclass(kind, enum.Enum):
        return f"one of {', '.join(repr(member.value) for member in kind)}"
    if is_table(wanted):
        return "a table"
    if is_list(wanted):
        items = [argument for argument in arguments if argument is not ...]
        return f"a list, of each: {describe(items[0])}" if len(items) == 1 else "a list"
    return f"a {wanted if kind is None else kind.__name__}"


def class_of(wanted: object) -> type[Any] | None:
    """Return the class that a type is or is made of: `list` for ``list[str]``; None for unions and the like."""
    kind = get_origin(wanted) or wanted
    return cast("type[Any]", kind) if isinstance(kind, type) else None


def is_list(wanted: object) -> bool:
    """Tell whether the JSON value of a type is a list."""
    kind = class_of(wanted)
    return (
        kind is not None and issubclass(kind, (Sequence, AbstractSet)) and not issubclass(kind, (str, bytes))
    )


def is_table(wanted: object) -> bool:
    """Tell whether the JSON value of a type is an object, which TOML calls a table."""
    kind = class_of(wanted)
    return kind is not None and (issubclass(kind, Mapping) or attrs.has(kind))


def is_literal(wanted: object) -> bool:
    """Tell whether a type is a ``Literal``: one of the values that it names."""
    return get_origin(wanted) is Literal


def is_union(wanted: object) -> bool:
    """Tell whether a type is spelled ``A | B`` or ``Optional[A]``."""
    return get_origin(wanted) in {Union, types.UnionType}


_WORDS: dict[object, str] = {
    int: "an integer",
    float: "a number",
    str: "text",
    bool: "true or false",
    type(None): "nothing",
    None: "nothing",
    datetime: "a date and time (ISO 8601)",
    date: "a date (ISO 8601)",
    time: "a time of day (ISO 8601)",
    Path: "a path",
}
