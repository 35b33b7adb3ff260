"""Ask the validators of an attrs class one by one, so that every field that is wrong is named at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

import attrs

from rotest_core.model.conversion import Problem

DeclaredT = TypeVar("DeclaredT", bound=attrs.AttrsInstance)


def make(declared: type[DeclaredT], values: Mapping[str, object]) -> DeclaredT:
    """Make an instance of an attrs class from values by the names of its fields."""
    arguments: dict[str, Any] = {
        attribute.alias or attribute.name: values[attribute.name]
        for attribute in attrs.fields(declared)
        if attribute.name in values
    }
    return declared(**arguments)


def unchecked(declared: type[DeclaredT], values: Mapping[str, object]) -> DeclaredT:
    """Make an instance with its defaults, but without asking any validator.

    Fields without value and without default are missing from it: it is there to be asked, not to be used.
    """
    instance = object.__new__(declared)
    for attribute in attrs.fields(declared):
        value: Any = values.get(attribute.name, attribute.default)
        if hasattr(value, "takes_self"):  # a Factory, which is a function for type checkers
            value = value.factory(instance) if value.takes_self else value.factory()
        if attribute.converter is not None and attribute.name not in values and value is not attrs.NOTHING:
            value = attribute.converter(value)
        if value is not attrs.NOTHING:
            object.__setattr__(instance, attribute.name, value)
    return instance


def objections(
    declared: type[attrs.AttrsInstance], values: Mapping[str, object], *, of: Collection[str]
) -> list[Problem]:
    """Return what the validators of some fields have against values.

    Args:
        declared: the attrs class.
        values: values by field, already converted.
        of: the fields whose validators are asked.
    """
    instance = unchecked(declared, values)
    problems: list[Problem] = []
    for attribute in attrs.fields(declared):
        if attribute.validator is not None and attribute.name in of and hasattr(instance, attribute.name):
            try:
                attribute.validator(instance, attribute, getattr(instance, attribute.name))
            except Exception as error:
                problems.append(Problem(attribute.name, reason(error)))
    return problems


def objection_of_all(declared: type[attrs.AttrsInstance], values: Mapping[str, object]) -> list[Problem]:
    """Return what the class as a whole has against values, ``__attrs_post_init__`` included."""
    try:
        make(declared, values)
    except Exception as error:
        return [Problem("", reason(error))]
    return []


def reason(error: Exception) -> str:
    """Say what a validator said: those of attrs put the attribute and the value behind the text."""
    return str(error.args[0]) if error.args else type(error).__name__
