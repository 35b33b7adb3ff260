"""Which data types the loaded modules declare."""

from __future__ import annotations

from rotest_core.errors import PlanError, did_you_mean
from rotest_core.model.resource_data import ResourceData, subclasses, subtypes

__all__ = ["data_type", "data_types", "subtypes"]


def data_types() -> dict[str, type[ResourceData]]:
    """Return every declared data type by its name in the inventory.

    Raises:
        PlanError: two classes have one type name; both are named.
    """
    return {name: _only(name, found) for name, found in _declared().items()}


def data_type(name: str) -> type[ResourceData]:
    """Return the data type of a name.

    Raises:
        PlanError: nothing declares it, or two classes do; the nearest names, or both classes, are named.
    """
    declared = _declared()
    if name in declared:
        return _only(name, declared[name])
    known = ", ".join(sorted(declared)) or "none; name the modules that declare them in [resources] modules"
    raise PlanError(f"unknown resource type {name!r}{did_you_mean(name, declared)}; known: {known}")


def _declared() -> dict[str, list[type[ResourceData]]]:
    found: dict[str, dict[str, type[ResourceData]]] = {}
    for subclass in subclasses(ResourceData):
        if subclass is not ResourceData:
            # A module that is loaded again declares its classes anew: the newest counts.
            found.setdefault(subclass.type_name(), {})[_place(subclass)] = subclass
    return {name: list(places.values()) for name, places in found.items()}


def _only(name: str, found: list[type[ResourceData]]) -> type[ResourceData]:
    if len(found) > 1:
        places = " and ".join(_place(declared) for declared in found)
        raise PlanError(f"the resource type {name!r} is declared more than once: {places}; rename one")
    return found[0]


def _place(declared: type) -> str:
    return f"{declared.__module__}.{declared.__qualname__}"
