"""Services: resources without data, made of the parameters of their request.

A service declares its parameters as annotated class attributes::

    class Panel(BaseResource):
        host: str
        port: int = 80

and takes just those; one that declares none takes whatever it is given. A part of another resource may take a
parameter from what it is part of (see `late`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import get_annotations
from typing import Any, ClassVar, get_origin, get_type_hints

from rotest_core.errors import PlanError, did_you_mean
from rotest_core.model.conversion import ConversionError, check_supported, convert
from rotest_core.model.declared_types import describe
from rotest_core.model.fitting_types import may_be
from rotest_core.model.late import Late, Parameter, bind, is_late, owner_of, shown, steps_of
from rotest_core.model.resource_data import ResourceData, data_fields


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
        for name in (*get_annotations(declaring), *_unannotated(declaring))
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
    parents: Sequence[type] = (),
    *,
    text: bool = False,
) -> tuple[dict[str, object], list[str]]:
    """Check the parameters of a request against those that the service declares.

    Args:
        service: the class of the service.
        base: the class that all resources derive from.
        given: values by name.
        parents: the data types, or for services the classes, of what the service is part of; nearest first.
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
                    value, str if name == "name" else declared.get(name, Any), base, parents, text
                )
            except ConversionError as error:
                problems.extend(str(problem.below(name)) for problem in error.problems)
            except PlanError as error:
                problems.append(f"{name}: {error}")
    return values, problems


def bind_late(value: object, around: Sequence[object]) -> object:
    """Take the value that a parameter stands for from the nearest that has it.

    Args:
        value: a parameter; one that is not late is returned as it is.
        around: the data, or for a service the resource itself, of what the service is part of; nearest first.
    """
    return bind(value, around) if is_late(value, ResourceData) else value


def _checked(value: object, wanted: Any, base: type, parents: Sequence[type], text: bool) -> object:
    if is_late(value, ResourceData):
        if not any(issubclass(parent, owner_of(value)) for parent in parents):
            raise PlanError(f"stands for {shown(value)}, but what it is part of has no such {_kind(value)}")
        given = _late_type(value, base)
        if not may_be(given, wanted):
            raise PlanError(f"expected {describe(wanted)}, but {shown(value)} is {describe(given)}")
        return value
    if wanted is Any or (isinstance(wanted, type) and isinstance(value, wanted) and type(value) is not bool):
        return value
    if not check_supported(wanted):
        return convert(value, wanted, text=text)
    if isinstance(wanted, type) and not isinstance(value, wanted):
        raise PlanError(f"expected {describe(wanted)}, got {value!r}")
    return value


def _kind(late: Late) -> str:
    return "data" if issubclass(owner_of(late), ResourceData) else "parameter"


def _late_type(late: Late, base: type) -> Any:
    """Return what a late value is declared as."""
    owner: type[object] = owner_of(late)
    steps = steps_of(late)
    if not issubclass(owner, ResourceData):
        return declared_parameters(owner, base)[steps[0]]
    for step in steps[:-1]:
        owner = data_fields(owner)[step].reference or ResourceData
    field = data_fields(owner).get(steps[-1])
    return str if field is None else field.type


def _unannotated(declaring: type) -> list[str]:
    return [name for name, value in vars(declaring).items() if isinstance(value, Parameter)]


def _is_class_variable(hint: object) -> bool:
    return hint is ClassVar or get_origin(hint) is ClassVar
