"""Convert a plugin's section to its own attrs class.

The one place of the configuration that loads attrs and cattrs, and only when a plugin asks for its options.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from enum import Enum, EnumMeta
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin

import attrs
from cattrs import Converter, transform_error
from cattrs.errors import ForbiddenExtraKeysError
from cattrs.strategies import configure_union_passthrough

from rotest_core.config.given import Given
from rotest_core.config.values import boolean, duration, shown
from rotest_core.errors import ConfigError, ConfigErrors, did_you_mean

OptionsT = TypeVar("OptionsT")

_LISTS: tuple[object, ...] = (list, tuple, set, frozenset)
_WANTED: dict[object, str] = {
    bool: "true or false",
    int: "a whole number",
    float: 'a number, or a duration such as "90s"',
    str: "text",
    Path: "a path",
    type(None): "nothing",
}


def structure_options(
    options_type: type[OptionsT], section: str, given: Mapping[str, Given], root: Path
) -> OptionsT:
    """Build an attrs class from the values of a section.

    Args:
        options_type: a frozen attrs class.
        section: the full name of the section.
        given: its values by key.
        root: where relative paths of the configuration file start.

    Raises:
        ConfigError: an unknown key, a missing one, or a value that does not fit; `ConfigErrors` for several.
    """
    fields = _fields(options_type)
    problems: list[ConfigError] = []
    values: dict[str, object] = {}
    for key, value in given.items():
        if key not in fields:
            problem = f"unknown key{did_you_mean(key, fields)}; known: {', '.join(fields) or 'none'}"
            problems.append(ConfigError(problem, key=f"{section}.{key}", origin=value.origin))
            continue
        field = fields[key]
        try:
            values[field.alias or key] = _converter(root if value.in_file else Path()).structure(
                _raw(value, field.type), cast("Any", field.type)
            )
        except Exception as error:
            problems += _problems(error, f"{section}.{key}", field, value.origin)
    problems += [
        ConfigError(f"missing; expected {_described(field)}", key=f"{section}.{name}")
        for name, field in fields.items()
        if field.default is attrs.NOTHING and name not in given
    ]
    if problems:
        raise ConfigErrors.of(problems)
    try:
        return options_type(**values)
    except (ValueError, TypeError) as error:  # a validator of the plugin's own
        raise ConfigError(str(error), key=section) from error


def _fields(options_type: type[object]) -> dict[str, attrs.Attribute[object]]:
    attrs_type = cast("type[attrs.AttrsInstance]", options_type)
    attrs.resolve_types(attrs_type)
    return {field.name: field for field in attrs.fields(attrs_type) if field.init}


@cache
def _converter(base: Path) -> Converter:
    converter = Converter(forbid_extra_keys=True)
    configure_union_passthrough(bool | int | float | str | None, converter)
    for wanted in (bool, int, str):
        converter.register_structure_hook(wanted, _exactly(wanted))
    converter.register_structure_hook(float, _number)
    converter.register_structure_hook(Path, partial(_path, base))
    return converter


def _exactly(wanted: type[OptionsT]) -> Callable[[object, object], OptionsT]:
    def check(value: object, _: object) -> OptionsT:
        if type(value) is not wanted:
            raise _MistypedError(value, wanted)
        return value

    return check


def _path(base: Path, value: object, _: object) -> Path:
    if not isinstance(value, str):
        raise _MistypedError(value, Path)
    return base / value


def _number(value: object, _: object) -> float:
    seconds = duration(value) if isinstance(value, str) else value
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise _MistypedError(value, float)
    return float(seconds)


class _MistypedError(ValueError):
    def __init__(self, value: object, wanted: object) -> None:
        super().__init__(f"expected {_wanted(wanted)}, got {shown(value)}")


def _raw(given: Given, wanted: object) -> object:
    """Give the value in the shape that the converter takes: a typed text is read by the type of its field."""
    value = given.value
    members = _members(wanted)
    if given.is_text and isinstance(value, str):
        if value[:1] not in ("[", "{", '"', "'"):
            if members & {str, Path}:
                return value
            if bool in members and (truth := boolean(value)) is not None:
                return truth
            if any(map(_is_list, members)):
                return [word.strip() for word in value.split(",")]
        value = given.as_toml()
    if isinstance(value, str) and any(map(_is_list, members)) and not members & {str, Path}:
        raise _MistypedError(value, wanted)
    return value


def _members(wanted: object) -> set[object]:
    """Take a union apart; another type is its own only member."""
    return set(get_args(wanted)) if get_origin(wanted) in (Union, types.UnionType) else {wanted}


def _is_list(wanted: object) -> bool:
    return (get_origin(wanted) or wanted) in _LISTS


def _wanted(wanted: object) -> str:
    if get_origin(wanted) is Literal:
        return " or ".join(map(shown, get_args(wanted)))
    if _is_list(wanted):
        return "a list"
    if isinstance(wanted, EnumMeta):
        return " or ".join(shown(member.value) for member in cast("type[Enum]", wanted))
    members = _members(wanted)
    if len(members) > 1:
        return " or ".join(_wanted(member) for member in get_args(wanted))
    return _WANTED.get(wanted, getattr(wanted, "__name__", str(wanted)))


def _described(field: attrs.Attribute[object]) -> str:
    explanation = field.metadata.get("help")
    return f"{_wanted(field.type)} ({explanation})" if explanation else _wanted(field.type)


def _problems(error: Exception, key: str, field: attrs.Attribute[object], origin: str) -> list[ConfigError]:
    """Turn what the converter raised into errors by full key, also inside of tables and lists."""

    def format_exception(reason: BaseException, wanted: type | None) -> str:
        if isinstance(reason, ForbiddenExtraKeysError):
            known = [inner.name for inner in attrs.fields(reason.cl)] if attrs.has(reason.cl) else []
            return "; ".join(
                f"unknown key {name!r}{did_you_mean(name, known)}" for name in sorted(reason.extra_fields)
            )
        if isinstance(reason, KeyError):
            return f"missing; expected {_wanted(wanted)}"
        if isinstance(reason, _MistypedError):
            return str(reason)
        return f"expected {_described(field) if wanted is None else _wanted(wanted)}"

    texts = transform_error(error, path=key, format_exception=format_exception)
    problems = [text.rpartition(" @ ") for text in texts]
    return [ConfigError(problem, key=path, origin=origin) for problem, _, path in problems]
