"""Find what a class was given for the type argument of a generic base: ``BaseResource[CalculatorData]``."""

from __future__ import annotations

import sys
from typing import Any, ForwardRef, get_args

from rotest_core.model.declared_types import class_of


def data_argument(derived: type, base: type) -> object:
    """Return the one type argument that reaches a generic base.

    Args:
        derived: a class derived from the base, directly or through generic classes of its own.
        base: a class with one type parameter, which is None where nothing is given for it.

    Returns:
        The argument; None for the default; a type variable where a generic class in between was left open.
    """
    if derived is base:
        return None
    bases: tuple[object, ...] = vars(derived).get("__orig_bases__", derived.__bases__)
    for declared in bases:
        origin = class_of(declared)
        if origin is not None and base in origin.__mro__:
            return _through(derived, declared, origin, base)
    return None


def _through(derived: type, declared: object, origin: type[Any], base: type) -> object:
    arguments = get_args(declared)
    if origin is base:
        found: object = arguments[0] if arguments else None
    else:
        found = data_argument(origin, base)
        variables: tuple[object, ...] = getattr(origin, "__parameters__", ())
        found = dict(zip(variables, arguments, strict=False)).get(found, found)
    if isinstance(found, ForwardRef):
        found = getattr(sys.modules[derived.__module__], found.__forward_arg__, found)
    return None if found is type(None) else found
