"""Services: resources without data, made of the parameters of their request.

A service declares its parameters as annotated class attributes::

    class Panel(BaseResource):
        host: str
        port: int = 80

and takes just those; one that declares none takes whatever it is given. A part of another resource may take a
parameter from the data of what it is part of: ``panel = Panel.request(host=RackData.ip_address)``. For attrs makes
of each field of a class with slots a descriptor that knows its class and its name, which type checkers take for a
value of the field's type.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import get_annotations
from types import MemberDescriptorType
from typing import Any, ClassVar, TypeGuard, get_origin, get_type_hints

from rotest_core.errors import PlanError, did_you_mean
from rotest_core.model.conversion import ConversionError, check_supported, convert
from rotest_core.model.declared_types import describe
from rotest_core.model.resource_data import ResourceData


def declared_parameters(service: type, base: type) -> dict[str, Any]:
    """Return the parameters that a service declares, with their types.

    Args:
        service: the class of the service.
        base: the class that all resources derive from; what it declares itself is no parameter.
    """
    of_every_resource = get_annotations(base)
    names = [
        name
        for declaring in reversed(service.__mro__)
        if issubclass(declaring, base) and declaring is not base
        for name in get_annotations(declaring)
        if not name.startswith("_") and name not in of_every_resource
    ]
    try:
        hints = get_type_hints(service)
    except NameError:
        # A type that exists for checkers alone: the parameter is known, what it takes is not.
        hints = {}
    return {name: hints.get(name, Any) for name in names if not _is_class_variable(hints.get(name))}


def check_parameters(
    service: type,
    base: type,
    given: Mapping[str, object],
    parents: Sequence[type[ResourceData]] = (),
    *,
    text: bool = False,
) -> tuple[dict[str, object], list[str]]:
    """Check the parameters of a request against those that the service declares.

    Args:
        service: the class of the service.
        base: the class that all resources derive from.
        given: values by name.
        parents: the data types of what the service is part of, nearest first.
        text: texts are read as the declared types (from a command line).

    Returns:
        The values converted to the declared types, and one line per parameter that is wrong.
    """
    declared = declared_parameters(service, base)
    values: dict[str, object] = {}
    problems: list[str] = []
    for name, value in given.items():
        if name != "name" and (hasattr(base, name) or name in get_annotations(base)):
            problems.append(f"{name}: every resource has an attribute of this name already")
        elif name != "name" and declared and name not in declared:
            near = did_you_mean(name, declared)
            problems.append(f"{name}: unknown parameter{near}; known: {', '.join(declared)}")
        else:
            try:
                values[name] = _checked(
                    value, str if name == "name" else declared.get(name, Any), parents, text
                )
            except ConversionError as error:
                problems.extend(str(problem.below(name)) for problem in error.problems)
            except PlanError as error:
                problems.append(f"{name}: {error}")
    return values, problems


def is_late(value: object) -> TypeGuard[MemberDescriptorType]:
    """Tell whether a parameter stands for a field of the data that a parent will have."""
    return isinstance(value, MemberDescriptorType) and issubclass(value.__objclass__, ResourceData)


def bind_late(value: object, parents: Sequence[object]) -> object:
    """Take the value that a parameter stands for from the data of the nearest parent that has it.

    Args:
        value: a parameter; one that is not late is returned as it is.
        parents: the data of what the service is part of, nearest first.
    """
    if not is_late(value):
        return value
    for data in parents:
        if isinstance(data, value.__objclass__):
            return value.__get__(data)
    raise PlanError(f"nothing around it has {value.__objclass__.__name__}.{value.__name__}")


def _checked(value: object, wanted: Any, parents: Sequence[type[ResourceData]], text: bool) -> object:
    if is_late(value):
        if not any(issubclass(parent, value.__objclass__) for parent in parents):
            raise PlanError(
                f"stands for {value.__objclass__.__name__}.{value.__name__}, but what it is part of has no such data"
            )
        return value
    if wanted is Any or (isinstance(wanted, type) and isinstance(value, wanted) and type(value) is not bool):
        return value
    if not check_supported(wanted):
        return convert(value, wanted, text=text)
    if isinstance(wanted, type) and not isinstance(value, wanted):
        raise PlanError(f"expected {describe(wanted)}, got {value!r}")
    return value


def _is_class_variable(hint: object) -> bool:
    return hint is ClassVar or get_origin(hint) is ClassVar
