"""Ports: what a block takes, and what it gives to those that follow."""

from __future__ import annotations

from inspect import get_annotations
from typing import TYPE_CHECKING, Any, Generic, Self, get_args, get_type_hints, overload

from rotest_core.errors import RotestError

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    ValueT = TypeVar("ValueT", default=Any)
else:
    from typing import TypeVar

    ValueT = TypeVar("ValueT")

_MISSING: Any = object()
_BASES = ("rotest_core.authoring.", "unittest.", "builtins")


class NoValueError(RotestError, AttributeError):
    """Report a port that is read while it has no value."""


class Port(Generic[ValueT]):
    """Be an attribute whose value comes from, or goes to, other parts of a flow.

    A port says its type in brackets, ``BlockInput[int]()``, or in an annotation, ``x: BlockInput[int] = BlockInput()``.
    One that says none takes any value.
    """

    name: str = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type, /) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type | None = None, /) -> ValueT: ...
    def __get__(self, instance: object | None, owner: type | None = None, /) -> Self | ValueT:
        if instance is None:
            return self
        value: ValueT = vars(instance).get(self.name, _MISSING)
        return self._without(instance) if value is _MISSING else value

    def __set__(self, instance: object, value: ValueT, /) -> None:
        vars(instance)[self.name] = value

    def __delete__(self, instance: object, /) -> None:
        vars(instance).pop(self.name, None)

    def _without(self, instance: object) -> ValueT:
        raise NoValueError(f"{type(instance).__name__}.{self.name} has no value")


class BlockInput(Port[ValueT]):
    """Declare a value that a block needs.

    ::

        class Heat(TestBlock):
            degrees = BlockInput[float]()
            seconds = BlockInput(default=60)

    Args:
        default: the value where nothing gives one; without it, a flow that gives none is not run.
    """

    def __init__(self, default: ValueT = _MISSING) -> None:
        self.default = default

    @property
    def is_optional(self) -> bool:
        """Tell whether the input has a default."""
        return self.default is not _MISSING

    def _without(self, instance: object) -> ValueT:
        if self.is_optional:
            return self.default
        raise NoValueError(
            f"{type(instance).__name__}.{self.name} has no value: a block gets its inputs from the flow that it is "
            "a part of, when that is run by `rotest`"
        )


class BlockOutput(Port[ValueT]):
    """Declare a value that a block gives to the parts that follow it, by setting the attribute.

    ::

        class Weigh(TestBlock):
            kilograms = BlockOutput[float]()

            def test_weigh(self) -> None:
                self.kilograms = self.scale.weigh()
    """

    def _without(self, instance: object) -> ValueT:
        raise NoValueError(f"{type(instance).__name__} has not set its output {self.name!r}")


def ports_of(owner: type) -> dict[str, Port[Any]]:
    """Return the ports of a class by name, inherited ones first; what replaces a port in a subclass is none."""
    found: dict[str, Port[Any]] = {}
    for declaring in reversed(own_bases(owner)):
        for name, value in vars(declaring).items():
            if isinstance(value, Port):
                found[name] = value
            elif name in found:
                del found[name]
    return found


def own_bases(owner: type) -> list[type]:
    """Return a class and its bases but for Rotest's and unittest's: those have hundreds of names, and no ports."""
    return [base for base in owner.__mro__ if not base.__module__.startswith(_BASES)]


def port_type(owner: type, port: Port[Any]) -> object:
    """Return the type that a port declares; `typing.Any` where it declares none, or one that cannot be found."""
    arguments = get_args(vars(port).get("__orig_class__") or _annotation(owner, port.name))
    return arguments[0] if arguments and not isinstance(arguments[0], TypeVar) else Any


def _annotation(owner: type, name: str) -> object:
    for base in owner.__mro__:
        annotations = get_annotations(base)
        if name in annotations:
            # This one alone: others may name what exists for type checkers only.
            alone = type(base.__name__, (), {"__module__": base.__module__})
            alone.__annotations__ = {name: annotations[name]}
            try:
                return get_type_hints(alone).get(name)
            except (NameError, TypeError):
                return None
    return None
