"""Strict conversion between JSON values, text and the declared types of fields.

cattrs by itself is lenient: ``"5"`` becomes an integer, ``True`` becomes 1, a text becomes a list of its
characters. Here a value must be what the type says; only text from a command line or a CSV file is read as the type
that is wanted, and only where the caller says that it is such text.
"""

from __future__ import annotations

import enum
import json
import math
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from contextlib import suppress
from datetime import date, datetime, time
from functools import cache
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, NamedTuple, cast, get_args

from rotest_core.model.declared_types import class_of, describe, is_list, is_literal, is_table, is_union
from rotest_core.model.record import Json

if TYPE_CHECKING:
    from cattrs import Converter

    Hook = Callable[[Any, Any], Any]

_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})
_MAPPINGS = frozenset({dict, Mapping, MutableMapping})
_ISO_TYPES = (datetime, date, time)
_TEXT_MODULES = frozenset({"decimal", "ipaddress", "uuid"})
"""Modules of the standard library whose classes are made from a text and give it back by `str`."""


class ExactText(str):
    """Mean itself where texts are read as what is wanted: an empty one is a text then, and not nothing."""

    __slots__ = ()


class Problem(NamedTuple):
    """Say what is wrong with one value and where in it: ``ports[1]``, empty for the value itself."""

    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}: {self.text}" if self.path else self.text

    def below(self, name: str) -> Problem:
        """Put the problem below a field."""
        separator = "." if self.path and not self.path.startswith("[") else ""
        return Problem(f"{name}{separator}{self.path}", self.text)


class ConversionError(Exception):
    """Carry every problem of one value."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("; ".join(map(str, self.problems)))


class Mismatch(ValueError):  # noqa: N818 - the text is the message, the class never reaches a user
    """Say that a value is not of the type that was declared."""

    def __init__(self, wanted: object, value: object) -> None:
        super().__init__(f"expected {describe(wanted)}, got {value!r}")


def convert(value: object, to: object, *, text: bool = False) -> Any:
    """Convert a JSON value to a declared type.

    Args:
        value: the value, as TOML or JSON gives it, or as Python code wrote it.
        to: the declared type.
        text: read texts as the type that is wanted: ``"5"`` is 5 then, ``"a, b"`` a list of two.

    Raises:
        ConversionError: every place of the value that does not fit.
    """
    try:
        return _converter(text).structure(value, cast("type[Any]", to))
    except Exception as error:
        raise ConversionError(_problems(error)) from None


def to_json(value: object) -> Json:
    """Write a value of a declared type as the JSON value that stands for it."""
    return _plain(_converter(False).unstructure(value))


def check_supported(wanted: object) -> str:
    """Say why no value can be converted to a type; empty when it can."""
    try:
        _converter(False).get_structure_hook(cast("type[Any]", wanted), cache_result=False)
    except Exception as error:
        return str(error) or type(error).__name__
    return ""


@cache
def _converter(text: bool) -> Converter:
    from cattrs import Converter

    converter = Converter(forbid_extra_keys=True)
    member = _choose_member(text)
    for plain, read in _READERS.items():
        converter.register_structure_hook(plain, _unless_enum(_reader(read, text), member))
    converter.register_structure_hook(Path, _from_text)
    converter.register_structure_hook_func(_is_made_of_text, _from_text)
    converter.register_structure_hook_func(lambda t: t in _ISO_TYPES, _from_iso)
    converter.register_structure_hook_func(is_literal, _choose(text, get_args))
    converter.register_structure_hook_func(_is_enum, member)
    converter.register_structure_hook_factory(is_union, _union_hooks(converter, text))
    _guard_containers(converter, text)
    converter.register_unstructure_hook_func(_is_made_of_text, str)
    converter.register_unstructure_hook_func(lambda t: t in _ISO_TYPES, lambda value: value.isoformat())
    return converter


def _integer(value: object, text: bool) -> int:
    if type(value) is int:
        return value
    if text and isinstance(value, str):
        return int(value)
    raise ValueError


def _number(value: object, text: bool) -> float:
    if type(value) is int or type(value) is float or (text and isinstance(value, str)):
        number = float(value)
        if math.isfinite(number):
            return number
    raise ValueError


def _words(value: object, text: bool) -> str:
    del text
    if isinstance(value, str):
        return value
    raise ValueError


def _truth(value: object, text: bool) -> bool:
    if type(value) is bool:
        return value
    if text and isinstance(value, str) and value.strip().lower() in _TRUE | _FALSE:
        return value.strip().lower() in _TRUE
    raise ValueError


def _nothing(value: object, text: bool) -> None:
    if value is not None and not (text and value == ""):
        raise ValueError


_READERS: dict[Any, Callable[[object, bool], object]] = {
    int: _integer,
    float: _number,
    str: _words,
    bool: _truth,
    type(None): _nothing,
}
"""How a value of a plain type is read; the second argument says whether it may be read from text."""


def _reader(read: Callable[[object, bool], object], text: bool) -> Hook:
    return _explained(lambda value, _: read(value, text))


def _unless_enum(hook: Hook, member: Hook) -> Hook:
    """Leave enumerations that are integers or texts as well to the hook of enumerations."""
    return lambda value, wanted: member(value, wanted) if _is_enum(wanted) else hook(value, wanted)


def _explained(hook: Hook) -> Hook:
    """Let a hook refuse a value in any way, and say what would have been right."""

    def explain(value: object, wanted: object) -> object:
        try:
            return hook(value, wanted)
        except (ValueError, TypeError, OverflowError, ArithmeticError):
            raise Mismatch(wanted, value) from None

    return explain


def _is_made_of_text(wanted: object) -> bool:
    if not isinstance(wanted, type):
        return False
    return issubclass(wanted, PurePath) or wanted.__module__ in _TEXT_MODULES


@_explained
def _from_text(value: object, wanted: Any) -> object:
    if isinstance(value, wanted):
        return value
    if isinstance(value, str):
        return wanted(value)
    raise ValueError


@_explained
def _from_iso(value: object, wanted: Any) -> object:
    if type(value) is wanted:
        return value
    if isinstance(value, str):
        return wanted.fromisoformat(value)
    raise ValueError


def _choose(text: bool, choices: Callable[[Any], Iterable[object]]) -> Hook:
    def choose(value: object, wanted: object) -> object:
        for choice in choices(wanted):
            if (type(choice) is type(value) and choice == value) or (text and str(choice) == value):
                return choice
        raise Mismatch(wanted, value)

    return choose


def _is_enum(wanted: object) -> bool:
    return isinstance(wanted, type) and issubclass(wanted, enum.Enum)


def _choose_member(text: bool) -> Hook:
    choose = _choose(text, lambda wanted: [member.value for member in wanted])

    def member(value: object, wanted: Any) -> object:
        if isinstance(value, wanted):
            return value
        try:
            return wanted(choose(value, wanted))
        except Mismatch:
            raise Mismatch(wanted, value) from None

    return member


def _union_hooks(converter: Converter, text: bool) -> Callable[[Any], Hook]:
    def make(union: Any) -> Hook:
        members = get_args(union)
        optional = type(None) in members
        # A text can be read as text last of all.
        present = sorted((member for member in members if member is not type(None)), key=lambda m: m is str)
        hooks = {member: converter.get_structure_hook(member) for member in present}

        def choose(value: object, spelled: object) -> object:
            if optional and (value is None or (text and value == "" and not isinstance(value, ExactText))):
                return None
            if len(present) == 1:
                return hooks[present[0]](value, present[0])
            # A value that is of a member's type already is that.
            for member in sorted(present, key=lambda m: text or m is not type(value)):
                with suppress(Exception):
                    return hooks[member](value, member)
            raise Mismatch(spelled, value)

        return choose

    return make


def _guard_containers(converter: Converter, text: bool) -> None:
    """Let lists be made of lists alone and tables of tables, before cattrs iterates over whatever it is given."""
    guarding: list[object] = []

    def is_container(wanted: Any) -> bool:
        return wanted not in guarding and (is_table(wanted) or is_list(wanted))

    def guard(wanted: Any) -> Hook:
        mapping = is_table(wanted)
        if class_of(wanted) in _MAPPINGS:
            # cattrs's own hook would put itself before this one.
            inner = _mapping_hook(wanted, converter)
        else:
            guarding.append(wanted)
            inner = converter.get_structure_hook(wanted, cache_result=False)
            guarding.pop()
        allowed = (Mapping,) if mapping else (list, tuple, set, frozenset)

        def check(value: object, _: object) -> object:
            if text and isinstance(value, str):
                value = _read_container(value, wanted, mapping=mapping)
            if not isinstance(value, allowed):
                raise Mismatch(wanted, value)
            return inner(value, wanted)

        return check

    converter.register_structure_hook_factory(is_container, guard)


def _mapping_hook(wanted: Any, converter: Converter) -> Hook:
    from cattrs.gen import make_mapping_structure_fn  # pyright: ignore[reportUnknownVariableType]

    return make_mapping_structure_fn(wanted, converter)


def _read_container(value: str, wanted: object, *, mapping: bool) -> object:
    stripped = value.strip()
    if mapping or stripped.startswith("["):
        try:
            return json.loads(stripped)
        except ValueError:
            raise Mismatch(wanted, value) from None
    return [item.strip() for item in stripped.split(",")] if stripped else []


def _problems(error: BaseException) -> list[Problem]:
    """Flatten what cattrs raised into one problem per place."""
    from cattrs import BaseValidationError, ForbiddenExtraKeysError

    if isinstance(error, ForbiddenExtraKeysError):
        return [Problem(key, "unknown field") for key in sorted(error.extra_fields)]
    if isinstance(error, KeyError):
        return [Problem("", "missing")]
    if not isinstance(error, BaseValidationError):
        return [Problem("", str(error.args[0]) if error.args else type(error).__name__)]
    found: list[Problem] = []
    for inner in error.exceptions:
        where = _place(inner)
        found.extend(problem.below(where) if where else problem for problem in _problems(inner))
    return found


def _place(error: BaseException) -> str:
    from cattrs import AttributeValidationNote, IterableValidationNote

    for note in getattr(error, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            return note.name
        if isinstance(note, IterableValidationNote):
            return note.index if isinstance(note.index, str) else f"[{note.index!r}]"
    return ""


def _plain(value: Any) -> Json:
    match value:
        case enum.Enum():
            return _plain(value.value)
        case Mapping():
            table = cast("Mapping[object, object]", value)
            return {str(key): _plain(item) for key, item in table.items()}
        case list() | tuple():
            return [_plain(item) for item in cast("Iterable[object]", value)]
        case set() | frozenset():
            return sorted((_plain(item) for item in cast("Iterable[object]", value)), key=repr)
        case _:
            return cast("Json", value)
