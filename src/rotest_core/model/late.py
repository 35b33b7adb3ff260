"""Values that are not there yet: in the class body of a resource they stand for what the resource will have.

A parameter of a part may be a field of the data of what is around it, a field of a record that this refers to, or a
parameter of a service around it::

    class Rack(BaseResource[RackData]):
        panel = Panel.request(host=RackData.address, volts=RackData.supply.volts)


    class Console(BaseResource):
        host: str = parameter()
        panel = Panel.request(host=host)

Type checkers take each for a value of its type.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import MemberDescriptorType
from typing import Any, TypeAlias, TypeGuard, TypeVar, overload

from rotest_core.errors import PlanError

ValueT = TypeVar("ValueT")
_MISSING: Any = object()


class FieldPath:
    """Stand for a field of the data that refers to another record, and lead on to the fields of that.

    attrs makes of each field of a class with slots a descriptor that knows its class and its name. It is replaced by
    this one where a field refers to a record, and asked for the value of an instance.

    Args:
        owner: the data type where the path begins.
        steps: the names of the fields.
        target: the data type that the last field refers to, None for a plain value.
        member: the descriptor that is replaced, for a path of one field.
    """

    __slots__ = ("_member", "_owner", "_steps", "_target")

    def __init__(
        self,
        owner: type[object],
        steps: tuple[str, ...],
        target: type[object] | None,
        member: MemberDescriptorType | None = None,
    ) -> None:
        self._owner = owner
        self._steps = steps
        self._target = target
        self._member: Any = member

    def __get__(self, instance: object | None, owner: type[object] | None = None, /) -> Any:
        return self if instance is None or self._member is None else self._member.__get__(instance, owner)

    def __set__(self, instance: object, value: object, /) -> None:
        self._member.__set__(instance, value)

    def __getattr__(self, name: str) -> FieldPath:
        found = None if self._target is None or name.startswith("_") else getattr(self._target, name, None)
        if isinstance(found, FieldPath):
            return FieldPath(self._owner, (*self._steps, name), found._target)
        if isinstance(found, MemberDescriptorType):
            return FieldPath(self._owner, (*self._steps, name), None)
        raise AttributeError(f"{self!r} leads to no field {name!r}", name=name, obj=self)

    def __repr__(self) -> str:
        return shown(self)


class Parameter:
    """Be a declared parameter of a service that parts of it may be given; made by `parameter`."""

    def __init__(self, default: object) -> None:
        self.default = default
        self.owner: type[object] = object
        self.name: str = ""

    def __set_name__(self, owner: type[object], name: str) -> None:
        self.owner = owner
        self.name = name

    @property
    def required(self) -> bool:
        """Tell whether it has no default."""
        return self.default is _MISSING

    def __get__(self, instance: object | None, owner: type[object] | None = None, /) -> Any:
        if instance is None:
            return self
        if self.required:
            # The resource says what is missing.
            raise AttributeError(self.name)
        return self.default


@overload
def parameter() -> Any: ...
@overload
def parameter(default: ValueT) -> ValueT: ...
def parameter(default: object = _MISSING) -> object:
    """Declare a parameter of a service that its parts may be given, too.

    ::

        class Console(BaseResource):
            host: str = parameter()
            panel = Panel.request(host=host)

    Args:
        default: the value where a request gives none.
    """
    return Parameter(default)


Late: TypeAlias = MemberDescriptorType | FieldPath | Parameter


def is_late(value: object, data: type[object]) -> TypeGuard[Late]:
    """Tell whether a value stands for one that is not there yet.

    Args:
        value: a parameter of a request.
        data: the base of all data types.
    """
    if isinstance(value, MemberDescriptorType):
        return issubclass(value.__objclass__, data)
    return isinstance(value, (FieldPath, Parameter))


def owner_of(late: Late) -> type[object]:
    """Return the class that has it: a data type, or a service."""
    if isinstance(late, FieldPath):
        return late._owner  # pyright: ignore[reportPrivateUsage]
    return late.owner if isinstance(late, Parameter) else late.__objclass__


def steps_of(late: Late) -> tuple[str, ...]:
    """Return the names that lead to it from what is of its owner."""
    if isinstance(late, FieldPath):
        return late._steps  # pyright: ignore[reportPrivateUsage]
    return (late.name if isinstance(late, Parameter) else late.__name__,)


def shown(late: Late) -> str:
    """Write it as in a source file: ``RackData.supply.volts``."""
    return ".".join((owner_of(late).__name__, *steps_of(late)))


def bind(late: Late, around: Iterable[object]) -> object:
    """Take the value from the nearest that has it.

    Args:
        late: what stands for it.
        around: the data, or for a service the resource itself, of what the part is in; nearest first.

    Raises:
        PlanError: nothing has it, or a record on the way to it is not given.
    """
    for value in around:
        if isinstance(value, owner_of(late)):
            return _follow(late, value)
    raise PlanError(f"nothing around it has {shown(late)}")


def _follow(late: Late, start: object) -> object:
    value = start
    steps = steps_of(late)
    for step in steps[:-1]:
        value = getattr(value, step)
        if value is None:
            raise PlanError(f"{shown(late)}: {getattr(start, 'name', start)} has no {step}")
    return getattr(value, steps[-1])
