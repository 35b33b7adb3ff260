"""What of `typing` must be there when the program runs, without the time that `typing` takes.

To type checkers, all names here are those of `typing`. When the program runs, `NamedTuple` is a class that does the
same as its namesake, but compiles no code for each subclass: defining one takes a tenth of the time, and a run
defines some forty of them before its first test. The other names do nothing. `typing` itself, whose import takes four
milliseconds, is then not loaded by a run of plain tests: modules on its way import from here, and the rest under
``if TYPE_CHECKING``.

::

    class Point(NamedTuple):
        x: int
        y: int = 0
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import (
        Generic as Generic,
        NamedTuple as NamedTuple,
        Protocol as Protocol,
        TypeVar as TypeVar,
        cast as cast,
    )
else:
    from operator import itemgetter

    try:
        from _collections import _tuplegetter
    except ImportError:  # not CPython

        def _tuplegetter(index, doc):
            return property(itemgetter(index), doc=doc)

    _new = tuple.__new__

    class _Definition(type):
        """Turn the annotations of a class body into the fields of a tuple."""

        def __new__(cls, name, bases, namespace):
            fields = tuple(namespace.get("__annotations__", ()))
            defaults = {field: namespace.pop(field) for field in fields if field in namespace}
            if list(defaults) != list(fields[len(fields) - len(defaults) :]):
                raise TypeError(f"{name}: a field without a default follows one that has a default")
            namespace["__slots__"] = ()
            if fields:
                namespace.update(_fields=fields, _field_defaults=defaults, __match_args__=fields)
            for index, field in enumerate(fields):
                namespace[field] = _tuplegetter(index, f"Alias for field number {index}")
            return super().__new__(cls, name, bases, namespace)

    class NamedTuple(tuple, metaclass=_Definition):  # noqa: SLOT001 - the metaclass does
        """Be the base of a named tuple; see `typing.NamedTuple`."""

        _fields = ()
        _field_defaults = {}

        def __new__(cls, *values, **named):
            missing = len(cls._fields) - len(values)
            if named or missing:
                if named or missing < 0 or missing > len(cls._field_defaults):
                    values += _rest(cls, len(values), named)
                else:
                    values += tuple(cls._field_defaults.values())[-missing:]
            return _new(cls, values)

        @classmethod
        def _make(cls, values):
            made = _new(cls, values)
            if len(made) != len(cls._fields):
                raise TypeError(f"{cls.__name__} has {len(cls._fields)} fields, not {len(made)}")
            return made

        def _replace(self, **changes):
            made = self._make(map(changes.pop, self._fields, self))
            if changes:
                raise ValueError(f"{type(self).__name__} has no field {', '.join(map(repr, changes))}")
            return made

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __getnewargs__(self):
            return tuple(self)

        def __repr__(self):
            shown = (f"{field}={value!r}" for field, value in zip(self._fields, self, strict=True))
            return f"{type(self).__name__}({', '.join(shown)})"

    def _rest(cls, given, named):
        """Return the values of the fields that were not given by position."""
        fields, defaults = cls._fields, cls._field_defaults
        if given > len(fields):
            raise TypeError(f"{cls.__name__}() takes {len(fields)} arguments, not {given}")
        missing = [field for field in fields[given:] if field not in named and field not in defaults]
        if missing:
            raise TypeError(f"{cls.__name__}() misses {', '.join(map(repr, missing))}")
        unknown = [name for name in named if name not in fields[given:]]
        if unknown:
            raise TypeError(
                f"{cls.__name__}() got {', '.join(map(repr, unknown))} twice, or has no such field"
            )
        return tuple(named[field] if field in named else defaults[field] for field in fields[given:])

    def cast(kind, value, /):
        """Return the value."""
        return value

    class TypeVar:
        """Stand for a type."""

        def __init__(self, name, *constraints, **options):
            self.__name__ = name

    class Generic:
        """Be the base of a class with type parameters."""

        __slots__ = ()

        def __class_getitem__(cls, parameters):
            return cls

    class Protocol(Generic):
        """Be the base of a class that only says what others must have."""

        __slots__ = ()
